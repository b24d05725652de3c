//! Which areas get a dossier, and which units belong to each.

use std::collections::{BTreeMap, BTreeSet};

use super::book::Year;
use super::roster::{Roster, Stand};
use super::{Area, By, Options, Sums};
use crate::finding::{Finding, Severity};
use crate::form::Form;
use crate::text::Text;
use crate::units::Registry;

/// The units of an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Extent {
    /// All units below a code, at any depth; the empty code is the whole.
    Below(String),
    /// All units of a kind.
    Kind(String),
}

/// One dossier to be made.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) area: Area,
    pub(super) extent: Extent,
    /// No other dossier includes this one.
    pub(super) top: bool,
}

impl Plan {
    /// The area it is about.
    pub fn area(&self) -> &Area {
        &self.area
    }

    /// Whether both are about the same area, maybe of other years.
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.area.code, &other.area.code) {
            (Some(one), Some(other)) => one == other,
            _ => self.area.name == other.area.name,
        }
    }
}

impl Extent {
    /// Whether a unit belongs to it, by the codes of the areas above it.
    pub(super) fn holds(&self, registry: &Registry, line: usize, areas: &[String]) -> bool {
        match self {
            Self::Below(code) => areas.contains(code),
            Self::Kind(kind) => registry.units[line].kind == *kind,
        }
    }

    /// The area directly below this one to which a unit belongs; none for a unit directly below it.
    pub(super) fn step<'l>(&self, areas: &'l [String]) -> Option<&'l str> {
        let Self::Below(code) = self else {
            return None;
        };
        let at = areas.iter().position(|area| area == code)?;
        (at > 0).then(|| areas[at - 1].as_str())
    }

    /// The sums of its units in a year.
    pub(super) fn sums(&self, registry: &Registry, year: &Year, form: &Form) -> Sums {
        let mut sums = Sums::empty(form);
        match self {
            Self::Kind(kind) => {
                if let Some(more) = year.by_kind.get(kind) {
                    sums.merge(more);
                }
            }
            Self::Below(_) => {
                let nearest: BTreeSet<&str> = (year.leaves.iter())
                    .filter(|leaf| self.holds(registry, leaf.line, &leaf.areas))
                    .map(|leaf| leaf.areas[0].as_str())
                    .collect();
                for more in nearest.iter().filter_map(|code| year.by_area.get(*code)) {
                    sums.merge(more);
                }
            }
        }
        sums
    }
}

/// Who belongs where, over the years taken.
struct Ground<'r> {
    roster: &'r Roster<'r>,
    years: Vec<(i32, Vec<Stand>)>,
}

impl Roster<'_> {
    /// Every dossier to be made: lower areas before those above them, else in the order of the registry; and what
    /// there is to say about the choice.
    pub fn plans(&self, options: &Options) -> (Vec<Plan>, Vec<Finding>) {
        let years = self.taken(options).into_iter();
        let ground = Ground {
            roster: self,
            years: years.map(|year| (year, self.stands(year))).collect(),
        };
        let mut findings = Vec::new();
        let mut plans: Vec<Plan> = match &options.by {
            Some(By::Kind) => ground.by_kind(),
            Some(By::Level(level)) => ground.by_level(level, &mut findings),
            None => ground.by_default(),
        };
        // A name that is given for the whole is not one for a part of it.
        let areas = |registry: &Registry| {
            let codes = registry.units.iter().filter(|unit| unit.is_area());
            codes
                .map(|unit| unit.code.clone())
                .collect::<BTreeSet<_>>()
                .len()
        };
        if let ([plan], Some(name)) = (plans.as_mut_slice(), &options.county)
            && matches!(plan.extent, Extent::Below(_))
            && (plan.area.code.is_none() || areas(&self.registry) < 2)
        {
            plan.area.name.clone_from(name);
        }
        (plans, findings)
    }

    /// For each plan, the last year before the last one taken for which anything was reported, where nothing was for
    /// the last.
    pub fn behind(&self, plans: &[Plan], options: &Options) -> Vec<Option<i32>> {
        let mut behind = vec![None; plans.len()];
        let mut waiting: BTreeSet<usize> = (0..plans.len()).collect();
        let years = self.taken(options);
        for (at, year) in years.iter().rev().enumerate() {
            let stands = self.stands(*year);
            let mut alive: BTreeSet<&str> = (stands.iter())
                .filter(|stand| stand.present)
                .flat_map(|stand| stand.areas.iter().map(String::as_str))
                .collect();
            alive.extend(self.years[year].consolidated.keys().map(String::as_str));
            let kinds: BTreeSet<&str> = (stands.iter())
                .filter(|stand| stand.present)
                .map(|stand| self.registry.units[stand.line].kind.as_str())
                .collect();
            waiting.retain(|plan| {
                let there = match &plans[*plan].extent {
                    Extent::Below(code) => alive.contains(code.as_str()),
                    Extent::Kind(kind) => kinds.contains(kind.as_str()),
                };
                if there && at > 0 {
                    behind[*plan] = Some(*year);
                }
                !there
            });
        }
        behind
    }

    /// The area of a line of the registry.
    pub(super) fn area_of(&self, line: usize) -> Area {
        let unit = &self.registry.units[line];
        Area {
            name: unit.name.clone(),
            code: (!self.implicit).then(|| unit.code.clone()),
            kind: unit.kind.clone(),
        }
    }
}

impl Ground<'_> {
    fn stands(&self) -> impl Iterator<Item = &Stand> {
        self.years.iter().flat_map(|(_, stands)| stands)
    }

    fn consolidated(&self) -> impl Iterator<Item = &str> {
        (self.years.iter())
            .filter_map(|(year, _)| self.roster.years.get(year))
            .flat_map(|attendance| attendance.consolidated.keys().map(String::as_str))
    }

    /// One dossier for each area of a level. Units outside of all of them, and a level that does not exist, are
    /// findings.
    fn by_level(&self, level: &str, findings: &mut Vec<Finding>) -> Vec<Plan> {
        let alive = self.alive();
        let plans: Vec<Plan> = (self.roster.registry.areas(level).into_iter())
            .filter(|code| alive.contains(code))
            .map(|code| self.below(code))
            .collect();
        if plans.is_empty() {
            let message = Text::new(
                format!("没有“{level}”这一级的地区，按最低一级汇总；请在登记表中列出"),
                format!(
                    "there is no area of the level \"{level}\", so the lowest areas are rolled up; list them in the registry"
                ),
            );
            findings.push(Finding::new("level-missing", Severity::Warning, message));
            return self.by_default();
        }
        let codes: BTreeSet<&str> = (plans.iter())
            .filter_map(|plan| plan.area.code.as_deref())
            .collect();
        let outside: BTreeSet<usize> = (self.stands())
            .filter(|stand| stand.present)
            .filter(|stand| !stand.areas.iter().any(|area| codes.contains(area.as_str())))
            .map(|stand| stand.line)
            .collect();
        for line in outside {
            let unit = &self.roster.registry.units[line].name;
            let message = Text::new(
                format!("{unit}不属于任何“{level}”级地区，不在这次汇总中"),
                format!(
                    "{unit} belongs to no area of the level \"{level}\" and is in none of these sums"
                ),
            );
            let finding = Finding::new("outside-level", Severity::Warning, message);
            findings.push(finding.about(unit, None));
        }
        plans
    }

    /// Codes of the areas for which there is any report, a unit's or their own.
    fn alive(&self) -> BTreeSet<&str> {
        let reporting = self.stands().filter(|stand| stand.present);
        (reporting.flat_map(|stand| stand.areas.iter().map(String::as_str)))
            .chain(self.consolidated())
            .collect()
    }

    fn by_kind(&self) -> Vec<Plan> {
        let present: BTreeSet<&str> = (self.stands())
            .filter(|stand| stand.present)
            .map(|stand| self.roster.registry.units[stand.line].kind.as_str())
            .collect();
        (crate::units::kinds().iter())
            .filter(|kind| present.contains(kind.id.as_str()))
            .map(|kind| Plan {
                area: Area {
                    name: kind.label.zh.clone(),
                    code: None,
                    kind: kind.id.clone(),
                },
                extent: Extent::Kind(kind.id.clone()),
                top: true,
            })
            .collect()
    }

    fn by_default(&self) -> Vec<Plan> {
        let alive = self.alive();
        let mut codes: BTreeSet<&str> = self.consolidated().collect();
        let mut steps: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for stand in self.stands() {
            if stand.present {
                codes.insert(&stand.areas[0]);
            }
            for pair in stand.areas.windows(2) {
                steps.entry(&pair[1]).or_default().insert(&pair[0]);
            }
        }
        // The whole of several areas that have no common parent is nothing anybody asked for.
        let parents = (steps.iter())
            .filter(|(code, below)| !code.is_empty() && below.len() > 1 && alive.contains(**code))
            .map(|(code, _)| *code);
        codes.extend(parents);
        let registry = &self.roster.registry;
        let mut ordered: Vec<&str> = codes.iter().copied().collect();
        ordered.sort_by_cached_key(|code| {
            let line = registry.line_of(code, None);
            let depth = line.map_or(0, |line| registry.above(line, None).len() + 1);
            (std::cmp::Reverse(depth), line)
        });
        let mut plans: Vec<Plan> = ordered.iter().map(|code| self.below(code)).collect();
        for plan in &mut plans {
            let code = plan.area.code.as_deref().unwrap_or_default();
            let line = registry.line_of(code, None);
            let above = line.map_or_else(Vec::new, |line| registry.above(line, None));
            let mut above = (above.iter()).map(|line| registry.units[*line].code.as_str());
            plan.top =
                code.is_empty() || !(above.any(|code| codes.contains(code)) || codes.contains(""));
        }
        plans
    }

    /// The dossier of everything below a code.
    fn below(&self, code: &str) -> Plan {
        let last = self.years.last().map(|(year, _)| *year);
        let line = self.roster.registry.line_of(code, last);
        let area = match line {
            Some(line) => self.roster.area_of(line),
            // The whole: all that is known of it is what its own report calls it.
            None => Area {
                name: (self.years.iter().rev())
                    .find_map(|(year, _)| self.roster.years.get(year)?.consolidated.get(code))
                    .map(|(unit, _)| unit.clone())
                    .unwrap_or_default(),
                ..Area::default()
            },
        };
        Plan {
            area,
            extent: Extent::Below(code.to_owned()),
            top: true,
        }
    }
}
