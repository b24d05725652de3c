//! Sums of an area's units for one year, and what there is to say about them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::areas::Plan;
use super::book::{Book, Leaf, Year};
use super::lines::Identity;
use super::reconcile::reconcile;
use super::share::{Whole, YearShare};
use super::{Area, Member, Summary, Sums, Total, Values};
use crate::finding::{Finding, Severity};
use crate::form::Form;
use crate::report::{Narrative, Report, Scope, Status, Value};
use crate::text::Text;

/// A member of an area in a year, as far as it is in a part of the reports.
#[derive(Debug)]
pub(super) enum Part {
    /// A unit directly below the area.
    Unit {
        identity: Identity,
        member: Box<Member>,
    },
    /// An area directly below it: how many of its units there are, how many have reported, and their sums.
    Area {
        identity: Identity,
        area: Area,
        units: usize,
        reported: usize,
        sums: Sums,
    },
}

impl Part {
    /// Adds what another part has of the same member. A unit is in one part alone.
    pub(super) fn add(&mut self, other: Self) {
        if let (
            Self::Area {
                units,
                reported,
                sums,
                ..
            },
            Self::Area {
                units: more_units,
                reported: more_reported,
                sums: more_sums,
                ..
            },
        ) = (self, other)
        {
            *units += more_units;
            *reported += more_reported;
            sums.merge(&more_sums);
        }
    }
}

/// Units directly below the area, and the areas directly below it with their sums.
pub(super) fn parts(book: &Book<'_>, plan: &Plan, year: &Year) -> BTreeMap<usize, Part> {
    let mut parts: BTreeMap<usize, Part> = BTreeMap::new();
    let registry = &book.roster.registry;
    for leaf in book.held(&plan.extent, year) {
        let identity = Identity::of(plan, leaf);
        let Some(code) = plan.extent.step(&leaf.areas) else {
            let member = Box::new(unit_member(book, leaf));
            parts.insert(leaf.line, Part::Unit { identity, member });
            continue;
        };
        let line = registry.line_of(code, Some(year.year));
        let line = line.unwrap_or(leaf.line);
        let part = parts.entry(line).or_insert_with(|| {
            let extent = super::areas::Extent::Below(code.to_owned());
            Part::Area {
                identity,
                area: book.roster.area_of(line),
                units: 0,
                reported: 0,
                sums: extent.sums(registry, year, &year.form),
            }
        });
        if let Part::Area {
            units, reported, ..
        } = part
        {
            *units += 1;
            *reported += usize::from(leaf.report.is_some());
        }
    }
    parts
}

/// The summary of a plan's area for a year; findings about the area as a whole are added to `findings`.
pub(super) fn summarise(
    book: &Whole<'_>,
    plan: &Plan,
    year: YearShare,
    findings: &mut Vec<Finding>,
) -> Summary {
    let total = |cells: &[super::Cell]| -> Vec<Total> {
        cells.iter().map(|cell| cell.total(year.units)).collect()
    };
    let of_year = (year.year, &year.form);
    let mut summary = Summary {
        area: plan.area.clone(),
        year: year.year,
        form: Arc::clone(&year.form),
        totals: total(&year.sums.keys),
        derived: total(&year.sums.derived),
        members: (year.members.into_values())
            .map(|part| part.member(of_year))
            .collect(),
        consolidated: None,
        reconciled: Vec::new(),
    };
    overflows(&summary, findings);
    if let Some(report) = year.consolidated {
        summary.reconciled = reconcile(&summary, &report, book.library, findings);
        summary.consolidated = Some(report);
    }
    summary
}

fn unit_member(book: &Book<'_>, leaf: &Leaf) -> Member {
    let area = book.roster.area_of(leaf.line);
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

impl Part {
    /// The member, once every part of it is in: an area is its roll-up.
    fn member(self, (year, form): (i32, &Arc<Form>)) -> Member {
        let (area, units, reported, sums) = match self {
            Self::Unit { member, .. } => return *member,
            Self::Area {
                area,
                units,
                reported,
                sums,
                ..
            } => (area, units, reported, sums),
        };
        let report = (reported > 0).then(|| {
            let totals: Vec<Total> = sums.keys.iter().map(|cell| cell.total(units)).collect();
            Arc::new(consolidated(&area, year, form, &totals))
        });
        Member {
            name: area.name,
            code: area.code,
            kind: area.kind,
            expected: true,
            note: Text::new(
                format!("所辖{units}个单位中{reported}个已报"),
                format!("{reported} of its {units} units reported"),
            ),
            values: (report.as_ref())
                .map_or_else(Values::default, |report| Values::Own(Arc::clone(report))),
            report,
        }
    }
}

/// Totals as a report: where no unit has a number, it has none.
fn consolidated(area: &Area, year: i32, form: &Arc<Form>, totals: &[Total]) -> Report {
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
        form: Arc::clone(form),
        unit: area.name.clone(),
        code: area.code.clone(),
        year: Some(year),
        scope: Scope::Consolidated,
        values: totals.iter().map(value).collect(),
        narrative: Narrative::default(),
        revision: 0,
        findings: Vec::new(),
    }
}

impl Summary {
    /// The roll-up as a report of the same form, consolidated: what the next level up adds. Where no unit has a
    /// number, it has none.
    pub fn to_report(&self) -> Report {
        consolidated(&self.area, self.year, &self.form, &self.totals)
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
