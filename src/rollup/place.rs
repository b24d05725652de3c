//! Where a report belongs: to a unit that reports for itself, to an area, or nowhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::book::Book;
use crate::finding::{Finding, Severity};
use crate::report::{Report, Scope};
use crate::text::Text;
use crate::units::{Registry, Resolution, plain_name};

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

impl Book<'_> {
    /// The line of a unit that reports for itself. An area's report is put with the areas' instead, and one
    /// that belongs nowhere is left out with a finding.
    pub(super) fn place(
        &mut self,
        report: &Arc<Report>,
        year: i32,
        consolidated: &mut BTreeMap<String, Arc<Report>>,
    ) -> Option<usize> {
        let is_area = report.scope == Scope::Consolidated;
        let line = match self.line(report, Some(year)) {
            Ok(line) => line,
            Err(why) => {
                match self.area_meant(report).filter(|_| is_area) {
                    Some(code) => self.keep_consolidated(&code, report, consolidated),
                    None => self.leave_out(report, &why),
                }
                return None;
            }
        };
        if self.implicit {
            return Some(line);
        }
        let unit = &self.registry.units[line];
        if self.registry.reports_itself(line) {
            if is_area && !unit.is_area() {
                let why = Text::new(
                    "它包含下级单位的数，不能与它们相加",
                    "it includes other units and is not added to them",
                );
                self.leave_out(report, &why);
                return None;
            }
            return Some(line);
        }
        let code = unit.code.clone();
        self.keep_consolidated(&code, report, consolidated);
        None
    }

    fn keep_consolidated(
        &mut self,
        code: &str,
        report: &Arc<Report>,
        consolidated: &mut BTreeMap<String, Arc<Report>>,
    ) {
        match consolidated.get(code) {
            None => {
                consolidated.insert(code.to_owned(), Arc::clone(report));
            }
            Some(first) => {
                let why = Text::new(
                    format!("同一地区同一年已有{}", first.file),
                    format!("{} is the same area's report for the same year", first.file),
                );
                self.leave_out(report, &why);
            }
        }
    }

    /// The area of a consolidated report whose unit is none of the registry's: the only one whose name its own
    /// contains, else the only one there is, else, where there are none, the whole.
    fn area_meant(&self, report: &Report) -> Option<String> {
        area_meant(&area_names(&self.registry), &plain_name(&report.unit))
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

    /// Says that a report is in no sum, and why.
    pub(super) fn leave_out(&mut self, report: &Report, why: &Text) {
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
        let line = self.line(report, report.year).ok();
        self.findings.push((line, finding));
    }
}
