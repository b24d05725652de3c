//! A report as it would lie on a desk: title, sections with words and tables, signature. Every writer of a
//! format starts from here.

use std::sync::Arc;

use crate::form::{Form, LayoutContent, Measure, MoneyUnit};
use crate::report::Day;

/// One section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// Its paragraphs.
    pub words: Vec<String>,
    /// Number of the form's table that stands in it.
    pub table: Option<usize>,
}

/// A whole report.
#[derive(Debug, Clone)]
pub struct Paper {
    /// The unit's name.
    pub unit: String,
    /// The year reported on.
    pub year: i32,
    /// The form.
    pub form: Arc<Form>,
    /// The title.
    pub title: String,
    /// The paragraph under the title.
    pub introduction: String,
    /// The sections in order.
    pub sections: Vec<Section>,
    /// Who signs, and the date in words.
    pub signature: Option<[String; 2]>,
    /// The date.
    pub signed: Day,
    /// The number of every key as it is to be written (a count, or 分).
    pub values: Vec<i64>,
    /// Text that stands in a cell instead of its number, by key.
    pub instead: Vec<(usize, String)>,
}

impl Paper {
    /// Everything but title, headings and tables, in order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.introduction)
            .chain(self.sections.iter().flat_map(|section| &section.words))
            .chain(self.signature.iter().flatten())
            .map(String::as_str)
    }

    /// What is written into the cell of a key.
    pub fn cell(&self, key: usize) -> String {
        if let Some((_, text)) = self.instead.iter().find(|(at, _)| *at == key) {
            return text.clone();
        }
        number_text(&self.form, key, self.values[key])
    }

    /// What is written into a cell of a drawn table.
    pub fn content(&self, content: &LayoutContent) -> String {
        match content {
            LayoutContent::Label(text) => text.zh.clone(),
            LayoutContent::Key(key) => self.cell(*key),
            LayoutContent::Blank => String::new(),
        }
    }
}

/// A number as a careful office writes it: a count plain; money in the unit that the label states, and
/// with its unit where the label states none.
pub fn number_text(form: &Form, key: usize, value: i64) -> String {
    let info = &form.keys[key];
    match (info.measure, info.stated_unit) {
        (Measure::Count, _) => value.to_string(),
        (Measure::Fen, Some(unit)) => amount(value, unit),
        (Measure::Fen, None) => {
            let unit = info.assumed_unit.unwrap_or(MoneyUnit::TenThousandYuan);
            format!("{}{}", amount(value, unit), unit.as_str())
        }
    }
}

/// An amount of 分 in another unit, exactly, without needless zeros.
///
/// ```
/// use huizong::form::MoneyUnit;
/// assert_eq!(huizong::synth::amount(13_020_000, MoneyUnit::TenThousandYuan), "13.02");
/// ```
pub fn amount(fen: i64, unit: MoneyUnit) -> String {
    let (whole, rest) = (fen / unit.fen(), (fen % unit.fen()).unsigned_abs());
    let digits = unit.fen().ilog10() as usize;
    let decimals = format!("{rest:0digits$}");
    match decimals.trim_end_matches('0') {
        "" => whole.to_string(),
        decimals => format!("{whole}.{decimals}"),
    }
}
