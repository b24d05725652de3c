//! Where a report belongs: to a unit that reports for itself, to an area, or nowhere.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Severity};
use crate::report::{Report, Scope};
use crate::text::Text;
use crate::units::{Registry, Resolution, plain_name};

/// Findings of reading after which a report cannot be in any sum.
const UNPLACED: [&str; 4] = [
    "unit-unknown",
    "unit-ambiguous",
    "unit-name-missing",
    "year-missing",
];

/// The plain names of a registry's areas, by code.
pub fn area_names(registry: &Registry) -> BTreeMap<&str, String> {
    (registry.units.iter())
        .filter(|unit| unit.is_area() && registry.has_children(&unit.code))
        .map(|unit| (unit.code.as_str(), plain_name(&unit.name)))
        .collect()
}

/// The code of the area a consolidated report is about whose unit is none of the registry's: of the only area whose
/// name its plain name contains, else of the only one there is, else, where there are none, the empty code.
pub fn area_meant(areas: &BTreeMap<&str, String>, name: &str) -> Option<String> {
    let named: Vec<&str> = (areas.iter())
        .filter(|(_, area)| name.contains(area.as_str()))
        .map(|(code, _)| *code)
        .collect();
    let all: Vec<&str> = areas.keys().copied().collect();
    match (named.as_slice(), all.as_slice()) {
        ([one], _) | ([], [one]) => Some((*one).to_owned()),
        (_, []) => Some(String::new()),
        _ => None,
    }
}

/// Where a report belongs.
#[derive(Debug)]
pub(super) enum Placement {
    /// To the unit of a line of the registry, which reports for itself.
    Unit(usize),
    /// To an area, by its code: it is held against the sum of the units and never added to them.
    Area(String),
    /// Nowhere, and why.
    Nowhere(Text),
}

/// Finds out where reports belong.
#[derive(Debug)]
pub(super) struct Placer<'r> {
    registry: &'r Registry,
    /// The registry was made up from the reports.
    implicit: bool,
    areas: BTreeMap<&'r str, String>,
    /// Units and years of which reading has said already that they cannot be placed.
    unplaced: BTreeSet<(String, Option<i32>)>,
}

impl<'r> Placer<'r> {
    /// `findings` are those of reading.
    pub(super) fn new(registry: &'r Registry, implicit: bool, findings: &[Finding]) -> Self {
        Self {
            registry,
            implicit,
            areas: area_names(registry),
            unplaced: (findings.iter())
                .filter(|finding| finding.severity == Severity::Error)
                .filter(|finding| UNPLACED.contains(&finding.rule.as_str()))
                .map(|finding| (finding.unit.clone(), finding.year))
                .collect(),
        }
    }

    /// Where a report of a year belongs.
    pub(super) fn place(&self, report: &Report, year: i32) -> Placement {
        let is_area = report.scope == Scope::Consolidated;
        let line = match self.line(report, Some(year)) {
            Ok(line) => line,
            Err(why) => {
                let meant = || area_meant(&self.areas, &plain_name(&report.unit));
                return match is_area.then(meant).flatten() {
                    Some(code) => Placement::Area(code),
                    None => Placement::Nowhere(why),
                };
            }
        };
        if self.implicit {
            return Placement::Unit(line);
        }
        let unit = &self.registry.units[line];
        if !self.registry.reports_itself(line) {
            return Placement::Area(unit.code.clone());
        }
        if is_area && !unit.is_area() {
            return Placement::Nowhere(Text::new(
                "它包含下级单位的数，不能与它们相加",
                "it includes other units and is not added to them",
            ));
        }
        Placement::Unit(line)
    }

    /// The line of a report's unit, or why there is none.
    fn line(&self, report: &Report, year: Option<i32>) -> Result<usize, Text> {
        if self.implicit && report.scope == Scope::Consolidated {
            return Err(Text::default());
        }
        if let Some(code) = &report.code
            && let Some(line) = self.registry.line_of(code, year)
        {
            return Ok(line);
        }
        if report.unit.trim().is_empty() {
            return Err(Text::new("没有单位名称", "it has no unit's name"));
        }
        let name = if self.implicit {
            plain_name(&report.unit)
        } else {
            report.unit.clone()
        };
        let show = |lines: &[usize]| {
            let names: Vec<&str> = (lines.iter())
                .map(|line| self.registry.units[*line].name.as_str())
                .collect();
            names.join("、")
        };
        match self.registry.resolve(&name, year) {
            Resolution::Found(line) => Ok(line),
            Resolution::Ambiguous(all) => Err(Text::new(
                format!("登记表中有几个单位叫这个名称：{}", show(&all)),
                format!(
                    "several units of the registry have its name: {}",
                    show(&all)
                ),
            )),
            Resolution::Unknown { nearest } if nearest.is_empty() => Err(Text::new(
                "登记表中没有这个单位",
                "the registry has no such unit",
            )),
            Resolution::Unknown { nearest } => Err(Text::new(
                format!("登记表中没有这个单位，名称相近的有{}", show(&nearest)),
                format!("the registry has no such unit; similar: {}", show(&nearest)),
            )),
        }
    }

    /// Says that a report is in no sum, and why; with the line of its unit, where that is known.
    pub(super) fn left_out(&self, report: &Report, why: &Text) -> (Option<usize>, Finding) {
        let (unit, file) = (&report.unit, &report.file);
        let message = Text::new(
            format!("{file}中{unit}的报告没有计入汇总：{}", why.zh),
            format!("the report of {unit} in {file} is in no sum: {}", why.en),
        );
        let place = report.values.iter().find_map(|value| value.place.clone());
        // The cause has been counted as an error where reading has found it.
        let known = self.unplaced.contains(&(unit.clone(), report.year));
        let severity = if known {
            Severity::Note
        } else {
            Severity::Error
        };
        let finding = Finding::new("not-added", severity, message)
            .about(unit, report.year)
            .at(place)
            .saw(unit, "");
        (self.line(report, report.year).ok(), finding)
    }

    /// The same of a report of an area that has one already.
    pub(super) fn second(&self, report: &Report, first: &str) -> (Option<usize>, Finding) {
        let why = Text::new(
            format!("同一地区同一年已有{first}"),
            format!("{first} is the same area's report for the same year"),
        );
        self.left_out(report, &why)
    }

    /// The same of a report without a year.
    pub(super) fn undated(&self, report: &Report) -> (Option<usize>, Finding) {
        self.left_out(report, &Text::new("没有年份", "it has no year"))
    }
}
