//! The forms as data: tables, rows, columns, labels, edit rules.
//!
//! A [`Form`] is loaded from a TOML file; the official ones are embedded. Nothing outside of `data/`
//! knows a label, a key or a rule of a form.

mod crosswalk;
mod file;
mod indicator;
mod layout;
mod library;
mod pattern;
mod rule;

use std::collections::HashMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use crosswalk::{Comparability, Crosswalk, Pair};
pub use file::FormError;
pub use indicator::{Display, Indicator, Indicators};
pub use layout::{Layout, LayoutCell, LayoutContent, Role, layout};
pub use library::Library;
pub use rule::{Check, Condition, Equation, Relation, Rule, Term};

use crate::text::{Lang, Text};

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// Things: 件, 项.
    #[default]
    Count,
    /// Money, in 分.
    #[serde(rename = "money")]
    Fen,
}

impl Measure {
    /// The word of the `measure` column of an export.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Fen => "fen",
        }
    }
}

/// A unit of money and how many 分 it is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MoneyUnit {
    /// 元.
    #[serde(rename = "元")]
    Yuan,
    /// 万元.
    #[serde(rename = "万元")]
    TenThousandYuan,
    /// 亿元.
    #[serde(rename = "亿元")]
    HundredMillionYuan,
}

impl MoneyUnit {
    /// 分 in one of this unit.
    pub fn fen(self) -> i64 {
        match self {
            Self::Yuan => 100,
            Self::TenThousandYuan => 1_000_000,
            Self::HundredMillionYuan => 10_000_000_000,
        }
    }

    /// The unit as written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yuan => "元",
            Self::TenThousandYuan => "万元",
            Self::HundredMillionYuan => "亿元",
        }
    }
}

/// One row or column of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// Its part of the key; empty for the single row of a table that has columns only.
    pub key: String,
    /// Labels from the outermost group to the row or column itself.
    pub path: Vec<Text>,
    /// Other labels in use for the row or column itself.
    pub aliases: Vec<String>,
    /// What its numbers count.
    pub measure: Measure,
    /// Its numbers may be negative.
    pub signed: bool,
    /// Money: the unit its official label states.
    pub stated_unit: Option<MoneyUnit>,
    /// Money: the unit to assume, with a finding, where no unit is written anywhere.
    pub assumed_unit: Option<MoneyUnit>,
}

impl Axis {
    /// The innermost label.
    pub fn label(&self) -> Option<&Text> {
        self.path.last()
    }
}

/// A rectangle of cells: every row has every column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The heading above it, where it has one.
    pub label: Option<Text>,
    /// The label over its row labels, where it has one.
    pub row_header: Option<Text>,
    /// Rows from top to bottom.
    pub rows: Vec<Axis>,
    /// Columns from left to right.
    pub columns: Vec<Axis>,
    /// Index of its first key in [`Form::keys`]; the rest follow row by row.
    pub first: usize,
}

impl Block {
    /// Index in [`Form::keys`] of a cell.
    pub fn key_at(&self, row: usize, column: usize) -> usize {
        self.first + row * self.columns.len() + column
    }

    /// Indices in [`Form::keys`] of all cells of the block.
    pub fn keys(&self) -> Range<usize> {
        self.first..self.first + self.rows.len() * self.columns.len()
    }
}

/// One table of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// First part of its keys.
    pub key: String,
    /// Its heading.
    pub label: Text,
    /// Other headings in use.
    pub aliases: Vec<String>,
    /// The heading over all columns, where it has one.
    pub column_title: Option<Text>,
    /// What stands in the corner over the row labels.
    pub corner: Option<Text>,
    /// Blocks from top to bottom.
    pub blocks: Vec<Block>,
}

/// One cell of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInfo {
    /// The key: `table.row.column`.
    pub key: String,
    /// Indices of table, block, row and column.
    pub at: [usize; 4],
    /// The whole label, outermost first, joined by ` / `.
    pub label: Text,
    /// What its number counts.
    pub measure: Measure,
    /// Its number may be negative.
    pub signed: bool,
    /// Money: the unit its official label states.
    pub stated_unit: Option<MoneyUnit>,
    /// Money: the unit to assume, with a finding.
    pub assumed_unit: Option<MoneyUnit>,
}

/// A number that is computed from a report's values and never read: a subtotal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derived {
    /// Its key.
    pub key: String,
    /// Its label.
    pub label: Text,
    /// Indices in [`Form::keys`] of the parts it is the sum of.
    pub parts: Vec<usize>,
}

/// The years a form is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Years {
    /// First year.
    pub from: i32,
    /// Last year; none while the form is in use.
    pub to: Option<i32>,
}

impl Years {
    /// Whether reports for a year use the form.
    pub fn contains(&self, year: i32) -> bool {
        year >= self.from && self.to.is_none_or(|to| year <= to)
    }
}

/// A form: what a report must contain and what must hold between its numbers.
///
/// ```
/// use huizong::form::Library;
/// let library = Library::official();
/// let form = library.get("2021").unwrap();
/// assert_eq!(form.keys.len(), 200);
/// assert!(form.index("requests.received.total").is_some());
/// ```
#[derive(Debug, Clone)]
pub struct Form {
    /// Its id: `2019`, `2021`, or your own.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Where it was laid down.
    pub source: String,
    /// The years it is used for.
    pub years: Years,
    /// Tables in order.
    pub tables: Vec<Table>,
    /// Every cell, in reading order.
    pub keys: Vec<KeyInfo>,
    /// Subtotals.
    pub derived: Vec<Derived>,
    /// Edit rules.
    pub rules: Vec<Rule>,
    /// Named lists of key parts.
    pub sets: HashMap<String, Vec<String>>,
    by_key: HashMap<String, usize>,
}

impl Form {
    /// Index of a key in [`Form::keys`].
    pub fn index(&self, key: &str) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// The rule of an id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The block a cell belongs to.
    pub fn block_of(&self, key: usize) -> &Block {
        let [table, block, ..] = self.keys[key].at;
        &self.tables[table].blocks[block]
    }

    /// The label of a key or of a derived key.
    pub fn label(&self, key: &str, lang: Lang) -> Option<String> {
        match self.index(key) {
            Some(index) => Some(self.keys[index].label.get(lang).to_owned()),
            None => {
                (self.derived.iter().find(|d| d.key == key)).map(|d| d.label.get(lang).to_owned())
            }
        }
    }
}
