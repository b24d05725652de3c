//! Which reports are of the same unit in the year before, renames and mergers followed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::report::{Report, Scope};
use crate::units::Registry;

/// Name of the county by file, for reports that no registry places.
pub type Counties = BTreeMap<Arc<str>, String>;

/// The registry's line of a report: by its code, else by its name.
fn line(report: &Report, registry: &Registry) -> Option<usize> {
    if let Some(code) = &report.code {
        return registry.line_of(code, report.year);
    }
    (!report.unit.is_empty()).then_some(())?;
    registry.find(&report.unit, report.year)
}

/// The unit's kind in the registry; empty where it is not known.
pub(super) fn kind<'r>(report: &Report, registry: &'r Registry) -> &'r str {
    line(report, registry).map_or("", |line| registry.units[line].kind.as_str())
}

/// Code of the area a report's unit belongs to, empty where it belongs to none the registry knows; none without
/// a registry.
pub(super) fn county(report: &Report, registry: &Registry) -> Option<String> {
    if registry.is_empty() {
        return None;
    }
    let above = line(report, registry).map(|line| registry.above(line, report.year));
    let area = above.and_then(|above| above.first().copied());
    Some(area.map_or_else(String::new, |area| registry.units[area].code.clone()))
}

/// Names a report by what stays the same over the years.
fn identity(
    report: &Report,
    line: Option<usize>,
    registry: &Registry,
    counties: &Counties,
) -> String {
    match (line, &report.code) {
        (Some(line), _) => format!("code {}", registry.units[line].code),
        (None, Some(code)) => format!("code {code}"),
        // Units of one name in two counties are two units.
        (None, None) => match counties.get(&report.file) {
            Some(county) => format!("name {}\n{county}", report.unit),
            None => format!("name {}", report.unit),
        },
    }
}

/// Names a report's line of descent.
pub(super) fn descent(report: &Report, registry: &Registry, counties: &Counties) -> String {
    match line(report, registry) {
        Some(line) => format!("line {}", registry.lineage(line).id),
        None => identity(report, None, registry, counties),
    }
}

/// The identities whose reports of the year before together precede a line's report of `year`.
fn predecessors(line: usize, year: i32, registry: &Registry) -> Vec<String> {
    let units = &registry.units;
    let own = &units[line];
    let lineage = registry.lineage(line);
    let active = |at: i32| {
        (lineage.units.iter().copied())
            .filter(|unit| units[*unit].is_active(at))
            .collect::<Vec<_>>()
    };
    let (before, now) = (active(year - 1), active(year));
    let alone = now.iter().all(|unit| units[*unit].code == own.code);
    let mut codes: Vec<String> = (before.into_iter())
        .filter(|unit| {
            let unit = &units[*unit];
            let ended = now.iter().all(|other| units[*other].code != unit.code);
            let absorbed = own
                .aliases
                .iter()
                .any(|a| *a == unit.name || *a == unit.code);
            alone || unit.code == own.code || (ended && absorbed)
        })
        .map(|unit| format!("code {}", units[unit].code))
        .collect();
    codes.sort();
    codes.dedup();
    codes
}

/// For every report, the indices of the reports of the year before that it continues: one as a rule, several
/// after a merger. Empty where one of them is missing, or stands there twice and nobody could say which counts.
pub(super) fn previous(
    reports: &[Arc<Report>],
    registry: &Registry,
    counties: &Counties,
) -> Vec<Vec<usize>> {
    let lines: Vec<_> = reports.iter().map(|r| line(r, registry)).collect();
    let mut known: BTreeMap<(String, bool, i32), Vec<usize>> = BTreeMap::new();
    for (index, report) in reports.iter().enumerate() {
        if let (Some(year), false) = (report.year, report.unit.is_empty() && report.code.is_none())
        {
            let key = identity(report, lines[index], registry, counties);
            known
                .entry((key, report.scope == Scope::Own, year))
                .or_default()
                .push(index);
        }
    }
    (reports.iter().zip(&lines))
        .map(|(report, line)| {
            let Some(before) = report.year.and_then(|year| year.checked_sub(1)) else {
                return Vec::new();
            };
            let wanted = match line {
                Some(line) => predecessors(*line, before + 1, registry),
                None => vec![identity(report, None, registry, counties)],
            };
            let own = report.scope == Scope::Own;
            (wanted.into_iter())
                .map(
                    |identity| match known.get(&(identity, own, before)).map(Vec::as_slice) {
                        Some([one]) => Some(*one),
                        _ => None,
                    },
                )
                .collect::<Option<Vec<_>>>()
                .unwrap_or_default()
        })
        .collect()
}

/// The indices of the reports of the year before that a unit's report of `year` will continue: one as a rule,
/// several after a merger. Empty where one of them is missing, or stands there twice.
pub fn continued(
    reports: &[Arc<Report>],
    unit: usize,
    year: i32,
    registry: &Registry,
) -> Vec<usize> {
    let of = |wanted: &str| {
        let mut met = reports.iter().enumerate().filter(|(_, report)| {
            report.scope == Scope::Own
                && report.year == year.checked_sub(1)
                && identity(report, line(report, registry), registry, &Counties::new()) == wanted
        });
        let one = met.next()?.0;
        met.next().is_none().then_some(one)
    };
    (predecessors(unit, year, registry).iter())
        .map(|wanted| of(wanted))
        .collect::<Option<Vec<_>>>()
        .unwrap_or_default()
}
