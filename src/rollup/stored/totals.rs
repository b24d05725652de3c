//! The sums of a store, by area, year, form and key.

use std::sync::Arc;

use rayon::prelude::*;

use super::{RUNS_AT_ONCE, Stored};
use crate::form::Form;
use crate::frame::store::StoreError;
use crate::rollup::Cell;

/// The sum of one key over the reports of one area, year and form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredTotal<'a> {
    /// Code of the area, or its name where it has no code.
    pub area: &'a str,
    /// Name of the county.
    pub county: &'a str,
    /// The year.
    pub year: i32,
    /// Id of the form.
    pub form: &'a str,
    /// The key, or derived key.
    pub key: &'a str,
    /// Its sum; none where no report has a number, or where it does not fit 64 bits.
    pub sum: Option<i64>,
    /// How many reports have a number.
    pub counted: usize,
    /// How many reports there are.
    pub reports: usize,
}

/// One year and form.
struct Group {
    year: i32,
    form: Arc<Form>,
    /// Reports by area.
    reports: Vec<u32>,
    /// By key, derived keys last, then by area.
    cells: Vec<Vec<Cell>>,
}

/// The sums of every area.
pub struct StoredTotals<'a> {
    /// Code (or name) and county of every area.
    areas: &'a [(String, String)],
    groups: Vec<Group>,
}

impl StoredTotals<'_> {
    /// How many areas there are.
    pub fn areas(&self) -> usize {
        self.areas.len()
    }

    /// How many sums there are.
    pub fn count(&self) -> usize {
        let of = |group: &Group| {
            let areas = group.reports.iter().filter(|reports| **reports > 0);
            areas.count() * group.cells.len()
        };
        self.groups.iter().map(of).sum()
    }

    /// The sums of one area, in the order of years, forms and keys. Areas are in the order of their codes.
    pub fn of_area(&self, area: usize) -> impl Iterator<Item = StoredTotal<'_>> {
        let (code, county) = &self.areas[area];
        let groups = (self.groups.iter()).filter(move |group| group.reports[area] > 0);
        groups.flat_map(move |group| {
            let form = &group.form;
            let own = form.keys.iter().map(|info| &info.key);
            let keys = own.chain(form.derived.iter().map(|derived| &derived.key));
            keys.zip(&group.cells).map(move |(key, cells)| StoredTotal {
                area: code,
                county,
                year: group.year,
                form: &form.id,
                key,
                sum: cells[area].sum(),
                counted: cells[area].counted(),
                reports: group.reports[area] as usize,
            })
        })
    }
}

impl Stored<'_> {
    /// The sums of every area, year, form and key, derived keys included.
    ///
    /// # Errors
    /// A part that cannot be read.
    pub fn totals(&self) -> Result<StoredTotals<'_>, StoreError> {
        let area = |line: u32| self.area_of[line as usize];
        let size = self.areas.len();
        let mut groups = Vec::new();
        for ((year, id), form) in self.groups() {
            let chunks = self.of(year, id);
            let own: Vec<[usize; 1]> = (0..form.keys.len()).map(|key| [key]).collect();
            let sets: Vec<&[usize]> = (own.iter().map(|set| set.as_slice()))
                .chain(form.derived.iter().map(|derived| derived.parts.as_slice()))
                .collect();
            let run = chunks.len().div_ceil(RUNS_AT_ONCE).max(1);
            let runs: Vec<Vec<Vec<Cell>>> = (chunks.par_chunks(run))
                .map(|chunks| self.cells(chunks, &form, &sets, size, area))
                .collect::<Result<_, _>>()?;
            let mut runs = runs.into_iter();
            let mut cells =
                (runs.next()).unwrap_or_else(|| vec![vec![Cell::default(); size]; sets.len()]);
            for run in runs {
                for (sum, more) in cells.iter_mut().flatten().zip(run.into_iter().flatten()) {
                    sum.merge(more);
                }
            }
            groups.push(Group {
                year,
                reports: self.units(&chunks, size, area),
                cells,
                form,
            });
        }
        Ok(StoredTotals {
            areas: &self.areas,
            groups,
        })
    }
}
