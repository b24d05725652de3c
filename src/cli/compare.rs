//! `huizong compare`: every year with the one before it, and the last with the first.

use std::io::{self, Write};

use super::Ending;
use super::args::{CompareArgs, CompareFormat};
use super::attendance::Attendance;
use super::console::{self, Console};
use super::failure::Failure;
use super::output::Folder;
use super::roll;
use super::rollup::{parse_by, years};
use super::settings::Settings;
use super::slices::{Cut, Run};
use super::spool::Spool;
use crate::export::{
    comparison_parts_json, comparison_rows_csv, comparison_rows_json, comparisons_csv_header,
};
use crate::finding::Severity;
use crate::form::Library;
use crate::rollup::{Comparison, Dossier, Options, Placed, Scope, Whole};
use crate::show;
use crate::text::{Lang, Text};

/// Reads, rolls up, and writes the comparisons: to a folder, or to standard output.
pub(super) fn compare(
    args: &CompareArgs,
    settings: &Settings,
    console: &Console,
) -> Result<Ending, Failure> {
    let mut folder = args.output.as_deref().map(Folder::prove).transpose()?;
    let apart: Vec<_> = args.output.iter().cloned().collect();
    let mut run = Run::open(Cut::Areas, settings, &apart, console)?;
    let range = years(args.years, settings)?;
    let registry = run.registry();
    let attendance = Attendance::take(&mut run, &registry, range, false, settings, console)?;
    let there = attendance.roster.years();
    if there.len() < 2 {
        return Err(Failure::OneYear { there });
    }
    let options = Options {
        from: range.map(|r| r.from),
        to: range.map(|r| r.to),
        county: Some(run.county().to_owned()),
        by: args.by.as_deref().map(parse_by).transpose()?,
        ..Options::default()
    };
    let lines = run.slice_of_line();
    let tasks = roll::tasks(&attendance.roster, &[None], true, &options, lines);
    let roster = &attendance.roster;
    let whole = Whole {
        roster,
        library: &settings.library,
    };
    let placed = Placed::new(roster, Vec::new(), &[]);
    let mut rows = Rows::default();
    roll::each_area(
        &mut run,
        whole,
        &placed,
        tasks,
        (range, settings, console),
        |_, dossier| Rows::of(&dossier, args, settings).map_err(Failure::Stdout),
        |number, of_area| rows.take(number, &of_area).map_err(Failure::Stdout),
    )?;
    if let Some(folder) = &mut folder {
        folder.write_csv("comparison.csv", |out| rows.csv(out))?;
        folder.write_with("comparison.json", |out| rows.json(out))?;
        folder.commit()?;
    }
    console.result(|out| match args.format {
        CompareFormat::Json => rows.json(out),
        CompareFormat::Csv => rows.csv(out),
        CompareFormat::Text => rows.text.write(out, b""),
    })?;
    for path in folder.iter().flat_map(|folder| folder.written()) {
        let path = path.display();
        console.say(&Text::new(
            format!("已写入 {path}"),
            format!("written: {path}"),
        ));
    }
    let Attendance {
        findings, ledger, ..
    } = attendance;
    console.say(&ledger.words());
    Ok(ledger.ending(findings.iter().any(|f| f.severity == Severity::Error)))
}

/// The comparisons of all areas, in the order of these.
#[derive(Default)]
struct Rows {
    csv: Spool,
    json: Spool,
    text: Spool,
}

impl Rows {
    /// The rows of an area: as CSV, as JSON, and for people.
    fn of(dossier: &Dossier, args: &CompareArgs, settings: &Settings) -> io::Result<[Vec<u8>; 3]> {
        let lang = settings.lang;
        let (mut csv, mut words) = (Vec::new(), Vec::new());
        comparison_rows_csv(&mut csv, &dossier.comparisons, lang)?;
        if args.format == CompareFormat::Text {
            text(&mut words, dossier, &settings.library, args.all, lang)?;
        }
        Ok([
            csv,
            comparison_rows_json(&dossier.comparisons, lang)?,
            words,
        ])
    }

    fn take(&mut self, number: usize, [csv, json, text]: &[Vec<u8>; 3]) -> io::Result<()> {
        self.csv.put(number, csv)?;
        self.json.put(number, json)?;
        self.text.put(number, text)
    }

    fn csv(&mut self, out: &mut dyn Write) -> io::Result<()> {
        comparisons_csv_header(&mut *out)?;
        self.csv.write(out, b"")
    }

    fn json(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let rows = &mut self.json;
        comparison_parts_json(out, rows.is_empty(), |out, between| {
            rows.write(out, between)
        })
    }
}

/// Lines of totals for people: one table for each pair of years, all units and like-for-like side by side.
fn text(
    out: &mut dyn Write,
    dossier: &Dossier,
    library: &Library,
    all: bool,
    lang: Lang,
) -> io::Result<()> {
    let mut pairs: Vec<(i32, i32)> = Vec::new();
    for row in &dossier.comparisons {
        let pair = (row.from_year, row.to_year);
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    for (from, to) in pairs {
        let heading = console::heading();
        writeln!(
            out,
            "{heading}{} {from} → {to}{heading:#}",
            dossier.area.name
        )?;
        let of_pair =
            || (dossier.comparisons.iter()).filter(|r| (r.from_year, r.to_year) == (from, to));
        let mut table = Vec::new();
        let mut left_out = 0;
        for row in of_pair().filter(|row| row.scope == Scope::All) {
            if !all && !is_headline(row, library) {
                left_out += 1;
                continue;
            }
            let like = of_pair().find(|r| r.scope == Scope::LikeForLike && r.key == row.key);
            table.push(cells(row, like, lang));
        }
        super::table::print(out, &header(lang), &table)?;
        if left_out > 0 {
            match lang {
                Lang::Zh => writeln!(out, "另有 {left_out} 行，用 --all 全部显示")?,
                Lang::En => writeln!(out, "{left_out} more lines; see them all with --all")?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Totals and the tables without applicants are worth a line by themselves.
fn is_headline(row: &Comparison, library: &Library) -> bool {
    let changed = row.from != Some(0) || row.to != Some(0);
    let in_parts = library.forms().iter().any(|form| {
        (form.rules.iter().flat_map(|rule| rule.equations()))
            .filter_map(|equation| equation.as_total())
            .any(|(_, parts)| {
                parts.iter().any(|part| form.keys[part.key].key == row.key)
                    && !row.key.ends_with(".total")
            })
    });
    changed && !in_parts
}

fn header(lang: Lang) -> Vec<String> {
    let words: [Text; 6] = [
        Text::new("指标", "key"),
        Text::new("前", "from"),
        Text::new("后", "to"),
        Text::new("增减", "change"),
        Text::new("%", "%"),
        Text::new("同口径增减", "like-for-like"),
    ];
    words.iter().map(|text| text.get(lang).to_owned()).collect()
}

fn cells(row: &Comparison, like: Option<&Comparison>, lang: Lang) -> Vec<String> {
    let number =
        |n: Option<i64>| n.map_or_else(|| "—".to_owned(), |n| show::number(row.measure, n));
    let change = |row: &Comparison| match (row.comparable, row.change) {
        (false, _) => Text::new("口径不可比", "not comparable")
            .get(lang)
            .to_owned(),
        (true, None) => "—".to_owned(),
        (true, Some(by)) => show::change(row.measure, by),
    };
    vec![
        row.label.get(lang).to_owned(),
        number(row.from),
        number(row.to),
        change(row),
        row.percent.map(show::percent_change).unwrap_or_default(),
        like.map_or_else(|| "—".to_owned(), change),
    ]
}
