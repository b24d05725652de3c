//! Documents + forms → reports: labels, tables, numbers, unit and year.

mod assemble;
mod clues;
mod decimal;
mod doubts;
mod draft;
mod flat;
mod header;
pub mod identity;
pub mod label;
mod marks;
mod masked;
pub mod narrative;
pub mod number;
mod read;
mod recognise;
mod record;
mod resolve;
pub mod settle;
mod table;
mod tidy;
mod value;
mod vocabulary;
mod wide;
mod words;

use std::sync::Arc;

pub use recognise::{Recogniser, Recognition, recognise};
pub use value::{Matched, Status, Value};

use crate::finding::Finding;
use crate::form::Form;
use crate::grid::Place;

/// Whose figures a report gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scope {
    /// One unit's own.
    #[default]
    Own,
    /// An area's, its units included: never added to them.
    Consolidated,
}

/// A sentence of a report's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// The sentence, in simplified characters, digits half-width.
    pub words: Box<str>,
    /// Where it stands.
    pub place: Place,
}

/// A calendar date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// Year.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
}

/// What a report says in words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Narrative {
    /// The title, where one was found.
    pub title: Option<Sentence>,
    /// Everything but the tables.
    pub sentences: Vec<Sentence>,
    /// The sign-off date with its place.
    pub signed: Option<(Day, Place)>,
    /// Every name found for the unit, the most trustworthy first: what a registry is asked.
    pub names: Vec<String>,
}

/// One unit's figures for one year.
#[derive(Debug, Clone)]
pub struct Report {
    /// The file it came from.
    pub file: Arc<str>,
    /// The form it was made on.
    pub form: Arc<Form>,
    /// The unit's name: as in the registry once resolved, else as found; empty where none was found.
    pub unit: String,
    /// The unit's code in the registry.
    pub code: Option<String>,
    /// The year; none where no trustworthy one was found.
    pub year: Option<i32>,
    /// Whose figures these are.
    pub scope: Scope,
    /// One value for every key of the form, in its order.
    pub values: Vec<Value>,
    /// Its text.
    pub narrative: Narrative,
    /// A revision number or mark found in name or title; 0 without one.
    pub revision: u32,
    /// What was noticed while reading it.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The value of a key; none where the form has no such key.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.form.index(key).map(|index| &self.values[index])
    }

    /// The number of a key, where there is one.
    pub fn number(&self, key: &str) -> Option<i64> {
        self.value(key).and_then(|value| value.number)
    }

    /// How many values have each status, in the order of [`Status::ALL`].
    pub fn tally(&self) -> [usize; Status::ALL.len()] {
        let mut tally = [0; Status::ALL.len()];
        for value in &self.values {
            tally[value.status as usize] += 1;
        }
        tally
    }
}
