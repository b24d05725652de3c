//! Which area and line of descent each report of a store belongs to, and which of several versions counts.

use std::cmp::Ordering;

use polars::prelude::*;
use rayon::prelude::*;

use super::{NOT_COUNTED, Stored};
use crate::form::Library;
use crate::frame::store::{Chunk, StoreError};

/// The columns that say whose a report is, and which version.
const COLUMNS: [&str; 10] = [
    "file", "ordinal", "county", "area", "unit", "code", "line", "scope", "revision", "modified",
];

/// Where a report stands: its chunk, among those of its year, and its row.
type Spot = (usize, usize);

/// Numbers for texts, in the order in which they are met.
#[derive(Default)]
struct Numbers<K> {
    known: PlHashMap<K, u32>,
}

impl<K: std::hash::Hash + Eq> Numbers<K> {
    /// The number of a key, and whether it is new.
    fn of(&mut self, key: K) -> (u32, bool) {
        let next = self.known.len() as u32;
        let number = *self.known.entry(key).or_insert(next);
        (number, number == next)
    }
}

/// Numbers for the names of an area's units, in the order in which they are met in all areas.
#[derive(Default)]
struct Names {
    by_area: Vec<PlHashMap<String, u32>>,
    count: u32,
}

impl Names {
    /// The number of a name, and whether it is new. Nearly every row repeats one: it is looked up as it stands.
    fn of(&mut self, area: u32, name: &str) -> (u32, bool) {
        let area = area as usize;
        if self.by_area.len() <= area {
            self.by_area.resize_with(area + 1, PlHashMap::default);
        }
        if let Some(number) = self.by_area[area].get(name) {
            return (*number, false);
        }
        let number = self.count;
        self.by_area[area].insert(name.to_owned(), number);
        self.count += 1;
        (number, true)
    }
}

/// What has been met so far in all years.
#[derive(Default)]
struct Known {
    areas: PlHashMap<String, u32>,
    lines: Names,
    units: Names,
    families: Numbers<String>,
}

impl Known {
    /// Looks a name up without making a text of it, for nearly every row repeats one.
    fn area(&mut self, name: &str) -> (u32, bool) {
        if let Some(number) = self.areas.get(name) {
            return (*number, false);
        }
        let next = self.areas.len() as u32;
        self.areas.insert(name.to_owned(), next);
        (next, true)
    }
}

/// The columns of one chunk.
struct Rows {
    file: StringChunked,
    county: StringChunked,
    area: StringChunked,
    unit: StringChunked,
    code: StringChunked,
    line: StringChunked,
    scope: StringChunked,
    ordinal: Int32Chunked,
    revision: Int32Chunked,
    modified: Int64Chunked,
}

impl Rows {
    fn of(frame: &DataFrame) -> PolarsResult<Self> {
        let text =
            |name: &str| Ok::<_, PolarsError>(frame.column(name)?.str()?.rechunk().into_owned());
        let small =
            |name: &str| Ok::<_, PolarsError>(frame.column(name)?.i32()?.rechunk().into_owned());
        Ok(Self {
            file: text("file")?,
            county: text("county")?,
            area: text("area")?,
            unit: text("unit")?,
            code: text("code")?,
            line: text("line")?,
            scope: text("scope")?,
            ordinal: small("ordinal")?,
            revision: small("revision")?,
            modified: frame.column("modified")?.i64()?.rechunk().into_owned(),
        })
    }

    /// Which of two versions counts; the greater does.
    fn cmp(&self, row: usize, other: &Self, at: usize) -> Ordering {
        let revision = |rows: &Self, row| rows.revision.get(row).unwrap_or_default();
        let file = |rows: &'_ Self, row| rows.file.get(row).unwrap_or_default().to_owned();
        let ordinal = |rows: &Self, row| rows.ordinal.get(row).unwrap_or_default();
        (revision(self, row).cmp(&revision(other, at)))
            .then_with(|| self.modified.get(row).cmp(&other.modified.get(at)))
            .then_with(|| file(self, row).cmp(&file(other, at)))
            .then_with(|| ordinal(self, row).cmp(&ordinal(other, at)))
    }
}

impl Stored<'_> {
    pub(super) fn number(&mut self, library: &Library) -> Result<(), StoreError> {
        let mut known = Known::default();
        let chunks = std::mem::take(&mut self.chunks);
        // Versions are of one year: only the columns of that are held.
        for of_year in chunks.chunk_by(|a, b| a.part.year == b.part.year) {
            let rows: Vec<Rows> = (of_year.par_iter())
                .map(|chunk| self.rows(chunk))
                .collect::<Result<_, _>>()?;
            let mut latest: PlHashMap<(u32, u32), Spot> = PlHashMap::default();
            let mut numbered: Vec<Vec<u32>> = Vec::with_capacity(of_year.len());
            for (at, (chunk, here)) in of_year.iter().zip(&rows).enumerate() {
                let family = library.family(library.get(&chunk.form.id).unwrap_or(&chunk.form));
                let (family, _) = known.families.of(family.to_owned());
                numbered.push(vec![NOT_COUNTED; here.scope.len()]);
                for row in 0..here.scope.len() {
                    let Some((line, unit)) = self.place(here, row, &mut known) else {
                        continue;
                    };
                    let spot = latest.entry((unit, family)).or_insert((at, row));
                    if *spot != (at, row) {
                        if here.cmp(row, &rows[spot.0], spot.1) == Ordering::Less {
                            continue;
                        }
                        numbered[spot.0][spot.1] = NOT_COUNTED;
                        *spot = (at, row);
                    }
                    numbered[at][row] = line;
                }
            }
            self.lines.extend(numbered);
        }
        self.chunks = chunks;
        Ok(())
    }

    fn rows(&self, chunk: &Chunk) -> Result<Rows, StoreError> {
        let names = COLUMNS.map(str::to_owned);
        let frame = self.store.read(chunk, Some(&names), &self.filter)?;
        Rows::of(&frame).map_err(StoreError::parquet_of(&chunk.part.path))
    }

    /// The line and the unit of a report; none where it is in no sum.
    fn place(&mut self, rows: &Rows, row: usize, known: &mut Known) -> Option<(u32, u32)> {
        if rows.scope.get(row) != Some("own") || rows.unit.get(row).is_none_or(str::is_empty) {
            return None;
        }
        let county = rows.county.get(row).unwrap_or_default();
        let whose = (rows.area.get(row).filter(|area| !area.is_empty())).unwrap_or(county);
        let (area, is_new) = known.area(whose);
        if is_new {
            self.areas.push((whose.to_owned(), county.to_owned()));
        }
        let descent = rows.line.get(row).unwrap_or_default();
        let (line, is_new) = known.lines.of(area, descent);
        if is_new {
            self.area_of.push(area);
        }
        let who = rows.code.get(row).unwrap_or(descent);
        Some((line, known.units.of(area, who).0))
    }

    /// Puts the areas in the order of their codes, in which everything about them is given.
    pub(super) fn sort_areas(&mut self) {
        let mut order: Vec<usize> = (0..self.areas.len()).collect();
        order.sort_by(|a, b| self.areas[*a].cmp(&self.areas[*b]));
        let mut place = vec![0; order.len()];
        for (at, area) in order.iter().enumerate() {
            place[*area] = at as u32;
        }
        for area in &mut self.area_of {
            *area = place[*area as usize];
        }
        self.areas = (order.iter())
            .map(|area| std::mem::take(&mut self.areas[*area]))
            .collect();
    }
}
