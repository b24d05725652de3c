//! Findings: what is wrong or doubtful, where, and what to do about it.

mod kinds;

use serde::Serialize;

pub use kinds::{Kind, kind, kinds};

use crate::grid::Place;
use crate::text::Text;

/// How much a finding matters. The order is from bad to mild.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A number is wrong, or missing where the result depends on it.
    Error,
    /// Somebody should look.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word used in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }

    /// The word people read.
    pub fn label(self) -> Text {
        match self {
            Self::Error => Text::new("错误", "error"),
            Self::Warning => Text::new("警告", "warning"),
            Self::Note => Text::new("提示", "note"),
        }
    }
}

/// A value that would mend what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The key to change.
    pub key: String,
    /// The value it should almost certainly have (a count, or 分).
    pub value: i64,
    /// Why this value and no other.
    pub reason: Text,
}

/// Something that was found, with all that is needed to go and look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Id of the edit rule, or of the kind of trouble (see `data/rules/kinds.toml`).
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// The unit's name; empty where none is known.
    pub unit: String,
    /// The report's year, where known.
    pub year: Option<i32>,
    /// The keys concerned.
    pub keys: Vec<String>,
    /// Where to look.
    pub places: Vec<Place>,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
    /// The whole thing in a sentence.
    pub message: Text,
    /// How it could be mended, best first.
    pub suggestion: Vec<Suggestion>,
}

impl Finding {
    /// A finding with its sentence; the rest is filled in by the `with_` methods.
    pub fn new(rule: impl Into<String>, severity: Severity, message: Text) -> Self {
        Self {
            rule: rule.into(),
            severity,
            unit: String::new(),
            year: None,
            keys: Vec::new(),
            places: Vec::new(),
            found: String::new(),
            expected: String::new(),
            message,
            suggestion: Vec::new(),
        }
    }

    /// Names the unit and year.
    #[must_use]
    pub fn about(mut self, unit: impl Into<String>, year: Option<i32>) -> Self {
        self.unit = unit.into();
        self.year = year;
        self
    }

    /// Adds a key.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.keys.push(key.into());
        self
    }

    /// Adds a place.
    #[must_use]
    pub fn at(mut self, place: Option<Place>) -> Self {
        self.places.extend(place);
        self
    }

    /// Says what was found and what was expected.
    #[must_use]
    pub fn saw(mut self, found: impl Into<String>, expected: impl Into<String>) -> Self {
        self.found = found.into();
        self.expected = expected.into();
        self
    }
}
