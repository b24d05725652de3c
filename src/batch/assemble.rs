//! Pieces → batch: whose report it is, which version counts, and how every file ended.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use super::naming::name_unit;
use super::read::{Outcome, Piece};
use super::supersede::supersede;
use super::version::revision_mark;
use super::{Batch, End, Found, Input};
use crate::finding::{Finding, Severity};
use crate::form::Library;
use crate::report::Report;
use crate::text::Text;
use crate::units::Registry;

/// What names mean in a run.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'a> {
    /// The registry; empty without one.
    pub registry: &'a Registry,
    /// The area that is rolled up; its own report is never added to its units'.
    pub county: &'a str,
    /// The county by file, where it is another one: units of one name in two counties are two units.
    pub counties: &'a BTreeMap<Arc<str>, String>,
}

/// A report on its way into the batch.
pub(super) struct Candidate {
    pub report: Report,
    /// Index of its piece.
    pub piece: usize,
    pub modified: Option<SystemTime>,
    /// Its place in the registry; after all of them where it has none.
    pub order: usize,
    /// Another that counts instead.
    pub gives_way: Option<GivesWay>,
}

/// Why a report does not count.
pub(super) struct GivesWay {
    /// Index of the candidate that counts instead.
    pub to: usize,
    /// The sentence.
    pub why: Text,
    /// Both say the same.
    pub identical: bool,
}

/// Decides which reports count.
///
/// Units get their registered names. Of several reports of one unit for one year the latest counts: by the
/// revision its name or title states, then by the date of its file. A report of the county itself, or one
/// that calls itself a summary, is marked as consolidated. The answer does not depend on the order in which
/// files were read.
pub fn assemble(pieces: Vec<Piece>, naming: Naming<'_>, library: &Library) -> Batch {
    let mut batch = Batch::default();
    let mut candidates = Vec::new();
    for (at, piece) in pieces.into_iter().enumerate() {
        let (end, why, reports) = match piece.outcome {
            Outcome::Reports(reports) => (End::Used, Text::default(), reports),
            Outcome::NotAReport(why) => (End::NotAReport, why, Vec::new()),
            Outcome::Unreadable(why) => (End::Unreadable, why, Vec::new()),
        };
        if end == End::Unreadable {
            batch.findings.push(unreadable(&piece.name, &why));
        }
        batch.findings.extend(piece.findings);
        batch.inputs.push(Input {
            file: piece.name,
            end,
            why,
            reports: Vec::new(),
        });
        for mut report in reports {
            let order = name_unit(&mut report, naming);
            report.revision = revision_of(&report);
            candidates.push(Candidate {
                report,
                piece: at,
                modified: piece.modified,
                order,
                gives_way: None,
            });
        }
    }
    supersede(&mut candidates, naming, library, &mut batch.findings);
    settle(candidates, &mut batch);
    batch
}

fn unreadable(name: &Arc<str>, why: &Text) -> Finding {
    let mut finding = Finding::new("unreadable-file", Severity::Error, why.clone());
    finding.places.push(crate::grid::Place {
        file: name.clone(),
        sheet: Arc::from(""),
        cell: crate::grid::CellRef::Path(Arc::from("")),
    });
    finding.found = name.to_string();
    finding
}

/// The revision of a report: by its text, the name of its file, or its title.
pub fn revision_of(report: &Report) -> u32 {
    let title = report.narrative.title.as_ref().map_or("", |t| &t.words);
    (report.revision)
        .max(revision_mark(stem(&report.file)))
        .max(revision_mark(title))
}

/// The file's name without folders and ending.
fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Writes the ends of all files and puts the reports that count in order.
fn settle(candidates: Vec<Candidate>, batch: &mut Batch) {
    let files: Vec<Arc<str>> = candidates.iter().map(|c| c.report.file.clone()).collect();
    let mut counting = Vec::new();
    for candidate in candidates {
        let Candidate {
            report,
            piece,
            order,
            gives_way,
            ..
        } = candidate;
        let input = &mut batch.inputs[piece];
        input.reports.push(Found {
            unit: report.unit.clone(),
            code: report.code.clone(),
            year: report.year,
            form: report.form.id.clone(),
            tally: report.tally(),
            superseded_by: gives_way.as_ref().map(|way| files[way.to].clone()),
            identical: gives_way.as_ref().is_some_and(|way| way.identical),
        });
        match gives_way {
            Some(way) => add_reason(&mut input.why, &report, &way.why),
            None => {
                if report.year.is_none() || report.unit.is_empty() {
                    add_reason(&mut input.why, &report, &homeless(&report));
                }
                counting.push((order, report));
            }
        }
    }
    for input in &mut batch.inputs {
        let gone = |found: &Found| found.superseded_by.is_some();
        if !input.reports.is_empty() && input.reports.iter().all(gone) {
            input.end = End::Superseded;
        }
    }
    counting.sort_by(|(a_order, a), (b_order, b)| {
        (a.year, a_order, &a.unit, &a.file).cmp(&(b.year, b_order, &b.unit, &b.file))
    });
    for (_, mut report) in counting {
        batch.findings.append(&mut report.findings);
        batch.reports.push(Arc::new(report));
    }
}

fn add_reason(why: &mut Text, report: &Report, reason: &Text) {
    let unit = &report.unit;
    let year = report.year.map(|y| y.to_string()).unwrap_or_default();
    for (text, reason, stop) in [
        (&mut why.zh, &reason.zh, "；"),
        (&mut why.en, &reason.en, "; "),
    ] {
        if !text.is_empty() {
            text.push_str(stop);
        }
        text.push_str(
            &format!("{unit} {year} {reason}")
                .trim_start()
                .replace("  ", " "),
        );
    }
}

fn homeless(report: &Report) -> Text {
    if report.year.is_none() {
        Text::new(
            "没有年份，不计入任何合计",
            "without a year: it is in no sum",
        )
    } else {
        Text::new(
            "没有单位名称，不计入任何合计",
            "without a unit: it is in no sum",
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::report::{Narrative, Scope, Value};

    fn report(file: &str, unit: &str, year: i32, received: i64) -> Report {
        let form = Library::official().for_year(year).unwrap().clone();
        let mut values = vec![Value::default(); form.keys.len()];
        let total = form.index("requests.received.total").unwrap();
        values[total] = Value::reported(received);
        Report {
            file: Arc::from(file),
            form,
            unit: unit.into(),
            code: None,
            year: Some(year),
            scope: Scope::Own,
            values,
            narrative: Narrative::default(),
            revision: 0,
            findings: Vec::new(),
        }
    }

    fn piece(report: Report, day: u64) -> Piece {
        Piece {
            name: report.file.clone(),
            modified: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(day * 86_400)),
            outcome: Outcome::Reports(vec![report]),
            findings: Vec::new(),
        }
    }

    fn run(pieces: Vec<Piece>, registry: &Registry) -> Batch {
        let naming = Naming {
            registry,
            county: "河口县",
            counties: &BTreeMap::from([(Arc::from("elsewhere.xlsx"), "山阴县".to_owned())]),
        };
        assemble(pieces, naming, Library::official())
    }

    fn ends(batch: &Batch) -> Vec<(&str, &str)> {
        let mut ends: Vec<_> = (batch.inputs.iter())
            .map(|i| (&*i.file, i.end.as_str()))
            .collect();
        ends.sort_unstable();
        ends
    }

    #[test]
    fn the_latest_version_counts_whatever_the_order() {
        let versions = || {
            vec![
                piece(report("a（修订）.xlsx", "甲镇", 2022, 3), 1),
                piece(report("a.xlsx", "甲镇", 2022, 1), 9),
                piece(report("b.xlsx", "甲镇人民政府", 2022, 2), 5),
                piece(report("c.xlsx", "乙镇", 2022, 7), 1),
            ]
        };
        let mut turned = versions();
        turned.reverse();
        for pieces in [versions(), turned] {
            let batch = run(pieces, &Registry::default());
            assert_eq!(
                ends(&batch),
                [
                    ("a.xlsx", "superseded"),
                    ("a（修订）.xlsx", "used"),
                    ("b.xlsx", "superseded"),
                    ("c.xlsx", "used"),
                ]
            );
            let received: Vec<_> = (batch.reports.iter())
                .map(|r| r.number("requests.received.total"))
                .collect();
            assert_eq!(received, [Some(7), Some(3)]);
        }
    }

    #[test]
    fn units_of_one_name_in_two_counties_are_two_units() {
        let pieces = vec![
            piece(report("a.xlsx", "城关镇", 2022, 3), 1),
            piece(report("elsewhere.xlsx", "城关镇", 2022, 4), 2),
        ];
        let batch = run(pieces, &Registry::default());
        assert_eq!(batch.ends(), [2, 0, 0, 0]);
    }

    #[test]
    fn identical_content_is_no_conflict_and_equal_dates_are_one() {
        let same = vec![
            piece(report("a.xlsx", "甲镇", 2022, 3), 1),
            piece(report("b.xlsx", "甲镇", 2022, 3), 2),
        ];
        let batch = run(same, &Registry::default());
        assert!(batch.findings.is_empty(), "{:?}", batch.findings);
        assert_eq!(batch.ends(), [1, 1, 0, 0]);
        assert_eq!(super::super::duplicates(&batch.inputs), 1);
        let undecided = vec![
            piece(report("a.xlsx", "甲镇", 2022, 3), 1),
            piece(report("b.xlsx", "甲镇", 2022, 4), 1),
        ];
        let batch = run(undecided, &Registry::default());
        assert_eq!(batch.findings[0].severity, Severity::Warning);
        assert_eq!(
            (batch.ends(), super::super::duplicates(&batch.inputs)),
            ([1, 1, 0, 0], 0)
        );
        assert_eq!(batch.reports[0].number("requests.received.total"), Some(4));
    }

    #[test]
    fn the_countys_own_report_is_set_apart() {
        let text = "code,name,kind,parent\n1,河口县,county,\n2,甲镇,township,1\n";
        let registry = Registry::parse("units.csv", text).unwrap();
        for registry in [&registry, &Registry::default()] {
            let pieces = vec![
                piece(report("county.xlsx", "河口县", 2022, 10), 1),
                piece(report("a.xlsx", "甲镇", 2022, 10), 1),
            ];
            let batch = run(pieces, registry);
            let scopes: Vec<_> = (batch.reports.iter())
                .map(|r| (r.unit.as_str(), r.scope))
                .collect();
            assert!(scopes.contains(&("河口县", Scope::Consolidated)));
            assert!(scopes.contains(&("甲镇", Scope::Own)));
        }
    }

    #[test]
    fn a_name_the_registry_does_not_know_is_a_finding_with_candidates() {
        let text = "code,name,kind,parent\n1,河口县,county,\n2,大渡口镇,township,1\n";
        let registry = Registry::parse("units.csv", text).unwrap();
        let batch = run(
            vec![piece(report("a.xlsx", "大渡囗镇", 2022, 1), 1)],
            &registry,
        );
        assert_eq!(batch.findings[0].rule, "unit-unknown");
        assert!(batch.findings[0].expected.contains("大渡口镇"));
        assert_eq!(batch.ends(), [1, 0, 0, 0]);
    }
}
