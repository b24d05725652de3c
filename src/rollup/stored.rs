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

/// Columns that are read at once where a sum is kept for every line.
const COLUMNS_AT_ONCE: usize = 16;

/// Runs of chunks that are added up at once, each with all its columns, where a sum is kept for every area. However many
/// threads there are, so that memory stays within bounds, and sums are put together in the same order.
const RUNS_AT_ONCE: usize = 16;

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
            let places: Vec<u32> = (lines.iter())
                .map(|line| match *line {
                    NOT_COUNTED => NOT_COUNTED,
                    line => group(line),
                })
                .collect();
            let number = |key: &usize| {
                let column = frame.column(&column_name(&form.keys[*key].key))?;
                Ok(column.i64()?.rechunk().into_owned())
            };
            for (set, cells) in sets.iter().zip(&mut cells) {
                let columns: PolarsResult<Vec<Int64Chunked>> = set.iter().map(number).collect();
                let columns = columns.map_err(StoreError::parquet_of(&chunk.part.path))?;
                add(&columns, &places, cells);
            }
        }
        Ok(cells)
    }
}

/// Adds, for every report that counts, the sum of some columns to the cell of its group.
fn add(columns: &[Int64Chunked], places: &[u32], cells: &mut [Cell]) {
    let mut put = |number: i64, place: u32| {
        if place != NOT_COUNTED {
            cells[place as usize].add(number);
        }
    };
    match columns {
        [] => {}
        [column] => match numbers(column) {
            Some(numbers) => (numbers.zip(places)).for_each(|(number, place)| put(number, *place)),
            None => {
                for (number, place) in column.iter().zip(places) {
                    number.into_iter().for_each(|number| put(number, *place));
                }
            }
        },
        several => {
            // Column by column, as they stand in memory.
            let mut sums = vec![Some(0_i64); places.len()];
            for column in several {
                match numbers(column) {
                    Some(numbers) => {
                        for (sum, number) in sums.iter_mut().zip(numbers) {
                            *sum = sum.and_then(|sum| sum.checked_add(number));
                        }
                    }
                    None => {
                        for (sum, number) in sums.iter_mut().zip(column.iter()) {
                            *sum = sum.and_then(|sum| sum.checked_add(number?));
                        }
                    }
                }
            }
            for (sum, place) in sums.into_iter().zip(places) {
                sum.into_iter().for_each(|sum| put(sum, *place));
            }
        }
    }
}

/// The numbers of a column, where none is missing.
fn numbers(column: &Int64Chunked) -> Option<impl Iterator<Item = i64>> {
    let all = column.downcast_iter().flat_map(|array| array.values_iter());
    (column.null_count() == 0).then(|| all.copied())
}
