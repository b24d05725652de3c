//! What a roll-up says on the terminal: about ten lines for each area.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::json;

use super::{console, wording};
use crate::batch::{End, Input};
use crate::finding::{Finding, Severity};
use crate::form::{Form, Measure};
use crate::rollup::{Comparison, Dossier, Scope, Summary, Total};
use crate::show;
use crate::text::Lang;

/// More areas than this get a line each, and only the last one, which includes them, its ten.
pub(super) const IN_FULL: usize = 3;
/// How many names a list shows.
const NAMES: usize = 12;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Headlines {
    headlines: Vec<Headline>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Headline {
    key: String,
    #[serde(default)]
    parts: bool,
}

fn headlines() -> &'static [Headline] {
    static HEADLINES: LazyLock<Headlines> = LazyLock::new(|| {
        toml::from_str(include_str!("../../data/headlines.toml"))
            .unwrap_or_else(|e| panic!("data/headlines.toml: {e}"))
    });
    &HEADLINES.headlines
}

/// Says of an area how many have reported, or, in full, everything that ten lines hold.
pub(super) fn area(
    out: &mut dyn Write,
    dossier: &Dossier,
    in_full: bool,
    lang: Lang,
) -> io::Result<()> {
    let Some(summary) = dossier.latest() else {
        return Ok(());
    };
    title(out, dossier, summary, lang)?;
    if !in_full {
        return Ok(());
    }
    for headline in headlines() {
        figure(out, dossier, summary, headline, lang)?;
    }
    missing(out, summary, lang)?;
    let counts = wording::severities(&dossier.findings, lang);
    writeln!(out, "  {}{counts}", label("问题：", "findings: ", lang))
}

/// Says what concerns all areas: who has errors, and which files could not be read.
pub(super) fn closing(
    out: &mut dyn Write,
    findings: &[Finding],
    inputs: &[Input],
    lang: Lang,
) -> io::Result<()> {
    worst(out, findings, lang)?;
    unread(out, inputs, lang)
}

fn label(zh: &'static str, en: &'static str, lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// `示例县 2022  已报 12/13`.
fn title(out: &mut dyn Write, dossier: &Dossier, summary: &Summary, lang: Lang) -> io::Result<()> {
    let style = console::heading();
    let name = match dossier.area.name.as_str() {
        "" => label("汇总", "all units", lang),
        name => name,
    };
    writeln!(
        out,
        "{style}{name} {}{style:#}  {} {}/{}",
        summary.year,
        label("已报", "reported", lang),
        summary.reported(),
        summary.expected()
    )
}

/// One number with its parts, what it rests on, and the year before.
fn figure(
    out: &mut dyn Write,
    dossier: &Dossier,
    summary: &Summary,
    headline: &Headline,
    lang: Lang,
) -> io::Result<()> {
    let form = &*summary.form;
    let (Some(index), Some(total)) = (form.index(&headline.key), summary.total(&headline.key))
    else {
        return Ok(());
    };
    let info = &form.keys[index];
    let name = info.label.get(lang);
    write!(out, "  {name} {}", number(total, info.measure, lang))?;
    if !total.is_complete() {
        let (n, of) = (total.counted, total.expected);
        match lang {
            Lang::Zh => write!(out, "（{n}/{of} 个单位）")?,
            Lang::En => write!(out, " ({n}/{of} units)")?,
        }
    }
    against_last_year(out, dossier, summary, &headline.key, lang)?;
    match (dossier.doubts(summary.year, &[&headline.key]), lang) {
        (0, _) => {}
        (n, Lang::Zh) => write!(out, "；存疑：{n} 条问题涉及此数")?,
        (n, Lang::En) => write!(out, "; doubtful: {n} findings concern it")?,
    }
    writeln!(out)?;
    if headline.parts {
        let parts: Vec<String> = (parts_of(form, index).into_iter())
            .filter_map(|part| {
                let sum = summary.totals.get(part)?.sum?;
                let column = own_label(form, part, lang);
                (sum != 0).then(|| format!("{column} {}", show::count(sum)))
            })
            .collect();
        if !parts.is_empty() {
            writeln!(out, "    {}", parts.join(" · "))?;
        }
    }
    Ok(())
}

fn number(total: Total, measure: Measure, lang: Lang) -> String {
    match total.sum {
        None => "—".to_owned(),
        Some(sum) if measure == Measure::Fen => {
            format!(
                "{} {}",
                show::number(measure, sum),
                label("万元", "× 10,000 yuan", lang)
            )
        }
        Some(sum) => show::number(measure, sum),
    }
}

/// The parts of a total, as a rule of the form divides it.
fn parts_of(form: &Form, total: usize) -> Vec<usize> {
    (form.rules.iter().flat_map(|rule| rule.equations()))
        .filter_map(|equation| equation.as_total())
        .find(|(key, _)| *key == total)
        .map(|(_, parts)| parts.iter().map(|part| part.key).collect())
        .unwrap_or_default()
}

/// The label of a cell's own column.
fn own_label(form: &Form, key: usize, lang: Lang) -> &str {
    let [.., column] = form.keys[key].at;
    let axis = form.block_of(key).columns.get(column);
    (axis.and_then(|axis| axis.label())).map_or("", |text| text.get(lang))
}

fn against_last_year(
    out: &mut dyn Write,
    dossier: &Dossier,
    summary: &Summary,
    key: &str,
    lang: Lang,
) -> io::Result<()> {
    let before = (dossier.years.iter().rev().map(|s| s.year)).find(|year| *year < summary.year);
    let row = |scope: Scope| -> Option<&Comparison> {
        dossier.comparisons.iter().find(|row| {
            row.scope == scope
                && row.key == key
                && row.to_year == summary.year
                && Some(row.from_year) == before
        })
    };
    let Some(all) = row(Scope::All) else {
        return Ok(());
    };
    let year = all.from_year;
    match (all.comparable, all.from, all.change) {
        (false, ..) => match lang {
            Lang::Zh => write!(out, "，与 {year} 年口径不可比"),
            Lang::En => write!(out, ", not comparable with {year}"),
        },
        (true, Some(from), Some(change)) => {
            let (from, change) = (
                show::number(all.measure, from),
                show::change(all.measure, change),
            );
            match lang {
                Lang::Zh => write!(out, "，{year} 年 {from}，增减 {change}")?,
                Lang::En => write!(out, ", {year}: {from}, change {change}")?,
            }
            if let Some(percent) = all.percent {
                write!(out, " ({})", show::percent_change(percent))?;
            }
            match row(Scope::LikeForLike).and_then(|like| like.change) {
                Some(like) if Some(like) != all.change => {
                    let like = show::change(all.measure, like);
                    match lang {
                        Lang::Zh => write!(out, "，同口径 {like}"),
                        Lang::En => write!(out, ", like-for-like {like}"),
                    }
                }
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn missing(out: &mut dyn Write, summary: &Summary, lang: Lang) -> io::Result<()> {
    let names: Vec<&str> = (summary.members.iter())
        .filter(|member| member.expected && member.report.is_none())
        .map(|member| member.name.as_str())
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "  {}{}",
        label("未报：", "missing: ", lang),
        list(&names, lang)
    )
}

fn list(names: &[&str], lang: Lang) -> String {
    let between = label("、", ", ", lang);
    let shown = names[..names.len().min(NAMES)].join(between);
    match (names.len() > NAMES, lang) {
        (false, _) => shown,
        (true, Lang::Zh) => format!("{shown} 等 {} 个", names.len()),
        (true, Lang::En) => format!("{shown} and {} more", names.len() - NAMES),
    }
}

/// Units with errors, so that it is known whom to call.
fn worst(out: &mut dyn Write, findings: &[Finding], lang: Lang) -> io::Result<()> {
    let mut names: Vec<String> = Vec::new();
    for finding in findings.iter().filter(|f| f.severity == Severity::Error) {
        let year = finding.year.map(|y| format!(" {y}")).unwrap_or_default();
        let name = format!("{}{year}", finding.unit);
        if !finding.unit.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let style = console::severity(Severity::Error);
    let word = label("有错误：", "with errors: ", lang);
    writeln!(out, "{style}{word}{style:#}{}", list(&names, lang))
}

fn unread(out: &mut dyn Write, inputs: &[Input], lang: Lang) -> io::Result<()> {
    let files: Vec<&str> = (inputs.iter())
        .filter(|input| input.end == End::Unreadable)
        .map(|input| &*input.file)
        .collect();
    if files.is_empty() {
        return Ok(());
    }
    let style = console::severity(Severity::Error);
    let word = label("无法读取：", "unreadable: ", lang);
    writeln!(out, "{style}{word}{style:#}{}", list(&files, lang))
}

/// The same for machines: `{"areas":[…],"findings":{…},"inputs":{…},"written":[…]}`; `areas` are as [`area_json`] made them.
pub(super) fn json(
    out: &mut dyn Write,
    areas: Vec<serde_json::Value>,
    findings: &[Finding],
    ends: [usize; End::ALL.len()],
    written: &[PathBuf],
) -> io::Result<()> {
    let count = |severity: Severity| findings.iter().filter(|f| f.severity == severity).count();
    let inputs: serde_json::Map<String, serde_json::Value> = (End::ALL.iter().zip(ends))
        .map(|(end, count)| (end.as_str().to_owned(), count.into()))
        .collect();
    let written: Vec<String> = written.iter().map(|p| p.display().to_string()).collect();
    let all = json!({
        "areas": areas,
        "findings": {
            "error": count(Severity::Error), "warning": count(Severity::Warning),
            "note": count(Severity::Note),
        },
        "inputs": inputs,
        "written": written,
    });
    serde_json::to_writer_pretty(&mut *out, &all)?;
    writeln!(out)
}

/// What [`json`] says of an area; nothing where it has no year.
pub(super) fn area_json(dossier: &Dossier) -> Option<serde_json::Value> {
    let summary = dossier.latest()?;
    let missing: Vec<&str> = (summary.members.iter())
        .filter(|member| member.expected && member.report.is_none())
        .map(|member| member.name.as_str())
        .collect();
    let keys = summary
        .form
        .keys
        .iter()
        .map(|info| (&info.key, info.measure));
    let totals: Vec<_> = (keys.zip(&summary.totals))
        .map(|((key, measure), total)| {
            json!({
                "key": key, "value": total.sum, "measure": measure.as_str(),
                "units": total.counted, "expected": total.expected,
            })
        })
        .collect();
    Some(json!({
        "name": dossier.area.name, "year": summary.year, "form": summary.form.id,
        "reported": summary.reported(), "expected": summary.expected(),
        "missing": missing, "totals": totals,
    }))
}
