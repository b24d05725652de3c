//! One year against another: all units and like-for-like, with every change broken down to the units.

use std::collections::BTreeMap;

use super::areas::Plan;
use super::book::{Book, Leaf, Year, join};
use super::exact::percent;
use super::lines::Identity;
use super::subject::{number, subjects};
use super::summarise::held;
use super::{Comparison, Contribution, Movement, Scope};
use crate::form::{Comparability, Library, Pair};
use crate::text::Text;

/// Comparison rows and, by key, the contributions to each change.
pub(super) type Compared = (Vec<Comparison>, Vec<(String, Vec<Contribution>)>);

/// Compares two years of a plan's area.
///
/// All units: the sum of the numbers there are in either year. Like-for-like (同口径): the lines of descent that
/// have a number in both years, each with all the units it then consisted of; which these are is decided
/// for every key by itself. A subject of several keys counts for a unit where it has all of them.
pub(super) fn compare(
    book: &Book<'_>,
    plan: &Plan,
    (from, to): (&Year, &Year),
    library: &Library,
) -> Compared {
    let groups = groups(book, plan, from, to);
    let (mut rows, mut contributions) = (Vec::new(), Vec::new());
    for pair in subjects(&from.form, &to.form, library) {
        let sides: Vec<Sides> = groups.iter().map(|group| group.sides(&pair)).collect();
        let all = Sums::all(&sides);
        let alike = Sums::alike(&sides);
        let head = |scope, sums: &Sums| row(plan, (from, to), &pair, scope, sums);
        let mut whole = head(Scope::All, &all);
        let mut like = head(Scope::LikeForLike, &alike);
        if pair.comparability.is_comparable() {
            remark_on_coverage(&mut whole, (from.year, to.year), &sides);
            remark_on_exclusions(book, &mut like, &groups, &sides);
            if whole.change.is_some() {
                let parts = contributions_of(book, plan, &groups, &sides);
                contributions.extend(parts.map(|parts| (pair.key.clone(), parts)));
            }
        }
        rows.extend([whole, like]);
    }
    (rows, contributions)
}

/// The units of one line of descent in both years.
struct Group<'y> {
    lineage: usize,
    from: Vec<&'y Leaf>,
    to: Vec<&'y Leaf>,
}

/// The numbers of one line of descent in both years.
#[derive(Debug, Clone, Copy, Default)]
struct Sides {
    from: Side,
    to: Side,
}

/// The numbers of one line of descent in one year.
#[derive(Debug, Clone, Copy, Default)]
struct Side {
    /// Their sum; none where there are none.
    sum: Option<i128>,
    /// How many units have one, of how many there are.
    counted: usize,
    units: usize,
}

impl Side {
    fn of(leaves: &[&Leaf], keys: &[usize]) -> Self {
        let mut side = Self {
            units: leaves.len(),
            ..Self::default()
        };
        for number in leaves.iter().filter_map(|leaf| number(&leaf.values, keys)) {
            side.counted += 1;
            side.sum = Some(side.sum.unwrap_or(0) + i128::from(number));
        }
        side
    }

    fn add(&mut self, other: Self) {
        self.counted += other.counted;
        self.units += other.units;
        if let Some(more) = other.sum {
            self.sum = Some(self.sum.unwrap_or(0) + more);
        }
    }

    fn is_whole(&self) -> bool {
        self.counted > 0 && self.counted == self.units
    }
}

impl Sides {
    fn is_alike(&self) -> bool {
        self.from.is_whole() && self.to.is_whole()
    }

    fn change(&self) -> i128 {
        self.to.sum.unwrap_or(0) - self.from.sum.unwrap_or(0)
    }
}

impl Group<'_> {
    fn sides(&self, pair: &Pair) -> Sides {
        Sides {
            from: Side::of(&self.from, &pair.from),
            to: Side::of(&self.to, &pair.to),
        }
    }
}

fn groups<'y>(book: &'y Book<'_>, plan: &'y Plan, from: &'y Year, to: &'y Year) -> Vec<Group<'y>> {
    let mut groups: BTreeMap<usize, Group<'y>> = BTreeMap::new();
    for (year, earlier) in [(from, true), (to, false)] {
        for leaf in held(book, &plan.extent, year) {
            let group = groups.entry(leaf.lineage).or_insert_with(|| Group {
                lineage: leaf.lineage,
                from: Vec::new(),
                to: Vec::new(),
            });
            if earlier {
                &mut group.from
            } else {
                &mut group.to
            }
            .push(leaf);
        }
    }
    groups.into_values().collect()
}

/// Both sides of one comparison.
struct Sums {
    from: Option<i64>,
    to: Option<i64>,
}

impl Sums {
    fn of<'s>(sides: impl Iterator<Item = &'s Sides> + Clone) -> Self {
        let add = |pick: fn(&Sides) -> Option<i128>| {
            let mut numbers = sides.clone().filter_map(pick).peekable();
            numbers.peek()?;
            i64::try_from(numbers.sum::<i128>()).ok()
        };
        Self {
            from: add(|s| s.from.sum),
            to: add(|s| s.to.sum),
        }
    }

    fn all(sides: &[Sides]) -> Self {
        Self::of(sides.iter())
    }

    fn alike(sides: &[Sides]) -> Self {
        Self::of(sides.iter().filter(|s| s.is_alike()))
    }
}

fn row(
    plan: &Plan,
    (from, to): (&Year, &Year),
    pair: &Pair,
    scope: Scope,
    sums: &Sums,
) -> Comparison {
    let comparable = pair.comparability.is_comparable();
    let change =
        (sums.to.zip(sums.from).filter(|_| comparable)).and_then(|(to, from)| to.checked_sub(from));
    let note = match pair.comparability {
        Comparability::No => Text::new(
            format!("口径不可比：{}", pair.reason.zh),
            format!("not comparable: {}", pair.reason.en),
        ),
        Comparability::WithNote => pair.reason.clone(),
        Comparability::Same => Text::default(),
    };
    let mut row = Comparison {
        scope,
        area: plan.area.name.clone(),
        key: pair.key.clone(),
        label: pair.label.clone(),
        measure: pair.measure,
        from_year: from.year,
        to_year: to.year,
        from: sums.from,
        to: sums.to,
        change,
        percent: change.and_then(|change| percent(change, sums.from?)),
        comparable,
        note,
    };
    if comparable {
        remark_on_base(&mut row);
    }
    row
}

/// What stands in the way of a change, or of its percentage.
fn remark_on_base(row: &mut Comparison) {
    let (from_year, to_year) = (row.from_year, row.to_year);
    let remark = match (row.from, row.to) {
        (None, None) => Text::new("两年都没有数", "no number in either year"),
        (None, _) => Text::new(
            format!("{from_year}年没有数，无法比较"),
            format!("no number for {from_year} to compare with"),
        ),
        (_, None) => Text::new(
            format!("{to_year}年没有数，无法比较"),
            format!("no number for {to_year} to compare"),
        ),
        (Some(0), _) => Text::new(
            format!("{from_year}年为零，不计百分比"),
            format!("{from_year} is zero: no percentage"),
        ),
        (Some(from), _) if from < 0 => Text::new(
            format!("{from_year}年为负数，不计百分比"),
            format!("{from_year} is negative: no percentage"),
        ),
        (Some(_), Some(_)) if row.change.is_none() => Text::new(
            "变化超出可表示的范围",
            "the change is too large to be represented",
        ),
        _ => return,
    };
    join(&mut row.note, &remark);
}

/// All units: on how many of them each side rests, where it is not all.
fn remark_on_coverage(row: &mut Comparison, years: (i32, i32), sides: &[Sides]) {
    for (year, pick) in [
        (years.0, (|s| &s.from) as fn(&Sides) -> &Side),
        (years.1, |s| &s.to),
    ] {
        let counted: usize = sides.iter().map(|s| pick(s).counted).sum();
        let units: usize = sides.iter().map(|s| pick(s).units).sum();
        if 0 < counted && counted < units {
            let remark = Text::new(
                format!("{year}年{units}个单位中{counted}个有数"),
                format!("{counted} of {units} units have a number for {year}"),
            );
            join(&mut row.note, &remark);
        }
    }
}

/// Like-for-like: which units are left out, the first few by name.
fn remark_on_exclusions(
    book: &Book<'_>,
    row: &mut Comparison,
    groups: &[Group<'_>],
    sides: &[Sides],
) {
    const NAMED: usize = 3;
    let left_out: Vec<&str> = (groups.iter().zip(sides))
        .filter(|(_, sides)| !sides.is_alike() && sides.from.counted + sides.to.counted > 0)
        .map(|(group, _)| book.registry.lineage(group.lineage).name.as_str())
        .collect();
    if left_out.is_empty() {
        return;
    }
    let named = &left_out[..left_out.len().min(NAMED)];
    let (mut zh, mut en) = (named.join("、"), named.join(", "));
    if left_out.len() > NAMED {
        zh = format!("{zh}等{}个单位", left_out.len());
        en = format!("{en} and {} more", left_out.len() - NAMED);
    }
    let remark = Text::new(
        format!("不计只有一年有数的{zh}"),
        format!("without {en}, who lack a number in one of the years"),
    );
    join(&mut row.note, &remark);
}

/// Each unit's part of a change. Together they are the change, exactly; none where one cannot be represented.
fn contributions_of(
    book: &Book<'_>,
    plan: &Plan,
    groups: &[Group<'_>],
    sides: &[Sides],
) -> Option<Vec<Contribution>> {
    let mut parts: BTreeMap<Identity, (Sides, i128)> = BTreeMap::new();
    for (group, sides) in groups.iter().zip(sides) {
        let leaf = group.from.first().or(group.to.first())?;
        if sides.from.counted + sides.to.counted == 0 {
            continue;
        }
        let (sum, alike) = parts.entry(Identity::of(plan, leaf)).or_default();
        sum.from.add(sides.from);
        sum.to.add(sides.to);
        if sides.is_alike() {
            *alike += sides.change();
        }
    }
    let small = |number: i128| i64::try_from(number).ok();
    let mut named = Vec::with_capacity(parts.len());
    for (identity, (sides, alike)) in parts {
        let (at, _, unit, _) = identity.describe(book);
        let contribution = Contribution {
            unit,
            from: sides
                .from
                .sum
                .map_or(Some(None), |sum| small(sum).map(Some))?,
            to: sides
                .to
                .sum
                .map_or(Some(None), |sum| small(sum).map(Some))?,
            change: small(sides.change())?,
            movement: match (sides.from.sum, sides.to.sum) {
                (None, _) => Movement::Joined,
                (_, None) => Movement::Left,
                _ => Movement::Stayed,
            },
            like_for_like: small(alike)?,
        };
        named.push((at, contribution));
    }
    named.sort_by_key(|(at, _)| *at);
    Some(named.into_iter().map(|(_, part)| part).collect())
}

/// The units that moved a number most, in either direction; the largest first, at most three. A unit that did
/// not move is no mover.
pub fn movers(contributions: &[Contribution]) -> Vec<&Contribution> {
    let mut movers: Vec<&Contribution> = contributions.iter().filter(|c| c.change != 0).collect();
    // The sort is stable: of equal movers, the first in the registry comes first.
    movers.sort_by_key(|c| std::cmp::Reverse(c.change.unsigned_abs()));
    movers.truncate(3);
    movers
}
