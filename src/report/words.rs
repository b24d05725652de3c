//! Words around the forms' own labels (`data/labels/words.toml`).

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use super::label::{normalise, plain};

/// The lists of `data/labels/words.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    not_applicable: HashSet<String>,
    /// Classifiers that may follow a count.
    pub classifiers: Vec<String>,
    /// Words for a minus sign.
    pub minus: Vec<String>,
    /// Words for a plus sign.
    pub plus: Vec<String>,
    unit_headers: Vec<String>,
    year_headers: Vec<String>,
    county_headers: Vec<String>,
    form_headers: Vec<String>,
    code_headers: Vec<String>,
    key_headers: Vec<String>,
    value_headers: Vec<String>,
    status_headers: Vec<String>,
    measure_headers: Vec<String>,
    raw_headers: Vec<String>,
    file_headers: Vec<String>,
    sheet_headers: Vec<String>,
    cell_headers: Vec<String>,
    money_unit_headers: Vec<String>,
    report_list_headers: Vec<String>,
    /// Names of the report in a title.
    pub report_names: Vec<String>,
    /// What else may stand in a title or file name.
    pub title_noise: Vec<String>,
    /// Ends of unit names.
    pub unit_endings: Vec<String>,
    /// Dropped from the end of a unit name.
    pub unit_suffixes: Vec<String>,
    /// Marks of a consolidated set of figures.
    pub consolidated: Vec<String>,
    /// Marks of a later version.
    pub revisions: Vec<String>,
    /// Labels beside which a unit's name stands.
    pub unit_labels: Vec<String>,
    /// Labels beside which the year stands.
    pub year_labels: Vec<String>,
}

/// What a column or field holds besides the form's own values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Unit name.
    Unit,
    /// Year.
    Year,
    /// County.
    County,
    /// Form id.
    Form,
    /// Unit code.
    Code,
    /// Key or label of a value.
    Key,
    /// The value.
    Value,
    /// Status of the value.
    Status,
    /// `count` or `fen`.
    Measure,
    /// What originally stood in the cell.
    Raw,
    /// File the value came from.
    File,
    /// Sheet the value came from.
    Sheet,
    /// Cell the value came from.
    Cell,
    /// Unit of the amounts.
    MoneyUnit,
    /// A list of reports.
    Reports,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let text = include_str!("../../data/labels/words.toml");
    toml::from_str(text).unwrap_or_else(|e| panic!("embedded words.toml: {e}"))
});

impl Words {
    /// The embedded lists.
    pub fn get() -> &'static Self {
        &WORDS
    }

    /// Whether text stands for "not applicable".
    pub fn is_not_applicable(&self, text: &str) -> bool {
        if text.len() > 12 {
            return false;
        }
        let squeezed: String = (plain(text).chars())
            .filter(|c| !c.is_whitespace())
            .flat_map(char::to_lowercase)
            .collect();
        self.not_applicable.contains(&squeezed)
    }

    /// What a column header or field name announces.
    pub fn field(&self, text: &str) -> Option<Field> {
        if text.len() > 40 {
            return None;
        }
        FIELDS.get(normalise(text).as_str()).copied()
    }

    /// The words of every field, as written in the file.
    fn headers(&self) -> [(&[String], Field); 15] {
        [
            (&self.unit_headers, Field::Unit),
            (&self.year_headers, Field::Year),
            (&self.county_headers, Field::County),
            (&self.form_headers, Field::Form),
            (&self.code_headers, Field::Code),
            (&self.key_headers, Field::Key),
            (&self.value_headers, Field::Value),
            (&self.status_headers, Field::Status),
            (&self.measure_headers, Field::Measure),
            (&self.raw_headers, Field::Raw),
            (&self.file_headers, Field::File),
            (&self.sheet_headers, Field::Sheet),
            (&self.cell_headers, Field::Cell),
            (&self.money_unit_headers, Field::MoneyUnit),
            (&self.report_list_headers, Field::Reports),
        ]
    }
}

/// Fields by their normalised words; of a word that stands in two lists the first list counts.
static FIELDS: LazyLock<HashMap<String, Field>> = LazyLock::new(|| {
    let mut fields = HashMap::new();
    for (words, field) in WORDS.headers() {
        for word in words {
            fields.entry(normalise(word)).or_insert(field);
        }
    }
    fields
});
