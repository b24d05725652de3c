//! The registry (`units.csv`): who must report, under which names, from when to when, and to whom they belong.

mod lineage;
mod parse;
mod resolve;
mod tree;
mod words;

use std::collections::BTreeMap;

pub use lineage::Lineage;
pub use parse::UnitsError;
pub use resolve::Resolution;
pub use words::{Kind, kinds, plain_name};

/// One line of the registry.
///
/// A rename is two lines of the same code with other years. A merger is a line whose `aliases` name units
/// that ended before it began.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unit {
    /// Code, unique but for renames.
    pub code: String,
    /// Official name.
    pub name: String,
    /// `province`, `city`, `county`, `township`, `sub-district` or `department`.
    pub kind: String,
    /// Code of the unit it belongs to; empty at the top.
    pub parent: String,
    /// Other names, and names or codes of units merged into it.
    pub aliases: Vec<String>,
    /// First year it reports for.
    pub from: Option<i32>,
    /// Last year it reports for.
    pub to: Option<i32>,
}

impl Unit {
    /// Whether it exists in a year.
    pub fn is_active(&self, year: i32) -> bool {
        self.from.is_none_or(|from| from <= year) && self.to.is_none_or(|to| year <= to)
    }

    /// Whether its kind has units below it.
    pub fn is_area(&self) -> bool {
        words::Words::get()
            .kind(&self.kind)
            .is_some_and(|kind| kind.area)
    }
}

/// The registry, in the order of its file.
///
/// Read from a file with [`Registry::parse`], or put together with [`Registry::new`]; the lines are not to be
/// changed afterwards, as names and codes are indexed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Registry {
    /// Its lines.
    pub units: Vec<Unit>,
    /// Lines by comparable name, with how well the name belongs to the line: 0 official, 1 alias, 2 code.
    names: BTreeMap<String, Vec<(u8, usize)>>,
    /// Lines by code, in order of years.
    codes: BTreeMap<String, Vec<usize>>,
    /// Lines by the code of their parent.
    below: BTreeMap<String, Vec<usize>>,
    /// For each line, its line of descent.
    lineages: Vec<usize>,
    lines: Vec<Lineage>,
}

impl Registry {
    /// A registry of lines that are known to be right.
    pub fn new(units: Vec<Unit>) -> Self {
        let mut registry = Self {
            units,
            ..Self::default()
        };
        for (index, unit) in registry.units.iter().enumerate() {
            let by_code = registry.codes.entry(unit.code.clone()).or_default();
            by_code.push(index);
            by_code.sort_by_key(|i| (registry.units[*i].from, *i));
            (registry.below.entry(unit.parent.clone()).or_default()).push(index);
        }
        registry.index_names();
        registry.trace_lineages();
        registry
    }

    /// Whether there is no registry at all.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// The line of a code that holds in a year: the one in force, else the nearest in time.
    pub fn line_of(&self, code: &str, year: Option<i32>) -> Option<usize> {
        let lines = self.codes.get(code)?;
        let Some(year) = year else {
            return lines.last().copied();
        };
        let distance = |unit: &Unit| match (unit.from, unit.to) {
            (Some(from), _) if year < from => i64::from(from) - i64::from(year),
            (_, Some(to)) if year > to => i64::from(year) - i64::from(to),
            _ => 0,
        };
        (lines.iter().copied()).min_by_key(|index| distance(&self.units[*index]))
    }
}
