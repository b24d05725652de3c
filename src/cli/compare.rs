//! `huizong compare`: every year with the one before it, and the last with the first.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::args::{CompareArgs, CompareFormat};
use super::console::{self, Console};
use super::failure::Failure;
use super::output::Folder;
use super::rollup::{parse_by, years};
use super::settings::Settings;
use super::{Ending, run};
use crate::export::{comparisons_csv, comparisons_json};
use crate::finding::Severity;
use crate::form::Library;
use crate::rollup::{self, Comparison, Dossier, Options, Scope};
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
    let mut collected = run::collect(settings, &apart, console)?;
    let range = years(args.years, settings)?;
    collected.keep_years(range)?;
    let options = Options {
        from: range.map(|r| r.from),
        to: range.map(|r| r.to),
        county: Some(collected.county.clone()),
        by: args.by.as_deref().map(parse_by).transpose()?,
        ..Options::default()
    };
    let dossiers = rollup::dossiers(
        &collected.batch,
        &collected.registry,
        &settings.library,
        &options,
    );
    let lang = settings.lang;
    let rows = || dossiers.iter().flat_map(|dossier| &dossier.comparisons);
    let there: BTreeSet<i32> = collected.reports().iter().filter_map(|r| r.year).collect();
    if there.len() < 2 {
        let there = there.into_iter().collect();
        return Err(Failure::OneYear { there });
    }
    if let Some(folder) = &mut folder {
        folder.write_csv("comparison.csv", |out| comparisons_csv(out, rows(), lang))?;
        let mut json = Vec::new();
        comparisons_json(&mut json, rows(), lang).map_err(Failure::Stdout)?;
        folder.write("comparison.json", &json)?;
        folder.commit()?;
    }
    console.result(|out| match args.format {
        CompareFormat::Json => comparisons_json(out, rows(), lang),
        CompareFormat::Csv => comparisons_csv(out, rows(), lang),
        CompareFormat::Text => {
            (dossiers.iter()).try_for_each(|d| text(out, d, &settings.library, args.all, lang))
        }
    })?;
    for path in folder.iter().flat_map(|folder| folder.written()) {
        let path = path.display();
        console.say(&Text::new(
            format!("已写入 {path}"),
            format!("written: {path}"),
        ));
    }
    console.say(&collected.ends());
    Ok(collected.ending(&collected.batch.findings, Severity::Error))
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
