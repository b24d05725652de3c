//! What a store takes in and gives back: files with what came of them.

use std::sync::Arc;

use crate::finding::Finding;
use crate::report::Report;
use crate::text::Text;

/// Where a report belongs, as far as the registry told when it was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Belonging {
    /// Name of its county; empty where none is known.
    pub county: String,
    /// Code of the county; empty where none is known.
    pub area: String,
    /// Code of the unit in the registry.
    pub code: Option<String>,
    /// Kind of the unit in the registry.
    pub kind: Option<String>,
    /// Id of the unit's line of descent, which outlasts renames and mergers; without a registry the unit itself.
    pub line: Option<String>,
}

/// A report with where it belongs.
#[derive(Debug, Clone)]
pub struct Filed {
    /// The report as reading gave it.
    pub report: Report,
    /// Where it belongs.
    pub belonging: Belonging,
    /// Its number within its file, from 0.
    pub ordinal: u32,
}

/// What came of a file, or of one member of an archive.
#[derive(Debug, Clone)]
pub enum Came {
    /// Reports, at least one.
    Reports(Vec<Filed>),
    /// It was read and is no report.
    NotAReport(Text),
    /// It could not be read.
    Unreadable(Text),
}

/// One file, or one member of an archive, with what came of it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The name the user knows it by.
    pub name: Arc<str>,
    /// The file that holds it: the same name, but for members of archives.
    pub source: Arc<str>,
    /// When the source was last changed, in nanoseconds since 1970, where that is known.
    pub modified: Option<i64>,
    /// What came of it.
    pub came: Came,
    /// What was noticed about the file as a whole.
    pub findings: Vec<Finding>,
}

/// Which reports to read. The empty filter lets everything through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only these years; reports without a year only where this is empty.
    pub years: Vec<i32>,
    /// Only counties of these names or codes.
    pub counties: Vec<String>,
}

impl Filter {
    /// Whether a year passes.
    pub fn year(&self, year: Option<i32>) -> bool {
        self.years.is_empty() || year.is_some_and(|year| self.years.contains(&year))
    }

    /// Whether a county passes, by its name or its code.
    pub fn county(&self, county: &str, area: &str) -> bool {
        self.counties.is_empty() || self.counties.iter().any(|c| c == county || c == area)
    }
}
