//! Correction notices: what to tell a unit, as plain data.

use std::collections::BTreeMap;

use crate::finding::{Finding, Severity};
use crate::text::Text;

/// One cell that a notice marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Its key.
    pub key: String,
    /// The worst that is said about it.
    pub severity: Severity,
    /// The value it should have, where one is suggested.
    pub suggestion: Option<i64>,
}

/// What to tell one unit about its report of one year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The unit's name.
    pub unit: String,
    /// The year.
    pub year: Option<i32>,
    /// What to check, worst first; one sentence for each finding.
    pub sentences: Vec<Text>,
    /// The cells to mark, in the order of the sentences.
    pub doubts: Vec<Doubt>,
}

/// One notice for each unit and year with a finding of severity error or warning, ordered by year and name.
pub fn notices(findings: &[Finding]) -> Vec<Notice> {
    let mut units: BTreeMap<(Option<i32>, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        if finding.severity != Severity::Note && !finding.unit.is_empty() {
            units
                .entry((finding.year, &finding.unit))
                .or_default()
                .push(finding);
        }
    }
    (units.into_iter())
        .map(|((year, unit), mut findings)| {
            findings.sort_by_key(|finding| finding.severity);
            let mut doubts: Vec<Doubt> = Vec::new();
            for finding in &findings {
                for key in &finding.keys {
                    let suggestion = match finding.suggestion.as_slice() {
                        // Several suggestions for one rule are alternatives: none of them is to be typed in.
                        all if finding.keys.len() == all.len() => {
                            all.iter().find(|s| s.key == *key).map(|s| s.value)
                        }
                        _ => None,
                    };
                    match doubts.iter_mut().find(|doubt| doubt.key == *key) {
                        Some(known) => known.suggestion = known.suggestion.or(suggestion),
                        None => doubts.push(Doubt {
                            key: key.clone(),
                            severity: finding.severity,
                            suggestion,
                        }),
                    }
                }
            }
            Notice {
                unit: unit.to_owned(),
                year,
                sentences: findings
                    .iter()
                    .map(|finding| finding.message.clone())
                    .collect(),
                doubts,
            }
        })
        .collect()
}
