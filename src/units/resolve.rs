//! A name as somebody wrote it → a line of the registry.

use std::collections::BTreeSet;

use super::words::{Words, without_remarks};
use super::{Registry, plain_name};

/// What a name stands for in the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// One unit; its line for the year asked for.
    Found(usize),
    /// Several units bear the name.
    Ambiguous(Vec<usize>),
    /// No unit bears it.
    Unknown {
        /// The lines with the most similar names, most similar first; at most three.
        nearest: Vec<usize>,
    },
}

/// Below this similarity (0 to 1) a name is no candidate.
const CANDIDATE: f64 = 0.5;

impl Registry {
    pub(super) fn index_names(&mut self) {
        for (index, unit) in self.units.iter().enumerate() {
            let aliases = unit.aliases.iter().map(|alias| (1, alias));
            for (strength, name) in [(0, &unit.name)].into_iter().chain(aliases) {
                let plain = plain_name(name);
                if !plain.is_empty() {
                    let known = self.names.entry(plain).or_default();
                    if !known.iter().any(|(_, other)| *other == index) {
                        known.push((strength, index));
                    }
                }
            }
            (self.names.entry(unit.code.clone()).or_default()).push((2, index));
        }
    }

    /// The unit a name stands for in a year: by its official name, else an alias, else its code; with or
    /// without 人民政府 and the like; with or without the names of the areas it belongs to.
    ///
    /// A unit that exists in the year goes before one that does not. The name is in simplified characters.
    pub fn resolve(&self, name: &str, year: Option<i32>) -> Resolution {
        let candidates = self.candidates_for(name, year);
        match candidates.as_slice() {
            [] => Resolution::Unknown {
                nearest: self.nearest(&plain_name(name), year),
            },
            [one] => Resolution::Found(*one),
            _ => Resolution::Ambiguous(candidates),
        }
    }

    /// The unit a name stands for, where it is one: [`Registry::resolve`] without the search for similar names,
    /// which takes its time.
    pub fn find(&self, name: &str, year: Option<i32>) -> Option<usize> {
        self.find_coded(name, None, year)
    }

    /// The same where a code may be known as well: of several units of one name it tells which is meant.
    pub fn find_coded(&self, name: &str, code: Option<&str>, year: Option<i32>) -> Option<usize> {
        match self.candidates_for(name, year).as_slice() {
            [] => None,
            [one] => Some(*one),
            several => {
                let line = self.line_of(code?, year)?;
                several.contains(&line).then_some(line)
            }
        }
    }

    fn candidates_for(&self, name: &str, year: Option<i32>) -> Vec<usize> {
        let full = plain_name(name);
        let candidates = self.candidates(&full, year);
        let short = plain_name(&without_remarks(name));
        if candidates.is_empty() && short != full {
            return self.candidates(&short, year);
        }
        candidates
    }

    fn candidates(&self, plain: &str, year: Option<i32>) -> Vec<usize> {
        if plain.is_empty() {
            return Vec::new();
        }
        let exact = self.choose(self.bearers(plain), year);
        if !exact.is_empty() {
            return exact;
        }
        let below = self.choose(self.below_named_area(plain, year), year);
        if !below.is_empty() {
            return below;
        }
        self.choose(self.with_area_in_name(plain), year)
    }

    fn bearers(&self, plain: &str) -> Vec<(u8, usize)> {
        self.names.get(plain).cloned().unwrap_or_default()
    }

    /// 东至县大渡口镇, 东至大渡口镇, 安徽省东至县大渡口镇: what follows the area's name, among its units.
    fn below_named_area(&self, plain: &str, year: Option<i32>) -> Vec<(u8, usize)> {
        let words = Words::get();
        let mut found = Vec::new();
        for (at, _) in plain.char_indices().skip(1) {
            let bearers = self.bearers(&plain[at..]);
            if bearers.is_empty() {
                continue;
            }
            let head = &plain[..at];
            for (strength, index) in bearers {
                let above = self.above(index, year);
                let named = above.iter().any(|area| {
                    let area = plain_name(&self.units[*area].name);
                    let short = words.short_area(&area);
                    [Some(area.as_str()), short]
                        .into_iter()
                        .flatten()
                        .any(|name| {
                            (head.strip_suffix(name))
                                .is_some_and(|rest| rest.is_empty() || words.ends_as_area(rest))
                        })
                });
                if named {
                    found.push((strength, index));
                }
            }
        }
        found
    }

    /// The registry writes 东至县教育局 and the report 教育局: units whose name is an area's and then this.
    fn with_area_in_name(&self, plain: &str) -> Vec<(u8, usize)> {
        // A single character stands at the end of too many names.
        if plain.chars().count() < 2 {
            return Vec::new();
        }
        (self.names.iter())
            .filter(|(known, _)| {
                (known.strip_suffix(plain)).is_some_and(|head| Words::get().ends_as_area(head))
            })
            .flat_map(|(_, bearers)| bearers.iter().copied())
            .filter(|(strength, _)| *strength < 2)
            .collect()
    }

    /// Of the lines that bear a name, those that exist in the year, then those that bear it best; one line
    /// for each code.
    fn choose(&self, bearers: Vec<(u8, usize)>, year: Option<i32>) -> Vec<usize> {
        let active = |index: usize| year.is_none_or(|year| self.units[index].is_active(year));
        let lines: BTreeSet<(bool, u8, usize)> = (bearers.into_iter())
            .filter_map(|(strength, index)| {
                let line = self.line_of(&self.units[index].code, year)?;
                Some((!active(line), strength, line))
            })
            .collect();
        let Some(best) = lines.first().map(|(idle, strength, _)| (*idle, *strength)) else {
            return Vec::new();
        };
        (lines.into_iter())
            .filter(|(idle, strength, _)| (*idle, *strength) == best)
            .map(|(_, _, line)| line)
            .collect()
    }

    fn nearest(&self, plain: &str, year: Option<i32>) -> Vec<usize> {
        let mut scored: Vec<(f64, usize)> = (self.names.iter())
            .flat_map(|(name, bearers)| {
                let score = strsim::normalized_levenshtein(name, plain);
                (bearers.iter().filter(|(strength, _)| *strength < 2))
                    .map(move |(_, index)| (score, *index))
            })
            .filter(|(score, _)| *score >= CANDIDATE)
            .filter_map(|(score, index)| {
                Some((score, self.line_of(&self.units[index].code, year)?))
            })
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut nearest = Vec::new();
        for (_, index) in scored {
            if !nearest.contains(&index) {
                nearest.push(index);
            }
        }
        nearest.truncate(3);
        nearest
    }
}
