//! Which reports belong together: those of one county, and those of all counties a unit has belonged to.

use std::collections::{BTreeSet, HashMap};

use super::Survey;
use crate::report::Scope;
use crate::rollup;
use crate::units::{Registry, plain_name};

/// Grounds that are joined where a unit stands on both.
#[derive(Debug, Default)]
pub(in crate::cli) struct Grounds {
    numbers: HashMap<String, u32>,
    joined: Vec<u32>,
}

impl Grounds {
    /// The ground of reports that belong to no area: the first.
    pub const NOWHERE: u32 = 0;

    pub(super) fn new() -> Self {
        let mut grounds = Self::default();
        grounds.number("nowhere");
        grounds
    }

    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.joined.len() as u32;
        self.joined.push(number);
        self.numbers.insert(name.to_owned(), number);
        number
    }

    /// The ground of an area by its code; the empty code stands for units that belong to no area.
    fn area(&mut self, code: &str) -> u32 {
        self.number(&format!("area {code}"))
    }

    /// The ground with which one is joined, the same for all that are.
    pub fn root(&self, mut ground: u32) -> u32 {
        while self.joined[ground as usize] != ground {
            ground = self.joined[ground as usize];
        }
        ground
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        self.joined[one.max(other) as usize] = one.min(other);
    }

    pub fn len(&self) -> usize {
        self.joined.len()
    }

    /// Lets every ground point at its root, so that finding it takes one step.
    fn flatten(&mut self) {
        for ground in 0..self.joined.len() as u32 {
            self.joined[ground as usize] = self.root(ground);
        }
    }
}

/// The nearest area above a line in a year.
fn home(registry: &Registry, line: usize, year: Option<i32>) -> &str {
    (registry.above(line, year).into_iter())
        .map(|above| &registry.units[above])
        .find(|unit| unit.is_area())
        .map_or("", |unit| unit.code.as_str())
}

/// Where a report of a line stands: with the units of its area, an area's own report with the area's units.
fn ground_of(grounds: &mut Grounds, registry: &Registry, line: usize, year: Option<i32>) -> u32 {
    if registry.reports_itself(line) {
        grounds.area(home(registry, line, year))
    } else {
        grounds.area(&registry.units[line].code)
    }
}

impl Survey {
    /// Gives every report its registered name and its ground.
    pub(super) fn place(&mut self, registry: &Registry) {
        if registry.is_empty() {
            self.place_by_name();
        } else {
            self.place_by_registry(registry);
        }
        self.grounds.flatten();
        for known in &mut self.known {
            known.ground = self.grounds.root(known.ground);
        }
    }

    /// Without a registry, units of one county belong together, and whatever has one code.
    fn place_by_name(&mut self) {
        for known in &mut self.known {
            let county = self.papers[known.piece as usize].county;
            let county = county.map_or("", |county| &**self.words.get(county));
            let ground = self.grounds.number(&format!("county {county}"));
            if let Some(code) = known.code {
                let code = self
                    .grounds
                    .number(&format!("code {}", self.words.get(code)));
                self.grounds.join(ground, code);
            }
            known.ground = ground;
        }
    }

    fn place_by_registry(&mut self, registry: &Registry) {
        let years: BTreeSet<Option<i32>> = self.known.iter().map(|known| known.year).collect();
        for line in 0..registry.units.len() {
            let first = registry.lineage(line).units[0];
            let first = ground_of(&mut self.grounds, registry, first, None);
            for year in years.iter().copied().chain([None]) {
                let ground = ground_of(&mut self.grounds, registry, line, year);
                self.grounds.join(first, ground);
            }
        }
        let areas = rollup::area_names(registry);
        for at in 0..self.known.len() {
            let mut known = self.known[at];
            let by_code = |code: u32| registry.line_of(self.words.get(code), known.year);
            let line = (known.named.map(|line| line as usize)).or_else(|| by_code(known.code?));
            known.line = line.map(|line| line as u32);
            if let Some(line) = known.named {
                let unit = &registry.units[line as usize];
                known.unit = self.words.number(&unit.name);
                known.code = Some(self.words.number(&unit.code));
                if !registry.reports_itself(line as usize) {
                    known.scope = Scope::Consolidated;
                }
            }
            let meant = || {
                let unit = plain_name(self.words.get(known.unit));
                rollup::area_meant(&areas, &unit)
            };
            known.ground = match line {
                Some(line) => ground_of(&mut self.grounds, registry, line, known.year),
                None if known.scope == Scope::Consolidated => match meant() {
                    Some(code) => self.grounds.area(&code),
                    None => Grounds::NOWHERE,
                },
                None => Grounds::NOWHERE,
            };
            self.known[at] = known;
        }
    }

    /// The ground a line of the registry stands on, in whatever year.
    pub fn ground_of_line(&mut self, registry: &Registry, line: usize) -> u32 {
        let ground = ground_of(&mut self.grounds, registry, line, None);
        self.grounds.root(ground)
    }
}
