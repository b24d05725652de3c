//! What became of a damaged file, and whether anything in it is wrong without a word about it.

use std::collections::BTreeSet;
use std::ops::Range;

use huizong::files::{Opened, open};
use huizong::form::{Form, Relation};
use huizong::report::{Recogniser, Report};

use super::seed::Truth;

/// What became of one damaged file.
#[derive(Debug, Default)]
pub struct Verdict {
    /// It was refused, or holds no report.
    pub refused: bool,
    /// Numbers that are still right.
    pub right: usize,
    /// Numbers that are not there any more.
    pub lost: usize,
    /// Other numbers than the truth, in cells whose bytes were changed.
    pub changed: usize,
    /// Other numbers than the truth, with a finding or a failed equation beside them.
    pub noticed: usize,
    /// Other numbers than the truth, and nothing says so: key, and what was read.
    pub silent: Vec<(usize, i64)>,
    /// Numbers are missing and nothing says so.
    pub silently_lost: bool,
}

/// Rules and keys of findings: enough to tell a new one from one that the undamaged file has as well.
pub type Known = BTreeSet<(String, Vec<String>)>;

/// What is known of a seed before it is damaged.
pub struct Baseline {
    /// Findings of the undamaged file.
    pub known: Known,
    /// Numbers read from it.
    pub numbers: usize,
}

/// Opens and recognises a file: its reports, and all that is said about them.
pub fn read(name: &str, bytes: &[u8], recogniser: &Recogniser) -> (Vec<Report>, Known, bool) {
    let opened: Vec<Opened> = open(name.into(), bytes);
    assert!(!opened.is_empty(), "{name}: a file without an outcome");
    let (mut reports, mut known, mut refused) = (Vec::new(), Known::new(), false);
    for one in opened {
        match one.outcome {
            Err(refusal) => {
                assert!(!refusal.message.zh.is_empty() && !refusal.message.en.is_empty());
                refused = true;
            }
            Ok(document) => {
                let found = recogniser.recognise(&document);
                let of_reports = found.reports.iter().flat_map(|report| &report.findings);
                known.extend(
                    (found.findings.iter().chain(of_reports))
                        .map(|finding| (finding.rule.clone(), finding.keys.clone())),
                );
                assert!(
                    !found.reports.is_empty() || found.why_not.is_some(),
                    "{name}: no report, and no reason why"
                );
                reports.extend(found.reports);
            }
        }
    }
    (reports, known, refused)
}

/// Judges what was read of a damaged file. `touched` are the keys whose cells the damage concerned.
pub fn judge(
    (reports, known, refused): (Vec<Report>, Known, bool),
    baseline: &Baseline,
    truth: &Truth,
    touched: &BTreeSet<usize>,
) -> Verdict {
    let mut verdict = Verdict {
        refused: reports.is_empty(),
        ..Verdict::default()
    };
    let new: Known = known.difference(&baseline.known).cloned().collect();
    let mut there = 0;
    for report in &reports {
        if report.form.id != truth.form.id {
            // Another form's keys have no truth here; a report of another year says so with its year.
            continue;
        }
        let failed = has_failed_equation(&report.form, report);
        for (key, value) in report.values.iter().enumerate() {
            let Some(number) = value.number else { continue };
            there += 1;
            let elsewhere = truth.values.iter().position(|value| *value == number);
            if number == truth.values[key] {
                verdict.right += 1;
            } else if touched.contains(&key) || elsewhere.is_some_and(|at| touched.contains(&at)) {
                verdict.changed += 1;
            } else if failed || !new.is_empty() {
                verdict.noticed += 1;
            } else {
                verdict.silent.push((key, number));
            }
        }
        let absent = report.values.iter().filter(|value| value.number.is_none());
        let blank = absent.count();
        verdict.silently_lost |= blank > touched.len() && new.is_empty() && !failed && !refused;
    }
    verdict.lost = baseline.numbers.saturating_sub(there);
    verdict
}

/// Whether an equation of the form fails, all of whose numbers are there.
fn has_failed_equation(form: &Form, report: &Report) -> bool {
    let equations = form.rules.iter().flat_map(|rule| rule.equations());
    equations
        .filter(|equation| !equation.crosses_years() && equation.relation == Relation::Equal)
        // A rule against a constant depends on the kind of unit.
        .filter(|equation| !equation.right.is_empty())
        .any(|equation| {
            let side = |terms: &[huizong::form::Term], constant: i64| {
                terms.iter().try_fold(i128::from(constant), |sum, term| {
                    let number = report.values[term.key].number?;
                    Some(sum + i128::from(number) * i128::from(term.factor))
                })
            };
            let left = side(&equation.left, equation.left_constant);
            let right = side(&equation.right, equation.right_constant);
            matches!((left, right), (Some(left), Some(right)) if left != right)
        })
}

/// The keys whose numbers, with what belongs to their cells, meet one of the stretches.
pub fn keys_touched(
    numbers: &[(Range<usize>, usize)],
    (before, after): (usize, usize),
    touched: &[Range<usize>],
) -> BTreeSet<usize> {
    (numbers.iter())
        .filter(|(range, _)| {
            let cell = range.start.saturating_sub(before)..range.end + after;
            touched.iter().any(|change| {
                change.start < cell.end && cell.start < change.end.max(change.start + 1)
            })
        })
        .map(|(_, key)| *key)
        .collect()
}
