//! Lines of descent: a renamed unit stays one line, and merged units continue in their successor.

use std::collections::{BTreeMap, BTreeSet};

use super::{Registry, Unit, plain_name};
use crate::text::Text;

/// A line of descent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lineage {
    /// Stable id: the code of the unit in which it continues to the end.
    pub id: String,
    /// The name under which it is shown: the last.
    pub name: String,
    /// Its renames and mergers; empty when there were none.
    pub note: Text,
    /// Its lines in the registry, in the order of the file.
    pub units: Vec<usize>,
}

/// Who went into whom, for the sentence and to know who comes last.
#[derive(Default)]
struct Mergers {
    /// Codes of units that went into another.
    ended: BTreeSet<String>,
    /// Lines that went into each line, in the order of the file.
    into: BTreeMap<usize, Vec<usize>>,
}

impl Registry {
    /// The line of descent a line belongs to.
    ///
    /// # Panics
    /// When the registry has no such line.
    pub fn lineage(&self, index: usize) -> &Lineage {
        &self.lines[self.lineages[index]]
    }

    pub(super) fn trace_lineages(&mut self) {
        let mut joined: Vec<usize> = (0..self.units.len()).collect();
        for lines in self.codes.values() {
            for line in &lines[1..] {
                join(&mut joined, lines[0], *line);
            }
        }
        let mut mergers = Mergers::default();
        for (index, unit) in self.units.iter().enumerate() {
            for alias in &unit.aliases {
                for ended in self.named(alias, unit) {
                    mergers.ended.insert(self.units[ended].code.clone());
                    mergers.into.entry(index).or_default().push(ended);
                    join(&mut joined, ended, index);
                }
            }
        }
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for index in 0..self.units.len() {
            let root = root(&mut joined, index);
            groups.entry(root).or_default().push(index);
        }
        self.lineages = vec![0; self.units.len()];
        for units in groups.into_values() {
            for index in &units {
                self.lineages[*index] = self.lines.len();
            }
            let lineage = self.describe(units, &mergers);
            self.lines.push(lineage);
        }
    }

    /// The units an alias names that ended before `successor` began.
    fn named(&self, alias: &str, successor: &Unit) -> Vec<usize> {
        let Some(from) = successor.from else {
            return Vec::new();
        };
        let plain = plain_name(alias);
        let by_name = (self.names.get(&plain).into_iter().flatten())
            .filter(|(strength, _)| *strength == 0)
            .map(|(_, index)| *index);
        let by_code = self.codes.get(alias).into_iter().flatten().copied();
        let mut named: Vec<usize> = (by_name.chain(by_code))
            .filter(|index| {
                let unit = &self.units[*index];
                unit.code != successor.code && unit.to.is_some_and(|to| to < from)
            })
            .collect();
        // Another county may have a unit of that name; the one that was merged stood under the same.
        let is_beside = |index: &usize| self.units[*index].parent == successor.parent;
        if named.iter().any(is_beside) {
            named.retain(is_beside);
        }
        named.sort_unstable();
        named.dedup();
        named
    }

    fn describe(&self, units: Vec<usize>, mergers: &Mergers) -> Lineage {
        let mut last: Vec<usize> = (units.iter().copied())
            .filter(|index| {
                let code = &self.units[*index].code;
                self.line_of(code, None) == Some(*index) && !mergers.ended.contains(code)
            })
            .collect();
        if last.is_empty() {
            last = units.clone();
        }
        let name = |index: usize| self.units[index].name.as_str();
        let names: Vec<&str> = last.iter().map(|index| name(*index)).collect();
        let (mut zh, mut en) = (Vec::new(), Vec::new());
        for index in &units {
            let lines = &self.codes[&self.units[*index].code];
            let Some(next) = (lines.iter().skip_while(|l| *l != index)).nth(1) else {
                continue;
            };
            if name(*index) != name(*next) {
                let (old, new) = (name(*index), name(*next));
                let (zh_year, en_year) = since(&self.units[*next]);
                zh.push(format!("{old}{zh_year}更名为{new}"));
                en.push(format!("{old} was renamed {new}{en_year}"));
            }
        }
        for successor in &units {
            let merged: Vec<&str> = (mergers.into.get(successor).into_iter().flatten())
                .map(|ended| name(*ended))
                .collect();
            if !merged.is_empty() {
                let into = name(*successor);
                let (zh_year, en_year) = since(&self.units[*successor]);
                zh.push(format!("{}{zh_year}并入{into}", merged.join("、")));
                en.push(format!("{} merged into {into}{en_year}", merged.join(", ")));
            }
        }
        Lineage {
            id: self.units[last[0]].code.clone(),
            name: names.join("、"),
            note: Text::new(zh.join("；"), en.join("; ")),
            units,
        }
    }
}

fn since(unit: &Unit) -> (String, String) {
    match unit.from {
        Some(year) => (format!("{year}年"), format!(" in {year}")),
        None => (String::new(), String::new()),
    }
}

fn root(joined: &mut [usize], mut index: usize) -> usize {
    while joined[index] != index {
        joined[index] = joined[joined[index]];
        index = joined[index];
    }
    index
}

fn join(joined: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root(joined, one), root(joined, other));
    // The smaller index is the root, so that the result does not depend on the order of joining.
    joined[one.max(other)] = one.min(other);
}
