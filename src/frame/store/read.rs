//! Reading a store: whole files with their reports, or chunk by chunk as frames.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::*;

use super::decode;
use super::entry::{Came, Entry, Filter};
use super::error::StoreError;
use super::manifest::{self, FOLDER, Manifest, Part, Shard, Taken};
use super::part::{Footer, Reading};
use super::schema::{PARTITIONS, form_digest};
use crate::form::{Form, Library};

/// A store open for reading: what was in force at that moment.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
    manifests: Vec<Manifest>,
}

/// A row group of a part: what is read at once.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// The part.
    pub part: Part,
    /// The part's form.
    pub form: Arc<Form>,
    /// First row and number of rows.
    rows: (usize, usize),
    /// What the part's footer says, which is long: it is taken apart once.
    footer: Footer,
}

impl Chunk {
    /// Its first row in the part.
    pub(super) fn start(&self) -> usize {
        self.rows.0
    }
}

impl Store {
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Whether a folder is a store.
    pub fn is_store(folder: &Path) -> bool {
        folder.join(FOLDER).is_dir()
    }

    /// Opens a store for reading.
    ///
    /// # Errors
    /// [`StoreError::NotAStore`], or what is wrong with a manifest.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            root: root.to_path_buf(),
            manifests: Manifest::load_all(root)?,
        })
    }

    /// The parts in force.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.manifests.iter().flat_map(|manifest| &manifest.parts)
    }

    /// Number of reports.
    pub fn reports(&self) -> u64 {
        self.parts().map(|part| part.rows).sum()
    }

    /// Bytes of all parts.
    pub fn bytes(&self) -> u64 {
        self.parts().map(|part| part.bytes).sum()
    }

    /// The years there are reports for and that pass, ascending.
    pub fn years(&self, filter: &Filter) -> Vec<i32> {
        let passing = self.parts().filter(|part| filter.year(part.year));
        let years: BTreeSet<i32> = passing.filter_map(|part| part.year).collect();
        years.into_iter().collect()
    }

    /// The forms of the reports, in the order of the library.
    ///
    /// # Errors
    /// A form that is not at hand, or has other keys.
    pub fn forms(&self, library: &Library) -> Result<Vec<Arc<Form>>, StoreError> {
        let mut there = BTreeSet::new();
        for part in self.parts() {
            there.insert(self.form_of(part, library)?.id.clone());
        }
        Ok(library
            .forms()
            .iter()
            .filter(|form| there.contains(&form.id))
            .cloned()
            .collect())
    }

    fn form_of<'l>(&self, part: &Part, library: &'l Library) -> Result<&'l Arc<Form>, StoreError> {
        let path = || part.place(&self.root);
        let form = library.get(&part.form).ok_or_else(|| StoreError::NoForm {
            path: path(),
            form: part.form.clone(),
        })?;
        if form_digest(form) != part.keys {
            return Err(StoreError::OtherForm {
                path: path(),
                form: part.form.clone(),
            });
        }
        Ok(form)
    }

    /// Shards that have not been ingested although the others say there are so many. While there are any, the
    /// store is not complete.
    pub fn missing_shards(&self) -> Vec<Shard> {
        let Some(of) = self.manifests.first().map(|manifest| manifest.shard.of) else {
            return Vec::new();
        };
        let there = |shard: &Shard| {
            self.manifests
                .iter()
                .any(|m| m.shard == *shard && m.sequence > 0)
        };
        (1..=of)
            .map(|number| Shard { number, of })
            .filter(|shard| !there(shard))
            .collect()
    }

    /// Every file that was taken in, by name.
    ///
    /// # Errors
    /// A list that cannot be read.
    pub fn taken(&self) -> Result<Vec<Taken>, StoreError> {
        let mut all = Vec::new();
        for manifest in &self.manifests {
            all.extend(manifest.taken(&self.root)?);
        }
        all.sort_by(|a, b| (&a.name, &a.source).cmp(&(&b.name, &b.source)));
        Ok(all)
    }

    /// Every row group of the years that pass, in the order of the parts' names.
    ///
    /// # Errors
    /// A part that cannot be opened, or whose form is not at hand or has other keys.
    pub fn chunks(&self, library: &Library, filter: &Filter) -> Result<Vec<Chunk>, StoreError> {
        let mut chunks = Vec::new();
        for part in self.parts().filter(|part| filter.year(part.year)) {
            let path = part.readable(&self.root);
            let form = self.form_of(part, library)?;
            let reading = Reading::open(path)?;
            for rows in reading.groups() {
                chunks.push(Chunk {
                    part: part.clone(),
                    form: form.clone(),
                    rows,
                    footer: reading.footer(),
                });
            }
        }
        Ok(chunks)
    }

    /// Reads a chunk: all columns, or those named, and after them `form` and `year` from the folders' names.
    /// Rows of counties that the filter holds back are left out where `county` and `area` are among the columns.
    ///
    /// # Errors
    /// A part that cannot be read.
    pub fn read(
        &self,
        chunk: &Chunk,
        columns: Option<&[String]>,
        filter: &Filter,
    ) -> Result<DataFrame, StoreError> {
        let path = chunk.part.readable(&self.root);
        let reading = Reading::again(path, chunk.footer.clone())?;
        let parquet = || StoreError::parquet(reading.path());
        let mut frame = reading.read(chunk.rows, columns)?;
        if !filter.counties.is_empty() {
            let county = frame
                .column("county")
                .map_err(parquet())?
                .str()
                .map_err(parquet())?;
            let area = frame
                .column("area")
                .map_err(parquet())?
                .str()
                .map_err(parquet())?;
            let passes: BooleanChunked = (county.iter().zip(area.iter()))
                .map(|(county, area)| {
                    filter.county(county.unwrap_or_default(), area.unwrap_or_default())
                })
                .collect();
            frame = frame.filter(&passes).map_err(parquet())?;
        }
        let height = frame.height();
        let [form, year] = PARTITIONS;
        let form = Column::new_scalar(
            form.into(),
            Scalar::from(PlSmallStr::from(chunk.part.form.as_str())),
            height,
        );
        let year = match chunk.part.year {
            Some(number) => Column::new_scalar(year.into(), Scalar::from(number), height),
            None => Column::full_null(year.into(), height, &DataType::Int32),
        };
        frame.hstack(&[form, year]).map_err(parquet())
    }

    /// Gives every chunk to `each`, one after the other: memory holds one chunk.
    ///
    /// # Errors
    /// A part that cannot be read, or the first error of `each`.
    pub fn stream<E: From<StoreError>>(
        &self,
        library: &Library,
        filter: &Filter,
        columns: Option<&[String]>,
        mut each: impl FnMut(&Chunk, DataFrame) -> Result<(), E>,
    ) -> Result<(), E> {
        for chunk in self.chunks(library, filter)? {
            let frame = self.read(&chunk, columns, filter)?;
            each(&chunk, frame)?;
        }
        Ok(())
    }

    /// Every file with its reports, as reading the files gave them, in the order of their names. With a filter
    /// that holds reports back, files without a report that passes are left out, unless they hold no report
    /// at all and everything passes.
    ///
    /// # Errors
    /// A part that cannot be read, or is damaged.
    pub fn entries(&self, library: &Library, filter: &Filter) -> Result<Vec<Entry>, StoreError> {
        let mut by_name: BTreeMap<(Arc<str>, Arc<str>), Vec<decode::Out>> = BTreeMap::new();
        let everything = Filter::default();
        for chunk in self.chunks(library, filter)? {
            let frame = self.read(&chunk, None, &everything)?;
            let path = chunk.part.place(&self.root);
            for out in decode::reports(&frame, &chunk.form, chunk.part.year, filter, &path)? {
                let name = (out.filed.report.file.clone(), out.source.clone());
                by_name.entry(name).or_default().push(out);
            }
        }
        let mut entries = Vec::new();
        for taken in self.taken()? {
            let (name, source) = (taken.name.clone(), taken.source.clone());
            let found = by_name.remove(&(name.clone(), source.clone()));
            let came = match (taken.end, found) {
                ("reports", Some(mut out)) => {
                    out.sort_by_key(|out| out.filed.ordinal);
                    Came::Reports(out.into_iter().map(|out| out.filed).collect())
                }
                ("reports", None) => continue,
                _ if *filter != everything => continue,
                ("unreadable", _) => Came::Unreadable(taken.why.clone()),
                _ => Came::NotAReport(taken.why.clone()),
            };
            let findings = manifest::findings(&taken).ok_or_else(|| {
                StoreError::damaged(&self.root, format!("the findings of {}", taken.name))
            })?;
            entries.push(Entry {
                name,
                source,
                modified: taken.modified,
                came,
                findings,
            });
        }
        match by_name.into_keys().next() {
            Some((name, _)) => Err(self.has_strays(&name)),
            None => Ok(entries),
        }
    }
}
