//! `data/synth.toml`: the names, sentences and sizes of made-up reports.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

const FILE: &str = include_str!("../../data/synth.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Data {
    pub names: Names,
    pub words: Words,
    pub draws: Draws,
    pub demo: Demo,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    pub stems: Vec<String>,
    pub cycle: [String; 2],
    pub province: String,
    pub city: String,
    pub county: String,
    pub counties_in_city: usize,
    pub cities_in_province: usize,
    pub code: String,
    pub mix: BTreeMap<String, usize>,
    pub endings: BTreeMap<String, Vec<String>>,
    pub departments: Departments,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Departments {
    pub names: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub titles: Vec<String>,
    pub introduction: String,
    pub overview: String,
    pub overview_text: Vec<String>,
    pub problems: String,
    pub problems_text: Vec<String>,
    pub others: String,
    pub others_text: Vec<String>,
    pub calls: Vec<[String; 2]>,
    pub date: String,
    pub menu: Vec<String>,
    pub footer: Vec<String>,
    pub site: String,
    pub columns: Columns,
    pub facts: Vec<Fact>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Columns {
    pub unit: String,
    pub year: String,
    pub key: String,
    pub value: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fact {
    pub key: String,
    pub some: String,
    pub none: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Draws {
    pub otherwise: Spread,
    pub each: Vec<Draw>,
    pub settle: Vec<Settle>,
}

/// How a number is drawn: in a thousand, how many are zero, and the largest of the rest.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spread {
    pub none: u32,
    pub most: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Draw {
    pub each: Option<String>,
    pub keys: Vec<String>,
    pub all: Spread,
    #[serde(default)]
    pub kinds: BTreeMap<String, Spread>,
    /// Stays near last year's number.
    #[serde(default)]
    pub steady: bool,
    /// May be negative.
    #[serde(default)]
    pub signed: bool,
    /// The number and this key's number together are not negative.
    pub not_below: Option<String>,
    pub at_most: Option<String>,
    pub at_most_previous: Option<String>,
    /// Keys whose numbers are added.
    #[serde(default)]
    pub plus: Vec<String>,
    /// Zero exactly when this key's number is.
    pub only_with: Option<String>,
    /// The number is a multiple of one of these.
    #[serde(default)]
    pub steps: Vec<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settle {
    pub each: String,
    pub pool: Vec<String>,
    pub into: Vec<(String, u64)>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Demo {
    pub seed: u64,
    pub units: usize,
    pub from: i32,
    pub to: i32,
    pub formats: Vec<String>,
    pub converted: Vec<Converted>,
    pub blank: Vec<Blank>,
    pub missing: Vec<Missing>,
    pub planted: Vec<PlantedIn>,
    pub earlier: Vec<Earlier>,
    pub unrelated: Unrelated,
    pub photograph: Photograph,
    pub real: Real,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Converted {
    pub unit: String,
    pub year: i32,
    pub ending: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Blank {
    pub unit: String,
    pub year: i32,
    pub ending: String,
    pub tables: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Missing {
    pub unit: String,
    pub year: i32,
}

/// A number as it is to be written in the table, and as it is to be told in the text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Number {
    pub key: String,
    pub table: Option<i64>,
    pub text: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlantedIn {
    pub unit: String,
    pub year: i32,
    pub numbers: Vec<Number>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Earlier {
    pub unit: String,
    pub year: i32,
    pub mark: String,
    pub numbers: Vec<Number>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unrelated {
    pub file: String,
    pub rows: Vec<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Photograph {
    pub file: String,
    pub hex: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Real {
    pub county: String,
    pub county_code: String,
    pub unit: String,
    pub code: String,
    pub kind: String,
    pub year: i32,
    pub title: String,
    pub introduction: String,
    pub numbers: Vec<Number>,
}

/// The embedded data.
pub(super) fn data() -> &'static Data {
    static DATA: LazyLock<Data> =
        LazyLock::new(|| toml::from_str(FILE).unwrap_or_else(|e| panic!("data/synth.toml: {e}")));
    &DATA
}

/// Puts words in place of the names in braces.
pub(super) fn fill(template: &str, words: &[(&str, &str)]) -> String {
    (words.iter()).fold(template.to_owned(), |text, (name, word)| {
        text.replace(&format!("{{{name}}}"), word)
    })
}
