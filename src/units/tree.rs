//! Who belongs to whom, and who must report.

use std::collections::BTreeSet;

use super::Registry;

impl Registry {
    /// The lines a line belongs to, nearest first, as they stand in a year.
    pub fn above(&self, index: usize, year: Option<i32>) -> Vec<usize> {
        let mut above = Vec::new();
        let mut at = index;
        while let Some(parent) = self.line_of(&self.units[at].parent, year) {
            // A registry put together by hand may run in a circle.
            if above.contains(&parent) || parent == index {
                break;
            }
            above.push(parent);
            at = parent;
        }
        above
    }

    /// The lines directly below a code in a year, in the order of the file; the empty code is the top.
    pub fn children(&self, code: &str, year: i32) -> Vec<usize> {
        (self.below.get(code).into_iter().flatten().copied())
            .filter(|index| self.units[*index].is_active(year))
            .collect()
    }

    /// Whether units ever stand below a code.
    pub fn has_children(&self, code: &str) -> bool {
        !code.is_empty() && self.below.contains_key(code)
    }

    /// Whether the unit of a line reports for itself: every unit but an area with units below it, whose
    /// report is theirs together.
    pub fn reports_itself(&self, index: usize) -> bool {
        let unit = &self.units[index];
        !(unit.is_area() && self.has_children(&unit.code))
    }

    /// The units below a code, at any depth, that must report for a year, in the order of the file. The
    /// empty code stands for the whole registry.
    pub fn expected(&self, area_code: &str, year: i32) -> Vec<usize> {
        let mut expected = BTreeSet::new();
        let mut seen = BTreeSet::from([area_code]);
        let mut queue = vec![area_code];
        while let Some(code) = queue.pop() {
            for index in self.children(code, year) {
                if self.reports_itself(index) {
                    expected.insert(index);
                }
                let below = self.units[index].code.as_str();
                if seen.insert(below) {
                    queue.push(below);
                }
            }
        }
        expected.into_iter().collect()
    }

    /// Codes of the areas of a kind that have units below them, in the order of the file.
    pub fn areas(&self, level: &str) -> Vec<&str> {
        let mut areas: Vec<&str> = Vec::new();
        let mut seen = BTreeSet::new();
        for unit in self.units.iter().filter(|unit| unit.kind == level) {
            if self.has_children(&unit.code) && seen.insert(unit.code.as_str()) {
                areas.push(&unit.code);
            }
        }
        areas
    }
}
