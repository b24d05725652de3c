//! Which areas get a dossier, and which units belong to each.

use std::collections::{BTreeMap, BTreeSet};

use super::book::{Book, Leaf, Year};
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
pub(super) struct Plan {
    pub area: Area,
    pub extent: Extent,
    /// No other dossier includes this one.
    pub top: bool,
}

impl Extent {
    /// Whether a unit belongs to it.
    pub(super) fn holds(&self, book: &Book<'_>, leaf: &Leaf) -> bool {
        match self {
            Self::Below(code) => leaf.areas.contains(code),
            Self::Kind(kind) => book.registry.units[leaf.line].kind == *kind,
        }
    }

    /// The area directly below this one to which a unit belongs; none for a unit directly below it.
    pub(super) fn step<'l>(&self, leaf: &'l Leaf) -> Option<&'l str> {
        let Self::Below(code) = self else {
            return None;
        };
        let at = leaf.areas.iter().position(|area| area == code)?;
        (at > 0).then(|| leaf.areas[at - 1].as_str())
    }

    /// The sums of its units in a year.
    pub(super) fn sums(&self, book: &Book<'_>, year: &Year, form: &Form) -> Sums {
        let mut sums = Sums::empty(form);
        match self {
            Self::Kind(kind) => {
                if let Some(more) = year.by_kind.get(kind) {
                    sums.merge(more);
                }
            }
            Self::Below(_) => {
                let nearest: BTreeSet<&str> = (year.leaves.iter())
                    .filter(|leaf| self.holds(book, leaf))
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

/// Every dossier to be made: lower areas before those above them, else in the order of the registry.
pub(super) fn plans(book: &mut Book<'_>, options: &Options) -> Vec<Plan> {
    let mut plans: Vec<Plan> = match &options.by {
        Some(By::Kind) => by_kind(book),
        Some(By::Level(level)) => by_level(book, level),
        None => by_default(book),
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
        && (plan.area.code.is_none() || areas(&book.registry) < 2)
    {
        plan.area.name.clone_from(name);
    }
    plans
}

/// One dossier for each area of a level. Units outside of all of them, and a level that does not exist, are
/// findings.
fn by_level(book: &mut Book<'_>, level: &str) -> Vec<Plan> {
    let alive = alive(book);
    let plans: Vec<Plan> = (book.registry.areas(level).into_iter())
        .filter(|code| alive.contains(*code))
        .map(|code| below(book, code))
        .collect();
    if plans.is_empty() {
        let message = Text::new(
            format!("没有“{level}”这一级的地区，按最低一级汇总；请在登记表中列出"),
            format!(
                "there is no area of the level \"{level}\", so the lowest areas are rolled up; list them in the registry"
            ),
        );
        (book.findings).push((
            None,
            Finding::new("level-missing", Severity::Warning, message),
        ));
        return by_default(book);
    }
    let outside: BTreeSet<usize> = (book.years.iter().flat_map(|year| &year.leaves))
        .filter(|leaf| leaf.report.is_some())
        .filter(|leaf| !plans.iter().any(|plan| plan.extent.holds(book, leaf)))
        .map(|leaf| leaf.line)
        .collect();
    let mut findings = Vec::new();
    for line in outside {
        let unit = &book.registry.units[line].name;
        let message = Text::new(
            format!("{unit}不属于任何“{level}”级地区，不在这次汇总中"),
            format!(
                "{unit} belongs to no area of the level \"{level}\" and is in none of these sums"
            ),
        );
        let finding = Finding::new("outside-level", Severity::Warning, message);
        findings.push((None, finding.about(unit, None)));
    }
    book.findings.extend(findings);
    plans
}

/// Codes of the areas for which there is any report, a unit's or their own.
fn alive(book: &Book<'_>) -> BTreeSet<String> {
    let mut alive = BTreeSet::new();
    for year in &book.years {
        let reporting = year.leaves.iter().filter(|leaf| leaf.report.is_some());
        alive.extend(reporting.flat_map(|leaf| leaf.areas.iter().cloned()));
        alive.extend(year.consolidated.keys().cloned());
    }
    alive
}

fn by_kind(book: &Book<'_>) -> Vec<Plan> {
    let present: BTreeSet<&str> = (book.years.iter().flat_map(|year| &year.leaves))
        .filter(|leaf| leaf.report.is_some())
        .map(|leaf| book.registry.units[leaf.line].kind.as_str())
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

fn by_default(book: &Book<'_>) -> Vec<Plan> {
    let alive = alive(book);
    let mut codes: BTreeSet<&str> = BTreeSet::new();
    let mut steps: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for year in &book.years {
        codes.extend(year.consolidated.keys().map(String::as_str));
        for leaf in &year.leaves {
            if leaf.report.is_some() {
                codes.insert(&leaf.areas[0]);
            }
            for pair in leaf.areas.windows(2) {
                steps.entry(&pair[1]).or_default().insert(&pair[0]);
            }
        }
    }
    // The whole of several areas that have no common parent is nothing anybody asked for.
    let parents = (steps.iter())
        .filter(|(code, below)| !code.is_empty() && below.len() > 1 && alive.contains(**code))
        .map(|(code, _)| *code);
    codes.extend(parents);
    let mut codes: Vec<&str> = codes.into_iter().collect();
    codes.sort_by_cached_key(|code| {
        let line = book.registry.line_of(code, None);
        let depth = line.map_or(0, |line| book.registry.above(line, None).len() + 1);
        (std::cmp::Reverse(depth), line)
    });
    let mut plans: Vec<Plan> = codes.iter().map(|code| below(book, code)).collect();
    for plan in &mut plans {
        let code = plan.area.code.as_deref().unwrap_or_default();
        let line = book.registry.line_of(code, None);
        let above = line.map_or_else(Vec::new, |line| book.registry.above(line, None));
        let mut above = above
            .iter()
            .map(|line| book.registry.units[*line].code.as_str());
        plan.top =
            code.is_empty() || !(above.any(|code| codes.contains(&code)) || codes.contains(&""));
    }
    plans
}

/// The dossier of everything below a code.
fn below(book: &Book<'_>, code: &str) -> Plan {
    let last = book.years.last();
    let line = book.registry.line_of(code, last.map(|year| year.year));
    let area = match line {
        Some(line) => area_of(book, line),
        // The whole: all that is known of it is what its own report calls it.
        None => Area {
            name: (book.years.iter().rev())
                .find_map(|year| year.consolidated.get(code))
                .map(|report| report.unit.clone())
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

/// The area of a line of the registry.
pub(super) fn area_of(book: &Book<'_>, line: usize) -> Area {
    let unit = &book.registry.units[line];
    Area {
        name: unit.name.clone(),
        code: (!book.implicit).then(|| unit.code.clone()),
        kind: unit.kind.clone(),
    }
}
