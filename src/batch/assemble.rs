//! Pieces → batch: whose report it is, which version counts, and how every file ended.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use super::kept::Words;
use super::read::{Outcome, Piece};
use super::version::revision_mark;
use super::{Batch, End, Found, Input};
use crate::finding::{Finding, Severity};
use crate::form::Library;
use crate::report::{Report, Scope};
use crate::text::Text;
use crate::units::{Registry, Resolution, plain_name};

/// What names mean in a run.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'a> {
    /// The registry; empty without one.
    pub registry: &'a Registry,
    /// The area that is rolled up; its own report is never added to its units'.
    pub county: &'a str,
}

/// A report on its way into the batch.
struct Candidate {
    report: Report,
    /// Index of its piece.
    piece: usize,
    modified: Option<SystemTime>,
    /// Its place in the registry; after all of them where it has none.
    order: usize,
    /// Index of the candidate that counts instead, and why.
    gives_way: Option<(usize, Text)>,
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
            let title = report.narrative.title.as_ref().map_or("", |t| &t.words);
            report.revision = (report.revision)
                .max(revision_mark(stem(&report.file)))
                .max(revision_mark(title));
            candidates.push(Candidate {
                report,
                piece: at,
                modified: piece.modified,
                order,
                gives_way: None,
            });
        }
    }
    supersede(&mut candidates, library, &mut batch.findings);
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

/// The file's name without folders and ending.
fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Gives the report its unit's registered name and code, or says why that cannot be done. Returns the
/// unit's place in the registry.
fn name_unit(report: &mut Report, naming: Naming<'_>) -> usize {
    let mut order = usize::MAX;
    let as_found = report.unit.clone();
    if !naming.registry.is_empty() && !report.unit.is_empty() {
        match naming.registry.resolve(&report.unit, report.year) {
            Resolution::Found(index) => {
                let unit = &naming.registry.units[index];
                report.unit = unit.name.clone();
                report.code = Some(unit.code.clone());
                order = index;
                if !naming.registry.reports_itself(index) {
                    report.scope = Scope::Consolidated;
                }
            }
            other => {
                let finding = unresolved(report, &other, naming.registry);
                report.findings.push(finding);
            }
        }
    }
    if order == usize::MAX && calls_itself_consolidated(report, naming.county) {
        report.scope = Scope::Consolidated;
    }
    for finding in &mut report.findings {
        if finding.unit.is_empty() || finding.unit == as_found {
            finding.unit = report.unit.clone();
        }
        finding.year = finding.year.or(report.year);
    }
    order
}

/// Whether a report that no registry knows gives an area's figures: by its name or its title.
pub fn calls_itself_consolidated(report: &Report, county: &str) -> bool {
    let unit = plain_name(&report.unit);
    let marks = &Words::get().consolidated.marks;
    let marked = |words: &str| marks.iter().any(|mark| words.contains(mark.as_str()));
    (!unit.is_empty() && unit == plain_name(county))
        || marked(&report.unit)
        || (unit.is_empty()
            && report
                .narrative
                .title
                .as_ref()
                .is_some_and(|t| marked(&t.words)))
}

fn unresolved(report: &Report, resolution: &Resolution, registry: &Registry) -> Finding {
    let unit = &report.unit;
    let (rule, candidates) = match resolution {
        Resolution::Ambiguous(candidates) => ("unit-ambiguous", candidates.as_slice()),
        Resolution::Unknown { nearest } => ("unit-unknown", nearest.as_slice()),
        Resolution::Found(_) => ("unit-unknown", [].as_slice()),
    };
    let named: Vec<String> = (candidates.iter())
        .map(|index| &registry.units[*index])
        .map(|unit| format!("{}（{}）", unit.name, unit.code))
        .collect();
    let (zh, en) = (named.join("、"), named.join(", "));
    let message = if rule == "unit-ambiguous" {
        Text::new(
            format!("单位名称“{unit}”在名录中对应多个单位：{zh}；请在 units.csv 的 aliases 列写明"),
            format!(
                "the unit name \"{unit}\" stands for several units of the registry: {en}; settle it in the aliases column of units.csv"
            ),
        )
    } else if named.is_empty() {
        Text::new(
            format!("名录中没有“{unit}”，也没有相近的名称；请补入 units.csv，或将文件移出"),
            format!(
                "the registry has no \"{unit}\" and nothing like it; add it to units.csv, or move the file out"
            ),
        )
    } else {
        Text::new(
            format!(
                "名录中没有“{unit}”，最相近的是 {zh}；若是同一单位，请写入 units.csv 的 aliases 列"
            ),
            format!(
                "the registry has no \"{unit}\"; nearest: {en}; if it is the same unit, add it to the aliases column of units.csv"
            ),
        )
    };
    let place = report.narrative.title.as_ref().map(|t| t.place.clone());
    Finding::new(rule, Severity::Error, message)
        .about(unit.clone(), report.year)
        .at(place)
        .saw(unit.clone(), named.join(", "))
}

/// Within each unit and year, keeps the latest version and lets the others give way to it.
fn supersede(candidates: &mut [Candidate], library: &Library, findings: &mut Vec<Finding>) {
    let mut groups: BTreeMap<(bool, String, i32), Vec<usize>> = BTreeMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let report = &candidate.report;
        let unit = match &report.code {
            Some(code) => format!("code {code}"),
            None => format!("name {}", plain_name(&report.unit)),
        };
        if let (Some(year), false) = (report.year, report.unit.is_empty()) {
            let own = report.scope == Scope::Own;
            groups.entry((own, unit, year)).or_default().push(index);
        }
    }
    for group in groups.into_values() {
        for mut family in families(&group, candidates, library) {
            family.sort_by(|a, b| rank(&candidates[*a]).cmp(&rank(&candidates[*b])));
            let Some((&latest, earlier)) = family.split_last() else {
                continue;
            };
            for &index in earlier {
                let (why, finding) = giving_way(&candidates[index], &candidates[latest]);
                candidates[index].gives_way = Some((latest, why));
                findings.extend(finding);
            }
        }
    }
}

/// Reports on forms that have nothing to do with each other are no versions of one another.
fn families(group: &[usize], candidates: &[Candidate], library: &Library) -> Vec<Vec<usize>> {
    let mut families: Vec<Vec<usize>> = Vec::new();
    for &index in group {
        let form = &candidates[index].report.form;
        let related = |family: &&mut Vec<usize>| {
            library
                .crosswalk(&candidates[family[0]].report.form, form)
                .is_some()
        };
        match families.iter_mut().find(related) {
            Some(family) => family.push(index),
            None => families.push(vec![index]),
        }
    }
    families
}

fn rank(candidate: &Candidate) -> (u32, Option<SystemTime>, &str, usize) {
    let report = &candidate.report;
    (
        report.revision,
        candidate.modified,
        &report.file,
        candidate.piece,
    )
}

/// Why one report gives way to another, and what somebody should know about that.
fn giving_way(earlier: &Candidate, latest: &Candidate) -> (Text, Option<Finding>) {
    let by = &latest.report.file;
    let differing = differing_keys(&earlier.report, &latest.report);
    if differing == Some(0) {
        let why = Text::new(
            format!("与 {by} 内容相同"),
            format!("the same content as {by}"),
        );
        return (why, None);
    }
    let (severity, how) = if earlier.report.revision < latest.report.revision {
        (
            Severity::Note,
            Text::new("标明为修订版", "which is marked as a revision"),
        )
    } else if earlier.modified < latest.modified {
        (
            Severity::Note,
            Text::new("文件日期较晚", "whose file is newer"),
        )
    } else {
        (
            Severity::Warning,
            Text::new(
                "文件名在后；版次和日期都分不出先后，请只留一份",
                "whose name comes later; neither revision nor date tells them apart, so keep only one",
            ),
        )
    };
    let count = differing.map_or_else(Text::default, |n| {
        Text::new(format!("，{n} 个数不同"), format!(", {n} numbers differ"))
    });
    let why = Text::new(
        format!("改用 {by}（{}{}）", how.zh, count.zh),
        format!("replaced by {by}, {}{}", how.en, count.en),
    );
    let report = &earlier.report;
    let message = Text::new(
        format!("{}：{}", report.file, why.zh),
        format!("{}: {}", report.file, why.en),
    );
    let place = report.narrative.title.as_ref().map(|t| t.place.clone());
    let finding = Finding::new("superseded", severity, message)
        .about(report.unit.clone(), report.year)
        .at(place)
        .saw(report.file.to_string(), by.to_string());
    (why, Some(finding))
}

/// How many keys have other numbers; none for reports on different forms.
fn differing_keys(one: &Report, other: &Report) -> Option<usize> {
    (one.form.id == other.form.id && one.values.len() == other.values.len()).then(|| {
        (one.values.iter().zip(&other.values))
            .filter(|(a, b)| a.number != b.number)
            .count()
    })
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
            year: report.year,
            form: report.form.id.clone(),
            tally: report.tally(),
            superseded_by: gives_way.as_ref().map(|(by, _)| files[*by].clone()),
        });
        match gives_way {
            Some((_, why)) => add_reason(&mut input.why, &report, &why),
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
    use crate::report::{Narrative, Value};

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
    fn identical_content_is_no_conflict_and_equal_dates_are_one() {
        let same = vec![
            piece(report("a.xlsx", "甲镇", 2022, 3), 1),
            piece(report("b.xlsx", "甲镇", 2022, 3), 2),
        ];
        let batch = run(same, &Registry::default());
        assert!(batch.findings.is_empty(), "{:?}", batch.findings);
        assert_eq!(batch.ends(), [1, 1, 0, 0]);
        let undecided = vec![
            piece(report("a.xlsx", "甲镇", 2022, 3), 1),
            piece(report("b.xlsx", "甲镇", 2022, 4), 1),
        ];
        let batch = run(undecided, &Registry::default());
        assert_eq!(batch.findings[0].severity, Severity::Warning);
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
