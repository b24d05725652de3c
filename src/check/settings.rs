//! Weights, thresholds and patterns of the checks: `data/check.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::localise::Limits;
use super::narrative::Phrases;
use crate::form::FormError;
use crate::text::Text;

/// How doubt is weighed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Kinds of unit told by their names.
    pub kinds: Kinds,
    /// Slips by a power of ten.
    pub power_of_ten: PowerOfTen,
    /// Values far outside their history and their peers.
    pub outlier: Outlier,
    /// Error localisation.
    pub localise: Localise,
    /// Kinds of slip, in the order in which they are looked for.
    pub slips: Vec<SlipWeight>,
    /// How texts say what the tables say.
    pub narrative: Phrases,
}

/// How far error localisation goes, and when it dares to speak.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Localise {
    /// Work done for one set of connected cells.
    pub limits: Limits,
    /// Suggestions shown where several repairs are possible.
    pub most_suggestions: usize,
    /// A repair this much more plausible than the next is called likely.
    pub margin: u32,
}

/// A kind of slip that makes a right number wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SlipKind {
    /// An empty cell.
    Blank,
    /// Plus for minus.
    Sign,
    /// 元 for 万元.
    Yuan,
    /// Two digits beside each other swapped.
    Transposition,
    /// A digit typed twice.
    Doubled,
    /// Zeros too many or too few.
    PowerOfTen,
    /// A digit missing.
    Dropped,
    /// A digit too many.
    Inserted,
    /// The number of the cell beside it.
    Neighbour,
    /// A sum typed where a part belongs.
    Subtotal,
    /// One digit wrong.
    Digit,
    /// Zero.
    Zero,
    /// Nothing that has a name.
    Other,
    /// Two cells beside each other swapped.
    SwapNeighbours,
    /// Two cells of one row or column swapped.
    Swap,
    /// A run of cells moved by one.
    Shift,
}

/// How implausible a kind of slip is, and how it is called.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlipWeight {
    /// The kind.
    pub kind: SlipKind,
    /// The lower, the likelier.
    pub weight: u32,
    /// What is said about it.
    pub reason: Text,
}

/// Kinds of unit told by the end of their names.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kinds {
    /// Longest ending first.
    pub endings: Vec<Ending>,
}

/// An ending and the kind it tells.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// The end of a name.
    pub ending: String,
    /// The kind, as in the registry.
    pub kind: String,
}

impl Kinds {
    /// The kind a name tells; empty where it tells none.
    pub fn of(&self, name: &str) -> &str {
        (self.endings.iter().find(|e| name.ends_with(&e.ending))).map_or("", |e| &e.kind)
    }
}

/// When a move counts as a slip by a power of ten.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PowerOfTen {
    /// The exponents looked for.
    pub exponents: Vec<u32>,
    /// Counts: how far from the power the ratio may lie, in percent (125: between 0.8 and 1.25 of it).
    pub count_spread_percent: u32,
    /// Money: the same.
    pub money_spread_percent: u32,
    /// Counts: the smaller of the two must be at least this.
    pub least_count: i64,
    /// Money: the same, in 分.
    pub least_fen: i64,
}

/// When a value is far outside.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outlier {
    /// How many median absolute deviations away.
    pub deviations: i64,
    /// Years there must be to speak of a history.
    pub least_history: usize,
    /// Other units there must be to speak of peers.
    pub least_peers: usize,
    /// The deviation is taken to be at least this.
    pub floor: i64,
    /// … and at least this share of the median, in percent.
    pub floor_percent: i64,
    /// Differences smaller than this never matter.
    pub least_change: i64,
}

impl Settings {
    /// The settings that come with the program.
    ///
    /// # Panics
    /// Never with a tested binary: the embedded data is loaded by the tests.
    pub fn embedded() -> &'static Self {
        static EMBEDDED: LazyLock<Settings> = LazyLock::new(|| {
            Settings::parse("check.toml", include_str!("../../data/check.toml"))
                .unwrap_or_else(|e| panic!("embedded data: {e}"))
        });
        &EMBEDDED
    }

    /// The weight and words of a kind of slip.
    pub fn slip(&self, kind: SlipKind) -> Option<&SlipWeight> {
        self.slips.iter().find(|slip| slip.kind == kind)
    }

    /// Reads settings; `name` is the file to be named in the message.
    ///
    /// # Errors
    /// Anything unknown, missing or of the wrong type.
    pub fn parse(name: &str, text: &str) -> Result<Self, FormError> {
        toml::from_str(text).map_err(|e| FormError {
            file: name.to_owned(),
            problem: e.to_string(),
        })
    }
}
