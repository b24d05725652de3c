//! Units over the years: one line each, whatever they were called and merged from.

use std::collections::BTreeMap;

use super::areas::Plan;
use super::book::Leaf;
use super::share::{Whole, YearShare};
use super::{Dossier, Line, Summary};
use crate::text::Text;

/// What a unit is over the years: the area directly below the dossier's, or the unit's lineage.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Identity {
    Area(String),
    Lineage(usize),
}

impl Identity {
    pub(super) fn of(plan: &Plan, leaf: &Leaf) -> Self {
        match plan.extent.step(&leaf.areas) {
            Some(code) => Self::Area(code.to_owned()),
            None => Self::Lineage(leaf.lineage),
        }
    }

    /// Position in the registry, id, last name, and what became of it.
    pub(super) fn describe(&self, book: &Whole<'_>) -> (usize, String, String, Text) {
        let registry = &book.roster.registry;
        match self {
            Self::Area(code) => {
                let line = registry.line_of(code, None).unwrap_or(usize::MAX);
                let name = registry.units.get(line).map_or(code, |unit| &unit.name);
                (line, code.clone(), name.clone(), Text::default())
            }
            Self::Lineage(first) => {
                let lineage = registry.lineage(*first);
                let (id, name) = (lineage.id.clone(), lineage.name.clone());
                (*first, id, name, lineage.note.clone())
            }
        }
    }
}

/// Every unit of a plan over the years, in the order of the registry. Members are in the order in which
/// [`super::summarise`] puts them.
pub(super) fn lines(book: &Whole<'_>, years: &[YearShare]) -> Vec<Line> {
    let mut found: BTreeMap<Identity, Vec<Vec<usize>>> = BTreeMap::new();
    for (at, year) in years.iter().enumerate() {
        for (index, part) in year.members.values().enumerate() {
            let members = found
                .entry(part.identity().clone())
                .or_insert_with(|| vec![Vec::new(); years.len()]);
            members[at].push(index);
        }
    }
    let mut lines: Vec<(usize, Line)> = (found.into_iter())
        .map(|(identity, members)| {
            let (at, id, name, note) = identity.describe(book);
            let line = Line {
                id,
                name,
                note,
                members,
            };
            (at, line)
        })
        .collect();
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(_, line)| line).collect()
}

impl Dossier {
    /// A unit's numbers over the years under a key or derived key; none where the year's form has no such key,
    /// or where a member of the line has no number. A key of one name on two forms is taken as the same: see
    /// [`Dossier::comparisons`] for whether they compare.
    pub fn series(&self, line: &Line, key: &str) -> Vec<Option<i64>> {
        (self.years.iter().zip(&line.members))
            .map(|(summary, members)| {
                (!members.is_empty()).then_some(())?;
                members.iter().try_fold(0_i64, |sum, member| {
                    sum.checked_add(summary.number_of(*member, key)?)
                })
            })
            .collect()
    }
}

impl Summary {
    /// A member's number under a key, or, where it has all the parts, under a derived key.
    pub fn number_of(&self, member: usize, key: &str) -> Option<i64> {
        let values = &self.members.get(member)?.values;
        let number = |index: usize| values.get(index)?.number;
        if let Some(index) = self.form.index(key) {
            return number(index);
        }
        let derived = self
            .form
            .derived
            .iter()
            .find(|derived| derived.key == key)?;
        (derived.parts.iter()).try_fold(0_i64, |sum, part| sum.checked_add(number(*part)?))
    }
}
