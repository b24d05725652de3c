//! Localised failures → findings: one for each wrong cell, naming where it stands and what it should be.

use std::collections::BTreeSet;

use crate::finding::{Finding, Suggestion};
use crate::form::Form;
use crate::report::{Report, Status};
use crate::text::{Lang, Text};

use super::evaluate::{Instance, Outcome, Past};
use super::failure::{self, amount};
use super::localise::{Candidate, Certainty, Localised, Mended};
use super::settings::Settings;

/// The findings of failures that hang together.
pub(super) fn findings(
    report: &Report,
    past: Option<Past<'_>>,
    outcomes: &[Outcome],
    localised: &Localised,
    settings: &Settings,
) -> Vec<Finding> {
    let best = localised.candidates.first();
    match (localised.certainty, best) {
        (Certainty::Certain | Certainty::Likely, Some(best)) if best.is_event => {
            let cells: Vec<&Mended> = best.cells.iter().collect();
            vec![mend(report, outcomes, localised, &cells)]
        }
        (Certainty::Certain | Certainty::Likely, Some(best)) => (best.cells.iter())
            .map(|cell| mend(report, outcomes, localised, &[cell]))
            .collect(),
        _ => (localised.failed.iter())
            .filter_map(|failed| {
                let finding = failure::finding(report, past, &outcomes[*failed])?;
                Some(with_candidates(finding, report, localised, settings))
            })
            .collect(),
    }
}

/// The report with everything mended that is certain; none where nothing is.
pub(super) fn mended(report: &Report, localised: &[Localised]) -> Option<Report> {
    let certain: Vec<&Mended> = (localised.iter())
        .filter(|localised| localised.certainty == Certainty::Certain)
        .flat_map(|localised| localised.candidates.iter().take(1))
        .flat_map(|candidate| &candidate.cells)
        .collect();
    if certain.is_empty() {
        return None;
    }
    let mut mended = report.clone();
    for cell in certain {
        mended.values[cell.key].settle(Status::Reported, Some(cell.value));
    }
    Some(mended)
}

/// One finding for cells that are wrong together.
fn mend(
    report: &Report,
    outcomes: &[Outcome],
    localised: &Localised,
    cells: &[&Mended],
) -> Finding {
    let form = &report.form;
    let explained: Vec<&Outcome> = (localised.failed.iter())
        .map(|at| &outcomes[*at])
        .filter(|outcome| cells.iter().any(|cell| touches(form, outcome, cell.key)))
        .collect();
    let first = (explained.first().copied()).or(localised.failed.first().map(|at| &outcomes[*at]));
    let rule = first.map(|outcome| outcome.rule_of(form));
    let found = join(cells, |cell| shown(report, cell.key));
    let expected = join(cells, |cell| restored(form, cell));
    let count = localised.failed.len();
    let sure = localised.certainty == Certainty::Certain;
    let alone = localised.candidates.first().map_or(1, |c| c.cells.len()) <= cells.len();
    let zh = {
        let list = (cells.iter().map(|cell| one(report, cell, sure, Lang::Zh))).collect::<Vec<_>>();
        let after = if alone {
            "改正后"
        } else {
            "连同本表另列的单元格一并改正后"
        };
        let rules = names(form, &explained, Lang::Zh);
        format!(
            "{}。{after}，{count} 条不成立的勾稽关系全部成立（{rules}）。请核对原始台账后改正",
            list.join("；")
        )
    };
    let en = {
        let list = (cells.iter().map(|cell| one(report, cell, sure, Lang::En))).collect::<Vec<_>>();
        let after = if alone {
            "Once mended"
        } else {
            "Once mended together with the other cells named for this table"
        };
        let rules = names(form, &explained, Lang::En);
        let all = if count == 1 {
            "the one rule that fails holds".to_owned()
        } else {
            format!("all {count} rules that fail hold")
        };
        format!(
            "{}. {after}, {all} ({rules}). Check against the records and correct",
            list.join("; ")
        )
    };
    let mut finding = Finding::new(
        rule.map_or("", |rule| rule.id.as_str()),
        rule.map_or(crate::finding::Severity::Error, |rule| rule.severity),
        Text::new(zh, en),
    )
    .about(&report.unit, report.year)
    .saw(found, expected);
    for cell in cells {
        finding = finding.key(&form.keys[cell.key].key);
        finding = finding.at(report.values[cell.key].place.clone());
        finding.suggestion.push(suggestion(form, cell));
    }
    finding
}

/// A failed rule with the repairs that touch it.
fn with_candidates(
    mut finding: Finding,
    report: &Report,
    localised: &Localised,
    settings: &Settings,
) -> Finding {
    let form = &report.form;
    let fits = |candidate: &&Candidate| {
        (candidate.cells.iter()).any(|cell| finding.keys.contains(&form.keys[cell.key].key))
    };
    let fitting: Vec<&Candidate> = localised.candidates.iter().filter(fits).collect();
    let mut seen = BTreeSet::new();
    let mut suggestions = Vec::new();
    for cell in fitting.iter().flat_map(|candidate| &candidate.cells) {
        let touches = finding.keys.contains(&form.keys[cell.key].key);
        if touches
            && suggestions.len() < settings.localise.most_suggestions
            && seen.insert((cell.key, cell.value))
        {
            suggestions.push(suggestion(form, cell));
        }
    }
    finding.suggestion = suggestions;
    let count = localised.candidates.len();
    let bound = if localised.complete { "" } else { "至少 " };
    if count > 0 {
        let cells = localised.cells;
        finding.message.zh += &format!(
            "。错误可能在以下单元格之一（{bound}{count} 种改法都能使勾稽关系成立，每种改动 {cells} 格），不能断定"
        );
        let bound = if localised.complete { "" } else { "at least " };
        finding.message.en += &format!(
            ". The mistake is in one of these cells ({bound}{count} repairs of {cells} each would do); which one cannot be told from the rules"
        );
    } else {
        let cells = localised.cells;
        finding.message.zh +=
            &format!("。改动不超过 {cells} 个单元格无法使全部勾稽关系成立，请通查本表");
        finding.message.en += &format!(
            ". No change of up to {cells} cells makes everything add up; go through the whole table"
        );
    }
    finding
}

fn touches(form: &Form, outcome: &Outcome, key: usize) -> bool {
    match outcome.instance {
        Instance::Key(other) => other == key,
        Instance::Text => false,
        Instance::Equation(_) => (outcome.equation_of(form))
            .is_some_and(|e| e.terms().any(|t| t.key == key && !t.previous)),
    }
}

/// `表三，F14（…）填报 5354，几乎可以确定应为 5345（相邻两位数字颠倒）`
fn one(report: &Report, cell: &Mended, sure: bool, lang: Lang) -> String {
    let form = &report.form;
    let info = &form.keys[cell.key];
    let table = form.tables[info.at[0]].label.get(lang);
    let place = (report.values[cell.key].place.as_ref())
        .map_or_else(String::new, |place| place.cell.to_string());
    let (label, found, right) = (
        info.label.get(lang),
        shown(report, cell.key),
        restored(form, cell),
    );
    let reason = cell.reason.get(lang);
    match lang {
        Lang::Zh => {
            let place = if place.is_empty() {
                String::new()
            } else {
                format!("单元格 {place}")
            };
            let sure = if sure {
                "几乎可以确定应为"
            } else {
                "很可能应为"
            };
            format!("“{table}”{place}（{label}）填报 {found}，{sure} {right}（{reason}）")
        }
        Lang::En => {
            let place = if place.is_empty() {
                String::new()
            } else {
                format!(", cell {place}")
            };
            let sure = if sure {
                "almost certainly"
            } else {
                "most likely"
            };
            format!(
                "“{table}”{place} ({label}) says {found}; it should {sure} be {right} ({reason})"
            )
        }
    }
}

fn names(form: &Form, outcomes: &[&Outcome], lang: Lang) -> String {
    const MOST: usize = 4;
    let mut names: Vec<String> = (outcomes.iter().take(MOST))
        .map(|outcome| {
            let rule = outcome.rule_of(form).label.get(lang);
            let of = outcome
                .equation_of(form)
                .map(|e| failure::instance_label(form, e));
            match of
                .map(|of| of.get(lang).to_owned())
                .filter(|of| !of.is_empty())
            {
                Some(of) => format!("{rule}：{of}"),
                None => rule.to_owned(),
            }
        })
        .collect();
    if outcomes.len() > MOST {
        names.push("…".to_owned());
    }
    names.join(match lang {
        Lang::Zh => "；",
        Lang::En => "; ",
    })
}

fn join(cells: &[&Mended], show: impl Fn(&Mended) -> String) -> String {
    cells
        .iter()
        .map(|cell| show(cell))
        .collect::<Vec<_>>()
        .join(", ")
}

fn shown(report: &Report, key: usize) -> String {
    let measure = report.form.keys[key].measure;
    (report.values[key].number).map_or_else(String::new, |n| amount(i128::from(n), measure))
}

fn restored(form: &Form, cell: &Mended) -> String {
    amount(i128::from(cell.value), form.keys[cell.key].measure)
}

fn suggestion(form: &Form, cell: &Mended) -> Suggestion {
    Suggestion {
        key: form.keys[cell.key].key.clone(),
        value: cell.value,
        reason: cell.reason.clone(),
    }
}
