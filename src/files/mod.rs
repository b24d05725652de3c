//! Files → documents. One reader per format; the format is told by the content, never by the name.
//! Nothing here knows what a form is.

mod archive;
mod archive_page;
mod charset;
mod crew;
mod delimited;
mod guard;
mod json;
mod json_syntax;
mod limits;
mod ole;
mod package;
mod page;
mod page_depth;
mod page_table;
mod refused;
mod sniff;
mod text;
mod watch;
mod word;
mod word_table;
mod workbook;
mod xml;

use std::sync::Arc;

pub use archive::is_clutter;
pub use crew::{Work, each};
pub use limits::{Entry as LimitEntry, Limit, LimitError, Limits, Over};
pub use watch::{Late, tick, within};

use crate::grid::{Content, Grid, Place};
use crate::text::Text;

/// What a file was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A workbook: xlsx, xlsm, xlsb, xls, et, ods.
    Workbook,
    /// Comma, tab or semicolon separated text.
    Delimited,
    /// JSON or JSON Lines.
    Json,
    /// Plain text, with or without flattened tables.
    Text,
    /// A web page, saved alone or as MHTML.
    Page,
    /// A Word document (docx).
    Word,
}

/// One piece of a document, in reading order.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// A paragraph or heading.
    Words {
        /// Its text, without markup.
        text: Box<str>,
        /// It is marked as a heading.
        heading: bool,
        /// Its line in a text file, or its number among the paragraphs, from 1.
        line: u32,
    },
    /// A table: index in [`Document::grids`].
    Grid(usize),
}

/// One value of a JSON record with the path that led to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Names from the record down to the value.
    pub path: Vec<Box<str>>,
    /// What stands there.
    pub content: Content,
}

/// One JSON object that may be a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// JSON path of the object: `$` or `$[3]`; `$[3]` for the fourth line of JSON Lines too.
    pub path: Arc<str>,
    /// Its values, in the order of the file.
    pub entries: Vec<Entry>,
}

impl Record {
    /// The place of an entry in the file called `file`.
    pub fn place(&self, file: &Arc<str>, entry: &Entry) -> Place {
        let mut path = self.path.to_string();
        for name in &entry.path {
            path.push('.');
            path.push_str(name);
        }
        Place {
            file: file.clone(),
            sheet: Arc::from(""),
            cell: crate::grid::CellRef::Path(path.into()),
        }
    }
}

/// Something a reader noticed and a person should know.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadNote {
    /// Id of the kind of trouble, as a finding's rule id: `hidden-sheet`, `unread-sheet`, `charset-guessed`…
    pub rule: &'static str,
    /// The sentence.
    pub message: Text,
    /// Where.
    pub place: Option<Place>,
}

/// A file, or a member of an archive, taken apart but not understood.
#[derive(Debug, Clone)]
pub struct Document {
    /// The name the user knows it by; a member of an archive is `archive.zip!/member`.
    pub name: Arc<str>,
    /// What it is.
    pub kind: Kind,
    /// Words and tables in reading order. The sheets of a workbook are its grids, in order.
    pub parts: Vec<Part>,
    /// Sheets or tables.
    pub grids: Vec<Grid>,
    /// JSON objects.
    pub records: Vec<Record>,
    /// What the reader noticed.
    pub notes: Vec<ReadNote>,
}

impl Document {
    /// A document with nothing in it yet.
    pub fn new(name: Arc<str>, kind: Kind) -> Self {
        Self {
            name,
            kind,
            parts: Vec::new(),
            grids: Vec::new(),
            records: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Appends a table.
    pub fn push_grid(&mut self, grid: Grid) {
        self.parts.push(Part::Grid(self.grids.len()));
        self.grids.push(grid);
    }
}

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What the file is, as far as its content tells: `PDF`, `Word 97–2003`, `JPEG image`, `damaged xlsx`.
    pub what: Text,
    /// What is wrong and what to do next.
    pub message: Text,
}

/// What came of one file or archive member.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The name the user knows it by.
    pub name: Arc<str>,
    /// The document, or why there is none.
    pub outcome: Result<Document, Refusal>,
}

/// Takes one file apart. The reader is chosen by the content; the name's ending at most decides between
/// delimited and plain text. An archive gives one [`Opened`] for each of its members, everything else exactly one.
///
/// Never fails as a whole: what cannot be read is an [`Opened`] with its [`Refusal`].
///
/// ```
/// use huizong::files::{Kind, open};
/// let opened = open("north.txt".into(), "项目,数量\n规章,3\n规范性文件,1\n".as_bytes());
/// let document = opened[0].outcome.as_ref().unwrap();
/// assert_eq!(document.kind, Kind::Delimited);
/// assert_eq!(document.grids[0].cell_ref(1, 1).to_string(), "B2");
/// ```
pub fn open(name: Arc<str>, bytes: &[u8]) -> Vec<Opened> {
    open_with(name, bytes, &Limits::default())
}

/// The same within other limits than those of `data/limits.toml`.
pub fn open_with(name: Arc<str>, bytes: &[u8], limits: &Limits) -> Vec<Opened> {
    open_within(name, bytes, &mut archive::Budget::new(limits))
}

/// Opens a file or a member, counting against what its outermost archive may still spend.
fn open_within(name: Arc<str>, bytes: &[u8], budget: &mut archive::Budget<'_>) -> Vec<Opened> {
    let limits = budget.limits;
    let opened = guard::quietly(|| match sniff::look_at(&name, bytes, limits) {
        sniff::Found::Archive => None,
        found => Some(read(&name, bytes, found, limits)),
    });
    let outcome = match opened {
        Ok(None) => return archive::open(&name, bytes, budget),
        Ok(Some(outcome)) => outcome,
        Err(cause) => Err(refused::damaged(&name, &refused::some_file(), &cause)),
    };
    vec![Opened { name, outcome }]
}

fn read(
    name: &Arc<str>,
    bytes: &[u8],
    found: sniff::Found<'_>,
    limits: &Limits,
) -> Result<Document, Refusal> {
    use sniff::Found;
    let document = match found {
        Found::Xlsx(package) => workbook::xlsx(name, bytes, package, limits),
        Found::Xlsb(package) => workbook::xlsb(name, bytes, package, limits),
        Found::Xls(stream) => workbook::xls(name, bytes, stream, limits),
        Found::Ods(package) => workbook::ods(name, package, limits),
        Found::FlatOds(decoded) => workbook::flat_ods(name, &decoded.text, limits),
        Found::Docx(package) => word::read(name, package, limits),
        Found::ArchivePage => archive_page::read(name, bytes, limits),
        Found::Page(decoded) => page::read(name, &decoded, limits),
        Found::Json(decoded) => json::read(name, &decoded, limits),
        Found::Delimited(decoded, delimiter) => delimited::read(name, &decoded, delimiter, limits),
        Found::Text(decoded) => text::read(name, &decoded, limits),
        Found::Archive => Err(refused::unknown(name)),
        Found::Refused(what) => Err(what.refusal(name)),
        Found::Over(over) => Err(over.refusal(name)),
    }?;
    within_limits(&document, limits).map_err(|over| over.refusal(name))?;
    Ok(document)
}

/// Whether all that was found in a file keeps within the limits. Readers look at what would fill the memory while they
/// read; this looks at the rest, alike for all of them.
fn within_limits(document: &Document, limits: &Limits) -> Result<(), Over> {
    limits.check(Limit::Sheets, document.grids.len() as u64)?;
    let length = |words: &str| limits.check(Limit::TextLength, words.len() as u64);
    for part in &document.parts {
        if let Part::Words { text, .. } = part {
            length(text)?;
        }
    }
    for grid in &document.grids {
        let (rows, cols) = (u64::from(grid.rows()), u64::from(grid.cols()));
        limits.check(Limit::Rows, rows)?;
        limits.check(Limit::Columns, cols)?;
        limits.check(Limit::Cells, rows * cols)?;
        for row in 0..grid.rows() {
            tick();
            for col in 0..grid.cols() {
                if let Content::Text(words) = grid.own(row, col) {
                    length(words)?;
                }
            }
        }
    }
    for entry in document.records.iter().flat_map(|record| &record.entries) {
        if let Content::Text(words) = &entry.content {
            length(words)?;
        }
    }
    Ok(())
}

/// A note about the file as a whole, or about one place in it.
fn note(rule: &'static str, zh: String, en: String, place: Option<Place>) -> ReadNote {
    ReadNote {
        rule,
        message: Text { zh, en },
        place,
    }
}
