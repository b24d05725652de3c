//! Sources → documents → reports, many at once.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use super::gather::{Origin, Source};
use crate::files::{self, Late, Limit, Limits};
use crate::finding::Finding;
use crate::form::Library;
use crate::report::{Recogniser, Report};
use crate::text::Text;

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

/// Reads sources within limits, and recognises what is in them.
#[derive(Debug, Clone)]
pub struct Reader {
    recogniser: Recogniser,
    limits: Arc<Limits>,
}

impl Reader {
    /// A reader for the forms of a library.
    pub fn new(library: &Library, limits: Arc<Limits>) -> Self {
        Self {
            recogniser: Recogniser::new(library),
            limits,
        }
    }

    /// Reads and recognises every source. `done` is called once for each, a little later.
    ///
    /// The order of the answer is that of the sources, however many threads there are. A store is left to the
    /// caller: it gives no piece.
    pub fn read(&self, sources: &[Source], done: &(dyn Fn() + Sync)) -> Vec<Piece> {
        let work = ReadAll {
            reader: self.clone(),
            sources: sources.to_vec(),
        };
        let threads = rayon::current_num_threads();
        let seconds = self.limits.get(Limit::Seconds);
        let answers = files::each(work, sources.len(), threads, seconds, done);
        (sources.iter().zip(answers))
            .flat_map(|(source, answer)| match answer {
                Ok(Some(pieces)) => self.settled(source, Ok(pieces)),
                Ok(None) => Vec::new(),
                Err(late) => self.settled(source, Err(late)),
            })
            .collect()
    }

    /// The bytes of a source, or why there are none; nothing for a store.
    pub fn content(&self, source: &Source) -> Option<Result<Vec<u8>, Text>> {
        match &source.origin {
            Origin::File(path) => Some(bytes_of(path, &self.limits)),
            Origin::Standard => Some(all_of(io::stdin().lock(), 0, &self.limits)),
            Origin::Kept(_) | Origin::Aside(_) => Some(Ok(Vec::new())),
            Origin::Missing(why) => Some(Err(why.clone())),
            Origin::Store(_) => None,
        }
    }

    /// What comes of a source whose [`Reader::content`] is known. A file that takes too long, or in which a reader
    /// breaks, is unreadable; the others are not affected.
    pub fn pieces(&self, source: &Source, bytes: Result<Vec<u8>, Text>) -> Vec<Piece> {
        let (reader, own) = (self.clone(), source.clone());
        let seconds = self.limits.get(Limit::Seconds);
        let read = files::within(seconds, move || reader.take_apart(&own, bytes));
        self.settled(source, read)
    }

    /// What comes of a source, however long it takes.
    fn take_apart(&self, source: &Source, bytes: Result<Vec<u8>, Text>) -> Vec<Piece> {
        let bytes = match (&source.origin, bytes) {
            (Origin::Kept(kept), _) => return whole(source, Outcome::NotAReport(kept.why())),
            (Origin::Aside(why), _) => return whole(source, Outcome::NotAReport(why.clone())),
            (_, Err(why)) => return whole(source, Outcome::Unreadable(why)),
            (_, Ok(bytes)) => bytes,
        };
        (files::open_with(source.name.clone(), &bytes, &self.limits).into_iter())
            .map(|opened| recognise(opened, source.modified, &self.recogniser))
            .collect()
    }

    fn settled(&self, source: &Source, read: Result<Vec<Piece>, Late>) -> Vec<Piece> {
        match read {
            Ok(pieces) if pieces.is_empty() => {
                let why = Text::new("压缩包里没有文件", "there are no files in the archive");
                whole(source, Outcome::NotAReport(why))
            }
            Ok(pieces) => pieces,
            Err(Late::Time) => {
                let why = self.limits.beyond(Limit::Seconds).text();
                whole(source, Outcome::Unreadable(why))
            }
            Err(Late::Broken(cause)) => whole(source, Outcome::Unreadable(broken(&cause))),
        }
    }
}

/// Reading of many sources.
struct ReadAll {
    reader: Reader,
    sources: Vec<Source>,
}

impl files::Work for ReadAll {
    type Fetched = Option<Result<Vec<u8>, Text>>;
    type Done = Option<Vec<Piece>>;

    fn fetch(&self, item: usize) -> Self::Fetched {
        self.reader.content(&self.sources[item])
    }

    fn work(&self, item: usize, fetched: Self::Fetched) -> Self::Done {
        fetched.map(|bytes| self.reader.take_apart(&self.sources[item], bytes))
    }
}

/// A source that ends as a whole.
fn whole(source: &Source, outcome: Outcome) -> Vec<Piece> {
    vec![Piece {
        name: source.name.clone(),
        modified: source.modified,
        outcome,
        findings: Vec::new(),
    }]
}

fn broken(cause: &str) -> Text {
    Text::new(
        format!(
            "读取时程序内部出错（{cause}）；请在原程序中打开并重新保存，并把此文件反馈给开发者"
        ),
        format!(
            "the program itself failed on it ({cause}); open the file in its own program and save it again, and send it to the developers"
        ),
    )
}

/// The bytes of a file that a person has named or put among the inputs; a larger one than the limit is not read at all.
///
/// # Errors
/// It cannot be read, is no file, or is too large.
pub fn bytes_of(path: &Path, limits: &Limits) -> Result<Vec<u8>, Text> {
    let about = fs::metadata(path).map_err(|e| cannot_read(&e))?;
    (limits.check(Limit::FileSize, about.len())).map_err(|over| over.text())?;
    let file = File::open(path).map_err(|e| cannot_read(&e))?;
    all_of(file, about.len(), limits)
}

/// All bytes of a source, which has about so many.
fn all_of(source: impl Read, about: u64, limits: &Limits) -> Result<Vec<u8>, Text> {
    let most = limits.get(Limit::FileSize);
    let mut bytes = Vec::with_capacity(about.min(most).min(1 << 28) as usize + 1);
    (source.take(most.saturating_add(1)).read_to_end(&mut bytes)).map_err(|e| cannot_read(&e))?;
    if bytes.len() as u64 > most {
        return Err(limits.beyond(Limit::FileSize).text());
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
