//! Which reports are of the same unit in other years.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::report::{Report, Scope};
use crate::units::Registry;

/// What identifies a unit over the years.
pub(super) fn identity(report: &Report, _registry: &Registry) -> String {
    match &report.code {
        Some(code) => format!("code {code}"),
        None => format!("name {}", report.unit),
    }
}

/// The unit's kind: from the registry, by code or name, for the report's year; empty where it is not known.
pub(super) fn kind<'r>(report: &Report, registry: &'r Registry) -> &'r str {
    let in_force = |from: Option<i32>, to: Option<i32>| match report.year {
        Some(year) => from.is_none_or(|f| f <= year) && to.is_none_or(|t| year <= t),
        None => true,
    };
    let matches = |unit: &&crate::units::Unit| match &report.code {
        Some(code) => unit.code == *code,
        None => !report.unit.is_empty() && unit.name == report.unit,
    };
    let mut known = registry.units.iter().filter(matches);
    let first = known.clone().next();
    known
        .find(|unit| in_force(unit.from, unit.to))
        .or(first)
        .map_or("", |unit| unit.kind.as_str())
}

/// For every report, the index of the same unit's report of the year before.
///
/// Where there are several, none is taken: nobody could say which of them counts.
pub(super) fn previous(reports: &[Arc<Report>], registry: &Registry) -> Vec<Option<usize>> {
    let mut by_unit: BTreeMap<(String, bool, i32), Vec<usize>> = BTreeMap::new();
    let key = |report: &Report, year: i32| {
        let own = report.scope == Scope::Own;
        (identity(report, registry), own, year)
    };
    for (index, report) in reports.iter().enumerate() {
        if let (Some(year), false) = (report.year, report.unit.is_empty()) {
            by_unit.entry(key(report, year)).or_default().push(index);
        }
    }
    (reports.iter())
        .map(|report| {
            let year = report.year?.checked_sub(1)?;
            match by_unit.get(&key(report, year))?.as_slice() {
                [one] => Some(*one),
                _ => None,
            }
        })
        .collect()
}
