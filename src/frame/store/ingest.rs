//! Taking files in: new ones are added, changed ones replace what was there, all in one commit.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::encode::Row;
use super::entry::{Came, Entry};
use super::error::StoreError;
use super::growing::Growing;
use super::lock::Lock;
use super::manifest::{self, FOLDER, Manifest, Part, Shard, Taken, check_shards, shared};
use super::rewrite::{Stale, rewrite};
use super::tidy::tidy;
use super::words;
use crate::form::Form;
use crate::text::Text;

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

/// Called at every step.
pub(super) type Hook<'h> = &'h dyn Fn(Step) -> io::Result<()>;

/// What an ingest changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files that were not there before.
    pub added: usize,
    /// Files whose content has changed, or that were read in another way.
    pub replaced: usize,
    /// Files that were taken out.
    pub removed: usize,
    /// Files that are as they were.
    pub unchanged: usize,
    /// Of those, the ones that have another date.
    pub dated: usize,
    /// Reports in the shard now.
    pub reports: u64,
    /// Bytes of its parts.
    pub bytes: u64,
}

impl Changes {
    fn is_none(&self) -> bool {
        self.added + self.replaced + self.removed + self.dated == 0
    }
}

/// How to open a store for writing.
pub struct Options<'h> {
    /// Which share of the files is written.
    pub shard: Shard,
    /// Who writes, for the one who finds the store locked: process, host, since when.
    pub holder: String,
    /// Wait for another ingest instead of refusing.
    pub wait: bool,
    /// What files are read with: registry, county, forms, program. A file that was read with something else is
    /// not as it was, though its content may be.
    pub read_with: String,
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
            read_with: String::new(),
            hook: &|_| Ok(()),
        }
    }
}

/// One run of taking files in. Nothing is changed for readers before [`Ingest::commit`].
pub struct Ingest<'h> {
    root: PathBuf,
    shard: Shard,
    read_with: Arc<str>,
    hook: Hook<'h>,
    manifest: Manifest,
    /// Everything in the store, by source.
    taken: BTreeMap<Arc<str>, Vec<Taken>>,
    /// Sources met in this run.
    seen: BTreeSet<Arc<str>>,
    stale: Stale,
    /// Numbers of its parts stand in `Taken::parts` until the commit.
    growing: Growing<'h>,
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
        let mut taken: BTreeMap<Arc<str>, Vec<Taken>> = BTreeMap::new();
        for file in manifest.taken(root)? {
            taken.entry(file.source.clone()).or_default().push(file);
        }
        tidy(root, &manifest, options.hook)?;
        let sequence = manifest.sequence + 1;
        Ok(Self {
            root: root.to_path_buf(),
            shard,
            read_with: options.read_with.into(),
            hook: options.hook,
            manifest,
            taken,
            seen: BTreeSet::new(),
            stale: Stale::default(),
            growing: Growing::new(root.to_path_buf(), shard, sequence, options.hook),
            changes: Changes::default(),
            _lock: lock,
        })
    }

    /// Whether a file falls to this shard.
    pub fn takes(&self, source: &str) -> bool {
        self.shard.takes(source)
    }

    /// BLAKE3 of a file's content as the store has it; none where it has no such file, or one that was read
    /// with something else.
    pub fn hash_of(&self, source: &str) -> Option<&str> {
        let known = self.taken.get(source)?.first()?;
        (known.read_with == self.read_with).then_some(&*known.hash)
    }

    /// Says that a file was met. True when the store already has what reading it would give: nothing is to be
    /// done. A new date is written down, for it may decide which version of a report counts.
    pub fn is_current(&mut self, source: &str, hash: &str, modified: Option<i64>) -> bool {
        if self.hash_of(source) != Some(hash) {
            return false;
        }
        let key = self.taken.get_key_value(source).map(|(key, _)| key.clone());
        if !self.seen.insert(key.unwrap_or_else(|| source.into())) {
            return true;
        }
        self.changes.unchanged += 1;
        let known = self.taken.get_mut(source).into_iter().flatten();
        let mut dated = false;
        for taken in known.filter(|taken| taken.modified != modified) {
            taken.modified = modified;
            self.stale.touched.extend(taken.part_names());
            dated = true;
        }
        if dated {
            self.stale.dated.insert(source.to_owned(), modified);
            self.changes.dated += 1;
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
        let key: Arc<str> = match entries.first() {
            Some(entry) => shared(source, &entry.source),
            None => source.into(),
        };
        self.seen.insert(key.clone());
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
                        numbers.insert(self.growing.push(row)?);
                    }
                    ("reports", Text::default())
                }
                Came::NotAReport(why) => ("not-a-report", why.clone()),
                Came::Unreadable(why) => ("unreadable", why.clone()),
            };
            let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
            all.push(Taken {
                name: if entry.name == key {
                    key.clone()
                } else {
                    entry.name.clone()
                },
                source: key.clone(),
                size: i64::try_from(size).unwrap_or(i64::MAX),
                modified: entry.modified,
                hash: hash.into(),
                read_with: self.read_with.clone(),
                end,
                why,
                reports: match &entry.came {
                    Came::Reports(filed) => filed.len() as i64,
                    _ => 0,
                },
                findings: words::encode_findings(&entry.findings, &entry.name).map(Into::into),
                parts: numbers.join(" ").into(),
            });
        }
        self.taken.insert(key, all);
        Ok(())
    }

    /// Sources in the store that were not met in this run.
    pub fn unseen(&self) -> impl Iterator<Item = &str> {
        (self.taken.keys())
            .filter(|source| !self.seen.contains(*source))
            .map(|source| &**source)
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
        let parts = known.iter().flat_map(Taken::part_names);
        self.stale.touched.extend(parts);
        self.stale.gone.insert(source.to_owned());
        true
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
        if self.changes.is_none() && self.manifest.sequence > 0 {
            return Ok(self.summary());
        }
        let (manifest, stale) = (&self.manifest, &self.stale);
        let old = rewrite(&self.root, manifest, stale, forms, &mut self.growing)?;
        self.growing.finish_all()?;
        let mut next = self.next_manifest(&old);
        let folder = self.root.join(FOLDER);
        next.files = format!("files-{}-{}.pq", self.shard, next.sequence);
        let path = folder.join(&next.files);
        let taken: Vec<&Taken> = self.taken.values().flatten().collect();
        manifest::write_taken(&path, &taken)?;
        (self.hook)(Step::FilesWritten).map_err(StoreError::io(&path))?;
        next.commit(&self.root)?;
        self.manifest = next;
        (self.hook)(Step::InForce).map_err(StoreError::io(&folder))?;
        tidy(&self.root, &self.manifest, self.hook)?;
        Ok(self.summary())
    }

    fn summary(&self) -> Changes {
        Changes {
            reports: self.manifest.parts.iter().map(|part| part.rows).sum(),
            bytes: self.manifest.parts.iter().map(|part| part.bytes).sum(),
            ..self.changes.clone()
        }
    }

    /// The manifest after this run, and the files' parts by their names.
    fn next_manifest(&mut self, old: &BTreeMap<String, Option<usize>>) -> Manifest {
        let finished = self.growing.finished();
        for taken in self.taken.values_mut().flatten() {
            let named = taken.part_names().filter_map(|word| {
                let number = match old.get(&word) {
                    Some(number) => *number,
                    None => word.parse().ok(),
                };
                match number {
                    Some(number) => finished.get(&number).map(|part| part.path.clone()),
                    None => Some(word),
                }
            });
            let named: Vec<String> = named.collect::<BTreeSet<_>>().into_iter().collect();
            taken.parts = named.join(" ").into();
        }
        let mut parts: Vec<Part> = (self.manifest.parts.iter())
            .filter(|part| !old.contains_key(&part.path))
            .chain(finished.values())
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
