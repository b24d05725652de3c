//! One value of a report: its number, its status, and how both were decided.

use serde::{Deserialize, Serialize};

use crate::grid::Place;

/// What is known about a value, kept from the cell to the export.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Read from its cell.
    Reported,
    /// The cell is empty, or the report has no such cell; nothing is known.
    #[default]
    Blank,
    /// An empty cell that the identities settle as zero.
    BlankAsZero,
    /// An empty total computed from its parts.
    Derived,
    /// Marked as not applicable (`-`, `/`, 无 …).
    NotApplicable,
    /// Something stands there that was not understood.
    Unreadable,
    /// Overridden by a correction.
    Corrected,
}

impl Status {
    /// Every status, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::Reported,
        Self::Blank,
        Self::BlankAsZero,
        Self::Derived,
        Self::NotApplicable,
        Self::Unreadable,
        Self::Corrected,
    ];

    /// Whether a value of this status carries a number.
    pub fn has_number(self) -> bool {
        matches!(
            self,
            Self::Reported | Self::BlankAsZero | Self::Derived | Self::Corrected
        )
    }

    /// The word used in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Blank => "blank",
            Self::BlankAsZero => "blank-as-zero",
            Self::Derived => "derived",
            Self::NotApplicable => "not-applicable",
            Self::Unreadable => "unreadable",
            Self::Corrected => "corrected",
        }
    }

    /// The status of an export's word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }
}

/// How a cell was tied to its key.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Matched {
    /// No cell was found.
    #[default]
    Nothing,
    /// The key itself stands there.
    Key,
    /// The official label.
    Label,
    /// Another label known for it.
    Alias,
    /// A damaged label, unique among its neighbours.
    Fuzzy,
}

/// One value.
///
/// `number` is a count, or an amount in 分 (1 万元 = 1,000,000 分), as the form's key says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Value {
    /// What is known.
    pub status: Status,
    /// The number, present exactly when [`Status::has_number`].
    pub number: Option<i64>,
    /// What stood in the cell.
    pub raw: Option<Box<str>>,
    /// Where it stood.
    pub place: Option<Place>,
    /// How the cell was tied to its key.
    pub matched: Matched,
    /// The number before a correction changed it.
    pub reported: Option<i64>,
}

impl Value {
    /// A number read from a cell.
    pub fn reported(number: i64) -> Self {
        Self {
            status: Status::Reported,
            number: Some(number),
            ..Self::default()
        }
    }

    /// Sets status and number together, so that they never disagree.
    pub fn settle(&mut self, status: Status, number: Option<i64>) {
        debug_assert_eq!(status.has_number(), number.is_some());
        self.status = status;
        self.number = if status.has_number() { number } else { None };
    }
}
