//! Whose report it is: names against the registry.

use super::assemble::Naming;
use super::kept::Words;
use crate::finding::{Finding, Severity};
use crate::report::{Report, Scope};
use crate::text::Text;
use crate::units::{Registry, Resolution, plain_name};

/// Gives the report its unit's registered name and code, or says why that cannot be done. Returns the
/// unit's place in the registry.
pub(super) fn name_unit(report: &mut Report, naming: Naming<'_>) -> usize {
    let mut order = usize::MAX;
    let as_found = report.unit.clone();
    if !naming.registry.is_empty() && !report.unit.is_empty() {
        match resolve(report, naming.registry) {
            Resolution::Found(index) => {
                let unit = &naming.registry.units[index];
                report.unit = unit.name.clone();
                report.code = Some(unit.code.clone());
                order = index;
                if !naming.registry.reports_itself(index) {
                    report.scope = Scope::Consolidated;
                }
            }
            other => {
                let finding = unresolved(report, &other, naming.registry);
                report.findings.push(finding);
            }
        }
    }
    if order == usize::MAX && calls_itself_consolidated(report, naming.county) {
        report.scope = Scope::Consolidated;
    }
    for finding in &mut report.findings {
        if finding.unit.is_empty() || finding.unit == as_found {
            finding.unit = report.unit.clone();
        }
        finding.year = finding.year.or(report.year);
    }
    order
}

/// Looks the report's unit up, and says what stands in the way where that fails.
pub fn resolve(report: &Report, registry: &Registry) -> Resolution {
    let (unit, code) = (&report.unit, report.code.as_deref());
    match registered(unit, code, &report.narrative.names, report.year, registry) {
        Some(line) => Resolution::Found(line),
        None => registry.resolve(&report.unit, report.year),
    }
}

/// The registry's line of a report: by the name most trusted, with its code where a store knows that, else by any
/// other name found that is a reporting unit's.
pub fn registered(
    unit: &str,
    code: Option<&str>,
    names: &[String],
    year: Option<i32>,
    registry: &Registry,
) -> Option<usize> {
    registry.find_coded(unit, code, year).or_else(|| {
        (names.iter())
            .filter_map(|name| registry.find(name, year))
            .find(|line| registry.reports_itself(*line))
    })
}

/// Whether a report that no registry knows gives an area's figures: by its name or its title.
pub fn calls_itself_consolidated(report: &Report, county: &str) -> bool {
    let unit = plain_name(&report.unit);
    let marks = &Words::get().consolidated.marks;
    let marked = |words: &str| marks.iter().any(|mark| words.contains(mark.as_str()));
    (!unit.is_empty() && unit == plain_name(county))
        || marked(&report.unit)
        || (unit.is_empty()
            && report
                .narrative
                .title
                .as_ref()
                .is_some_and(|t| marked(&t.words)))
}

fn unresolved(report: &Report, resolution: &Resolution, registry: &Registry) -> Finding {
    let unit = &report.unit;
    let (rule, candidates) = match resolution {
        Resolution::Ambiguous(candidates) => ("unit-ambiguous", candidates.as_slice()),
        Resolution::Unknown { nearest } => ("unit-unknown", nearest.as_slice()),
        Resolution::Found(_) => ("unit-unknown", [].as_slice()),
    };
    let named: Vec<String> = (candidates.iter())
        .map(|index| &registry.units[*index])
        .map(|unit| format!("{}（{}）", unit.name, unit.code))
        .collect();
    let (zh, en) = (named.join("、"), named.join(", "));
    let message = if rule == "unit-ambiguous" {
        Text::new(
            format!("单位名称“{unit}”在名录中对应多个单位：{zh}；请在 units.csv 的 aliases 列写明"),
            format!(
                "the unit name \"{unit}\" stands for several units of the registry: {en}; settle it in the aliases column of units.csv"
            ),
        )
    } else if named.is_empty() {
        Text::new(
            format!("名录中没有“{unit}”，也没有相近的名称；请补入 units.csv，或将文件移出"),
            format!(
                "the registry has no \"{unit}\" and nothing like it; add it to units.csv, or move the file out"
            ),
        )
    } else {
        Text::new(
            format!(
                "名录中没有“{unit}”，最相近的是 {zh}；若是同一单位，请写入 units.csv 的 aliases 列"
            ),
            format!(
                "the registry has no \"{unit}\"; nearest: {en}; if it is the same unit, add it to the aliases column of units.csv"
            ),
        )
    };
    let place = report.narrative.title.as_ref().map(|t| t.place.clone());
    Finding::new(rule, Severity::Error, message)
        .about(unit.clone(), report.year)
        .at(place)
        .saw(unit.clone(), named.join(", "))
}
