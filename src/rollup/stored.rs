//! Roll-up and comparison of a store that is larger than memory: one group of columns after the other, chunk by
//! chunk. Memory holds the sums, one number for each report, and a chunk of a few columns for each thread.

mod statuses;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use polars::prelude::*;
use rayon::prelude::*;

use super::Cell;
use crate::form::{Form, Library, Pair};
use crate::frame::store::{Chunk, Filter, Store, StoreError, column_name};

pub use statuses::StoredStatuses;

/// Columns that are read at once.
const COLUMNS_AT_ONCE: usize = 16;

/// The mark of a report that does not count: consolidated, without a year, or given way to a later version.
const NOT_COUNTED: u32 = u32::MAX;

/// The sum of one key over the reports of one area, year and form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTotal {
    /// Code of the area, or its name where it has no code.
    pub area: String,
    /// Name of the county.
    pub county: String,
    /// The year.
    pub year: i32,
    /// Id of the form.
    pub form: String,
    /// The key, or derived key.
    pub key: String,
    /// Its sum; none where no report has a number, or where it does not fit 64 bits.
    pub sum: Option<i64>,
    /// How many reports have a number.
    pub counted: usize,
    /// How many reports there are.
    pub reports: usize,
}

/// One year against the one before, for one area and key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredComparison {
    /// Code of the area, or its name where it has no code.
    pub area: String,
    /// Only the lines of descent of which every unit has a number in both years.
    pub like_for_like: bool,
    /// The key.
    pub key: String,
    /// The earlier year.
    pub from_year: i32,
    /// The later year.
    pub to_year: i32,
    /// Sum of the earlier year.
    pub from: Option<i64>,
    /// Sum of the later year.
    pub to: Option<i64>,
    /// The change; none where nothing can be compared.
    pub change: Option<i64>,
    /// Whether both sides mean the same.
    pub comparable: bool,
}

/// The reports of a store, numbered: which area and line of descent each belongs to, and whether it counts.
pub struct Stored<'s> {
    store: &'s Store,
    filter: Filter,
    chunks: Vec<Chunk>,
    /// For every chunk, the line of each report, or [`NOT_COUNTED`].
    lines: Vec<Vec<u32>>,
    /// For every line, its area.
    area_of: Vec<u32>,
    /// Code (or name) and county of every area.
    areas: Vec<(String, String)>,
}

/// What decides which of several reports of a unit for a year counts; the greatest does.
type Rank = (i32, Option<i64>, String, i32);

/// Where a report stands: its chunk and row.
type Spot = (usize, usize);

impl<'s> Stored<'s> {
    /// Goes once over the columns that say whose the reports are.
    ///
    /// # Errors
    /// A part that cannot be read.
    pub fn new(store: &'s Store, library: &Library, filter: &Filter) -> Result<Self, StoreError> {
        let chunks: Vec<Chunk> = (store.chunks(library, filter)?.into_iter())
            .filter(|chunk| chunk.part.year.is_some())
            .collect();
        let mut stored = Self {
            store,
            filter: filter.clone(),
            lines: Vec::with_capacity(chunks.len()),
            chunks,
            area_of: Vec::new(),
            areas: Vec::new(),
        };
        stored.number(library)?;
        Ok(stored)
    }

    fn number(&mut self, library: &Library) -> Result<(), StoreError> {
        let names: Vec<String> = [
            "file", "ordinal", "county", "area", "unit", "code", "line", "scope", "revision",
            "modified",
        ]
        .map(str::to_owned)
        .into();
        let mut areas: HashMap<String, u32> = HashMap::new();
        let mut lines: HashMap<(u32, String), u32> = HashMap::new();
        let mut latest: HashMap<(u32, i32, String, &str), (Rank, Spot)> = HashMap::new();
        for (at, chunk) in self.chunks.iter().enumerate() {
            let frame = self.store.read(chunk, Some(&names), &self.filter)?;
            let path = || StoreError::parquet_of(&chunk.part.path);
            let text = |name: &str| frame.column(name).and_then(|c| c.str()).map_err(path());
            let small = |name: &str| frame.column(name).and_then(|c| c.i32()).map_err(path());
            let (file, county, area, unit) =
                (text("file")?, text("county")?, text("area")?, text("unit")?);
            let (code, line, scope) = (text("code")?, text("line")?, text("scope")?);
            let (ordinal, revision) = (small("ordinal")?, small("revision")?);
            let modified = frame
                .column("modified")
                .and_then(|c| c.i64())
                .map_err(path())?;
            let year = chunk.part.year.unwrap_or_default();
            let family = library.family(library.get(&chunk.form.id).unwrap_or(&chunk.form));
            let mut numbered = vec![NOT_COUNTED; frame.height()];
            for row in 0..frame.height() {
                if scope.get(row) != Some("own") || unit.get(row).is_none_or(str::is_empty) {
                    continue;
                }
                let county = county.get(row).unwrap_or_default();
                let whose = area
                    .get(row)
                    .filter(|area| !area.is_empty())
                    .unwrap_or(county);
                let next = areas.len() as u32;
                let area = *areas.entry(whose.to_owned()).or_insert(next);
                if area == next {
                    self.areas.push((whose.to_owned(), county.to_owned()));
                }
                let descent = line.get(row).unwrap_or_default();
                let next = lines.len() as u32;
                let line = *lines.entry((area, descent.to_owned())).or_insert(next);
                if line == next {
                    self.area_of.push(area);
                }
                numbered[row] = line;
                let who = code.get(row).unwrap_or(descent).to_owned();
                let rank: Rank = (
                    revision.get(row).unwrap_or_default(),
                    modified.get(row),
                    file.get(row).unwrap_or_default().to_owned(),
                    ordinal.get(row).unwrap_or_default(),
                );
                match latest.entry((area, year, who, family)) {
                    std::collections::hash_map::Entry::Vacant(entry) => {
                        entry.insert((rank, (at, row)));
                    }
                    std::collections::hash_map::Entry::Occupied(mut entry) => {
                        let (known, (chunk, other)) = entry.get_mut();
                        if *known > rank {
                            numbered[row] = NOT_COUNTED;
                        } else {
                            match self.lines.get_mut(*chunk) {
                                Some(lines) => lines[*other] = NOT_COUNTED,
                                None => numbered[*other] = NOT_COUNTED,
                            }
                            (*known, *chunk, *other) = (rank, at, row);
                        }
                    }
                }
            }
            self.lines.push(numbered);
        }
        Ok(())
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

    /// The sums of every area, year, form and key, derived keys included, in the order of areas' names, years,
    /// forms and keys.
    ///
    /// # Errors
    /// A part that cannot be read.
    pub fn totals(&self) -> Result<Vec<StoredTotal>, StoreError> {
        let mut groups: BTreeMap<(i32, String), Arc<Form>> = BTreeMap::new();
        for chunk in &self.chunks {
            let year = chunk.part.year.unwrap_or_default();
            groups.insert((year, chunk.part.form.clone()), chunk.form.clone());
        }
        let mut rows = Vec::new();
        let area = |line: u32| self.area_of[line as usize];
        for ((year, _), form) in groups {
            let chunks = self.of(year, &form.id);
            let units = self.units(&chunks, self.areas.len(), area);
            let own: Vec<[usize; 1]> = (0..form.keys.len()).map(|key| [key]).collect();
            let sets: Vec<&[usize]> = (own.iter().map(|set| set.as_slice()))
                .chain(form.derived.iter().map(|d| d.parts.as_slice()))
                .collect();
            let cells: Vec<Vec<Vec<Cell>>> = (sets.par_chunks(COLUMNS_AT_ONCE))
                .map(|sets| self.cells(&chunks, &form, sets, self.areas.len(), area))
                .collect::<Result<_, _>>()?;
            let keys =
                (form.keys.iter().map(|info| &info.key)).chain(form.derived.iter().map(|d| &d.key));
            for (key, cells) in keys.zip(cells.iter().flatten()) {
                for ((cell, reports), (area, county)) in cells.iter().zip(&units).zip(&self.areas) {
                    if *reports > 0 {
                        rows.push(StoredTotal {
                            area: area.clone(),
                            county: county.clone(),
                            year,
                            form: form.id.clone(),
                            key: key.clone(),
                            sum: cell.sum(),
                            counted: cell.counted(),
                            reports: *reports as usize,
                        });
                    }
                }
            }
        }
        // Stable: years, forms and keys stay in their order within an area.
        rows.sort_by(|a, b| a.area.cmp(&b.area));
        Ok(rows)
    }

    /// Every year against the one before it: all units, and like for like.
    ///
    /// Reports on another form than the one of their year are left out of both sides.
    ///
    /// # Errors
    /// A part that cannot be read.
    pub fn comparisons(&self, library: &Library) -> Result<Vec<StoredComparison>, StoreError> {
        let mut rows = Vec::new();
        for years in self.store.years(&self.filter).windows(2) {
            let (Some(from), Some(to)) = (library.for_year(years[0]), library.for_year(years[1]))
            else {
                continue;
            };
            let Some(crosswalk) = library.crosswalk(from, to) else {
                continue;
            };
            let (before, after) = (self.of(years[0], &from.id), self.of(years[1], &to.id));
            let size = self.area_of.len();
            let units = [&before, &after].map(|chunks| self.units(chunks, size, |line| line));
            let found: Vec<Vec<StoredComparison>> = (crosswalk.pairs.par_chunks(COLUMNS_AT_ONCE))
                .map(|pairs| {
                    let sets = |pick: fn(&Pair) -> &Vec<usize>| -> Vec<&[usize]> {
                        pairs.iter().map(|pair| pick(pair).as_slice()).collect()
                    };
                    let old = self.cells(&before, from, &sets(|p| &p.from), size, |line| line)?;
                    let new = self.cells(&after, to, &sets(|p| &p.to), size, |line| line)?;
                    let sides = pairs.iter().zip(old.iter().zip(&new));
                    Ok(sides
                        .flat_map(|(pair, sides)| self.compare(pair, years, sides, &units))
                        .collect())
                })
                .collect::<Result<_, StoreError>>()?;
            rows.extend(found.into_iter().flatten());
        }
        rows.sort_by(|a, b| a.area.cmp(&b.area));
        Ok(rows)
    }

    fn compare(
        &self,
        pair: &Pair,
        years: &[i32],
        (old, new): (&Vec<Cell>, &Vec<Cell>),
        units: &[Vec<u32>; 2],
    ) -> Vec<StoredComparison> {
        // Per area: all units before and after, like for like before and after.
        let mut sums = vec![[Cell::default(); 4]; self.areas.len()];
        let mut there = vec![false; self.areas.len()];
        for (line, area) in self.area_of.iter().enumerate() {
            let sums = &mut sums[*area as usize];
            let (a, b) = (old[line], new[line]);
            there[*area as usize] |= units[0][line] + units[1][line] > 0;
            sums[0].merge(a);
            sums[1].merge(b);
            let whole = |cell: Cell, units: u32| units > 0 && cell.counted() == units as usize;
            if whole(a, units[0][line]) && whole(b, units[1][line]) {
                sums[2].merge(a);
                sums[3].merge(b);
            }
        }
        let comparable = pair.comparability.is_comparable();
        let row = |area: usize, like_for_like: bool, from: Cell, to: Cell| StoredComparison {
            area: self.areas[area].0.clone(),
            like_for_like,
            key: pair.key.clone(),
            from_year: years[0],
            to_year: years[1],
            from: from.sum(),
            to: to.sum(),
            change: (to.sum().zip(from.sum()))
                .filter(|_| comparable)
                .and_then(|(to, from)| to.checked_sub(from)),
            comparable,
        };
        (sums.iter().enumerate())
            .filter(|(area, _)| there[*area])
            .flat_map(|(area, s)| [row(area, false, s[0], s[1]), row(area, true, s[2], s[3])])
            .collect()
    }
}

/// Adds, for every report that counts, the sum of some columns to the cell of its group.
fn add(columns: &[Int64Chunked], lines: &[u32], cells: &mut [Cell], group: impl Fn(u32) -> u32) {
    let counting = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| **line != NOT_COUNTED);
    match columns {
        [] => {}
        [column] => match column.cont_slice() {
            Ok(numbers) => {
                for (row, line) in counting {
                    cells[group(*line) as usize].add(numbers[row]);
                }
            }
            Err(_) => {
                for (row, line) in counting {
                    if let Some(number) = column.get(row) {
                        cells[group(*line) as usize].add(number);
                    }
                }
            }
        },
        several => {
            for (row, line) in counting {
                let mut numbers = several.iter().map(|column| column.get(row));
                if let Some(number) = numbers.try_fold(0_i64, |sum, n| sum.checked_add(n?)) {
                    cells[group(*line) as usize].add(number);
                }
            }
        }
    }
}
