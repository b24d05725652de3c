//! Taking files in: new ones are added, changed ones replace what was there, all in one commit.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::*;

use super::encode::{Gathering, Row, schema};
use super::entry::{Came, Entry};
use super::error::StoreError;
use super::lock::Lock;
use super::manifest::{self, FOLDER, Manifest, Part, Shard, Taken, check_shards};
use super::part::{Label, PART_ROWS, ROW_GROUP, Reading, Writing};
use super::schema::form_digest;
use super::words;
use crate::form::Form;
use crate::text::Text;

/// Parts smaller than this are put together when there are several.
const SMALL_PART_ROWS: u64 = (PART_ROWS / 8) as u64;
const SMALL_PARTS: usize = 8;

/// A moment of a commit. Until [`Step::InForce`] the store is what it was before; from then on it is what it
/// is after, and the next ingest finishes what was left undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A part was written under its hidden name.
    PartWritten,
    /// The list of files was written.
    FilesWritten,
    /// The manifest was swapped: the commit.
    InForce,
    /// A part got its name.
    PartShown,
    /// A part or list that is no longer in force was removed.
    OldRemoved,
}

/// What an ingest changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files that were not there before.
    pub added: usize,
    /// Files whose content has changed.
    pub replaced: usize,
    /// Files that were taken out.
    pub removed: usize,
    /// Files that are as they were.
    pub unchanged: usize,
    /// Reports in the shard now.
    pub reports: u64,
    /// Bytes of its parts.
    pub bytes: u64,
}

/// How to open a store for writing.
pub struct Options<'h> {
    /// Which share of the files is written.
    pub shard: Shard,
    /// Who writes, for the one who finds the store locked: process, host, since when.
    pub holder: String,
    /// Wait for another ingest instead of refusing.
    pub wait: bool,
    /// Called at every step; an error stops the ingest there. For tests of what is left behind.
    pub hook: &'h dyn Fn(Step) -> io::Result<()>,
}

impl Options<'static> {
    /// The whole store, without waiting.
    pub fn new(holder: impl Into<String>) -> Self {
        Self {
            shard: Shard::default(),
            holder: holder.into(),
            wait: false,
            hook: &|_| Ok(()),
        }
    }
}

type Partition = (String, Option<i32>);

/// The rows of one partition on their way into parts.
struct Open {
    form: Arc<Form>,
    schema: SchemaRef,
    gathering: Gathering,
    /// The part being written, with its number.
    writing: Option<(usize, Writing)>,
}

/// One run of taking files in. Nothing is changed for readers before [`Ingest::commit`].
pub struct Ingest<'h> {
    root: PathBuf,
    shard: Shard,
    hook: &'h dyn Fn(Step) -> io::Result<()>,
    manifest: Manifest,
    /// Everything in the store, by source.
    taken: BTreeMap<String, Vec<Taken>>,
    /// Sources met in this run.
    seen: BTreeSet<String>,
    /// Sources whose rows in the parts of earlier runs are no longer in force.
    gone: BTreeSet<String>,
    /// Parts that lose rows.
    touched: BTreeSet<String>,
    open: BTreeMap<Partition, Open>,
    /// Finished parts by their number; numbers stand in `Taken::parts` until the commit.
    finished: BTreeMap<usize, Part>,
    next: usize,
    changes: Changes,
    _lock: Lock,
}

impl<'h> Ingest<'h> {
    /// Opens a store for writing, makes it where there is none, and finishes what an earlier run left undone.
    ///
    /// # Errors
    /// [`StoreError::Busy`] while another ingest writes the same shard; [`StoreError::Shards`] when the store
    /// was made with another number of shards; whatever the system refuses.
    pub fn begin(root: &Path, options: Options<'h>) -> Result<Self, StoreError> {
        let shard = options.shard;
        let folder = root.join(FOLDER);
        fs::create_dir_all(&folder).map_err(StoreError::io(&folder))?;
        for known in Manifest::load_all(root)? {
            check_shards(root, shard.of, known.shard.of)?;
        }
        let lock = Lock::take(root, shard, &options.holder, options.wait)?;
        let manifest = Manifest::load(root, shard)?;
        let mut taken: BTreeMap<String, Vec<Taken>> = BTreeMap::new();
        for file in manifest.taken(root)? {
            taken.entry(file.source.clone()).or_default().push(file);
        }
        let ingest = Self {
            root: root.to_path_buf(),
            shard,
            hook: options.hook,
            manifest,
            taken,
            seen: BTreeSet::new(),
            gone: BTreeSet::new(),
            touched: BTreeSet::new(),
            open: BTreeMap::new(),
            finished: BTreeMap::new(),
            next: 0,
            changes: Changes::default(),
            _lock: lock,
        };
        ingest.tidy()?;
        Ok(ingest)
    }

    /// Shows every part in force and removes everything of this shard that is not.
    fn tidy(&self) -> Result<(), StoreError> {
        let mut in_force = BTreeSet::new();
        for part in &self.manifest.parts {
            let (place, hidden) = (part.place(&self.root), part.hidden(&self.root));
            if !place.exists() && hidden.exists() {
                fs::rename(&hidden, &place).map_err(StoreError::io(&place))?;
                (self.hook)(Step::PartShown).map_err(StoreError::io(&place))?;
            }
            in_force.insert(place);
        }
        let prefix = format!("part-{}-", self.shard);
        for form in folders(&self.root, "form=")? {
            for year in folders(&form, "year=")? {
                for path in files(&year)? {
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    if name.trim_start_matches('.').starts_with(&prefix)
                        && !in_force.contains(&path)
                    {
                        self.remove(&path)?;
                    }
                }
            }
        }
        let prefix = format!("files-{}-", self.shard);
        for path in files(&self.root.join(FOLDER))? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with(&prefix) && *name != *self.manifest.files {
                self.remove(&path)?;
            }
        }
        Ok(())
    }

    fn remove(&self, path: &Path) -> Result<(), StoreError> {
        fs::remove_file(path).map_err(StoreError::io(path))?;
        (self.hook)(Step::OldRemoved).map_err(StoreError::io(path))
    }

    /// Whether a file falls to this shard.
    pub fn takes(&self, source: &str) -> bool {
        self.shard.takes(source)
    }

    /// Whether the store has a file with this content.
    pub fn has(&self, source: &str, hash: &str) -> bool {
        (self.taken.get(source)).is_some_and(|known| known.iter().all(|taken| taken.hash == hash))
    }

    /// BLAKE3 of a file's content as the store has it; none where it has no such file.
    pub fn hash_of(&self, source: &str) -> Option<&str> {
        self.taken
            .get(source)?
            .first()
            .map(|taken| taken.hash.as_str())
    }

    /// Says that a file was met. True when its content is what the store already has: nothing is to be done.
    pub fn is_current(&mut self, source: &str, hash: &str, modified: Option<i64>) -> bool {
        if !self.has(source, hash) {
            return false;
        }
        for taken in self.taken.get_mut(source).into_iter().flatten() {
            taken.modified = modified;
        }
        if self.seen.insert(source.to_owned()) {
            self.changes.unchanged += 1;
        }
        true
    }

    /// Adds a file, or puts it in the place of what it was: `entries` are what came of it, one for each member
    /// of an archive. `hash` is of its content, `size` in bytes.
    ///
    /// # Errors
    /// Whatever hinders writing.
    pub fn add(
        &mut self,
        source: &str,
        hash: &str,
        size: u64,
        entries: &[Entry],
    ) -> Result<(), StoreError> {
        self.seen.insert(source.to_owned());
        if self.forget(source) {
            self.changes.replaced += 1;
        } else {
            self.changes.added += 1;
        }
        let mut all = Vec::with_capacity(entries.len());
        for entry in entries {
            let mut numbers = BTreeSet::new();
            let (end, why) = match &entry.came {
                Came::Reports(filed) => {
                    for filed in filed {
                        let row = Row::of(filed, source, hash, entry.modified);
                        numbers.insert(self.push(row)?);
                    }
                    ("reports", Text::default())
                }
                Came::NotAReport(why) => ("not-a-report", why.clone()),
                Came::Unreadable(why) => ("unreadable", why.clone()),
            };
            let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
            all.push(Taken {
                name: entry.name.to_string(),
                source: source.to_owned(),
                size: i64::try_from(size).unwrap_or(i64::MAX),
                modified: entry.modified,
                hash: hash.to_owned(),
                end: end.to_owned(),
                why,
                reports: match &entry.came {
                    Came::Reports(filed) => filed.len() as i64,
                    _ => 0,
                },
                findings: words::encode_findings(&entry.findings, &entry.name),
                parts: numbers.join(" "),
            });
        }
        self.taken.insert(source.to_owned(), all);
        Ok(())
    }

    /// Sources in the store that were not met in this run.
    pub fn unseen(&self) -> impl Iterator<Item = &str> {
        (self.taken.keys())
            .filter(|source| !self.seen.contains(*source))
            .map(String::as_str)
    }

    /// Takes a file out.
    pub fn take_out(&mut self, source: &str) {
        if self.forget(source) {
            self.changes.removed += 1;
        }
    }

    /// Marks what the store has of a file as no longer in force; false where it has nothing.
    fn forget(&mut self, source: &str) -> bool {
        let Some(known) = self.taken.remove(source) else {
            return false;
        };
        for taken in &known {
            let parts = taken.parts.split(' ').filter(|word| !word.is_empty());
            self.touched.extend(parts.map(str::to_owned));
        }
        self.gone.insert(source.to_owned());
        true
    }

    /// Puts a report into its partition; returns the number of the part it will stand in.
    fn push(&mut self, row: Row<'_>) -> Result<usize, StoreError> {
        let partition = (row.report.form.id.clone(), row.report.year);
        self.open(&partition, &row.report.form)?;
        let number = self.part_number(&partition)?;
        if let Some(open) = self.open.get_mut(&partition) {
            open.gathering.push(row);
            if open.gathering.rows() >= ROW_GROUP {
                self.flush(&partition)?;
            }
        }
        Ok(number)
    }

    fn open(&mut self, partition: &Partition, form: &Arc<Form>) -> Result<(), StoreError> {
        if !self.open.contains_key(partition) {
            let schema = schema(form).map_err(StoreError::parquet(&self.root))?;
            let open = Open {
                form: form.clone(),
                schema,
                gathering: Gathering::new(form.clone()),
                writing: None,
            };
            self.open.insert(partition.clone(), open);
        }
        Ok(())
    }

    /// The number of the part that the next rows of a partition go to; begun where there is none.
    fn part_number(&mut self, partition: &Partition) -> Result<usize, StoreError> {
        let Some(open) = self.open.get_mut(partition) else {
            return Ok(0);
        };
        if let Some((number, _)) = &open.writing {
            return Ok(*number);
        }
        let number = self.next;
        self.next += 1;
        let label = label(&self.root, self.shard, partition, &open.form);
        let sequence = self.manifest.sequence + 1;
        let writing = Writing::begin(&label, &open.schema, sequence, number)?;
        open.writing = Some((number, writing));
        Ok(number)
    }

    /// Hands the gathered rows of a partition to its part; a full part is finished.
    fn flush(&mut self, partition: &Partition) -> Result<(), StoreError> {
        let Some(open) = self.open.get_mut(partition) else {
            return Ok(());
        };
        if open.gathering.rows() == 0 {
            return Ok(());
        }
        let frame = open
            .gathering
            .take()
            .map_err(StoreError::parquet(&self.root))?;
        if let Some((_, writing)) = &mut open.writing {
            writing.push(frame)?;
            if writing.is_full() {
                self.finish(partition)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, partition: &Partition) -> Result<(), StoreError> {
        let Some(open) = self.open.get_mut(partition) else {
            return Ok(());
        };
        if let Some((number, writing)) = open.writing.take() {
            let label = label(&self.root, self.shard, partition, &open.form);
            let part = writing.finish(&label)?;
            (self.hook)(Step::PartWritten).map_err(StoreError::io(part.hidden(&self.root)))?;
            self.finished.insert(number, part);
        }
        Ok(())
    }

    /// Makes everything since [`Ingest::begin`] visible at once.
    ///
    /// # Errors
    /// Whatever hinders writing. Before the manifest is swapped the store stays as it was; afterwards the
    /// next ingest finishes the work.
    pub fn commit(
        mut self,
        forms: &dyn Fn(&str) -> Option<Arc<Form>>,
    ) -> Result<Changes, StoreError> {
        if self.changes.added + self.changes.replaced + self.changes.removed == 0
            && self.manifest.sequence > 0
        {
            return Ok(self.summary());
        }
        let old = self.rewrite(forms)?;
        let partitions: Vec<Partition> = self.open.keys().cloned().collect();
        for partition in &partitions {
            self.flush(partition)?;
            self.finish(partition)?;
        }
        let mut next = self.next_manifest(&old);
        let folder = self.root.join(FOLDER);
        next.files = format!("files-{}-{}.pq", self.shard, next.sequence);
        let path = folder.join(&next.files);
        let taken: Vec<Taken> = self.taken.values().flatten().cloned().collect();
        manifest::write_taken(&path, &taken)?;
        (self.hook)(Step::FilesWritten).map_err(StoreError::io(&path))?;
        next.commit(&self.root)?;
        self.manifest = next;
        (self.hook)(Step::InForce).map_err(StoreError::io(&folder))?;
        self.tidy()?;
        Ok(self.summary())
    }

    fn summary(&self) -> Changes {
        Changes {
            reports: self.manifest.parts.iter().map(|part| part.rows).sum(),
            bytes: self.manifest.parts.iter().map(|part| part.bytes).sum(),
            ..self.changes.clone()
        }
    }

    /// Copies what stays of the parts that lose rows, and of small ones where there are many. Returns the
    /// paths of the parts that are no longer needed, with the number of the part that takes their rows.
    fn rewrite(
        &mut self,
        forms: &dyn Fn(&str) -> Option<Arc<Form>>,
    ) -> Result<BTreeMap<String, Option<usize>>, StoreError> {
        let mut old = BTreeMap::new();
        for part in self.to_rewrite() {
            let path = part.place(&self.root);
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
            self.open(&partition, &form)?;
            self.flush(&partition)?;
            let reading = Reading::open(path)?;
            let mut into = None;
            for group in reading.groups() {
                let frame = self.staying(reading.read(group, None)?, reading.path())?;
                if frame.height() == 0 {
                    continue;
                }
                into = Some(self.part_number(&partition)?);
                if let Some((_, writing)) = self
                    .open
                    .get_mut(&partition)
                    .and_then(|o| o.writing.as_mut())
                {
                    writing.push(frame)?;
                }
            }
            old.insert(part.path.clone(), into);
        }
        Ok(old)
    }

    fn to_rewrite(&self) -> Vec<Part> {
        let small = |part: &Part| part.rows < SMALL_PART_ROWS;
        let mut many: BTreeMap<(&str, Option<i32>), usize> = BTreeMap::new();
        for part in self.manifest.parts.iter().filter(|part| small(part)) {
            *many.entry((&part.form, part.year)).or_default() += 1;
        }
        (self.manifest.parts.iter())
            .filter(|part| {
                let partition = (part.form.as_str(), part.year);
                let grows = self.open.contains_key(&(part.form.clone(), part.year));
                self.touched.contains(&part.path)
                    || small(part)
                        && grows
                        && many.get(&partition).is_some_and(|n| *n >= SMALL_PARTS)
            })
            .cloned()
            .collect()
    }

    /// The rows of a frame whose files stay.
    fn staying(&self, frame: DataFrame, path: &Path) -> Result<DataFrame, StoreError> {
        let parquet = || StoreError::parquet(path);
        let file = frame
            .column("file")
            .map_err(parquet())?
            .str()
            .map_err(parquet())?;
        let source = frame
            .column("source")
            .map_err(parquet())?
            .str()
            .map_err(parquet())?;
        let stays: BooleanChunked = (source.iter().zip(file.iter()))
            .map(|(source, file)| !self.gone.contains(source.or(file).unwrap_or_default()))
            .collect();
        if stays.all() {
            return Ok(frame);
        }
        frame.filter(&stays).map_err(parquet())
    }

    /// The manifest after this run, and the files' parts by their names.
    fn next_manifest(&mut self, old: &BTreeMap<String, Option<usize>>) -> Manifest {
        for taken in self.taken.values_mut().flatten() {
            let named = taken
                .parts
                .split(' ')
                .filter(|word| !word.is_empty())
                .filter_map(|word| {
                    let number = match old.get(word) {
                        Some(number) => *number,
                        None => word.parse().ok(),
                    };
                    match number {
                        Some(number) => self.finished.get(&number).map(|part| part.path.clone()),
                        None => Some(word.to_owned()),
                    }
                });
            taken.parts = named
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect::<Vec<_>>()
                .join(" ");
        }
        let mut parts: Vec<Part> = (self.manifest.parts.iter())
            .filter(|part| !old.contains_key(&part.path))
            .chain(self.finished.values())
            .cloned()
            .collect();
        parts.sort_by(|a, b| a.path.cmp(&b.path));
        Manifest {
            sequence: self.manifest.sequence + 1,
            parts,
            ..Manifest::empty(self.shard)
        }
    }
}

fn label<'a>(root: &'a Path, shard: Shard, partition: &'a Partition, form: &Form) -> Label<'a> {
    Label {
        root,
        shard: shard.to_string(),
        form: &partition.0,
        keys: form_digest(form),
        year: partition.1,
    }
}

fn folders(folder: &Path, prefix: &str) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(StoreError::io(folder))? {
        let entry = entry.map_err(StoreError::io(folder))?;
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && entry.file_name().to_string_lossy().starts_with(prefix) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(StoreError::io(folder))? {
        let entry = entry.map_err(StoreError::io(folder))?;
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}
