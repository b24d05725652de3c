//! Reports → findings: edit rules, continuity, plausibility, text against tables, error localisation, corrections.

mod corrections;
mod evaluate;
mod failure;
mod lineage;
pub mod localise;
mod narrative;
mod notice;
mod outlier;
mod repair;
mod settings;
mod slip;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

pub use corrections::{Corrections, CorrectionsError, Known};
pub use evaluate::{Instance, Outcome, Tally, Verdict, evaluate};
pub use lineage::{Counties, continued};
pub use narrative::{Names, Phrases, SelfName};
pub use notice::{Doubt, Notice, notices};
pub use settings::{Ending, Kinds, Localise, Outlier, PowerOfTen, Settings, SlipKind, SlipWeight};

use crate::finding::Finding;
use crate::form::Library;
use crate::report::Report;
use crate::units::Registry;
use evaluate::{Bridge, Past};

/// What the checks found in all reports together.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// Every finding, in the order of the reports, then of the rules.
    pub findings: Vec<Finding>,
    /// For every report, one tally per rule of its form.
    pub tallies: Vec<Vec<Tally>>,
}

impl Checked {
    /// All rules of one report together.
    pub fn tally(&self, report: usize) -> Tally {
        let mut sum = Tally::default();
        for tally in self.tallies.get(report).into_iter().flatten() {
            sum.held += tally.held;
            sum.failed += tally.failed;
            sum.unverifiable += tally.unverifiable;
        }
        sum
    }
}

/// What the checks know beyond the reports at hand, which may be a part of all there are.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The names of all units there are.
    pub names: &'a Names,
    /// Without a registry: the county by file. Peers are units of one county.
    pub counties: &'a Counties,
}

/// Checks all reports: each by itself, against the same unit's report of the year before, and against its peers.
///
/// The answer depends on nothing but the arguments: neither on threads nor on the clock.
pub fn run(
    reports: &[Arc<Report>],
    registry: &Registry,
    library: &Library,
    settings: &Settings,
) -> Checked {
    let names = Names::new(
        (reports.iter().map(|report| report.unit.as_str()))
            .chain(registry.units.iter().map(|unit| unit.name.as_str())),
    );
    let surroundings = Surroundings {
        names: &names,
        counties: &BTreeMap::new(),
    };
    run_among(reports, registry, library, settings, surroundings)
}

/// The same for some counties of several: all years of every unit's line of descent are to be there.
pub fn run_among(
    reports: &[Arc<Report>],
    registry: &Registry,
    library: &Library,
    settings: &Settings,
    surroundings: Surroundings<'_>,
) -> Checked {
    let previous = lineage::previous(reports, registry, surroundings.counties);
    let bridges = bridges(reports, &previous, library);
    let names = surroundings.names;
    let each: Vec<(Vec<Finding>, Vec<Tally>)> = (reports.par_iter().zip(&previous))
        .map(|(report, previous)| {
            let before: Vec<(&Report, &Bridge)> = (previous.iter())
                .filter_map(|at| {
                    let before: &Report = &reports[*at];
                    let key = (before.form.id.clone(), report.form.id.clone());
                    Some((before, bridges.get(&key)?))
                })
                .collect();
            let past = Past::new(&before);
            let kind = kind(report, registry, settings);
            let outcomes = evaluate::evaluate_rules(report, past, kind, settings, names);
            let tallies = Tally::of(&report.form, &outcomes);
            (findings(report, past, &outcomes, settings, names), tallies)
        })
        .collect();
    let mut checked = Checked::default();
    for (findings, tallies) in each {
        checked.findings.extend(findings);
        checked.tallies.push(tallies);
    }
    (checked.findings).extend(outlier::findings(
        reports,
        registry,
        library,
        settings,
        surroundings.counties,
    ));
    checked
}

/// Findings of one report: localised failures first, then what no repair explains, in the order of the rules.
fn findings(
    report: &Report,
    past: Option<Past<'_>>,
    outcomes: &[Outcome],
    settings: &Settings,
    names: &Names,
) -> Vec<Finding> {
    let localised = localise::localise(report, outcomes, settings);
    let mended = repair::mended(report, &localised);
    let mut covered = vec![false; outcomes.len()];
    let mut findings = Vec::new();
    for localised in &localised {
        for failed in &localised.failed {
            covered[*failed] = true;
        }
        findings.extend(repair::findings(
            report, past, outcomes, localised, settings,
        ));
    }
    let rest = (outcomes.iter().zip(&covered)).filter(|(_, covered)| !**covered);
    for (outcome, _) in rest.filter(|(outcome, _)| outcome.verdict == Verdict::Failed) {
        let explained = mended
            .as_ref()
            .is_some_and(|mended| evaluate::holds(mended, past, outcome));
        if explained {
            continue;
        }
        findings.extend(match outcome.instance {
            Instance::Text => narrative::finding(report, outcome, settings, names),
            _ => failure::finding(report, past, outcome),
        });
    }
    findings
}

/// The kind of a report's unit: from the registry, else told by its name, else empty.
pub fn kind<'a>(report: &Report, registry: &'a Registry, settings: &'a Settings) -> &'a str {
    match lineage::kind(report, registry) {
        "" => settings.kinds.of(&report.unit),
        kind => kind,
    }
}

/// The ways between all pairs of forms that follow each other here.
fn bridges(
    reports: &[Arc<Report>],
    previous: &[Vec<usize>],
    library: &Library,
) -> BTreeMap<(String, String), Bridge> {
    let mut bridges = BTreeMap::new();
    for (report, before) in reports.iter().zip(previous) {
        for before in before.iter().map(|at| &reports[*at]) {
            bridges
                .entry((before.form.id.clone(), report.form.id.clone()))
                .or_insert_with(|| Bridge::new(library, &before.form, &report.form));
        }
    }
    bridges
}
