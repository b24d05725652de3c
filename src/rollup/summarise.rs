//! Sums of an area's units for one year, and what there is to say about them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::areas::{Extent, Plan, area_of};
use super::book::{Book, Leaf, Year};
use super::reconcile::reconcile;
use super::{Area, Member, Summary, Total};
use crate::finding::{Finding, Severity};
use crate::report::{Narrative, Report, Scope, Status, Value};
use crate::text::Text;

/// The summary of a plan's area for a year; findings about the area as a whole are added to `findings`.
pub(super) fn summarise(
    book: &Book<'_>,
    plan: &Plan,
    year: &Year,
    library: &crate::form::Library,
    findings: &mut Vec<Finding>,
) -> Summary {
    let mut summary = totals(book, &plan.area, &plan.extent, year);
    summary.members = members(book, plan, year);
    overflows(&summary, findings);
    if let Extent::Below(code) = &plan.extent
        && let Some(report) = year.consolidated.get(code)
    {
        summary.consolidated = Some(Arc::clone(report));
        summary.reconciled = reconcile(&summary, report, library, findings);
    }
    summary
}

/// The totals of an area, without its members.
fn totals(book: &Book<'_>, area: &Area, extent: &Extent, year: &Year) -> Summary {
    let sums = extent.sums(book, year, &year.form);
    let expected = held(book, extent, year).count();
    let total = |cells: &[super::Cell]| -> Vec<Total> {
        cells.iter().map(|cell| cell.total(expected)).collect()
    };
    Summary {
        area: area.clone(),
        year: year.year,
        form: Arc::clone(&year.form),
        members: Vec::new(),
        totals: total(&sums.keys),
        derived: total(&sums.derived),
        consolidated: None,
        reconciled: Vec::new(),
    }
}

/// The units of an extent in a year.
pub(super) fn held<'y>(
    book: &'y Book<'_>,
    extent: &'y Extent,
    year: &'y Year,
) -> impl Iterator<Item = &'y Leaf> {
    (year.leaves.iter()).filter(move |leaf| extent.holds(book, leaf))
}

/// Units directly below the area, and the areas directly below it as their roll-ups.
fn members(book: &Book<'_>, plan: &Plan, year: &Year) -> Vec<Member> {
    let mut members: BTreeMap<usize, Member> = BTreeMap::new();
    for leaf in held(book, &plan.extent, year) {
        match plan.extent.step(leaf) {
            None => {
                members.insert(leaf.line, unit_member(book, leaf));
            }
            Some(code) => {
                let line = book.registry.line_of(code, Some(year.year));
                let line = line.unwrap_or(leaf.line);
                members
                    .entry(line)
                    .or_insert_with(|| area_member(book, line, code, year));
            }
        }
    }
    members.into_values().collect()
}

fn unit_member(book: &Book<'_>, leaf: &Leaf) -> Member {
    let area = area_of(book, leaf.line);
    Member {
        name: area.name,
        code: area.code,
        kind: area.kind,
        expected: leaf.expected,
        note: leaf.note.clone(),
        report: leaf.report.clone(),
        values: leaf.values.clone(),
    }
}

fn area_member(book: &Book<'_>, line: usize, code: &str, year: &Year) -> Member {
    let area = area_of(book, line);
    let extent = Extent::Below(code.to_owned());
    let (mut reported, mut all) = (0, 0);
    for leaf in held(book, &extent, year) {
        all += 1;
        reported += usize::from(leaf.report.is_some());
    }
    let report = (reported > 0).then(|| totals(book, &area, &extent, year).to_report());
    Member {
        name: area.name,
        code: area.code,
        kind: area.kind,
        expected: true,
        note: Text::new(
            format!("所辖{all}个单位中{reported}个已报"),
            format!("{reported} of its {all} units reported"),
        ),
        values: report.as_ref().map_or_else(Vec::new, |r| r.values.clone()),
        report: report.map(Arc::new),
    }
}

impl Summary {
    /// The roll-up as a report of the same form, consolidated: what the next level up adds. Where no unit has a
    /// number, it has none.
    pub fn to_report(&self) -> Report {
        let value = |total: &Total| match total.sum {
            Some(sum) => Value {
                status: Status::Derived,
                number: Some(sum),
                ..Value::default()
            },
            None => Value::default(),
        };
        Report {
            file: Arc::from("汇总"),
            form: Arc::clone(&self.form),
            unit: self.area.name.clone(),
            code: self.area.code.clone(),
            year: Some(self.year),
            scope: Scope::Consolidated,
            values: self.totals.iter().map(value).collect(),
            narrative: Narrative::default(),
            revision: 0,
            findings: Vec::new(),
        }
    }
}

/// A sum that does not fit is a finding, not a number.
fn overflows(summary: &Summary, findings: &mut Vec<Finding>) {
    for (info, total) in summary.form.keys.iter().zip(&summary.totals) {
        if total.counted > 0 && total.sum.is_none() {
            let (area, key) = (&summary.area.name, &info.key);
            let message = Text::new(
                format!(
                    "{area}的“{}”加起来超出可表示的范围，没有合计；请检查各单位的数",
                    info.label.zh
                ),
                format!(
                    "the sum of {key} for {area} is too large to be represented; check the units' numbers"
                ),
            );
            findings.push(
                Finding::new("sum-too-large", Severity::Error, message)
                    .about(area, Some(summary.year))
                    .key(key),
            );
        }
    }
}
