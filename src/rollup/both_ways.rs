//! A total is computed both ways: as the sum of the units' totals and as the sum of the units' parts.

use super::Summary;
use super::areas::Plan;
use super::book::{Book, Leaf, Year};
use super::summarise::held;
use crate::finding::{Finding, Severity};
use crate::form::Term;
use crate::text::Text;

/// Why the two ways differ for one unit.
enum Cause {
    /// Its total is so much more than its parts.
    Differs(i128),
    /// Some of the numbers are missing.
    Incomplete,
}

/// One finding for each total whose two ways differ, naming the units that cause it.
pub(super) fn both_ways(
    book: &Book<'_>,
    plan: &Plan,
    year: &Year,
    summary: &Summary,
    findings: &mut Vec<Finding>,
) {
    let rules = (year.form.rules.iter())
        .filter(|rule| rule.severity == Severity::Error && rule.when.kind.is_empty());
    for equation in rules.flat_map(|rule| rule.equations()) {
        let Some((total, parts)) = equation.as_total() else {
            continue;
        };
        let sum = |key: usize| summary.totals[key].sum;
        let Some(of_totals) = sum(total) else {
            continue;
        };
        let known: Vec<i64> = parts.iter().filter_map(|part| sum(part.key)).collect();
        let of_parts: i128 = known.iter().map(|part| i128::from(*part)).sum();
        if known.is_empty() || of_parts == i128::from(of_totals) {
            continue;
        }
        let causes: Vec<(&Leaf, Cause)> = held(book, &plan.extent, year)
            .filter_map(|leaf| Some((leaf, cause(leaf, total, parts)?)))
            .collect();
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
    book: &Book<'_>,
    summary: &Summary,
    total: usize,
    (of_totals, of_parts): (i64, i128),
    causes: &[(&Leaf, Cause)],
) -> Finding {
    let info = &summary.form.keys[total];
    let (mut zh, mut en, mut wrong) = (Vec::new(), Vec::new(), false);
    for (leaf, cause) in causes {
        let name = &book.registry.units[leaf.line].name;
        match cause {
            Cause::Differs(more) => {
                wrong = true;
                zh.push(format!(
                    "{name}（合计比分项之和{}{}）",
                    if *more > 0 { "多" } else { "少" },
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
        .filter_map(|(leaf, _)| leaf.values.get(total)?.place.clone())
        .collect();
    finding
}
