//! Made-up reports with wrong cells: how often the wrong cells and their true values are found.

use std::collections::BTreeMap;
use std::sync::Arc;

use huizong::check::localise::{Certainty, localise};
use huizong::check::{Settings, evaluate, run};
use huizong::finding::Severity;
use huizong::form::Library;
use huizong::report::Report;
use huizong::units::Registry;

use super::generator::{Dice, consistent, form, set};

/// What came of one group of reports.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Score {
    pub wrong_cells: usize,
    pub reports: usize,
    /// The suggestions are exactly the wrong cells with their true values.
    pub exact: usize,
    /// … and were given as certain.
    pub exact_and_certain: usize,
    /// Something else was given as certain.
    pub certain_but_wrong: usize,
    /// Findings of severity error.
    pub errors: usize,
    /// The most steps a search took.
    pub most_steps: usize,
}

/// The groups of the table in `docs/localisation.md`: wrong cells in table 三, and reports.
pub const GROUPS: [(usize, usize); 4] = [(0, 1000), (1, 1000), (2, 300), (3, 300)];

pub fn all() -> Vec<Score> {
    (GROUPS.iter())
        .map(|(wrong, reports)| group(*wrong, *reports))
        .collect()
}

pub fn group(wrong_cells: usize, reports: usize) -> Score {
    let mut score = Score {
        wrong_cells,
        reports,
        ..Score::default()
    };
    for number in 0..reports {
        let seed = 1_000_003 * u64::try_from(wrong_cells).unwrap() + u64::try_from(number).unwrap();
        let mut dice = Dice(seed);
        let form = form(if number % 2 == 0 { "2021" } else { "2019" });
        // Every tenth report has counts in the hundreds of millions.
        let scale = if number % 10 == 9 { 1_234_567 } else { 1 };
        let mut report = consistent(&form, &mut dice, scale);
        let truth = spoil(&mut report, wrong_cells, &mut dice);
        measure(report, &truth, &mut score);
    }
    score
}

fn measure(report: Report, truth: &BTreeMap<String, i64>, score: &mut Score) {
    let (library, settings) = (Library::official(), Settings::embedded());
    let report = Arc::new(report);
    let checked = run(
        std::slice::from_ref(&report),
        &Registry::default(),
        library,
        settings,
    );
    let suggested: Vec<(&str, i64)> = (checked.findings.iter())
        .flat_map(|finding| finding.suggestion.iter().map(|s| (s.key.as_str(), s.value)))
        .collect();
    let found: BTreeMap<String, i64> = suggested
        .iter()
        .map(|(key, value)| ((*key).to_owned(), *value))
        .collect();
    let exact = found == *truth && suggested.len() == truth.len();
    score.exact += usize::from(exact);
    score.errors += checked
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Error)
        .count();
    let outcomes = evaluate(&report, None, "", library);
    let localised = localise(&report, &outcomes, settings);
    let mut certain = !localised.is_empty();
    for part in &localised {
        score.most_steps = score.most_steps.max(part.steps);
        certain &= part.certainty == Certainty::Certain;
        if part.certainty == Certainty::Certain {
            let right = part.candidates[0]
                .cells
                .iter()
                .all(|cell| truth.get(&report.form.keys[cell.key].key) == Some(&cell.value));
            score.certain_but_wrong += usize::from(!right);
        }
    }
    score.exact_and_certain += usize::from(exact && certain);
}

/// Makes some cells of table 三 wrong; returns their true values.
fn spoil(report: &mut Report, wrong_cells: usize, dice: &mut Dice) -> BTreeMap<String, i64> {
    let keys: Vec<String> = (report.form.keys.iter())
        .map(|info| info.key.clone())
        .filter(|key| key.starts_with("requests."))
        .collect();
    let mut truth = BTreeMap::new();
    while truth.len() < wrong_cells {
        let key = dice.pick(&keys).clone();
        let right = report.number(&key).unwrap();
        let wrong = slip(right, dice);
        if wrong != right && !truth.contains_key(&key) {
            set(report, &key, wrong);
            truth.insert(key, right);
        }
    }
    truth
}

/// A slip of the fingers or of the mind; may by chance change nothing.
fn slip(right: i64, dice: &mut Dice) -> i64 {
    let mut digits = right.unsigned_abs().to_string().into_bytes();
    let at = usize::try_from(dice.upto(digits.len() as u64 - 1)).unwrap();
    match dice.upto(8) {
        0 if digits.len() > 1 => digits.swap(at.max(1) - 1, at.max(1)),
        1 if digits.len() > 1 => drop(digits.remove(at)),
        2 => digits.insert(at, digits[at]),
        3 => digits.insert(at, b'0' + u8::try_from(dice.upto(9)).unwrap()),
        4 => digits[at] = b'0' + u8::try_from(dice.upto(9)).unwrap(),
        5 => digits.push(b'0'),
        6 => return -right,
        7 => return right + 1 + i64::try_from(dice.upto(20)).unwrap(),
        _ => return i64::try_from(dice.upto(2000)).unwrap(),
    }
    String::from_utf8(digits).unwrap().parse().unwrap()
}

/// The table of the documentation.
pub fn markdown(scores: &[Score]) -> String {
    let mut table = String::from(
        "| wrong cells | reports | exactly these cells and values suggested | of these given as certain | \
         wrong but given as certain | findings of severity error | most steps |\n|---|---|---|---|---|---|---|\n",
    );
    for score in scores {
        let exact = if score.wrong_cells == 0 {
            "nothing to suggest".to_owned()
        } else {
            let tenths = score.exact * 1000 / score.reports;
            format!("{} ({}.{} %)", score.exact, tenths / 10, tenths % 10)
        };
        table += &format!(
            "| {} | {} | {exact} | {} | {} | {} | {} |\n",
            score.wrong_cells,
            score.reports,
            score.exact_and_certain,
            score.certain_but_wrong,
            score.errors,
            score.most_steps,
        );
    }
    table
}
