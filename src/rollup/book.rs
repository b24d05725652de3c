//! A part of the reports, year by year, each with its unit's place in the registry.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::adapt::{adapt, wrong_form};
use super::areas::{Extent, Plan};
use super::place::{Placement, Placer};
use super::roster::{Roster, Stand};
use super::{Options, Partial, Sums, Values};
use crate::finding::Finding;
use crate::form::{Form, Library};
use crate::frame::{Row, wide};
use crate::report::Report;
use crate::text::Text;
use crate::units::Registry;

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
    pub values: Values,
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

/// A part of the reports, or all of them: whole areas, with every year of their units' lines of descent.
#[derive(Debug)]
pub struct Book<'r> {
    pub(super) roster: &'r Roster<'r>,
    pub(super) library: &'r Library,
    pub(super) years: Vec<Year>,
    /// Findings with the line of the unit they are about.
    pub(super) findings: Vec<(usize, Finding)>,
    /// Codes of the areas and kinds of the units that are in it.
    areas: BTreeSet<String>,
    kinds: BTreeSet<String>,
}

impl<'r> Book<'r> {
    /// Enters the reports of a part. `findings` are those of reading; `lines` are the lines of the registry whose units
    /// belong to this part, whether they have reported or not: all of them, where none are named.
    pub fn new(
        reports: &[Arc<Report>],
        findings: &[Finding],
        lines: Option<&[usize]>,
        roster: &'r Roster<'r>,
        library: &'r Library,
        options: &Options,
    ) -> Self {
        let placer = Placer::new(&roster.registry, roster.implicit, findings);
        let mut book = Self {
            roster,
            library,
            years: Vec::new(),
            findings: Vec::new(),
            areas: BTreeSet::new(),
            kinds: BTreeSet::new(),
        };
        let mut by_year: BTreeMap<i32, Vec<&Arc<Report>>> = BTreeMap::new();
        for report in reports {
            match report.year {
                Some(year) => by_year.entry(year).or_default().push(report),
                None => note(&mut book.findings, placer.undated(report)),
            }
        }
        let taken: Vec<(i32, Vec<&Arc<Report>>)> = (roster.taken(options).into_iter())
            .map(|year| (year, by_year.remove(&year).unwrap_or_default()))
            .collect();
        let entered: Vec<(Year, Vec<(usize, Finding)>)> = (taken.par_iter())
            .map(|(year, reports)| {
                let mut findings = Vec::new();
                let year = Entering {
                    roster,
                    library,
                    placer: &placer,
                    findings: &mut findings,
                }
                .year(*year, reports, lines);
                (year, findings)
            })
            .collect();
        for (year, findings) in entered {
            book.findings.extend(findings);
            book.areas.extend(year.consolidated.keys().cloned());
            // What stands above an area may be another one in another year.
            let mut seen: BTreeSet<&str> = BTreeSet::new();
            for leaf in &year.leaves {
                if seen.insert(&leaf.areas[0]) {
                    (book.areas).extend(leaf.areas.iter().cloned());
                }
                let kind = &roster.registry.units[leaf.line].kind;
                if !book.kinds.contains(kind) {
                    book.kinds.insert(kind.clone());
                }
            }
            book.years.push(year);
        }
        book
    }

    /// Whether anything in it belongs to a plan's area.
    pub fn has(&self, plan: &Plan) -> bool {
        match &plan.extent {
            Extent::Below(code) => self.areas.contains(code),
            Extent::Kind(kind) => self.kinds.contains(kind),
        }
    }

    /// The units of an extent in a year.
    pub(super) fn held<'y>(
        &'y self,
        extent: &'y Extent,
        year: &'y Year,
    ) -> impl Iterator<Item = &'y Leaf> {
        (year.leaves.iter())
            .filter(move |leaf| extent.holds(&self.roster.registry, leaf.line, &leaf.areas))
    }
}

/// Keeps a finding about a unit that is known; the roster has the others.
fn note(findings: &mut Vec<(usize, Finding)>, (line, finding): (Option<usize>, Finding)) {
    findings.extend(line.map(|line| (line, finding)));
}

/// One year on its way into a book.
struct Entering<'r, 'f> {
    roster: &'r Roster<'r>,
    library: &'r Library,
    placer: &'f Placer<'r>,
    findings: &'f mut Vec<(usize, Finding)>,
}

impl Entering<'_, '_> {
    fn year(&mut self, year: i32, reports: &[&Arc<Report>], lines: Option<&[usize]>) -> Year {
        let placer = self.placer;
        let form = self.roster.form(year, self.library);
        let mut consolidated: BTreeMap<String, Arc<Report>> = BTreeMap::new();
        let mut own: BTreeMap<usize, Arc<Report>> = BTreeMap::new();
        for report in reports {
            match placer.place(report, year) {
                Placement::Unit(line) => self.enter(&mut own, line, report, &form),
                Placement::Area(code) => match consolidated.get(&code) {
                    None => {
                        consolidated.insert(code, Arc::clone(report));
                    }
                    Some(first) => note(self.findings, placer.second(report, &first.file)),
                },
                Placement::Nowhere(why) => note(self.findings, placer.left_out(report, &why)),
            }
        }
        let stands: Vec<Stand> = match lines {
            None => self.roster.stands(year),
            Some(lines) => {
                let absent = self.roster.absent(lines, year);
                let lines: BTreeSet<usize> = own.keys().copied().chain(absent).collect();
                (lines.into_iter())
                    .map(|line| self.roster.stand(line, year))
                    .collect()
            }
        };
        let leaves: Vec<Leaf> = (stands.into_iter())
            .map(|stand| {
                let report = own.remove(&stand.line);
                self.leaf(stand, report, year, &form)
            })
            .collect();
        let (by_area, by_kind) = sums(&self.roster.registry, &leaves, year, &form);
        Year {
            year,
            form,
            leaves,
            consolidated,
            by_area,
            by_kind,
        }
    }

    /// Enters a unit's report. Versions have been settled before; what is left is a report on a form of its own, or a
    /// unit under two names. Two reports are never added: the first counts, but one on the year's form before any.
    fn enter(
        &mut self,
        own: &mut BTreeMap<usize, Arc<Report>>,
        line: usize,
        report: &Arc<Report>,
        form: &Form,
    ) {
        let Some(first) = own.insert(line, Arc::clone(report)) else {
            return;
        };
        let (kept, other) = if report.form.id == form.id && first.form.id != form.id {
            (Arc::clone(report), first)
        } else {
            (first, Arc::clone(report))
        };
        let why = Text::new(
            format!("同一单位同一年已采用{}", kept.file),
            format!("{} counts for the same unit and year", kept.file),
        );
        note(self.findings, self.placer.left_out(&other, &why));
        own.insert(line, kept);
    }

    fn leaf(&mut self, stand: Stand, report: Option<Arc<Report>>, year: i32, form: &Form) -> Leaf {
        let lineage = self.roster.registry.lineage(stand.line);
        let mut note = lineage.note.clone();
        if !stand.expected {
            let remark = Text::new(
                "按登记表该年不需报送",
                "not expected to report this year by the registry",
            );
            join(&mut note, &remark);
        }
        let values = match &report {
            None => Values::default(),
            Some(report) if report.form.id == form.id => Values::Own(Arc::clone(report)),
            Some(report) => {
                let values = adapt(report, form, self.library);
                (self.findings).push((stand.line, wrong_form(report, year, form, &values)));
                let remark = Text::new(
                    format!("用{}年格式报送，按对照表转入", report.form.id),
                    format!("on form {}, carried over by the crosswalk", report.form.id),
                );
                join(&mut note, &remark);
                Values::Made(values)
            }
        };
        Leaf {
            line: stand.line,
            lineage: lineage.units[0],
            areas: stand.areas,
            expected: stand.expected,
            note,
            report,
            values,
        }
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
