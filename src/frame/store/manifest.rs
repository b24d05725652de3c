//! The manifest of a shard: which parts are in force, and every file that was taken in.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::*;
use polars_io::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::words;
use crate::text::Text;

/// The folder with everything that is not rows. Readers of Parquet folders pass over its first letter.
pub(super) const FOLDER: &str = "_huizong";

/// One of `of` disjoint shares of the files of a store; `number` counts from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    /// Its number, from 1 to `of`.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

impl Default for Shard {
    fn default() -> Self {
        Self { number: 1, of: 1 }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-of-{}", self.number, self.of)
    }
}

impl Shard {
    /// The shard of `k/n`; none unless 1 ≤ k ≤ n.
    ///
    /// ```
    /// use huizong::frame::store::Shard;
    /// assert_eq!(Shard::parse("2/4"), Some(Shard { number: 2, of: 4 }));
    /// assert_eq!(Shard::parse("5/4"), None);
    /// ```
    pub fn parse(words: &str) -> Option<Self> {
        let (number, of) = words.split_once('/')?;
        let (number, of) = (number.trim().parse().ok()?, of.trim().parse().ok()?);
        (1..=of).contains(&number).then_some(Self { number, of })
    }

    /// Whether a file falls to this shard: by its name, so that shards need not talk to each other.
    pub fn takes(self, source: &str) -> bool {
        let digest = *blake3::hash(source.as_bytes()).as_bytes();
        let [a, b, c, d, ..] = digest;
        u32::from_le_bytes([a, b, c, d]) % self.of == self.number - 1
    }
}

/// One part in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its path in the store, with forward slashes.
    pub path: String,
    /// Id of the form of its reports.
    pub form: String,
    /// Digest of the form's keys.
    pub keys: String,
    /// Year of its reports.
    pub year: Option<i32>,
    /// Number of reports.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
}

impl Part {
    /// Where the part lies once the commit is finished.
    pub(super) fn place(&self, root: &Path) -> PathBuf {
        root.join(&self.path)
    }

    /// Where it lies until then: a hidden file that readers of Parquet folders pass over.
    pub(super) fn hidden(&self, root: &Path) -> PathBuf {
        let place = self.place(root);
        let name = place
            .file_name()
            .map(|n| n.to_string_lossy())
            .unwrap_or_default();
        place.with_file_name(format!(".{name}"))
    }

    /// Where it can be read now, also when a commit was cut short before the part was shown.
    pub(super) fn readable(&self, root: &Path) -> PathBuf {
        let place = self.place(root);
        if place.exists() {
            place
        } else {
            self.hidden(root)
        }
    }
}

/// One file, or member of an archive, that was taken in. There are as many in memory as files in the store: what is the
/// same for many is shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The name the user knows it by.
    pub name: Arc<str>,
    /// The file that holds it.
    pub source: Arc<str>,
    /// Its size in bytes.
    pub size: i64,
    /// When it was last changed, in nanoseconds since 1970.
    pub modified: Option<i64>,
    /// BLAKE3 of its content.
    pub hash: Box<str>,
    /// What it was read with; see [`super::Options::read_with`].
    pub read_with: Arc<str>,
    /// Its end: `reports`, `not-a-report`, `unreadable`.
    pub end: &'static str,
    /// Why, where it holds no report.
    pub why: Text,
    /// How many reports it holds.
    pub reports: i64,
    /// Findings about the file as a whole, as JSON.
    pub findings: Option<Box<str>>,
    /// Which parts hold its reports: paths apart by blanks.
    pub parts: Box<str>,
}

impl Taken {
    /// The parts that hold its reports.
    pub(super) fn part_names(&self) -> impl Iterator<Item = String> {
        let words = self.parts.split(' ').filter(|word| !word.is_empty());
        words.map(str::to_owned)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub version: u32,
    pub shard: Shard,
    /// Goes up by one with every commit.
    pub sequence: u64,
    /// The list of files, in the same folder.
    pub files: String,
    pub parts: Vec<Part>,
}

const VERSION: u32 = 1;

impl Manifest {
    pub(super) fn empty(shard: Shard) -> Self {
        Self {
            version: VERSION,
            shard,
            sequence: 0,
            files: String::new(),
            parts: Vec::new(),
        }
    }

    pub(super) fn path(root: &Path, shard: Shard) -> PathBuf {
        root.join(FOLDER).join(format!("{shard}.json"))
    }

    /// The manifest of a shard; an empty one where the shard has not been committed yet.
    pub(super) fn load(root: &Path, shard: Shard) -> Result<Self, StoreError> {
        let path = Self::path(root, shard);
        match fs::read(&path) {
            Ok(bytes) => Self::parse(&path, &bytes),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Self::empty(shard)),
            Err(e) => Err(StoreError::io(path)(e)),
        }
    }

    fn parse(path: &Path, bytes: &[u8]) -> Result<Self, StoreError> {
        let manifest: Self =
            serde_json::from_slice(bytes).map_err(|e| StoreError::damaged(path, e.to_string()))?;
        let shard = manifest.shard;
        if manifest.version != VERSION || !(1..=shard.of).contains(&shard.number) {
            return Err(StoreError::damaged(
                path,
                "a version or shard this program does not know",
            ));
        }
        let leaves = |part: &Part| {
            Path::new(&part.path)
                .components()
                .any(|c| !matches!(c, std::path::Component::Normal(_)))
        };
        if manifest.parts.iter().any(leaves) || manifest.files.contains(['/', '\\']) {
            return Err(StoreError::damaged(path, "a part outside of the store"));
        }
        Ok(manifest)
    }

    /// The manifests of all shards of a store, by number.
    pub(super) fn load_all(root: &Path) -> Result<Vec<Self>, StoreError> {
        let folder = root.join(FOLDER);
        let mut all = BTreeMap::new();
        let entries = fs::read_dir(&folder).map_err(|_| StoreError::NotAStore {
            path: root.to_path_buf(),
        })?;
        for entry in entries {
            let path = entry.map_err(StoreError::io(&folder))?.path();
            if path.extension().is_some_and(|e| e == "json") {
                let bytes = fs::read(&path).map_err(StoreError::io(&path))?;
                let manifest = Self::parse(&path, &bytes)?;
                all.insert(manifest.shard, manifest);
            }
        }
        let all: Vec<Self> = all.into_values().collect();
        for manifest in &all {
            check_shards(root, manifest.shard.of, all[0].shard.of)?;
        }
        Ok(all)
    }

    /// Puts the manifest in force: the one moment at which a commit happens.
    pub(super) fn commit(&self, root: &Path) -> Result<(), StoreError> {
        let path = Self::path(root, self.shard);
        let beside = path.with_extension("json.tmp");
        let bytes =
            serde_json::to_vec(self).map_err(|e| StoreError::damaged(&path, e.to_string()))?;
        let mut file = File::create(&beside).map_err(StoreError::io(&beside))?;
        file.write_all(&bytes).map_err(StoreError::io(&beside))?;
        file.sync_all().map_err(StoreError::io(&beside))?;
        fs::rename(&beside, &path).map_err(StoreError::io(&path))?;
        sync_folder(&root.join(FOLDER));
        Ok(())
    }

    /// The files that were taken in, by name.
    pub(super) fn taken(&self, root: &Path) -> Result<Vec<Taken>, StoreError> {
        if self.files.is_empty() {
            return Ok(Vec::new());
        }
        read_taken(&root.join(FOLDER).join(&self.files))
    }
}

pub(super) fn check_shards(root: &Path, wanted: u32, found: u32) -> Result<(), StoreError> {
    if wanted == found {
        return Ok(());
    }
    Err(StoreError::Shards {
        path: root.to_path_buf(),
        found,
        wanted,
    })
}

/// Asks that a folder's names survive a power cut; systems that cannot are left alone.
pub(super) fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// Files in a row group of their list: what is held twice while it is written.
const LIST_GROUP: usize = 16_384;

/// Writes the list of files.
pub(super) fn write_taken(path: &Path, taken: &[&Taken]) -> Result<(), StoreError> {
    let parquet = || StoreError::parquet(path);
    let mut file = File::create(path).map_err(StoreError::io(path))?;
    let empty = frame_of(&[]).map_err(parquet())?;
    let mut writer = ParquetWriter::new(&mut file)
        .batched(empty.schema())
        .map_err(parquet())?;
    for group in taken.chunks(LIST_GROUP) {
        let frame = frame_of(group).map_err(parquet())?;
        writer.write_batch(&frame).map_err(parquet())?;
    }
    writer.finish().map_err(parquet())?;
    drop(writer);
    file.sync_all().map_err(StoreError::io(path))
}

fn frame_of(taken: &[&Taken]) -> PolarsResult<DataFrame> {
    let text = |name: &str, pick: fn(&Taken) -> Option<&str>| {
        let words: Vec<Option<&str>> = taken.iter().map(|taken| pick(taken)).collect();
        Column::new(name.into(), words)
    };
    let number = |name: &str, pick: fn(&Taken) -> Option<i64>| {
        let numbers: Vec<Option<i64>> = taken.iter().map(|taken| pick(taken)).collect();
        Column::new(name.into(), numbers)
    };
    let columns = vec![
        text("name", |t| Some(&t.name)),
        text("source", |t| Some(&t.source)),
        number("size", |t| Some(t.size)),
        number("modified", |t| t.modified),
        text("hash", |t| Some(&t.hash)),
        text("read_with", |t| Some(&t.read_with)),
        text("end", |t| Some(t.end)),
        text("why_zh", |t| Some(&t.why.zh)),
        text("why_en", |t| Some(&t.why.en)),
        number("reports", |t| Some(t.reports)),
        text("findings", |t| t.findings.as_deref()),
        text("parts", |t| Some(&t.parts)),
    ];
    DataFrame::new(taken.len(), columns)
}

fn read_taken(path: &Path) -> Result<Vec<Taken>, StoreError> {
    let file = File::open(path).map_err(StoreError::io(path))?;
    let frame = ParquetReader::new(file)
        .finish()
        .map_err(StoreError::parquet(path))?;
    let text = |name: &str| {
        let column = frame.column(name).map_err(StoreError::parquet(path))?;
        column.str().map_err(StoreError::parquet(path))
    };
    let number = |name: &str| {
        let column = frame.column(name).map_err(StoreError::parquet(path))?;
        column.i64().map_err(StoreError::parquet(path))
    };
    let (name, source, hash, end) = (text("name")?, text("source")?, text("hash")?, text("end")?);
    let (zh, en) = (text("why_zh")?, text("why_en")?);
    let (findings, parts) = (text("findings")?, text("parts")?);
    // Lists of earlier programs do not say.
    let read_with = text("read_with").ok();
    let (size, modified, reports) = (number("size")?, number("modified")?, number("reports")?);
    let own = |words: Option<&str>| words.unwrap_or_default().to_owned();
    let mut last: Arc<str> = Arc::from("");
    let row = |row: usize| {
        let source: Arc<str> = Arc::from(source.get(row).unwrap_or_default());
        let name = name.get(row).unwrap_or_default();
        let read_with = read_with.and_then(|words| words.get(row));
        if *last != *read_with.unwrap_or_default() {
            last = Arc::from(read_with.unwrap_or_default());
        }
        Taken {
            name: shared(name, &source),
            source,
            size: size.get(row).unwrap_or_default(),
            modified: modified.get(row),
            hash: hash.get(row).unwrap_or_default().into(),
            read_with: last.clone(),
            end: end_of(end.get(row).unwrap_or_default()),
            why: Text::new(own(zh.get(row)), own(en.get(row))),
            reports: reports.get(row).unwrap_or_default(),
            findings: findings.get(row).map(Into::into),
            parts: parts.get(row).unwrap_or_default().into(),
        }
    };
    Ok((0..frame.height()).map(row).collect())
}

/// The words as they are shared with others, where these are the same.
pub(super) fn shared(words: &str, other: &Arc<str>) -> Arc<str> {
    if words == &**other {
        other.clone()
    } else {
        words.into()
    }
}

/// The word of an end; whatever is none of them holds no report.
fn end_of(word: &str) -> &'static str {
    match word {
        "reports" => "reports",
        "unreadable" => "unreadable",
        _ => "not-a-report",
    }
}

/// The findings of a taken file; none where they are damaged.
pub(super) fn findings(taken: &Taken) -> Option<Vec<crate::finding::Finding>> {
    words::decode_findings(taken.findings.as_deref(), &taken.name)
}
