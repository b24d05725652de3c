//! What stands behind the sums of a store: how many reports have a key in which status, and which stand on
//! another form than their year's.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{NOT_COUNTED, Stored};
use crate::form::{Form, Library};
use crate::frame::store::{StoreError, letter_status};
use crate::report::Status;

/// In which status the reports of one area, year and form have one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredStatuses {
    /// Code of the area, or its name where it has no code.
    pub area: String,
    /// The year.
    pub year: i32,
    /// Id of the form.
    pub form: String,
    /// The key.
    pub key: String,
    /// Number of reports by status, in the order of [`Status::ALL`].
    pub counts: [u32; Status::ALL.len()],
}

/// Counts of one year and form, by area and key.
type Counts = Vec<[u32; Status::ALL.len()]>;

impl Stored<'_> {
    /// The statuses of every area, year, form and key, in the order of [`Stored::totals`] without derived keys,
    /// which have no status of their own.
    ///
    /// # Errors
    /// A part that cannot be read.
    pub fn statuses(&self) -> Result<Vec<StoredStatuses>, StoreError> {
        let groups = self.groups();
        let counted: Vec<Counts> = (groups.par_iter())
            .map(|((year, _), form)| self.count(*year, form))
            .collect::<Result<_, _>>()?;
        let mut rows = Vec::new();
        for (((year, _), form), counts) in groups.iter().zip(counted) {
            let keys = form.keys.len();
            for (key, info) in form.keys.iter().enumerate() {
                for (area, (code, _)) in self.areas.iter().enumerate() {
                    let counts = counts[area * keys + key];
                    if counts.iter().any(|count| *count > 0) {
                        rows.push(StoredStatuses {
                            area: code.clone(),
                            year: *year,
                            form: form.id.clone(),
                            key: info.key.clone(),
                            counts,
                        });
                    }
                }
            }
        }
        rows.sort_by(|a, b| a.area.cmp(&b.area));
        Ok(rows)
    }

    fn count(&self, year: i32, form: &Form) -> Result<Counts, StoreError> {
        let keys = form.keys.len();
        let mut counts = vec![[0; Status::ALL.len()]; self.areas.len() * keys];
        let mut names = vec!["status".to_owned()];
        if !self.filter.counties.is_empty() {
            names.extend(["county".to_owned(), "area".to_owned()]);
        }
        for (chunk, lines) in self.of(year, &form.id) {
            let frame = self.store.read(chunk, Some(&names), &self.filter)?;
            let path = StoreError::parquet_of(&chunk.part.path);
            let statuses = frame.column("status").and_then(|c| c.str()).map_err(path)?;
            for (letters, line) in statuses.iter().zip(lines) {
                if *line == NOT_COUNTED {
                    continue;
                }
                let first = self.area_of[*line as usize] as usize * keys;
                let letters = letters.unwrap_or_default().chars();
                for (letter, counts) in letters.zip(&mut counts[first..first + keys]) {
                    if let Some(status) = letter_status(letter) {
                        counts[status as usize] += 1;
                    }
                }
            }
        }
        Ok(counts)
    }

    /// For every area that has any: how many reports of two years stand on another form than their year's, and
    /// are therefore in neither side of [`Stored::comparisons`].
    pub fn left_out(&self, library: &Library, years: [i32; 2]) -> BTreeMap<&str, usize> {
        let mut left_out = BTreeMap::new();
        for (chunk, lines) in self.chunks.iter().zip(&self.lines) {
            let year = chunk.part.year.filter(|year| years.contains(year));
            let Some(form) = year.and_then(|year| library.for_year(year)) else {
                continue;
            };
            if form.id == chunk.part.form {
                continue;
            }
            for line in lines.iter().filter(|line| **line != NOT_COUNTED) {
                let (area, _) = &self.areas[self.area_of[*line as usize] as usize];
                *left_out.entry(area.as_str()).or_default() += 1;
            }
        }
        left_out
    }
}
