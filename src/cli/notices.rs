//! A page for every unit that has something to check: `notices/<unit>.xlsx`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

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

/// How many notices are made at once.
const AT_ONCE: usize = 64;

/// The notices of a run, for reports that go by in the order of their years.
pub(super) struct Notices<'f> {
    /// What units have to deal with, by unit and year.
    findings: BTreeMap<(&'f str, Option<i32>), Vec<&'f Finding>>,
    /// The counties in which there is a unit of a name.
    counties: BTreeMap<String, BTreeSet<String>>,
    year: i32,
    names: FileNames,
}

impl<'f> Notices<'f> {
    /// Those of `year` are called after their unit, those of other years after unit and year, and after their county too
    /// where several have a unit of that name.
    pub fn new(
        findings: &'f [Finding],
        counties: BTreeMap<String, BTreeSet<String>>,
        year: i32,
    ) -> Self {
        let mut by_unit: BTreeMap<_, Vec<&Finding>> = BTreeMap::new();
        for finding in findings {
            if finding.severity != Severity::Note && !finding.unit.is_empty() {
                let whose = (finding.unit.as_str(), finding.year);
                by_unit.entry(whose).or_default().push(finding);
            }
        }
        Self {
            findings: by_unit,
            counties,
            year,
            names: FileNames::default(),
        }
    }

    /// Writes a notice for every report of a slice with errors or warnings. A notice of an earlier run whose reasons are
    /// gone goes too.
    ///
    /// # Errors
    /// One cannot be made or written.
    pub fn write(
        &mut self,
        folder: &mut Folder,
        slice: &Collected,
        settings: &Settings,
    ) -> Result<(), Failure> {
        let mut wanted = Vec::new();
        for report in slice.reports() {
            let identity = (&report.unit, report.year, &report.form.id, &report.file);
            let stem = self.stem(report, slice);
            let stem = (self.names).give(&format!("{identity:?}"), &stem, ".xlsx");
            let name = format!("{NOTICES}/{stem}.xlsx");
            let about = self.about(report);
            if about.is_empty() {
                folder.remove(&name);
            } else {
                wanted.push((name, report, about));
            }
        }
        for few in wanted.chunks(AT_ONCE) {
            let made: Vec<_> = (few.par_iter())
                .map(|(_, report, about)| workbook::notice(report, about, settings.lang))
                .collect();
            for ((name, ..), bytes) in few.iter().zip(made) {
                let bytes = bytes.map_err(|error| Failure::Stage(Text::same(error.to_string())))?;
                folder.write(name, &bytes)?;
            }
        }
        Ok(())
    }

    fn stem(&self, report: &Arc<Report>, slice: &Collected) -> String {
        let mut stem = report.unit.clone();
        let counties = self.counties.get(&*report.unit);
        if counties.is_some_and(|all| all.len() > 1) {
            stem = format!("{}-{stem}", slice.county_of(report));
        }
        match report.year {
            Some(other) if other != self.year => stem = format!("{stem}-{other}"),
            _ => {}
        }
        stem
    }

    /// The findings that are for the unit to deal with. The same name may stand for a unit of another county, so a
    /// finding that names places must name one in this report.
    fn about(&self, report: &Report) -> Vec<&'f Finding> {
        let of_unit = self.findings.get(&(report.unit.as_str(), report.year));
        let here = |finding: &&Finding| {
            let places = &finding.places;
            places.is_empty() || places.iter().any(|place| place.file == report.file)
        };
        (of_unit.into_iter().flatten().copied())
            .filter(here)
            .collect()
    }
}
