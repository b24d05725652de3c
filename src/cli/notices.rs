//! A page for every unit that has something to check: `notices/<unit>.xlsx`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::failure::Failure;
use super::output::Folder;
use super::run::Collected;
use super::settings::Settings;
use crate::filename::FileNames;
use crate::finding::{Finding, Severity};
use crate::report::Report;
use crate::text::Text;
use crate::workbook;

/// The folder within the results.
const NOTICES: &str = "notices";

/// Writes a notice for every report with errors or warnings. Those of `year` are called after their unit, those
/// of other years after unit and year, and after their county too where several have a unit of that name.
/// A notice of an earlier run whose reasons are gone goes too.
pub(super) fn write(
    folder: &mut Folder,
    collected: &Collected,
    findings: &[Finding],
    year: i32,
    settings: &Settings,
) -> Result<(), Failure> {
    let mut counties: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for report in collected.reports() {
        let county = collected.county_of(report);
        counties.entry(&report.unit).or_default().insert(county);
    }
    let mut names = FileNames::default();
    for report in collected.reports() {
        let identity = (&report.unit, report.year, &report.form.id, &report.file);
        let stem = stem(report, collected, &counties, year);
        let stem = names.give(&format!("{identity:?}"), &stem, ".xlsx");
        let about: Vec<&Finding> = findings
            .iter()
            .filter(|finding| is_about(finding, report))
            .collect();
        let name = format!("{NOTICES}/{stem}.xlsx");
        if about.is_empty() {
            folder.remove(&name);
            continue;
        }
        let bytes = workbook::notice(report, &about, settings.lang)
            .map_err(|error| Failure::Stage(Text::same(error.to_string())))?;
        folder.write(&name, &bytes)?;
    }
    Ok(())
}

fn stem(
    report: &Arc<Report>,
    collected: &Collected,
    counties: &BTreeMap<&str, BTreeSet<&str>>,
    year: i32,
) -> String {
    let mut stem = report.unit.clone();
    if counties.get(&*report.unit).is_some_and(|all| all.len() > 1) {
        stem = format!("{}-{stem}", collected.county_of(report));
    }
    match report.year {
        Some(other) if other != year => stem = format!("{stem}-{other}"),
        _ => {}
    }
    stem
}

/// Whether a finding is for the unit to deal with. The same name may stand for a unit of another county, so a
/// finding that names places must name one in this report.
fn is_about(finding: &Finding, report: &Report) -> bool {
    finding.severity != Severity::Note
        && !report.unit.is_empty()
        && finding.unit == report.unit
        && finding.year == report.year
        && (finding.places.is_empty() || finding.places.iter().any(|p| p.file == report.file))
}
