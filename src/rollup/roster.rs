//! Who reported for which year and on which form: all that a part of the reports must know of the others.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Options;
use super::areas::{Extent, Plan};
use super::place::{Placement, Placer};
use crate::finding::Finding;
use crate::form::{Form, Library};
use crate::report::{Report, Scope};
use crate::units::{Registry, Unit, plain_name};

/// Who reported, over all years. Reports are shown to it part by part, with all of an area's own in one part;
/// none is kept.
#[derive(Debug)]
pub struct Roster<'r> {
    pub(super) registry: Cow<'r, Registry>,
    /// The registry was made up from the reports.
    pub(super) implicit: bool,
    pub(super) years: BTreeMap<i32, Attendance>,
    /// Findings about reports whose unit nobody knows.
    pub(super) loose: Vec<Finding>,
    /// The only line whose reports a file has; none where there are several.
    files: BTreeMap<Arc<str>, Option<usize>>,
}

/// Who reported for one year.
#[derive(Debug, Default)]
pub(super) struct Attendance {
    /// Forms by id, with the number of reports on each.
    forms: BTreeMap<String, (usize, Arc<Form>)>,
    /// Lines whose report is there.
    present: BTreeSet<usize>,
    /// Lines whose report should be there, by the registry.
    expected: BTreeSet<usize>,
    /// Areas' own reports by code: the name each gives the area, and its file.
    pub consolidated: BTreeMap<String, (String, Arc<str>)>,
}

/// A unit that reported for a year, or should have.
#[derive(Debug)]
pub(super) struct Stand {
    /// Its line in the registry.
    pub line: usize,
    /// Codes of the areas it belongs to, nearest first; the last is the empty code, for the whole.
    pub areas: Vec<String>,
    pub present: bool,
    pub expected: bool,
}

impl<'r> Roster<'r> {
    /// Nobody has reported yet. An empty registry stands for one that [`Roster::of`] makes up.
    pub fn new(registry: &'r Registry) -> Self {
        Self {
            registry: Cow::Borrowed(registry),
            implicit: false,
            years: BTreeMap::new(),
            loose: Vec::new(),
            files: BTreeMap::new(),
        }
    }

    /// Everybody who reported, all at once. Without a registry the units are those that report.
    pub fn of(reports: &[Arc<Report>], findings: &[Finding], registry: &'r Registry) -> Self {
        let mut roster = Self::new(registry);
        if registry.is_empty() {
            roster.registry = Cow::Owned(made_up(reports));
            roster.implicit = true;
        }
        roster.add(reports, findings);
        roster
    }

    /// Takes down a part of the reports; `findings` are those of reading.
    pub fn add(&mut self, reports: &[Arc<Report>], findings: &[Finding]) {
        let placer = Placer::new(&self.registry, self.implicit, findings);
        for report in reports {
            let line = unit_line(
                &self.registry,
                &report.unit,
                report.code.as_deref(),
                report.year,
            );
            // A file with the reports of several units tells nothing about the unit.
            (self.files.entry(Arc::clone(&report.file)))
                .and_modify(|known| *known = known.filter(|known| Some(*known) == line))
                .or_insert(line);
            let Some(year) = report.year else {
                self.loose.extend(loose(placer.undated(report)));
                continue;
            };
            let attendance = self.years.entry(year).or_insert_with(|| Attendance {
                expected: if self.implicit {
                    BTreeSet::new()
                } else {
                    self.registry.expected("", year).into_iter().collect()
                },
                ..Attendance::default()
            });
            let form = (attendance.forms.entry(report.form.id.clone()))
                .or_insert_with(|| (0, Arc::clone(&report.form)));
            form.0 += 1;
            match placer.place(report, year) {
                Placement::Unit(line) => {
                    attendance.present.insert(line);
                }
                Placement::Area(code) => match attendance.consolidated.get(&code) {
                    None => {
                        let about = (report.unit.clone(), Arc::clone(&report.file));
                        attendance.consolidated.insert(code, about);
                    }
                    Some((_, first)) => self.loose.extend(loose(placer.second(report, first))),
                },
                Placement::Nowhere(why) => self.loose.extend(loose(placer.left_out(report, &why))),
            }
        }
    }

    /// The years there are reports for.
    pub fn years(&self) -> Vec<i32> {
        self.years.keys().copied().collect()
    }

    /// The last of them that is taken.
    pub fn last_year(&self, options: &Options) -> Option<i32> {
        self.taken(options).pop()
    }

    /// For each plan, the number of the last part that a unit or report of its area is in; `part_of_line` has the part of
    /// every line of the registry, or nothing where there is but one.
    pub fn last_parts(&self, plans: &[Plan], part_of_line: &[u32]) -> Vec<u32> {
        let end = part_of_line.iter().copied().max().unwrap_or(0);
        let mut by_area: BTreeMap<&str, u32> = BTreeMap::new();
        let years = self.years.keys().map(|year| Some(*year)).chain([None]);
        for year in years {
            for (line, part) in part_of_line.iter().enumerate() {
                let above = self.registry.above(line, year);
                for line in [line].into_iter().chain(above) {
                    let last = by_area.entry(&self.registry.units[line].code).or_default();
                    *last = (*last).max(*part);
                }
            }
        }
        (plans.iter())
            .map(|plan| match &plan.extent {
                Extent::Below(code) if !code.is_empty() => {
                    by_area.get(code.as_str()).copied().unwrap_or(end)
                }
                _ => end,
            })
            .collect()
    }

    /// The years there are reports for, as far as they are taken.
    pub(super) fn taken(&self, options: &Options) -> Vec<i32> {
        let years = self.years.keys().copied();
        years.filter(|year| options.takes(*year)).collect()
    }

    /// The year's form: the one all reports are on where that is made for the year or is nobody's official form,
    /// else the one the library names for the year, else the one most reports are on.
    pub(super) fn form(&self, year: i32, library: &Library) -> Arc<Form> {
        let forms = self.years.get(&year).map(|attendance| &attendance.forms);
        let forms: Vec<_> = forms.into_iter().flat_map(|forms| forms.values()).collect();
        if let [(_, form)] = forms.as_slice() {
            let own = Library::official().get(&form.id).is_none();
            if own || form.years.contains(year) {
                return Arc::clone(form);
            }
        }
        let most = (forms.iter()).max_by_key(|(count, form)| (*count, std::cmp::Reverse(&form.id)));
        match (library.for_year(year), most) {
            (Some(form), _) => Arc::clone(form),
            (None, Some((_, form))) => Arc::clone(form),
            (None, None) => Arc::clone(&library.forms()[0]),
        }
    }

    /// Everybody who reported for a year or should have, in the order of the registry.
    pub(super) fn stands(&self, year: i32) -> Vec<Stand> {
        let Some(attendance) = self.years.get(&year) else {
            return Vec::new();
        };
        (attendance.present.union(&attendance.expected))
            .map(|line| self.stand(*line, year))
            .collect()
    }

    /// The lines of some whose report should be there and is not.
    pub(super) fn absent(&self, lines: &[usize], year: i32) -> Vec<usize> {
        let Some(attendance) = self.years.get(&year) else {
            return Vec::new();
        };
        let is_absent =
            |line: &usize| attendance.expected.contains(line) && !attendance.present.contains(line);
        lines.iter().copied().filter(is_absent).collect()
    }

    /// What is known of a unit in a year. Without a registry, those who report are expected.
    pub(super) fn stand(&self, line: usize, year: i32) -> Stand {
        let attendance = self.years.get(&year);
        let present = attendance.is_some_and(|a| a.present.contains(&line));
        let expected = attendance.is_some_and(|a| a.expected.contains(&line));
        Stand {
            line,
            areas: areas_of(&self.registry, line, year),
            present,
            expected: expected || (self.implicit && present),
        }
    }

    /// The line a finding is about: of the unit it names, else of the only unit in the first file that tells.
    pub(super) fn line_of(&self, finding: &Finding) -> Option<usize> {
        let by_name = unit_line(&self.registry, &finding.unit, None, finding.year);
        by_name.or_else(|| {
            (finding.places.iter()).find_map(|place| self.files.get(&place.file).copied().flatten())
        })
    }
}

/// The finding, where it is about no unit that is known.
fn loose((line, finding): (Option<usize>, Finding)) -> Option<Finding> {
    line.is_none().then_some(finding)
}

/// Codes of the areas above a line in a year, nearest first; the last is the empty code.
pub(super) fn areas_of(registry: &Registry, line: usize, year: i32) -> Vec<String> {
    let above = registry.above(line, Some(year));
    let areas = (above.iter().map(|index| &registry.units[*index]))
        .filter(|unit| unit.is_area())
        .map(|unit| unit.code.clone());
    areas.chain([String::new()]).collect()
}

/// The line of a unit by its code, else by its name.
pub(super) fn unit_line(
    registry: &Registry,
    unit: &str,
    code: Option<&str>,
    year: Option<i32>,
) -> Option<usize> {
    let by_code = code.and_then(|code| registry.line_of(code, year));
    by_code.or_else(|| registry.find(unit, year))
}

/// A registry of the names under which reports were made.
fn made_up(reports: &[Arc<Report>]) -> Registry {
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    for report in reports {
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
