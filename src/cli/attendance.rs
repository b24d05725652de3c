//! The first pass over a run: who has reported, and what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use super::args::YearRange;
use super::console::Console;
use super::failure::Failure;
use super::run::{self, Collected};
use super::settings::Settings;
use super::slices::{Ledger, Run};
use crate::finding::Finding;
use crate::rollup::Roster;
use crate::units::Registry;

/// What is known of a run once all of it has gone by.
#[derive(Debug)]
pub(super) struct Attendance<'r> {
    pub roster: Roster<'r>,
    /// Of reading, and of checking where that was asked for.
    pub findings: Vec<Finding>,
    /// The counties in which there is a unit of a name.
    pub counties: BTreeMap<String, BTreeSet<String>>,
    /// How the files ended.
    pub ledger: Ledger,
}

impl<'r> Attendance<'r> {
    /// Looks at every report of some years once.
    ///
    /// # Errors
    /// A store that cannot be read, or no report of these years.
    pub fn take(
        run: &mut Run,
        registry: &'r Registry,
        range: Option<YearRange>,
        with_checks: bool,
        settings: &Settings,
        console: &Console,
    ) -> Result<Self, Failure> {
        let there = run.years();
        let mut taken = Self {
            roster: Roster::new(registry),
            findings: Vec::new(),
            counties: BTreeMap::new(),
            ledger: Ledger { inputs: Vec::new() },
        };
        let mut reports = 0;
        let ledger = run.each(settings, console, |slice| {
            // Checked before years are left out: a year is checked against the one before it.
            if with_checks {
                slice.batch.findings = slice.check(settings).0;
            }
            slice.keep_years(range);
            reports += slice.reports().len();
            taken.add(slice, registry);
            Ok(())
        })?;
        if let (Some(range), 0) = (range, reports) {
            return Err(run::no_such_year(range, there.into_iter().collect()));
        }
        Ok(Self { ledger, ..taken })
    }

    fn add(&mut self, slice: &Collected, registry: &'r Registry) {
        let (reports, findings) = (&slice.batch.reports, &slice.batch.findings);
        if registry.is_empty() {
            self.roster = Roster::of(reports, findings, registry);
        } else {
            self.roster.add(reports, findings);
        }
        for report in reports {
            let county = slice.county_of(report);
            let counties = self.counties.entry(report.unit.clone()).or_default();
            if !counties.contains(county) {
                counties.insert(county.to_owned());
            }
        }
        self.findings.extend_from_slice(findings);
    }
}
