//! `huizong rollup`: read, check, roll up, compare, write.

use std::collections::BTreeSet;
use std::env;
use std::path::PathBuf;

use super::args::{RollupArgs, TextFormat, YearRange};
use super::console::Console;
use super::failure::Failure;
use super::output::Folder;
use super::run::{self, Collected};
use super::settings::Settings;
use super::{Ending, latest, notices, summary};
use crate::batch::Paths;
use crate::export;
use crate::finding::{Finding, Severity};
use crate::rollup::{self, By, Dossier, Made, Options};
use crate::text::Text;
use crate::{page, word, workbook};

/// Where results go when nothing else is said.
const OUTPUT: &str = "output";

/// Writes the workbook, the page and the tables of every area, and says in ten lines what is in them.
pub(super) fn rollup(
    args: &RollupArgs,
    settings: &Settings,
    console: &Console,
) -> Result<Ending, Failure> {
    let config = &settings.config;
    let target = (args.output.clone().or_else(|| config.output.clone()))
        .unwrap_or_else(|| PathBuf::from(OUTPUT));
    let by = args.by.as_deref().map(parse_by).transpose()?;
    let range = years(args.years, settings)?;
    let mut folder = Folder::prove(&target)?;
    let mut collected = run::collect(settings, std::slice::from_ref(&target), console)?;
    // Checked before years are left out: a year is checked against the one before it.
    let (findings, _) = collected.check(settings);
    collected.batch.findings = findings;
    collected.keep_years(range)?;
    let made = made(settings)?;
    let mut last: Vec<Dossier> = Vec::new();
    let (wanted, asked) = focuses(args, settings, &collected)?;
    for (at, focus) in wanted.iter().enumerate() {
        let options = Options {
            from: range.map(|r| r.from),
            to: range.map(|r| r.to),
            focus: Some(*focus),
            county: Some(collected.county.clone()),
            by: by.clone(),
        };
        let dossiers = write_year(
            &mut folder,
            &collected,
            &options,
            asked,
            &made,
            settings,
            console,
        )?;
        if at + 1 == wanted.len() {
            last = dossiers;
        }
    }
    let findings = all_findings(&last);
    write_tables(&mut folder, &collected, &last, &findings, settings)?;
    if let Some(year) = wanted.last() {
        notices::write(&mut folder, &collected, &findings, *year, settings)?;
    }
    folder.commit()?;
    let inside = |path: &PathBuf| path.strip_prefix(&target).unwrap_or(path).to_path_buf();
    let shown: Vec<PathBuf> = match settings.paths {
        Paths::Whole => folder.written().to_vec(),
        Paths::Redacted => folder.written().iter().map(inside).collect(),
    };
    console.result(|out| match args.format {
        TextFormat::Text => summary::text(out, &last, &findings, settings.lang),
        TextFormat::Json => summary::json(out, &last, &findings, &collected.batch, &shown),
    })?;
    for path in folder.written() {
        let path = path.display();
        console.detail(&Text::new(
            format!("已写入 {path}"),
            format!("written: {path}"),
        ));
    }
    let (count, place) = (folder.written().len(), target.display());
    console.say(&collected.ends());
    console.say(&Text::new(
        format!("已写入 {count} 个文件：{place}"),
        format!("{count} files written to {place}"),
    ));
    Ok(collected.ending(&findings, Severity::Error))
}

/// Writes workbook and page of every area for one year, and gives what they were written from. A year that was
/// not asked for gives way to the last one an area has reports for.
fn write_year(
    folder: &mut Folder,
    collected: &Collected,
    options: &Options,
    as_asked: bool,
    made: &Made,
    settings: &Settings,
    console: &Console,
) -> Result<Vec<Dossier>, Failure> {
    let mut dossiers = if as_asked {
        let (batch, registry) = (&collected.batch, &collected.registry);
        rollup::dossiers(batch, registry, &settings.library, options)
    } else {
        latest::dossiers(collected, settings, options)
    };
    let progress = console.progress(&Text::new("写入", "writing"), dossiers.len());
    for dossier in &mut dossiers {
        dossier.made = made.clone();
        collected.accept(&mut dossier.findings);
        write_dossier(folder, dossier, settings)?;
        progress.step();
    }
    Ok(dossiers)
}

/// The value of `--by`.
pub(super) fn parse_by(word: &str) -> Result<By, Failure> {
    By::parse(word).ok_or_else(|| Failure::Value {
        option: "--by",
        given: word.to_owned(),
        possible: "kind, county, city, province".to_owned(),
    })
}

/// The years asked for: as typed, else as the settings file says.
pub(super) fn years(
    typed: Option<YearRange>,
    settings: &Settings,
) -> Result<Option<YearRange>, Failure> {
    if typed.is_some() {
        return Ok(typed);
    }
    let written = settings.config.years.as_deref();
    (written.map(str::parse).transpose()).map_err(|problem| Failure::Value {
        option: "years",
        given: written.unwrap_or_default().to_owned(),
        possible: problem,
    })
}

/// The years that get a workbook, ascending, and whether they were asked for.
fn focuses(
    args: &RollupArgs,
    settings: &Settings,
    collected: &Collected,
) -> Result<(Vec<i32>, bool), Failure> {
    let there: BTreeSet<i32> = collected.reports().iter().filter_map(|r| r.year).collect();
    let there: Vec<i32> = there.into_iter().collect();
    let none = |asked: String, there: Vec<i32>| Failure::NoSuchYear { asked, there };
    if args.every_year || (settings.config.every_year && args.year.is_none()) {
        return Ok((there, false));
    }
    match args.year.or(settings.config.year) {
        Some(year) if there.contains(&year) => Ok((vec![year], true)),
        Some(year) => Err(none(year.to_string(), there)),
        None => match there.last() {
            Some(year) => Ok((vec![*year], false)),
            None => Err(Failure::NoYear),
        },
    }
}

/// The present time. `SOURCE_DATE_EPOCH` fixes it, for repeatable results.
pub(super) fn now() -> Result<jiff::ZonedDateTime, Failure> {
    match env::var("SOURCE_DATE_EPOCH") {
        Ok(given) => (given.parse().ok())
            .and_then(|second| jiff::Timestamp::from_second(second).ok())
            .map(|stamp| stamp.to_zoned_datetime(jiff::tz::TimeZone::UTC))
            .ok_or(Failure::Value {
                option: "SOURCE_DATE_EPOCH",
                given,
                possible: "seconds since 1970-01-01".to_owned(),
            }),
        Err(_) => Ok(jiff::ZonedDateTime::now()),
    }
}

/// When and from what the results are made.
fn made(settings: &Settings) -> Result<Made, Failure> {
    let at = now()?;
    let mut inputs: Vec<String> = settings
        .inputs
        .iter()
        .map(|input| settings.shown(input))
        .collect();
    Ok(Made {
        at: at.strftime("%Y-%m-%d %H:%M").to_string(),
        from: {
            // The same files are the same inputs in whatever order they are named.
            inputs.sort();
            inputs.join(" ")
        },
        by: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
    })
}

fn write_dossier(
    folder: &mut Folder,
    dossier: &Dossier,
    settings: &Settings,
) -> Result<(), Failure> {
    let Some(year) = dossier.latest().map(|summary| summary.year) else {
        return Ok(());
    };
    let area = &dossier.area;
    let identity = format!(
        "{} {}",
        area.code.as_deref().unwrap_or(&area.kind),
        area.name
    );
    let name = folder.name_for(&identity, &area.name, "-2022.xlsx");
    let name = format!("{name}-{year}");
    if folder.has(&format!("{name}.xlsx")) {
        return Ok(());
    }
    let (library, lang) = (&settings.library, settings.lang);
    let stage = |error: &dyn std::fmt::Display| Failure::Stage(Text::same(error.to_string()));
    let (book, (page, report)) = rayon::join(
        || workbook::write(dossier, library, lang),
        || {
            rayon::join(
                || page::write(dossier, library, lang),
                || word::write(dossier, library, lang),
            )
        },
    );
    folder.write(
        &format!("{name}.xlsx"),
        &book.map_err(|error| stage(&error))?,
    )?;
    folder.write(&format!("{name}.html"), page.as_bytes())?;
    folder.write(
        &format!("{name}.docx"),
        &report.map_err(|error| stage(&error))?,
    )
}

/// The tables that all areas share.
fn write_tables(
    folder: &mut Folder,
    collected: &Collected,
    dossiers: &[Dossier],
    findings: &[Finding],
    settings: &Settings,
) -> Result<(), Failure> {
    let lang = settings.lang;
    let in_memory = |json: Result<(), std::io::Error>| json.map_err(Failure::Stdout);
    let mut json = Vec::new();
    in_memory(export::findings_json(&mut json, findings, lang))?;
    folder.write("findings.json", &json)?;
    folder.write_csv("findings.csv", |out| {
        export::findings_csv(out, findings, lang)
    })?;
    folder.write_csv("inputs.csv", |out| {
        export::manifest_csv(out, &collected.batch.inputs, lang)
    })?;
    let rows = || dossiers.iter().flat_map(|dossier| &dossier.comparisons);
    folder.write_csv("comparison.csv", |out| {
        export::comparisons_csv(out, rows(), lang)
    })?;
    let mut json = Vec::new();
    in_memory(export::comparisons_json(&mut json, rows(), lang))?;
    folder.write("comparison.json", &json)?;
    let located = (collected.reports().iter()).map(|report| export::Located {
        county: collected.county_of(report),
        report,
    });
    folder.write_csv("values.csv", |out| {
        let keys = (collected.reports().iter()).map(|report| report.form.keys.len());
        let keys = keys.sum();
        export::values_csv(out, located).and_then(|written| run::all_values(keys, written))
    })
}

/// The findings of all areas, each once: a unit's stands with its county and with what is above that.
fn all_findings(dossiers: &[Dossier]) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for finding in dossiers.iter().flat_map(|dossier| &dossier.findings) {
        let identity = (
            &finding.rule,
            &finding.unit,
            finding.year,
            &finding.keys,
            &finding.places,
            &finding.message.zh,
        );
        if seen.insert(identity) {
            all.push(finding.clone());
        }
    }
    all.sort_by_key(|finding| finding.severity);
    all
}
