//! Rows of earlier runs that stay while others go, or get a new date: their parts are written anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use polars::prelude::*;

use super::error::StoreError;
use super::growing::Growing;
use super::manifest::{Manifest, Part};
use super::part::{PART_ROWS, Reading};
use super::schema::form_digest;
use crate::form::Form;

/// Parts smaller than this are put together when there are several.
const SMALL_PART_ROWS: u64 = (PART_ROWS / 8) as u64;
const SMALL_PARTS: usize = 8;

/// What has changed for the parts of earlier runs.
#[derive(Default)]
pub(super) struct Stale {
    /// Sources whose rows are no longer in force.
    pub gone: BTreeSet<String>,
    /// Sources whose rows stay and have another date.
    pub dated: BTreeMap<String, Option<i64>>,
    /// Parts with rows of either.
    pub touched: BTreeSet<String>,
}

/// Copies what stays of the parts that lose or change rows, and of small ones where there are many. Returns the
/// paths of the parts that are no longer needed, with the number of the part that takes their rows.
pub(super) fn rewrite(
    root: &Path,
    manifest: &Manifest,
    stale: &Stale,
    forms: &dyn Fn(&str) -> Option<Arc<Form>>,
    growing: &mut Growing<'_>,
) -> Result<BTreeMap<String, Option<usize>>, StoreError> {
    let mut old = BTreeMap::new();
    for part in to_rewrite(manifest, stale, growing) {
        let path = part.place(root);
        let form = forms(&part.form).ok_or_else(|| StoreError::NoForm {
            path: path.clone(),
            form: part.form.clone(),
        })?;
        if form_digest(&form) != part.keys {
            return Err(StoreError::OtherForm {
                path,
                form: part.form.clone(),
            });
        }
        let partition = (part.form.clone(), part.year);
        let reading = Reading::open(path)?;
        let mut into = None;
        for group in reading.groups() {
            let frame = stale.staying(reading.read(group, None)?, reading.path())?;
            if frame.height() > 0 {
                into = Some(growing.push_rows(&partition, &form, frame)?);
            }
        }
        old.insert(part.path.clone(), into);
    }
    Ok(old)
}

fn to_rewrite(manifest: &Manifest, stale: &Stale, growing: &Growing<'_>) -> Vec<Part> {
    let small = |part: &Part| part.rows < SMALL_PART_ROWS;
    let mut many: BTreeMap<(&str, Option<i32>), usize> = BTreeMap::new();
    for part in manifest.parts.iter().filter(|part| small(part)) {
        *many.entry((&part.form, part.year)).or_default() += 1;
    }
    let put_together = |part: &Part| {
        let several = many.get(&(part.form.as_str(), part.year));
        small(part)
            && growing.has(&part.form, part.year)
            && several.is_some_and(|n| *n >= SMALL_PARTS)
    };
    (manifest.parts.iter())
        .filter(|part| stale.touched.contains(&part.path) || put_together(part))
        .cloned()
        .collect()
}

impl Stale {
    /// The rows of a frame whose files stay, with their files' dates of now.
    fn staying(&self, frame: DataFrame, path: &Path) -> Result<DataFrame, StoreError> {
        self.rows(frame).map_err(StoreError::parquet(path))
    }

    fn rows(&self, mut frame: DataFrame) -> PolarsResult<DataFrame> {
        let (stays, dates): (BooleanChunked, Int64Chunked) = {
            let (source, file) = (frame.column("source")?.str()?, frame.column("file")?.str()?);
            let names = || {
                (source.iter().zip(file.iter()))
                    .map(|(source, file)| source.or(file).unwrap_or_default())
            };
            let modified = frame.column("modified")?.i64()?;
            let date = |(name, known)| self.dated.get(name).copied().unwrap_or(known);
            (
                names().map(|name| !self.gone.contains(name)).collect(),
                names().zip(modified.iter()).map(date).collect(),
            )
        };
        if !self.dated.is_empty() {
            frame.with_column(dates.with_name("modified".into()).into_column())?;
        }
        if stays.all() {
            return Ok(frame);
        }
        frame.filter(&stays)
    }
}
