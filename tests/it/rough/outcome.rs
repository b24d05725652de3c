//! What reading a rough file gave, cell by cell, against what it may give.

use std::sync::Arc;

use huizong::files;
use huizong::finding::Finding;
use huizong::report::{Recogniser, Report, Status};

use super::{Expect, Expected, Rough};

/// How cells ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub reports: usize,
    pub right: usize,
    /// No number where there is one, and a finding says so.
    pub missing: usize,
    /// No number where there is one, and nothing says so.
    pub missing_silently: usize,
    /// Another number, and a finding names the cell.
    pub wrong: usize,
    /// Another number, and nothing says so: this must never be.
    pub wrong_silently: usize,
    /// Unit or year not as they are.
    pub misnamed: usize,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.reports += other.reports;
        self.right += other.right;
        self.missing += other.missing;
        self.missing_silently += other.missing_silently;
        self.wrong += other.wrong;
        self.wrong_silently += other.wrong_silently;
        self.misnamed += other.misnamed;
    }

    pub fn cells(&self) -> usize {
        self.right + self.missing + self.missing_silently + self.wrong + self.wrong_silently
    }
}

/// The outcome of one file, and a sentence for each thing that went wrong.
pub fn outcome(rough: &Rough, recogniser: &Recogniser) -> (Tally, Vec<String>) {
    let mut reports: Vec<Report> = Vec::new();
    let mut findings: Vec<Finding> = Vec::new();
    let mut troubles: Vec<String> = Vec::new();
    for opened in files::open(Arc::from(rough.name.as_str()), &rough.bytes) {
        match opened.outcome {
            Ok(document) => {
                let recognition = recogniser.recognise(&document);
                troubles.extend(
                    recognition
                        .why_not
                        .map(|why| format!("no report: {}", why.en)),
                );
                reports.extend(recognition.reports);
                findings.extend(recognition.findings);
            }
            Err(refusal) => troubles.push(format!("refused: {}", refusal.message.en)),
        }
    }
    let mut tally = Tally::default();
    let single = rough.reports.len() == 1 && reports.len() == 1;
    for expected in &rough.reports {
        tally.reports += 1;
        let is = |r: &Report| r.unit == expected.unit && r.year == Some(expected.year);
        let at = reports.iter().position(is).or(single.then_some(0));
        let Some(at) = at else {
            tally.misnamed += 1;
            tally.missing += expected.cells.len();
            let found: Vec<_> = reports.iter().map(|r| (&r.unit, r.year)).collect();
            troubles.push(format!(
                "{} {} not among {found:?}",
                expected.unit, expected.year
            ));
            continue;
        };
        if !is(&reports[at]) {
            tally.misnamed += 1;
            let (unit, year) = (&reports[at].unit, reports[at].year);
            troubles.push(format!(
                "{} {} is called {unit} {year:?}",
                expected.unit, expected.year
            ));
        }
        compare(expected, &reports[at], &findings, &mut tally, &mut troubles);
        reports.remove(at);
    }
    for extra in &reports {
        let numbers = extra
            .values
            .iter()
            .filter(|value| value.number.is_some())
            .count();
        // A report without unit or year is added to nothing, so that its numbers cannot go unnoticed.
        if extra.unit.is_empty() || extra.year.is_none() {
            tally.wrong += numbers;
        } else {
            tally.wrong_silently += numbers;
        }
        troubles.push(format!(
            "a report too many: {} {:?}",
            extra.unit, extra.year
        ));
    }
    (tally, troubles)
}

fn compare(
    expected: &Expected,
    report: &Report,
    findings: &[Finding],
    tally: &mut Tally,
    troubles: &mut Vec<String>,
) {
    if report.form.id != expected.form.id {
        troubles.push(format!(
            "form {} is taken for {}",
            expected.form.id, report.form.id
        ));
    }
    for (info, expect) in expected.form.keys.iter().zip(&expected.cells) {
        let value = report.value(&info.key).cloned().unwrap_or_default();
        let told = findings.iter().chain(&report.findings).any(|finding| {
            finding.keys.contains(&info.key)
                || value
                    .place
                    .as_ref()
                    .is_some_and(|place| finding.places.contains(place))
        });
        let right = match *expect {
            Expect::Number(number) => value.number == Some(number),
            Expect::Blank(number) => value.number.is_none_or(|found| found == number),
            Expect::NotApplicable => value.status == Status::NotApplicable,
        };
        let ended = match (right, value.number.is_some(), told) {
            (true, ..) => {
                tally.right += 1;
                continue;
            }
            (false, false, true) => (&mut tally.missing, "missing"),
            (false, false, false) => (&mut tally.missing_silently, "missing silently"),
            (false, true, true) => (&mut tally.wrong, "wrong"),
            (false, true, false) => (&mut tally.wrong_silently, "WRONG SILENTLY"),
        };
        *ended.0 += 1;
        let place = value
            .place
            .as_ref()
            .map_or(String::new(), |p| p.cell.to_string());
        troubles.push(format!(
            "{} {}: expected {expect:?}, read {:?} {} from {:?} at {place}",
            ended.1,
            info.key,
            value.number,
            value.status.as_str(),
            value.raw,
        ));
    }
}
