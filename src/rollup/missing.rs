//! Units that should have reported and did not.

use std::collections::BTreeSet;

use super::areas::Plan;
use super::book::{Book, Year};
use super::share::{Whole, YearShare};
use crate::finding::{Finding, Severity};
use crate::text::Text;

/// The lines of a plan's units without a report for a year.
pub(super) fn lines(book: &Book<'_>, plan: &Plan, year: &Year) -> Vec<usize> {
    (book.held(&plan.extent, year))
        .filter(|leaf| leaf.report.is_none())
        .map(|leaf| leaf.line)
        .collect()
}

/// Without a registry: the lines of units that reported the year before and are not there now.
pub(super) fn gone(
    book: &Book<'_>,
    plan: &Plan,
    (before, year): (Option<&Year>, &Year),
) -> Vec<usize> {
    let Some(before) = before.filter(|_| book.roster.implicit) else {
        return Vec::new();
    };
    let present: BTreeSet<usize> = year.leaves.iter().map(|leaf| leaf.line).collect();
    (book.held(&plan.extent, before))
        .filter(|leaf| !present.contains(&leaf.line))
        .map(|leaf| leaf.line)
        .collect()
}

/// A finding for every unit that is missing in a year: by the registry, or, without one, because it reported
/// the year before. Only what the year reported on lacks is an error.
pub(super) fn missing(
    book: &Whole<'_>,
    (before, year): (Option<i32>, &YearShare),
    is_focus: bool,
    findings: &mut Vec<Finding>,
) {
    let severity = if is_focus {
        Severity::Error
    } else {
        Severity::Warning
    };
    let of = year.year;
    for line in &year.missing {
        let unit = book.name(*line);
        let message = Text::new(
            format!("{unit}没有{of}年的报告，合计中不含它；请催报，或在登记表中注明它不需报送"),
            format!(
                "{unit} has no report for {of}, and no sum includes it; ask for it, or end the unit in the registry"
            ),
        );
        findings.push(Finding::new("unit-missing", severity, message).about(unit, Some(of)));
    }
    let Some(last) = before else {
        return;
    };
    for line in &year.gone {
        let unit = book.name(*line);
        let message = Text::new(
            format!("{unit}有{last}年的报告，没有{of}年的；请核实是漏报、更名还是撤并"),
            format!(
                "{unit} reported for {last} but not for {of}; see whether it is missing, renamed or merged"
            ),
        );
        findings
            .push(Finding::new("unit-absent", Severity::Warning, message).about(unit, Some(of)));
    }
}
