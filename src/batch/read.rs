//! Sources → documents → reports, many at once.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use rayon::prelude::*;

use super::gather::{Origin, Source};
use crate::files;
use crate::finding::Finding;
use crate::form::Library;
use crate::report::{Recogniser, Report};
use crate::text::Text;

/// A file larger than this is no yearly report of a unit.
const MAX_BYTES: u64 = 1 << 30;

/// What came of one file, or of one member of an archive.
#[derive(Debug)]
pub enum Outcome {
    /// Reports, at least one.
    Reports(Vec<Report>),
    /// It was read and is no report.
    NotAReport(Text),
    /// It could not be read.
    Unreadable(Text),
}

/// One file, or one member of an archive, after reading.
#[derive(Debug)]
pub struct Piece {
    /// The name the user knows it by.
    pub name: Arc<str>,
    /// When its file was last changed.
    pub modified: Option<SystemTime>,
    /// What came of it.
    pub outcome: Outcome,
    /// What was noticed about the file as a whole.
    pub findings: Vec<Finding>,
}

/// Reads and recognises every source. `done` is called after each, from any thread.
///
/// The order of the answer is that of the sources, however many threads there are. A store is left to the
/// caller: it gives no piece.
pub fn read(sources: &[Source], library: &Library, done: &(dyn Fn() + Sync)) -> Vec<Piece> {
    let recogniser = Recogniser::new(library);
    let pieces: Vec<Vec<Piece>> = (sources.par_iter())
        .map(|source| {
            let pieces = read_one(source, &recogniser);
            done();
            pieces
        })
        .collect();
    pieces.into_iter().flatten().collect()
}

fn read_one(source: &Source, recogniser: &Recogniser) -> Vec<Piece> {
    match content(source) {
        Some(bytes) => pieces(source, bytes, recogniser),
        None => Vec::new(),
    }
}

/// The bytes of a source, or why there are none; nothing for a store.
pub fn content(source: &Source) -> Option<Result<Vec<u8>, Text>> {
    match &source.origin {
        Origin::File(path) => Some(bytes_of(path)),
        Origin::Standard => Some(all_of(io::stdin().lock())),
        Origin::Kept(_) => Some(Ok(Vec::new())),
        Origin::Missing(why) => Some(Err(why.clone())),
        Origin::Store(_) => None,
    }
}

/// What comes of a source whose [`content`] is known.
pub fn pieces(
    source: &Source,
    bytes: Result<Vec<u8>, Text>,
    recogniser: &Recogniser,
) -> Vec<Piece> {
    let plain = |outcome| {
        vec![Piece {
            name: source.name.clone(),
            modified: source.modified,
            outcome,
            findings: Vec::new(),
        }]
    };
    if let Origin::Kept(kept) = &source.origin {
        return plain(Outcome::NotAReport(kept.why()));
    }
    let opened = match bytes {
        Err(why) => return plain(Outcome::Unreadable(why)),
        Ok(bytes) => files::open(source.name.clone(), &bytes),
    };
    if opened.is_empty() {
        let why = Text::new("压缩包里没有文件", "there are no files in the archive");
        return plain(Outcome::NotAReport(why));
    }
    (opened.into_iter())
        .map(|opened| recognise(opened, source.modified, recogniser))
        .collect()
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, Text> {
    let file = File::open(path).map_err(|e| cannot_read(&e))?;
    all_of(file)
}

fn all_of(source: impl Read) -> Result<Vec<u8>, Text> {
    let mut bytes = Vec::new();
    (source.take(MAX_BYTES + 1).read_to_end(&mut bytes)).map_err(|e| cannot_read(&e))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Text::new(
            "文件超过 1 GiB，不会是一份年报；请检查后移出文件夹",
            "larger than 1 GiB, which no yearly report is; check it and move it out of the folder",
        ));
    }
    Ok(bytes)
}

fn cannot_read(error: &io::Error) -> Text {
    Text::new(
        format!("无法打开：{error}"),
        format!("cannot be opened: {error}"),
    )
}

fn recognise(
    opened: files::Opened,
    modified: Option<SystemTime>,
    recogniser: &Recogniser,
) -> Piece {
    let name = opened.name;
    let document = match opened.outcome {
        Ok(document) => document,
        Err(refusal) => {
            return Piece {
                name,
                modified,
                outcome: Outcome::Unreadable(refusal.message),
                findings: Vec::new(),
            };
        }
    };
    let recognised = recogniser.recognise(&document);
    let outcome = if recognised.reports.is_empty() {
        Outcome::NotAReport(recognised.why_not.unwrap_or_else(|| {
            Text::new(
                "没有找到年报的表格",
                "none of the report's tables was found",
            )
        }))
    } else {
        Outcome::Reports(recognised.reports)
    };
    Piece {
        name,
        modified,
        outcome,
        findings: recognised.findings,
    }
}
