//! Writes made-up reports as real units send them: every format, every layout, every roughness, and beside
//! each cell what reading it may lawfully give.

pub mod draw;
pub mod json;
pub mod labels;
pub mod lists;
pub mod make;
pub mod outcome;
pub mod pool;
pub mod values;
pub mod write;

use std::collections::BTreeSet;
use std::sync::Arc;

use huizong::form::Form;

/// One way in which a report departs from the clean form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    FullWidthDigits,
    NumbersAsText,
    ThousandsSeparators,
    CountWords,
    SpacesInNumbers,
    Signs,
    DecimalZeros,
    ChineseNumerals,
    MoneyInYuan,
    MoneyInHundredMillions,
    MoneyUnitInHeader,
    MoneyUnitNowhere,
    BlankZeros,
    BlankTotals,
    NotApplicableMarks,
    LineBreaksInLabels,
    SpacesInLabels,
    HalfWidthPunctuation,
    NoEnumerators,
    OtherQuotes,
    TraditionalCharacters,
    PinyinInBrackets,
    DestroyedCharacters,
    Aliases,
    RepeatedHeaders,
    ShuffledRows,
    ExtraTables,
    TrailingSeparators,
    NonBreakingSpaces,
    HiddenRows,
    ExtraRowsAndColumns,
    SpansLost,
    OtherEncodings,
}

impl Kind {
    pub const ALL: [Self; 33] = [
        Self::FullWidthDigits,
        Self::NumbersAsText,
        Self::ThousandsSeparators,
        Self::CountWords,
        Self::SpacesInNumbers,
        Self::Signs,
        Self::DecimalZeros,
        Self::ChineseNumerals,
        Self::MoneyInYuan,
        Self::MoneyInHundredMillions,
        Self::MoneyUnitInHeader,
        Self::MoneyUnitNowhere,
        Self::BlankZeros,
        Self::BlankTotals,
        Self::NotApplicableMarks,
        Self::LineBreaksInLabels,
        Self::SpacesInLabels,
        Self::HalfWidthPunctuation,
        Self::NoEnumerators,
        Self::OtherQuotes,
        Self::TraditionalCharacters,
        Self::PinyinInBrackets,
        Self::DestroyedCharacters,
        Self::Aliases,
        Self::RepeatedHeaders,
        Self::ShuffledRows,
        Self::ExtraTables,
        Self::TrailingSeparators,
        Self::NonBreakingSpaces,
        Self::HiddenRows,
        Self::ExtraRowsAndColumns,
        Self::SpansLost,
        Self::OtherEncodings,
    ];
}

/// The kinds of roughness in one file.
pub type Kinds = BTreeSet<Kind>;

/// What reading a cell may give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// This number.
    Number(i64),
    /// No number, or this one settled or derived.
    Blank(i64),
    /// No number: the cell is marked as not applicable.
    NotApplicable,
}

/// A report as it is known to be in a file.
#[derive(Debug, Clone)]
pub struct Expected {
    pub unit: String,
    pub year: i32,
    pub form: Arc<Form>,
    /// One for each key of the form.
    pub cells: Vec<Expect>,
}

/// A file as a unit might send it.
#[derive(Debug, Clone)]
pub struct Rough {
    pub name: String,
    pub bytes: Vec<u8>,
    pub layout: &'static str,
    pub format: &'static str,
    pub kinds: Kinds,
    pub reports: Vec<Expected>,
}

impl Kind {
    /// Its name in words.
    pub fn words(self) -> String {
        let mut words = String::new();
        for sign in format!("{self:?}").chars() {
            if sign.is_uppercase() && !words.is_empty() {
                words.push(' ');
            }
            words.extend(sign.to_lowercase());
        }
        words
    }
}
