//! What became of the inputs: every file, its end, and the reports that count.
//!
//! [`gather`] finds the files, [`read`] takes them apart and recognises them, [`assemble`] decides which
//! reports count: units by their registered names, the latest version of each, consolidated reports apart.

mod account;
mod assemble;
mod gather;
mod kept;
mod naming;
mod read;
mod supersede;
mod version;

use std::sync::Arc;

pub use account::{Account, fill_their_forms, wrong};
pub use assemble::{Naming, assemble, revision_of};
pub use gather::{Gathered, Origin, Paths, Source, gather};
pub use kept::{Kept, reports_at_once};
pub use naming::{calls_itself_consolidated, registered, resolve};
pub use read::{Outcome, Piece, Reader, bytes_of};
pub use version::revision_mark;

use crate::finding::Finding;
use crate::report::{Report, Status};
use crate::text::Text;

/// How a file ended. Every input file ends in exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum End {
    /// At least one of its reports counts.
    Used,
    /// All its reports gave way to others.
    Superseded,
    /// It was read, and is no report.
    NotAReport,
    /// It could not be read.
    Unreadable,
}

impl End {
    /// Every end, in the order of the documentation.
    pub const ALL: [Self; 4] = [
        Self::Used,
        Self::Superseded,
        Self::NotAReport,
        Self::Unreadable,
    ];

    /// The word of the manifest.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Superseded => "superseded",
            Self::NotAReport => "not-a-report",
            Self::Unreadable => "unreadable",
        }
    }

    /// The words people read.
    pub fn label(self) -> Text {
        match self {
            Self::Used => Text::new("采用", "used"),
            Self::Superseded => Text::new("被替代", "superseded"),
            Self::NotAReport => Text::new("不是年报", "not a report"),
            Self::Unreadable => Text::new("无法读取", "unreadable"),
        }
    }
}

/// One report found in a file.
#[derive(Debug, Clone)]
pub struct Found {
    /// Unit name.
    pub unit: String,
    /// The unit's code in the registry.
    pub code: Option<String>,
    /// Year.
    pub year: Option<i32>,
    /// Form id.
    pub form: String,
    /// Values by status, in the order of [`Status::ALL`].
    pub tally: [usize; Status::ALL.len()],
    /// The file whose report counts instead of this one.
    pub superseded_by: Option<Arc<str>>,
    /// That file says the same.
    pub identical: bool,
}

/// One input file with its end: a line of the manifest (`inputs.csv`).
#[derive(Debug, Clone)]
pub struct Input {
    /// The file.
    pub file: Arc<str>,
    /// Its end.
    pub end: End,
    /// Why it ended so; empty when it is simply used.
    pub why: Text,
    /// The reports found in it.
    pub reports: Vec<Found>,
}

/// All inputs of one run.
#[derive(Debug, Default)]
pub struct Batch {
    /// Every file, in the order of names.
    pub inputs: Vec<Input>,
    /// The reports that count, ordered by year, then registry order or unit name.
    pub reports: Vec<Arc<Report>>,
    /// Findings about files and about whole reports; those of single reports included.
    pub findings: Vec<Finding>,
}

impl Batch {
    /// How many files ended in each way, in the order of [`End::ALL`].
    pub fn ends(&self) -> [usize; End::ALL.len()] {
        let mut ends = [0; End::ALL.len()];
        for input in &self.inputs {
            ends[input.end as usize] += 1;
        }
        ends
    }
}

/// How many of the superseded files are duplicates: all their reports have the same content as those that count.
pub fn duplicates(inputs: &[Input]) -> usize {
    (inputs.iter())
        .filter(|input| input.end == End::Superseded)
        .filter(|input| input.reports.iter().all(|found| found.identical))
        .count()
}
