//! Which finding goes into which dossier, and in what order.

use std::collections::BTreeMap;

use super::areas::Plan;
use super::book::Book;
use crate::batch::Batch;
use crate::finding::Finding;
use crate::units::{Registry, Resolution};

/// Every finding of a batch and of the roll-up's own reading of it, with the unit it is about.
pub(super) struct Placed {
    findings: Vec<(Option<usize>, Finding)>,
}

impl Placed {
    pub(super) fn new(batch: &Batch, book: &Book<'_>) -> Self {
        let mut files: BTreeMap<&str, Option<usize>> = BTreeMap::new();
        for report in &batch.reports {
            let line = line_of(
                &book.registry,
                &report.unit,
                report.code.as_deref(),
                report.year,
            );
            // A file with the reports of several units tells nothing about the unit.
            files
                .entry(&report.file)
                .and_modify(|known| *known = known.filter(|known| Some(*known) == line))
                .or_insert(line);
        }
        let mut findings = book.findings.clone();
        for finding in &batch.findings {
            let by_name = line_of(&book.registry, &finding.unit, None, finding.year);
            let by_file = || {
                (finding.places.iter())
                    .find_map(|place| files.get(place.file.as_ref()).copied().flatten())
            };
            findings.push((by_name.or_else(by_file), finding.clone()));
        }
        Self { findings }
    }

    /// The findings that belong to a dossier: about its units and itself; those about nobody known go to the
    /// dossiers that no other includes.
    pub(super) fn for_plan(&self, book: &Book<'_>, plan: &Plan) -> Vec<Finding> {
        let years: Vec<i32> = book.years.iter().map(|year| year.year).collect();
        (self.findings.iter())
            .filter(|(_, finding)| finding.year.is_none_or(|year| years.contains(&year)))
            .filter(|(line, finding)| match line {
                Some(line) => holds(book, plan, *line, finding.year),
                None => plan.top,
            })
            .map(|(_, finding)| finding.clone())
            .collect()
    }
}

fn line_of(
    registry: &Registry,
    unit: &str,
    code: Option<&str>,
    year: Option<i32>,
) -> Option<usize> {
    let by_code = code.and_then(|code| registry.line_of(code, year));
    by_code.or_else(|| match registry.resolve(unit, year) {
        Resolution::Found(line) => Some(line),
        _ => None,
    })
}

fn holds(book: &Book<'_>, plan: &Plan, line: usize, year: Option<i32>) -> bool {
    use super::areas::Extent;
    let units = &book.registry.units;
    match &plan.extent {
        Extent::Kind(kind) => units[line].kind == *kind,
        Extent::Below(code) => {
            code.is_empty()
                || units[line].code == *code
                || (book.registry.above(line, year).iter()).any(|area| units[*area].code == *code)
        }
    }
}

/// Worst first, then the latest year, then by unit, rule, keys and words: the same in every run.
pub(super) fn sort(registry: &Registry, findings: &mut [Finding]) {
    findings.sort_by_cached_key(|finding| {
        (
            finding.severity,
            std::cmp::Reverse(finding.year),
            line_of(registry, &finding.unit, None, finding.year).unwrap_or(usize::MAX),
            finding.unit.clone(),
            finding.rule.clone(),
            finding.keys.clone(),
            finding.places.clone(),
            finding.message.zh.clone(),
        )
    });
}
