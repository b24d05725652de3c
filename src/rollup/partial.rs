//! Sums and counts over a frame, which can be computed in chunks and put together.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::Total;
use crate::form::Form;
use crate::frame::column_name;

/// What is summed together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    /// The value of the column by which reports are grouped: an area's code, a kind.
    pub area: String,
    /// The year.
    pub year: i32,
    /// Id of the form.
    pub form: String,
}

/// The sum of one key over the reports of a group, and how many of them have a number.
///
/// A sum of nothing is not zero: where `counted` is 0 there is no sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cell {
    sum: i64,
    counted: u32,
    /// The sum does not fit; from then on there is none.
    overflow: bool,
}

impl Cell {
    /// Adds one number.
    pub fn add(&mut self, number: i64) {
        self.counted += 1;
        match self.sum.checked_add(number) {
            Some(sum) => self.sum = sum,
            None => self.overflow = true,
        }
    }

    /// Adds the numbers of another.
    pub fn merge(&mut self, other: Self) {
        self.counted += other.counted;
        self.overflow |= other.overflow;
        match self.sum.checked_add(other.sum) {
            Some(sum) => self.sum = sum,
            None => self.overflow = true,
        }
    }

    /// The exact sum; none where there is no number, or where it does not fit 64 bits.
    pub fn sum(&self) -> Option<i64> {
        (self.counted > 0 && !self.overflow).then_some(self.sum)
    }

    /// How many reports have a number.
    pub fn counted(&self) -> usize {
        self.counted as usize
    }

    /// The total, of so many units expected.
    pub fn total(&self, expected: usize) -> Total {
        Total {
            sum: self.sum(),
            counted: self.counted(),
            expected,
        }
    }
}

/// The sums of one group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sums {
    /// How many reports there are.
    pub reports: usize,
    /// One cell for every key of the form, in its order.
    pub keys: Vec<Cell>,
    /// One cell for every derived key: a report counts where it has all the parts.
    pub derived: Vec<Cell>,
}

impl Sums {
    /// The sums of no report.
    pub fn empty(form: &Form) -> Self {
        Self {
            reports: 0,
            keys: vec![Cell::default(); form.keys.len()],
            derived: vec![Cell::default(); form.derived.len()],
        }
    }

    /// Adds the reports of another group on the same form.
    pub fn merge(&mut self, other: &Self) {
        self.reports += other.reports;
        let cells = self.keys.iter_mut().chain(&mut self.derived);
        for (cell, more) in cells.zip(other.keys.iter().chain(&other.derived)) {
            cell.merge(*more);
        }
    }
}

/// Sums by group. Frames may be added up in any chunks and in any order: the result is the same.
///
/// polars' own `sum` is not used: it gives 0 for a column without a number and wraps around on overflow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Partial {
    groups: BTreeMap<Group, Sums>,
}

impl Partial {
    /// The sums of a frame as [`crate::frame::wide`] lays it out, grouped by year and the string column `by`
    /// (`area`, `kind`, …). Rows without a year are left out. A key without a column has no numbers.
    ///
    /// # Errors
    /// Those of polars: the columns `by` or `year` are missing, or a key's column does not hold integers.
    pub fn of(frame: &DataFrame, form: &Form, by: &str) -> PolarsResult<Self> {
        let (groups, rows) = group_rows(frame, form, by)?;
        let mut sums = vec![Sums::empty(form); groups.len()];
        for group in rows.iter().flatten() {
            sums[*group].reports += 1;
        }
        let mut columns = Vec::with_capacity(form.keys.len());
        for (index, info) in form.keys.iter().enumerate() {
            let numbers = match frame.column(&column_name(&info.key)) {
                Ok(column) => Some(column.cast(&DataType::Int64)?.i64()?.clone()),
                Err(PolarsError::ColumnNotFound(_)) => None,
                Err(error) => return Err(error),
            };
            for (group, number) in rows.iter().zip(numbers.iter().flat_map(|n| n.iter())) {
                if let (Some(group), Some(number)) = (group, number) {
                    sums[*group].keys[index].add(number);
                }
            }
            columns.push(numbers);
        }
        for (index, derived) in form.derived.iter().enumerate() {
            let parts: Vec<_> = derived.parts.iter().map(|part| &columns[*part]).collect();
            for (group, number) in rows.iter().zip(row_sums(&parts, frame.height())) {
                if let (Some(group), Some(number)) = (group, number) {
                    sums[*group].derived[index].add(number);
                }
            }
        }
        Ok(Self {
            groups: groups.into_iter().zip(sums).collect(),
        })
    }

    /// Adds another part.
    pub fn merge(&mut self, other: Self) {
        for (group, sums) in other.groups {
            match self.groups.get_mut(&group) {
                Some(known) => known.merge(&sums),
                None => {
                    self.groups.insert(group, sums);
                }
            }
        }
    }

    /// The same sums one level up: `parent` gives for each area the one it belongs to, or none to leave it out.
    #[must_use]
    pub fn regroup(&self, parent: impl Fn(&str) -> Option<String>) -> Self {
        let mut up = Self::default();
        for (group, sums) in &self.groups {
            if let Some(area) = parent(&group.area) {
                let group = Group {
                    area,
                    ..group.clone()
                };
                up.merge(Self {
                    groups: BTreeMap::from([(group, sums.clone())]),
                });
            }
        }
        up
    }

    /// Every group with its sums, by area, year and form.
    pub fn groups(&self) -> impl Iterator<Item = (&Group, &Sums)> {
        self.groups.iter()
    }
}

type Grouped = (Vec<Group>, Vec<Option<usize>>);

/// The groups of a frame, and the group of each row.
fn group_rows(frame: &DataFrame, form: &Form, by: &str) -> PolarsResult<Grouped> {
    let years = frame.column("year")?.cast(&DataType::Int32)?;
    let areas = frame.column(by)?.cast(&DataType::String)?;
    let mut known: BTreeMap<(String, i32), usize> = BTreeMap::new();
    let mut rows = Vec::with_capacity(frame.height());
    for (area, year) in areas.str()?.iter().zip(years.i32()?.iter()) {
        let next = known.len();
        rows.push(year.map(|year| {
            let area = area.unwrap_or_default().to_owned();
            *known.entry((area, year)).or_insert(next)
        }));
    }
    let mut groups: Vec<(usize, Group)> = (known.into_iter())
        .map(|((area, year), at)| {
            let form = form.id.clone();
            (at, Group { area, year, form })
        })
        .collect();
    groups.sort_by_key(|(at, _)| *at);
    Ok((groups.into_iter().map(|(_, group)| group).collect(), rows))
}

/// Row by row, the sum of columns; none where one of them has no number or the sum does not fit.
fn row_sums(columns: &[&Option<Int64Chunked>], height: usize) -> Vec<Option<i64>> {
    let mut sums = vec![if columns.is_empty() { None } else { Some(0) }; height];
    for column in columns {
        let Some(numbers) = column else {
            return vec![None; height];
        };
        for (sum, number) in sums.iter_mut().zip(numbers.iter()) {
            *sum = sum
                .zip(number)
                .and_then(|(a, b): (i64, i64)| a.checked_add(b));
        }
    }
    sums
}
