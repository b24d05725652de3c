//! Roll-up and comparison of a store that is larger than memory: one group of columns after the other, chunk by
//! chunk. Memory holds the sums, one number for each report, and a chunk of a few columns for each thread.

mod comparisons;
mod number;
mod statuses;
mod totals;

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::*;

use super::Cell;
use crate::form::{Form, Library};
use crate::frame::store::{Chunk, Filter, Store, StoreError, column_name};

pub use comparisons::{StoredComparison, StoredComparisons};
pub use statuses::StoredStatuses;
pub use totals::{StoredTotal, StoredTotals};

/// Columns that are read at once.
const COLUMNS_AT_ONCE: usize = 16;

/// The mark of a report that does not count: consolidated, without a year, or given way to a later version.
const NOT_COUNTED: u32 = u32::MAX;

/// The reports of a store, numbered: which area and line of descent each belongs to, and whether it counts.
pub struct Stored<'s> {
    store: &'s Store,
    filter: Filter,
    chunks: Vec<Chunk>,
    /// For every chunk, the line of each report, or [`NOT_COUNTED`].
    lines: Vec<Vec<u32>>,
    /// For every line, its area.
    area_of: Vec<u32>,
    /// Code (or name) and county of every area, by code.
    areas: Vec<(String, String)>,
}

impl<'s> Stored<'s> {
    /// Goes once over the columns that say whose the reports are.
    ///
    /// # Errors
    /// A part that cannot be read.
    pub fn new(store: &'s Store, library: &Library, filter: &Filter) -> Result<Self, StoreError> {
        let mut chunks: Vec<Chunk> = (store.chunks(library, filter)?.into_iter())
            .filter(|chunk| chunk.part.year.is_some())
            .collect();
        // Versions of a report may stand on two forms: all of a year are looked at together.
        chunks.sort_by_key(|chunk| chunk.part.year);
        let mut stored = Self {
            store,
            filter: filter.clone(),
            lines: Vec::with_capacity(chunks.len()),
            chunks,
            area_of: Vec::new(),
            areas: Vec::new(),
        };
        stored.number(library)?;
        stored.sort_areas();
        Ok(stored)
    }

    /// The forms of every year.
    fn groups(&self) -> BTreeMap<(i32, &str), Arc<Form>> {
        (self.chunks.iter())
            .map(|chunk| {
                let year = chunk.part.year.unwrap_or_default();
                ((year, chunk.part.form.as_str()), chunk.form.clone())
            })
            .collect()
    }

    /// Chunks of one year and form, with their lines.
    fn of(&self, year: i32, form: &str) -> Vec<(&Chunk, &[u32])> {
        (self.chunks.iter().zip(&self.lines))
            .filter(|(chunk, _)| chunk.part.year == Some(year) && chunk.part.form == form)
            .map(|(chunk, lines)| (chunk, lines.as_slice()))
            .collect()
    }

    /// How many reports each of `size` groups has.
    fn units(
        &self,
        chunks: &[(&Chunk, &[u32])],
        size: usize,
        group: impl Fn(u32) -> u32,
    ) -> Vec<u32> {
        let mut units = vec![0; size];
        for line in chunks
            .iter()
            .flat_map(|(_, lines)| *lines)
            .filter(|line| **line != NOT_COUNTED)
        {
            units[group(*line) as usize] += 1;
        }
        units
    }

    /// For each of some sets of keys, a cell for each of `size` groups. A report counts where it has all keys of
    /// the set.
    fn cells(
        &self,
        chunks: &[(&Chunk, &[u32])],
        form: &Form,
        sets: &[&[usize]],
        size: usize,
        group: impl Fn(u32) -> u32 + Sync,
    ) -> Result<Vec<Vec<Cell>>, StoreError> {
        let mut cells = vec![vec![Cell::default(); size]; sets.len()];
        let mut names: Vec<String> = sets
            .iter()
            .flat_map(|set| *set)
            .map(|key| column_name(&form.keys[*key].key).into_owned())
            .collect();
        names.sort();
        names.dedup();
        if !self.filter.counties.is_empty() {
            names.extend(["county".to_owned(), "area".to_owned()]);
        }
        for (chunk, lines) in chunks {
            let frame = self.store.read(chunk, Some(&names), &self.filter)?;
            let number = |key: &usize| {
                let column = frame.column(&column_name(&form.keys[*key].key))?;
                Ok(column.i64()?.rechunk().into_owned())
            };
            for (set, cells) in sets.iter().zip(&mut cells) {
                let columns: PolarsResult<Vec<Int64Chunked>> = set.iter().map(number).collect();
                let columns = columns.map_err(StoreError::parquet_of(&chunk.part.path))?;
                add(&columns, lines, cells, &group);
            }
        }
        Ok(cells)
    }
}

/// Adds, for every report that counts, the sum of some columns to the cell of its group.
fn add(columns: &[Int64Chunked], lines: &[u32], cells: &mut [Cell], group: impl Fn(u32) -> u32) {
    match columns {
        [] => {}
        [column] => {
            for (number, line) in column.iter().zip(lines) {
                if let (Some(number), false) = (number, *line == NOT_COUNTED) {
                    cells[group(*line) as usize].add(number);
                }
            }
        }
        several => {
            let counting = (lines.iter().enumerate()).filter(|(_, line)| **line != NOT_COUNTED);
            for (row, line) in counting {
                let mut numbers = several.iter().map(|column| column.get(row));
                if let Some(number) = numbers.try_fold(0_i64, |sum, n| sum.checked_add(n?)) {
                    cells[group(*line) as usize].add(number);
                }
            }
        }
    }
}
