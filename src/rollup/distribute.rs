//! Which finding and which file goes into which dossier, and in what order.

use std::collections::{BTreeMap, BTreeSet};

use super::areas::{Extent, Plan};
use super::roster::{Roster, unit_line};
use crate::batch::Input;
use crate::finding::Finding;
use crate::units::Registry;

/// Every finding of a run and every file, with the areas and kinds of unit each is about.
#[derive(Debug)]
pub struct Placed<'i> {
    findings: Vec<Finding>,
    of_findings: Index,
    inputs: &'i [Input],
    of_inputs: Index,
}

/// What is about whom, by number.
#[derive(Debug, Default)]
struct Index {
    by_line: BTreeMap<(usize, Option<i32>), Vec<u32>>,
    /// Lines and years below each area, and of each kind.
    by_area: BTreeMap<String, BTreeSet<(usize, Option<i32>)>>,
    by_kind: BTreeMap<String, BTreeSet<(usize, Option<i32>)>>,
    /// About nobody who is known.
    loose: Vec<u32>,
}

impl<'i> Placed<'i> {
    /// Places findings of reading and checking, and files, once everybody is on the roster.
    pub fn new(roster: &Roster<'_>, findings: Vec<Finding>, inputs: &'i [Input]) -> Self {
        let registry = &*roster.registry;
        let mut placed = Self {
            of_findings: Index::default(),
            of_inputs: Index::default(),
            findings,
            inputs,
        };
        placed.findings.extend(roster.loose.iter().cloned());
        for (at, finding) in placed.findings.iter().enumerate() {
            let line = roster.line_of(finding).map(|line| (line, finding.year));
            placed.of_findings.put(at, line, registry);
        }
        for (at, input) in placed.inputs.iter().enumerate() {
            let lines: BTreeSet<Option<(usize, Option<i32>)>> = (input.reports.iter())
                .map(|found| {
                    let code = found.code.as_deref();
                    let line = unit_line(registry, &found.unit, code, found.year)?;
                    Some((line, found.year))
                })
                .collect();
            for line in &lines {
                placed.of_inputs.put(at, *line, registry);
            }
            if lines.is_empty() {
                placed.of_inputs.put(at, None, registry);
            }
        }
        placed
    }

    /// The findings that belong to a dossier of some years: about its units and itself; those about nobody known go to
    /// the dossiers that no other includes.
    pub(super) fn findings(&self, plan: &Plan, years: &[i32]) -> Vec<Finding> {
        (self.of_findings.of(plan, plan.top).into_iter())
            .map(|at| &self.findings[at as usize])
            .filter(|finding| finding.year.is_none_or(|year| years.contains(&year)))
            .cloned()
            .collect()
    }

    /// The files with a report of the area, and those of which nobody knows whose they are.
    pub(super) fn inputs(&self, plan: &Plan) -> Vec<Input> {
        (self.of_inputs.of(plan, true).into_iter())
            .map(|at| self.inputs[at as usize].clone())
            .collect()
    }
}

impl Index {
    fn put(&mut self, at: usize, line: Option<(usize, Option<i32>)>, registry: &Registry) {
        let at = at as u32;
        let Some((line, year)) = line else {
            self.loose.push(at);
            return;
        };
        let of_line = self.by_line.entry((line, year)).or_default();
        of_line.push(at);
        if of_line.len() > 1 {
            return;
        }
        let belongs = |codes: &mut BTreeMap<String, BTreeSet<_>>, code: &str| {
            codes
                .entry(code.to_owned())
                .or_default()
                .insert((line, year));
        };
        belongs(&mut self.by_kind, &registry.units[line].kind);
        for code in codes(registry, line, year) {
            belongs(&mut self.by_area, code);
        }
    }

    /// The numbers of what is about an area, ascending.
    fn of(&self, plan: &Plan, with_loose: bool) -> BTreeSet<u32> {
        let lines = match &plan.extent {
            Extent::Below(code) => self.by_area.get(code),
            Extent::Kind(kind) => self.by_kind.get(kind),
        };
        let lines = lines.into_iter().flatten();
        let loose = if with_loose { &self.loose[..] } else { &[] };
        (lines.filter_map(|line| self.by_line.get(line)).flatten())
            .chain(loose)
            .copied()
            .collect()
    }
}

/// Codes of the areas a line belongs to in a year: its own, those above it, and the empty one for the whole.
fn codes(registry: &Registry, line: usize, year: Option<i32>) -> impl Iterator<Item = &str> {
    let above = registry.above(line, year).into_iter();
    [line]
        .into_iter()
        .chain(above)
        .map(|line| registry.units[line].code.as_str())
        .chain([""])
}

/// Whether a line belongs to an extent in a year, as a unit in it or as the area itself.
pub(super) fn holds(registry: &Registry, extent: &Extent, line: usize, year: Option<i32>) -> bool {
    match extent {
        Extent::Kind(kind) => registry.units[line].kind == *kind,
        Extent::Below(code) => codes(registry, line, year).any(|other| other == code),
    }
}

/// Worst first, then the latest year, then by unit, rule, keys and words: the same in every run.
pub(super) fn sort(registry: &Registry, findings: &mut [Finding]) {
    findings.sort_by_cached_key(|finding| {
        (
            finding.severity,
            std::cmp::Reverse(finding.year),
            unit_line(registry, &finding.unit, None, finding.year).unwrap_or(usize::MAX),
            finding.unit.clone(),
            finding.rule.clone(),
            finding.keys.clone(),
            finding.places.clone(),
            finding.message.zh.clone(),
        )
    });
}
