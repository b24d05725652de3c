//! A total is computed both ways: as the sum of the units' totals and as the sum of the units' parts.

use std::collections::BTreeMap;

use super::Summary;
use super::areas::Plan;
use super::book::{Book, Leaf, Year};
use super::share::Whole;
use crate::finding::{Finding, Severity};
use crate::form::{Form, Term};
use crate::grid::Place;
use crate::text::Text;

/// Why the two ways differ for one unit.
#[derive(Debug, Clone, Copy)]
enum Cause {
    /// Its total is so much more than its parts.
    Differs(i128),
    /// Some of the numbers are missing.
    Incomplete,
}

/// A unit for which the two ways differ.
#[derive(Debug, Clone)]
pub(super) struct Culprit {
    line: usize,
    cause: Cause,
    /// Where its total stands.
    place: Option<Place>,
}

/// Culprits by the number of their equation among a form's totals.
pub(super) type Causes = BTreeMap<usize, Vec<Culprit>>;

/// The totals of a form with their parts: what its rules say of every unit.
fn totals(form: &Form) -> impl Iterator<Item = (usize, &[Term])> {
    (form.rules.iter())
        .filter(|rule| rule.severity == Severity::Error && rule.when.kind.is_empty())
        .flat_map(|rule| rule.equations())
        .filter_map(|equation| equation.as_total())
}

/// The units of a plan for which the two ways differ in a year.
pub(super) fn causes(book: &Book<'_>, plan: &Plan, year: &Year) -> Causes {
    let totals: Vec<(usize, &[Term])> = totals(&year.form).collect();
    let mut causes = Causes::new();
    for leaf in book.held(&plan.extent, year) {
        for (at, (total, parts)) in totals.iter().enumerate() {
            if let Some(cause) = cause(leaf, *total, parts) {
                let place = leaf.values.get(*total).and_then(|v| v.place.clone());
                let line = leaf.line;
                let culprit = Culprit { line, cause, place };
                causes.entry(at).or_default().push(culprit);
            }
        }
    }
    causes
}

/// One finding for each total whose two ways differ, naming the units that cause it.
pub(super) fn both_ways(
    book: &Whole<'_>,
    summary: &Summary,
    causes: &Causes,
    findings: &mut Vec<Finding>,
) {
    for (at, (total, parts)) in totals(&summary.form).enumerate() {
        let sum = |key: usize| summary.totals[key].sum;
        let Some(of_totals) = sum(total) else {
            continue;
        };
        let known: Vec<i64> = parts.iter().filter_map(|part| sum(part.key)).collect();
        let of_parts: i128 = known.iter().map(|part| i128::from(*part)).sum();
        if known.is_empty() || of_parts == i128::from(of_totals) {
            continue;
        }
        let mut causes: Vec<&Culprit> = causes.get(&at).into_iter().flatten().collect();
        causes.sort_by_key(|culprit| culprit.line);
        findings.push(finding(
            book,
            summary,
            total,
            (of_totals, of_parts),
            &causes,
        ));
    }
}

fn cause(leaf: &Leaf, total: usize, parts: &[Term]) -> Option<Cause> {
    leaf.report.as_ref()?;
    let number = |key: usize| leaf.values.get(key).and_then(|value| value.number);
    let known: Vec<i64> = parts.iter().filter_map(|part| number(part.key)).collect();
    match number(total) {
        None if known.is_empty() => None,
        Some(total) if known.len() == parts.len() => {
            let of_parts: i128 = known.iter().map(|part| i128::from(*part)).sum();
            let more = i128::from(total) - of_parts;
            (more != 0).then_some(Cause::Differs(more))
        }
        _ => Some(Cause::Incomplete),
    }
}

fn finding(
    book: &Whole<'_>,
    summary: &Summary,
    total: usize,
    (of_totals, of_parts): (i64, i128),
    causes: &[&Culprit],
) -> Finding {
    let info = &summary.form.keys[total];
    let (mut zh, mut en, mut wrong) = (Vec::new(), Vec::new(), false);
    for culprit in causes {
        let name = book.name(culprit.line);
        match culprit.cause {
            Cause::Differs(more) => {
                wrong = true;
                zh.push(format!(
                    "{name}（合计比分项之和{}{}）",
                    if more > 0 { "多" } else { "少" },
                    more.abs()
                ));
                en.push(format!("{name} (total {more:+} against its parts)"));
            }
            Cause::Incomplete => {
                zh.push(format!("{name}（数不全）"));
                en.push(format!("{name} (numbers missing)"));
            }
        }
    }
    let area = &summary.area.name;
    let message = Text::new(
        format!(
            "{area}“{}”两种算法不一致：合计相加为{of_totals}，分项相加为{of_parts}；原因在{}",
            info.label.zh,
            zh.join("、")
        ),
        format!(
            "{} of {area} differs: the totals add up to {of_totals}, the parts to {of_parts}; because of {}",
            info.key,
            en.join(", ")
        ),
    );
    let severity = if wrong {
        Severity::Error
    } else {
        Severity::Warning
    };
    let mut finding = Finding::new("total-both-ways", severity, message)
        .about(area, Some(summary.year))
        .key(&info.key)
        .saw(of_totals.to_string(), of_parts.to_string());
    finding.places = (causes.iter())
        .filter_map(|culprit| culprit.place.clone())
        .collect();
    finding
}
