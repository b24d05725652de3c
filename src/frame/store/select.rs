//! A part of a store: who the reports are, and then some of them, without holding the others.

use std::sync::Arc;

use polars::prelude::*;

use super::decode;
use super::entry::{Came, Entry, Filed, Filter};
use super::error::StoreError;
use super::manifest;
use super::part::Reading;
use super::read::{Chunk, Store};
use super::schema::word_scope;
use super::words;
use crate::report::{Narrative, Scope};

/// Columns that tell whose a report is.
const WHOSE: [&str; 8] = [
    "file", "source", "county", "area", "unit", "code", "scope", "ordinal",
];

/// Whose a report is: everything about it but its figures and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    /// The file as the user knows it.
    pub file: String,
    /// The file that holds it.
    pub source: String,
    /// Name of its county, as the registry told when it was taken in.
    pub county: String,
    /// Code of its county.
    pub area: String,
    /// Name of its unit, as read.
    pub unit: String,
    /// Code of its unit.
    pub code: Option<String>,
    /// Whose figures these are.
    pub scope: Scope,
    /// Its number within its file, from 0.
    pub ordinal: u32,
}

impl Store {
    /// Every file that was taken in, in the order of [`Store::entries`], with what was noticed about it as a whole;
    /// where it has reports, without them.
    ///
    /// # Errors
    /// A list that cannot be read, or is damaged.
    pub fn files(&self) -> Result<Vec<Entry>, StoreError> {
        let mut files = Vec::new();
        for taken in self.taken()? {
            let findings = manifest::findings(&taken).ok_or_else(|| {
                StoreError::damaged(self.root(), format!("the findings of {}", taken.name))
            })?;
            files.push(Entry {
                name: taken.name,
                source: taken.source,
                modified: taken.modified,
                came: match taken.end {
                    "reports" => Came::Reports(Vec::new()),
                    "unreadable" => Came::Unreadable(taken.why),
                    _ => Came::NotAReport(taken.why),
                },
                findings,
            });
        }
        Ok(files)
    }

    /// What is wrong with a store that has reports of a file it does not list.
    pub fn has_strays(&self, file: &str) -> StoreError {
        StoreError::damaged(
            self.root(),
            format!("{file} has reports but does not stand in the list of files"),
        )
    }

    /// Whose the reports of a chunk are, row by row.
    ///
    /// # Errors
    /// A part that cannot be read, or is damaged.
    pub fn whose(&self, chunk: &Chunk) -> Result<Vec<Whose>, StoreError> {
        let names = WHOSE.map(str::to_owned);
        let frame = self.read(chunk, Some(&names), &Filter::default())?;
        let path = chunk.part.place(self.root());
        let text = |name: &str| {
            let column = frame.column(name).map_err(StoreError::parquet(&path))?;
            column.str().map_err(StoreError::parquet(&path))
        };
        let (file, source) = (text("file")?, text("source")?);
        let (county, area, unit) = (text("county")?, text("area")?, text("unit")?);
        let (code, scope) = (text("code")?, text("scope")?);
        let ordinal = frame
            .column("ordinal")
            .and_then(|column| column.i32())
            .map_err(StoreError::parquet(&path))?;
        let own = |words: Option<&str>| words.unwrap_or_default().to_owned();
        (0..frame.height())
            .map(|row| {
                let file = own(file.get(row));
                Ok(Whose {
                    source: source.get(row).map_or_else(|| file.clone(), str::to_owned),
                    county: own(county.get(row)),
                    area: own(area.get(row)),
                    unit: own(unit.get(row)),
                    code: code.get(row).map(str::to_owned),
                    scope: scope.get(row).and_then(word_scope).ok_or_else(|| {
                        StoreError::damaged(&path, format!("the scope of {file}"))
                    })?,
                    ordinal: ordinal.get(row).unwrap_or_default().unsigned_abs(),
                    file,
                })
            })
            .collect()
    }

    /// The texts of some reports of a chunk. `rows` ascend.
    ///
    /// # Errors
    /// A part that cannot be read, or is damaged.
    pub fn texts(&self, chunk: &Chunk, rows: &[u32]) -> Result<Vec<Narrative>, StoreError> {
        let names = ["file", "narrative"].map(str::to_owned);
        let frame = self.rows(chunk, rows, Some(&names))?;
        let path = chunk.part.place(self.root());
        let text = |name: &str| {
            let column = frame.column(name).map_err(StoreError::parquet(&path))?;
            column.str().map_err(StoreError::parquet(&path))
        };
        let (file, narrative) = (text("file")?, text("narrative")?);
        (file.iter().zip(narrative.iter()))
            .map(|(file, narrative)| {
                let file: Arc<str> = Arc::from(file.unwrap_or_default());
                words::decode_narrative(narrative, &file)
                    .ok_or_else(|| StoreError::damaged(&path, format!("the narrative of {file}")))
            })
            .collect()
    }

    /// Some reports of a chunk, as [`Store::entries`] gives them. `rows` ascend.
    ///
    /// # Errors
    /// A part that cannot be read, or is damaged.
    pub fn pick(&self, chunk: &Chunk, rows: &[u32]) -> Result<Vec<Filed>, StoreError> {
        let frame = self.rows(chunk, rows, None)?;
        let path = chunk.part.place(self.root());
        let (form, year) = (&chunk.form, chunk.part.year);
        let out = decode::reports(&frame, form, year, &Filter::default(), &path)?;
        Ok(out.into_iter().map(|out| out.filed).collect())
    }

    /// Some rows of a chunk: of the rows before the first and after the last nothing is unpacked.
    fn rows(
        &self,
        chunk: &Chunk,
        rows: &[u32],
        columns: Option<&[String]>,
    ) -> Result<DataFrame, StoreError> {
        let reading = Reading::open(chunk.part.readable(self.root()))?;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return reading.read((chunk.start(), 0), columns);
        };
        let height = (last - first) as usize + 1;
        let frame = reading.read((chunk.start() + *first as usize, height), columns)?;
        if frame.height() != height {
            return Err(StoreError::damaged(
                reading.path(),
                "the number of its rows".to_owned(),
            ));
        }
        if height == rows.len() {
            return Ok(frame);
        }
        let wanted: Vec<IdxSize> = rows.iter().map(|row| row - first).collect();
        let wanted = IdxCa::from_vec("".into(), wanted);
        frame
            .take(&wanted)
            .map_err(StoreError::parquet(reading.path()))
    }
}
