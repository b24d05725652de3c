//! One year against another: all units and like-for-like, with every change broken down to the units.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::areas::Plan;
use super::book::{Book, Leaf, Year, join};
use super::exact::percent;
use super::lines::Identity;
use super::share::Whole;
use super::subject::{number, subjects};
use super::{Comparison, Contribution, Movement, Scope};
use crate::form::{Comparability, Form, Pair};
use crate::text::Text;

/// How many units a remark names.
const NAMED: usize = 3;

/// Comparison rows and, by key, the contributions to each change.
pub(super) type Compared = (Vec<Comparison>, Vec<(String, Vec<Contribution>)>);

/// A year with its form.
pub(super) type Dated = (i32, Arc<Form>);

/// What a part of the reports gives to the comparison of two years.
#[derive(Debug, Default)]
pub(super) struct PairShare {
    subjects: Vec<SubjectShare>,
    /// For every member of the area, its part of each subject; of the last step alone.
    parts: BTreeMap<Identity, Vec<Moved>>,
}

/// The same for one subject.
#[derive(Debug, Default)]
struct SubjectShare {
    /// All units together.
    all: Sides,
    /// Lines of descent that have all their numbers in both years.
    alike: Sides,
    /// How many lines have a number and are not alike, and the first few of them.
    left_out: usize,
    first: BTreeSet<usize>,
}

/// What a member was and became, and what of the change comes from lines that are alike.
#[derive(Debug, Clone, Copy, Default)]
struct Moved {
    sides: Sides,
    alike: i128,
}

impl PairShare {
    /// The share of a book's reports.
    ///
    /// All units: the sum of the numbers there are in either year. Like-for-like (同口径): the lines of descent that
    /// have a number in both years, each with all the units it then consisted of; which these are is decided
    /// for every key by itself. A subject of several keys counts for a unit where it has all of them.
    pub(super) fn of(
        book: &Book<'_>,
        plan: &Plan,
        (from, to): (&Year, &Year),
        with_parts: bool,
    ) -> Self {
        let groups = groups(book, plan, from, to);
        let pairs = subjects(&from.form, &to.form, book.library);
        let mut share = Self::default();
        share.subjects.resize_with(pairs.len(), Default::default);
        for group in &groups {
            let mut moved = Vec::with_capacity(pairs.len());
            for (subject, pair) in share.subjects.iter_mut().zip(&pairs) {
                let sides = group.sides(pair);
                subject.add_line(group.lineage, sides);
                moved.push(sides);
            }
            let leaf = group.from.first().or(group.to.first());
            if let Some(leaf) = leaf.filter(|_| with_parts) {
                let parts = share.parts.entry(Identity::of(plan, leaf)).or_default();
                parts.resize(pairs.len(), Moved::default());
                for (part, sides) in parts.iter_mut().zip(moved) {
                    part.add_line(sides);
                }
            }
        }
        share
    }

    /// Adds the share of another part: no line of descent is in both.
    pub(super) fn add(&mut self, other: Self) {
        for (subject, more) in self.subjects.iter_mut().zip(other.subjects) {
            subject.all.add(more.all);
            subject.alike.add(more.alike);
            subject.left_out += more.left_out;
            subject.first.extend(more.first);
            subject.cut();
        }
        for (identity, more) in other.parts {
            let parts = self.parts.entry(identity).or_default();
            parts.resize(more.len(), Moved::default());
            for (part, more) in parts.iter_mut().zip(more) {
                part.sides.add(more.sides);
                part.alike += more.alike;
            }
        }
    }
}

impl SubjectShare {
    fn add_line(&mut self, lineage: usize, sides: Sides) {
        self.all.add(sides);
        if sides.is_alike() {
            self.alike.add(sides);
        } else if sides.has_any() {
            self.left_out += 1;
            self.first.insert(lineage);
            self.cut();
        }
    }

    fn cut(&mut self) {
        while self.first.len() > NAMED {
            self.first.pop_last();
        }
    }
}

impl Moved {
    fn add_line(&mut self, sides: Sides) {
        self.sides.add(sides);
        if sides.is_alike() {
            self.alike += sides.change();
        }
    }
}

/// The comparison of two years of a plan's area, once every part is in, with every change broken down to its members.
pub(super) fn finish(
    book: &Whole<'_>,
    plan: &Plan,
    (from, to): (&Dated, &Dated),
    share: PairShare,
) -> Compared {
    let (mut rows, mut contributions) = (Vec::new(), Vec::new());
    let years = (from.0, to.0);
    let pairs = subjects(&from.1, &to.1, book.library);
    let members: Vec<_> = (share.parts.into_iter())
        .map(|(identity, parts)| (identity.describe(book), parts))
        .collect();
    for (at, (pair, subject)) in pairs.iter().zip(&share.subjects).enumerate() {
        let head = |scope, sides: &Sides| row(plan, years, pair, scope, &Sums::of(sides));
        let mut whole = head(Scope::All, &subject.all);
        let mut like = head(Scope::LikeForLike, &subject.alike);
        if pair.comparability.is_comparable() {
            remark_on_coverage(&mut whole, &subject.all);
            remark_on_exclusions(book, &mut like, subject);
            if whole.change.is_some() && !members.is_empty() {
                let moved = members
                    .iter()
                    .map(|((place, _, name, _), parts)| (*place, name.as_str(), parts[at]));
                let parts = contributions_of(moved);
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

    /// Every unit has a number.
    fn is_whole(&self) -> bool {
        self.counted > 0 && self.counted == self.units
    }
}

impl Sides {
    fn add(&mut self, other: Self) {
        self.from.add(other.from);
        self.to.add(other.to);
    }

    fn has_any(&self) -> bool {
        self.from.counted + self.to.counted > 0
    }

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
        for leaf in book.held(&plan.extent, year) {
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
    fn of(sides: &Sides) -> Self {
        let small = |sum: Option<i128>| i64::try_from(sum?).ok();
        Self {
            from: small(sides.from.sum),
            to: small(sides.to.sum),
        }
    }
}

fn row(
    plan: &Plan,
    (from_year, to_year): (i32, i32),
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
        from_year,
        to_year,
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
fn remark_on_coverage(row: &mut Comparison, all: &Sides) {
    for (year, side) in [(row.from_year, &all.from), (row.to_year, &all.to)] {
        let (counted, units) = (side.counted, side.units);
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
fn remark_on_exclusions(book: &Whole<'_>, row: &mut Comparison, subject: &SubjectShare) {
    if subject.left_out == 0 {
        return;
    }
    let named: Vec<&str> = (subject.first.iter())
        .map(|lineage| book.roster.registry.lineage(*lineage).name.as_str())
        .collect();
    let (mut zh, mut en) = (named.join("、"), named.join(", "));
    if subject.left_out > named.len() {
        zh = format!("{zh}等{}个单位", subject.left_out);
        en = format!("{en} and {} more", subject.left_out - named.len());
    }
    let remark = Text::new(
        format!("不计只有一年有数的{zh}"),
        format!("without {en}, who lack a number in one of the years"),
    );
    join(&mut row.note, &remark);
}

/// Each member's part of a change, by its place in the registry. Together they are the change, exactly; none where one
/// cannot be represented.
fn contributions_of<'m>(
    members: impl Iterator<Item = (usize, &'m str, Moved)>,
) -> Option<Vec<Contribution>> {
    let small = |number: i128| i64::try_from(number).ok();
    let side = |sum: Option<i128>| sum.map_or(Some(None), |sum| small(sum).map(Some));
    let mut named = Vec::new();
    for (at, unit, moved) in members.filter(|(.., moved)| moved.sides.has_any()) {
        let sides = moved.sides;
        let contribution = Contribution {
            unit: unit.to_owned(),
            from: side(sides.from.sum)?,
            to: side(sides.to.sum)?,
            change: small(sides.change())?,
            movement: match (sides.from.sum, sides.to.sum) {
                (None, _) => Movement::Joined,
                (_, None) => Movement::Left,
                _ => Movement::Stayed,
            },
            like_for_like: small(moved.alike)?,
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
