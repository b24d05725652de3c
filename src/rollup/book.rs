//! The reports of a batch, year by year, each with its unit's place in the registry.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::adapt::{adapt, wrong_form};
use super::{Options, Partial, Sums};
use crate::batch::Batch;
use crate::finding::{Finding, Severity};
use crate::form::{Form, Library};
use crate::frame::{Row, wide};
use crate::report::{Report, Scope, Value};
use crate::text::Text;
use crate::units::{Registry, Unit, plain_name};

/// Findings of reading after which a report cannot be in any sum.
const UNPLACED: [&str; 4] = [
    "unit-unknown",
    "unit-ambiguous",
    "unit-name-missing",
    "year-missing",
];

/// A unit that reports for itself, in one year.
#[derive(Debug)]
pub(super) struct Leaf {
    /// Its line in the registry.
    pub line: usize,
    /// First line of its lineage, which tells lineages apart.
    pub lineage: usize,
    /// Codes of the areas it belongs to, nearest first; the last is the empty code, for the whole.
    pub areas: Vec<String>,
    pub expected: bool,
    pub note: Text,
    pub report: Option<Arc<Report>>,
    /// In the order of the year's form; empty without a report.
    pub values: Vec<Value>,
}

/// All units of one year.
#[derive(Debug)]
pub(super) struct Year {
    pub year: i32,
    pub form: Arc<Form>,
    /// In the order of the registry.
    pub leaves: Vec<Leaf>,
    /// Areas' own reports, by code.
    pub consolidated: BTreeMap<String, Arc<Report>>,
    /// Sums by the nearest area's code, and by kind.
    pub by_area: BTreeMap<String, Sums>,
    pub by_kind: BTreeMap<String, Sums>,
}

/// Everything that is rolled up.
#[derive(Debug)]
pub(super) struct Book<'a> {
    pub registry: std::borrow::Cow<'a, Registry>,
    /// The registry was made up from the reports.
    pub implicit: bool,
    pub years: Vec<Year>,
    /// Findings with the line of the unit they are about.
    pub findings: Vec<(Option<usize>, Finding)>,
    /// Units and years of which reading has said already that they cannot be placed.
    pub unplaced: BTreeSet<(String, Option<i32>)>,
}

impl<'a> Book<'a> {
    pub(super) fn new(
        batch: &Batch,
        registry: &'a Registry,
        library: &Library,
        options: &Options,
    ) -> Self {
        let implicit = registry.is_empty();
        let mut book = Self {
            registry: if implicit {
                std::borrow::Cow::Owned(made_up(batch))
            } else {
                std::borrow::Cow::Borrowed(registry)
            },
            implicit,
            years: Vec::new(),
            findings: Vec::new(),
            unplaced: (batch.findings.iter())
                .filter(|finding| finding.severity == Severity::Error)
                .filter(|finding| UNPLACED.contains(&finding.rule.as_str()))
                .map(|finding| (finding.unit.clone(), finding.year))
                .collect(),
        };
        let mut years: BTreeMap<i32, Vec<&Arc<Report>>> = BTreeMap::new();
        for report in &batch.reports {
            match report.year {
                Some(year) if options.takes(year) => years.entry(year).or_default().push(report),
                Some(_) => {}
                None => book.leave_out(report, &Text::new("没有年份", "it has no year")),
            }
        }
        for (year, reports) in years {
            let year = book.year(year, &reports, library);
            book.years.push(year);
        }
        book
    }

    fn year(&mut self, year: i32, reports: &[&Arc<Report>], library: &Library) -> Year {
        let form = form_of(year, reports, library);
        let mut consolidated = BTreeMap::new();
        let mut own: BTreeMap<usize, Arc<Report>> = BTreeMap::new();
        for report in reports {
            let Some(line) = self.place(report, year, &mut consolidated) else {
                continue;
            };
            let Some(first) = own.insert(line, Arc::clone(report)) else {
                continue;
            };
            // Versions have been settled before; what is left is a report on a form of its own, or a unit under
            // two names. Two reports are never added: the first counts, but one on the year's form before any.
            let (kept, other) = if report.form.id == form.id && first.form.id != form.id {
                (Arc::clone(report), first)
            } else {
                (first, Arc::clone(report))
            };
            let why = Text::new(
                format!("同一单位同一年已采用{}", kept.file),
                format!("{} counts for the same unit and year", kept.file),
            );
            self.leave_out(&other, &why);
            own.insert(line, kept);
        }
        let registry = &self.registry;
        let mut lines: BTreeSet<usize> = own.keys().copied().collect();
        let mut expected: BTreeSet<usize> = lines.clone();
        if !self.implicit {
            expected = registry.expected("", year).into_iter().collect();
            lines.extend(&expected);
        }
        let mut leaves = Vec::with_capacity(lines.len());
        let mut findings = Vec::new();
        for line in lines {
            let report = own.remove(&line);
            let mut leaf = leaf(registry, line, year, expected.contains(&line));
            if let Some(report) = &report {
                if report.form.id == form.id {
                    leaf.values.clone_from(&report.values);
                } else {
                    leaf.values = adapt(report, &form, library);
                    findings.push((Some(line), wrong_form(report, year, &form, &leaf.values)));
                    join(
                        &mut leaf.note,
                        &Text::new(
                            format!("用{}年格式报送，按对照表转入", report.form.id),
                            format!("on form {}, carried over by the crosswalk", report.form.id),
                        ),
                    );
                }
            }
            leaf.report = report;
            leaves.push(leaf);
        }
        self.findings.extend(findings);
        let (by_area, by_kind) = sums(&self.registry, &leaves, year, &form);
        Year {
            year,
            form,
            leaves,
            consolidated,
            by_area,
            by_kind,
        }
    }
}

/// A registry of the names under which reports were made.
fn made_up(batch: &Batch) -> Registry {
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    for report in &batch.reports {
        if report.scope == Scope::Own && report.year.is_some() {
            let known = names
                .entry(plain_name(&report.unit))
                .or_insert(&report.unit);
            // Whatever the order of the reports, the same spelling is shown.
            *known = (*known).min(report.unit.as_str());
        }
    }
    let unit = |(code, name): (String, &str)| Unit {
        code,
        name: name.to_owned(),
        ..Unit::default()
    };
    Registry::new(names.into_iter().map(unit).collect())
}

/// The year's form: the one all reports are on where that is made for the year or is nobody's official form,
/// else the one the library names for the year, else the one most reports are on.
fn form_of(year: i32, reports: &[&Arc<Report>], library: &Library) -> Arc<Form> {
    let mut tally: BTreeMap<&str, (usize, &Arc<Form>)> = BTreeMap::new();
    for report in reports {
        let entry = tally.entry(&report.form.id).or_insert((0, &report.form));
        entry.0 += 1;
    }
    if let [(_, form)] = tally.values().collect::<Vec<_>>().as_slice() {
        let own = Library::official().get(&form.id).is_none();
        if own || form.years.contains(year) {
            return Arc::clone(form);
        }
    }
    let most = (tally.values()).max_by_key(|(count, form)| (*count, std::cmp::Reverse(&form.id)));
    match (library.for_year(year), most) {
        (Some(form), _) => Arc::clone(form),
        (None, Some((_, form))) => Arc::clone(form),
        (None, None) => Arc::clone(&library.forms()[0]),
    }
}

fn leaf(registry: &Registry, line: usize, year: i32, expected: bool) -> Leaf {
    let above = registry.above(line, Some(year));
    let mut areas: Vec<String> = (above.iter().map(|index| &registry.units[*index]))
        .filter(|unit| unit.is_area())
        .map(|unit| unit.code.clone())
        .collect();
    areas.push(String::new());
    let lineage = registry.lineage(line);
    let mut note = lineage.note.clone();
    if !expected {
        join(
            &mut note,
            &Text::new(
                "按登记表该年不需报送",
                "not expected to report this year by the registry",
            ),
        );
    }
    Leaf {
        line,
        lineage: lineage.units[0],
        areas,
        expected,
        note,
        report: None,
        values: Vec::new(),
    }
}

type SumsBy = BTreeMap<String, Sums>;

fn sums(registry: &Registry, leaves: &[Leaf], year: i32, form: &Form) -> (SumsBy, SumsBy) {
    let rows: Vec<Row<'_>> = (leaves.iter())
        .filter_map(|leaf| {
            let report = leaf.report.as_ref()?;
            let unit = &registry.units[leaf.line];
            Some(Row {
                file: &report.file,
                unit: &unit.name,
                code: Some(&unit.code),
                area: &leaf.areas[0],
                kind: &unit.kind,
                year: Some(year),
                values: &leaf.values,
            })
        })
        .collect();
    let by = |frame: &polars::prelude::DataFrame, column: &str| {
        let partial = Partial::of(frame, form, column).expect("the frame has the column");
        (partial.groups())
            .map(|(group, sums)| (group.area.clone(), sums.clone()))
            .collect()
    };
    let frame = wide(form, &rows).expect("keys are unique and columns of one length");
    (by(&frame, "area"), by(&frame, "kind"))
}

/// Adds a remark to others.
pub(super) fn join(note: &mut Text, more: &Text) {
    if note.zh.is_empty() {
        *note = more.clone();
    } else if !more.zh.is_empty() {
        note.zh = format!("{}；{}", note.zh, more.zh);
        note.en = format!("{}; {}", note.en, more.en);
    }
}
