//! Made-up reports that are consistent in themselves, written without the code under test.

use std::collections::BTreeMap;
use std::sync::Arc;

use huizong::batch::Batch;
use huizong::form::{Form, Library};
use huizong::grid::{CellRef, Place};
use huizong::report::{Narrative, Report, Scope, Value};

/// Numbers by key.
pub type Numbers = BTreeMap<String, i64>;

/// A small generator of numbers; the same seed gives the same numbers.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2) + 1)
    }

    /// A number from 0 to below `end`.
    pub fn below(&mut self, end: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % end as u64) as i64
    }
}

pub fn form(id: &str) -> Arc<Form> {
    Arc::clone(Library::official().get(id).unwrap())
}

const APPLICANTS: [&str; 6] = [
    "natural_person",
    "business",
    "research",
    "public_interest",
    "legal_service",
    "other_organisation",
];

/// Numbers for every key of a form between which all the official identities hold.
pub fn consistent(form: &Form, dice: &mut Dice) -> Numbers {
    let mut numbers: Numbers = (form.keys.iter())
        .map(|info| (info.key.clone(), dice.below(9)))
        .collect();
    let rows: Vec<String> = (form.keys.iter())
        .filter_map(|info| info.key.strip_prefix("requests.")?.strip_suffix(".total"))
        .map(str::to_owned)
        .collect();
    let around = ["received", "carried_in", "concluded", "carried_out"];
    for applicant in APPLICANTS {
        let at = |row: &str| format!("requests.{row}.{applicant}");
        let concluded: i64 = (rows.iter())
            .filter(|row| !around.contains(&row.as_str()))
            .map(|row| numbers[&at(row)])
            .sum();
        let all = concluded + numbers[&at("carried_out")];
        let carried_in = dice.below(all + 1);
        numbers.insert(at("concluded"), concluded);
        numbers.insert(at("carried_in"), carried_in);
        numbers.insert(at("received"), all - carried_in);
    }
    for row in &rows {
        let total = (APPLICANTS.iter())
            .map(|applicant| numbers[&format!("requests.{row}.{applicant}")])
            .sum();
        numbers.insert(format!("requests.{row}.total"), total);
    }
    for channel in ["review", "litigation_direct", "litigation_after_review"] {
        let total = (["upheld", "corrected", "other", "pending"].iter())
            .map(|outcome| numbers[&format!("appeals.{channel}.{outcome}")])
            .sum();
        numbers.insert(format!("appeals.{channel}.total"), total);
    }
    for (key, number) in &mut numbers {
        if key.ends_with(".amount") {
            *number = dice.below(90_000_000);
        }
        if key.ends_with(".items_change") {
            *number -= 4;
        }
    }
    numbers
}

/// A report with the numbers given; keys without one stay blank. Every value has its place.
pub fn report(form: &Arc<Form>, unit: &str, year: i32, numbers: &Numbers) -> Report {
    let file: Arc<str> = format!("{unit}-{year}.xlsx").into();
    let values = (form.keys.iter().enumerate())
        .map(|(index, info)| match numbers.get(&info.key) {
            None => Value::default(),
            Some(number) => Value {
                raw: Some(number.to_string().into()),
                place: Some(Place {
                    file: Arc::clone(&file),
                    sheet: "表".into(),
                    cell: CellRef::A1(index as u32, 1),
                }),
                ..Value::reported(*number)
            },
        })
        .collect();
    Report {
        file,
        form: Arc::clone(form),
        unit: unit.to_owned(),
        code: None,
        year: Some(year),
        scope: Scope::Own,
        values,
        narrative: Narrative::default(),
        revision: 0,
        findings: Vec::new(),
    }
}

/// A batch of reports and nothing else.
pub fn batch(reports: impl IntoIterator<Item = Report>) -> Batch {
    Batch {
        reports: reports.into_iter().map(Arc::new).collect(),
        ..Batch::default()
    }
}
