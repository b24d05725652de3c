//! Consistent reports, made up without any code of the program: only the keys of the form are used.

use std::sync::Arc;

use huizong::form::{Form, Library};
use huizong::grid::{CellRef, Place};
use huizong::report::{Matched, Narrative, Report, Scope, Value};

/// A small random number generator (splitmix64), so that a seed gives the same reports everywhere.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `most`, both included.
    pub fn upto(&mut self, most: u64) -> u64 {
        self.next() % (most + 1)
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[usize::try_from(self.upto(from.len() as u64 - 1)).unwrap()]
    }
}

const APPLICANTS: [&str; 6] = [
    "natural_person",
    "business",
    "research",
    "public_interest",
    "legal_service",
    "other_organisation",
];

pub fn form(id: &str) -> Arc<Form> {
    Library::official().get(id).unwrap().clone()
}

/// A report of zeros, every cell reported, with a place of its own.
pub fn zeros(form: &Arc<Form>, unit: &str, year: i32) -> Report {
    let values = (form.keys.iter().enumerate())
        .map(|(index, _)| Value {
            place: Some(place(index)),
            matched: Matched::Label,
            raw: Some("0".into()),
            ..Value::reported(0)
        })
        .collect();
    Report {
        file: "made-up.xlsx".into(),
        form: form.clone(),
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

pub fn place(index: usize) -> Place {
    Place {
        file: "made-up.xlsx".into(),
        sheet: "表".into(),
        cell: CellRef::A1(u32::try_from(index).unwrap(), 1),
    }
}

pub fn set(report: &mut Report, key: &str, number: i64) {
    let index = report.form.index(key).unwrap_or_else(|| panic!("{key}"));
    report.values[index].number = Some(number);
    report.values[index].raw = Some(number.to_string().into());
}

/// A count as reports have them: often zero, mostly small, sometimes large.
fn count(dice: &mut Dice, scale: u64) -> i64 {
    let most = match dice.upto(9) {
        0..=3 => 0,
        4..=6 => 9,
        7..=8 => 99,
        _ => 999,
    };
    i64::try_from(dice.upto(most) * scale).unwrap()
}

/// A report in which every rule holds that a single report can break.
pub fn consistent(form: &Arc<Form>, dice: &mut Dice, scale: u64) -> Report {
    let mut report = zeros(form, "甲镇", form.years.from);
    let rows: Vec<String> = (form.keys.iter())
        .filter_map(|k| k.key.strip_prefix("requests.")?.strip_suffix(".total"))
        .map(str::to_owned)
        .collect();
    let frame = ["received", "carried_in", "concluded", "carried_out"];
    for applicant in APPLICANTS {
        let mut concluded = 0;
        for row in rows.iter().filter(|r| !frame.contains(&r.as_str())) {
            let number = count(dice, scale);
            concluded += number;
            set(&mut report, &format!("requests.{row}.{applicant}"), number);
        }
        let carried_out = count(dice, scale);
        let all = concluded + carried_out;
        let carried_in = i64::try_from(dice.upto(all.unsigned_abs())).unwrap();
        for (row, number) in
            frame
                .iter()
                .zip([all - carried_in, carried_in, concluded, carried_out])
        {
            set(&mut report, &format!("requests.{row}.{applicant}"), number);
        }
    }
    for row in &rows {
        let total = (APPLICANTS.iter())
            .map(|a| report.number(&format!("requests.{row}.{a}")).unwrap())
            .sum();
        set(&mut report, &format!("requests.{row}.total"), total);
    }
    for channel in ["review", "litigation_direct", "litigation_after_review"] {
        let mut total = 0;
        for outcome in ["upheld", "corrected", "other", "pending"] {
            let number = count(dice, 1);
            total += number;
            set(&mut report, &format!("appeals.{channel}.{outcome}"), number);
        }
        set(&mut report, &format!("appeals.{channel}.total"), total);
    }
    report
}
