//! `huizong check`: findings only.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::args::{CheckArgs, CheckFormat};
use super::console::{self, Console};
use super::failure::Failure;
use super::rollup::years;
use super::settings::Settings;
use super::slices::{Cut, Ledger, Run};
use super::{Ending, run, wording};
use crate::check::Tally;
use crate::export::{findings_csv, findings_json, findings_sarif};
use crate::finding::{Finding, Severity};
use crate::text::Lang;

/// Reads, checks, and prints what was found.
pub(super) fn check(
    args: &CheckArgs,
    settings: &Settings,
    console: &Console,
) -> Result<Ending, Failure> {
    let fail_on = fail_on(args, settings)?;
    let range = years(args.years, settings)?;
    let mut run = Run::open(Cut::Counties, settings, &[], console)?;
    let registry = run.registry();
    let wanted = |year: Option<i32>| match (range, year) {
        (Some(range), Some(year)) => range.contains(year),
        (Some(_), None) => false,
        (None, _) => true,
    };
    let there = run.years();
    let (mut tally, mut findings, mut reports) = (Tally::default(), Vec::new(), 0);
    let ledger = run.each(settings, console, |slice| {
        // Checked before years are left out: a year is checked against the one before it.
        let (mut found, checked) = slice.check(settings);
        for (at, report) in slice.reports().iter().enumerate() {
            if wanted(report.year) {
                add(&mut tally, checked.tally(at));
                reports += 1;
            }
        }
        found.retain(|finding| finding.year.is_none() || wanted(finding.year));
        findings.append(&mut found);
        Ok(())
    })?;
    if let (Some(range), 0) = (range, reports) {
        return Err(run::no_such_year(range, there.into_iter().collect()));
    }
    run::sort(&registry, &mut findings);
    let lang = settings.lang;
    console.result(|out| match args.format {
        CheckFormat::Text => {
            text(out, &findings, lang)?;
            let counts = (reports, tally);
            summary(out, &findings, counts, &ledger, lang)
        }
        CheckFormat::Json => findings_json(out, &findings, lang),
        CheckFormat::Csv => findings_csv(out, &findings, lang),
        CheckFormat::Sarif => findings_sarif(out, &findings, lang),
    })?;
    if args.format != CheckFormat::Text {
        console.say(&ledger.words());
    }
    let is_wrong = findings.iter().any(|f| f.severity <= fail_on);
    Ok(ledger.ending(is_wrong))
}

fn add(sum: &mut Tally, more: Tally) {
    sum.held += more.held;
    sum.failed += more.failed;
    sum.unverifiable += more.unverifiable;
}

fn fail_on(args: &CheckArgs, settings: &Settings) -> Result<Severity, Failure> {
    if let Some(typed) = args.fail_on {
        return Ok(typed.into());
    }
    match settings.config.fail_on.as_deref() {
        None | Some("error") => Ok(Severity::Error),
        Some("warning") => Ok(Severity::Warning),
        Some(other) => Err(Failure::Value {
            option: "fail-on",
            given: other.to_owned(),
            possible: "error, warning".to_owned(),
        }),
    }
}

/// Findings for a person: by unit and year, worst first, one line each.
fn text(out: &mut dyn Write, findings: &[Finding], lang: Lang) -> io::Result<()> {
    let mut groups: BTreeMap<(&str, Option<i32>), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        (groups.entry((&finding.unit, finding.year)).or_default()).push(finding);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    // Within a group the worst stands first already; the sort is stable.
    groups.sort_by_key(|(_, group)| {
        let errors = group
            .iter()
            .filter(|f| f.severity == Severity::Error)
            .count();
        (group[0].severity, std::cmp::Reverse(errors))
    });
    for ((unit, year), group) in groups {
        let heading = console::heading();
        let counts = wording::severities(group.iter().copied(), lang);
        let name = group_name(unit, year, lang);
        writeln!(out, "{heading}{name}{heading:#}  {counts}")?;
        for finding in group {
            line(out, finding, lang)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn group_name(unit: &str, year: Option<i32>, lang: Lang) -> String {
    let unit = match (unit, lang) {
        ("", Lang::Zh) => "文件",
        ("", Lang::En) => "files",
        (unit, _) => unit,
    };
    match year {
        Some(year) => format!("{unit} {year}"),
        None => unit.to_owned(),
    }
}

/// `error  balance  north.xlsx 表三!F14  what is wrong; should be 5345 (two digits swapped)`.
fn line(out: &mut dyn Write, finding: &Finding, lang: Lang) -> io::Result<()> {
    let style = console::severity(finding.severity);
    let word = finding.severity.label();
    write!(
        out,
        "  {style}{}{style:#}  {}",
        word.get(lang),
        finding.rule
    )?;
    if let Some(place) = finding.places.first() {
        write!(out, "  {}", wording::place(place))?;
        if finding.places.len() > 1 {
            let more = finding.places.len() - 1;
            match lang {
                Lang::Zh => write!(out, "（另 {more} 处）")?,
                Lang::En => write!(out, " (and {more} more)")?,
            }
        }
    }
    write!(out, "  {}", one_line(finding.message.get(lang)))?;
    if let Some(best) = finding.suggestion.first() {
        let (key, value) = (&best.key, best.value);
        let reason = one_line(best.reason.get(lang));
        match lang {
            Lang::Zh => write!(out, "；建议 {key} = {value}（{reason}）")?,
            Lang::En => write!(out, "; suggested: {key} = {value} ({reason})")?,
        }
    }
    writeln!(out)
}

fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn summary(
    out: &mut dyn Write,
    findings: &[Finding],
    (reports, tally): (usize, Tally),
    ledger: &Ledger,
    lang: Lang,
) -> io::Result<()> {
    let counts = wording::severities(findings, lang);
    match lang {
        Lang::Zh => {
            writeln!(out, "年报 {reports} 份：{counts}")?;
            writeln!(
                out,
                "规则：成立 {}，不成立 {}，无法核验 {}",
                tally.held, tally.failed, tally.unverifiable
            )?;
        }
        Lang::En => {
            writeln!(out, "reports {reports}: {counts}")?;
            writeln!(
                out,
                "rules: held {}, failed {}, unverifiable {}",
                tally.held, tally.failed, tally.unverifiable
            )?;
        }
    }
    writeln!(out, "{}", ledger.words().get(lang))
}
