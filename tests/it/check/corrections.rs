use std::sync::Arc;

use huizong::check::{Corrections, Settings, notices, run};
use huizong::finding::{Finding, Severity};
use huizong::form::Library;
use huizong::report::{Report, Status};
use huizong::units::Registry;

use crate::localise::generator::{form, set, zeros};

const HEAD: &str = "unit,year,key,value,reason,by,on,was\n";

fn apply(lines: &str, reports: &mut [Arc<Report>]) -> Vec<String> {
    let corrections = Corrections::parse(&format!("{HEAD}{lines}")).unwrap();
    corrections
        .apply(reports)
        .into_iter()
        .map(|finding| finding.rule)
        .collect()
}

fn check(reports: &[Arc<Report>]) -> Vec<Finding> {
    run(
        reports,
        &Registry::default(),
        Library::official(),
        Settings::embedded(),
    )
    .findings
}

/// One cell says 54 where the totals say 45.
fn transposed() -> Arc<Report> {
    let mut report = zeros(&form("2021"), "甲镇", 2021);
    for row in ["received", "granted", "concluded"] {
        set(&mut report, &format!("requests.{row}.natural_person"), 45);
        set(&mut report, &format!("requests.{row}.total"), 45);
    }
    set(&mut report, "requests.granted.natural_person", 54);
    Arc::new(report)
}

#[test]
fn an_override_changes_the_number_and_keeps_what_was_reported() {
    let mut reports = [transposed()];
    let line = "甲镇人民政府,2021,requests.granted.natural_person,45,电话核实,王,2022-01-28,54\n";
    assert!(apply(line, &mut reports).is_empty());
    let value = reports[0].value("requests.granted.natural_person").unwrap();
    assert_eq!(
        (value.status, value.number, value.reported),
        (Status::Corrected, Some(45), Some(54))
    );
    assert_eq!(value.raw.as_deref(), Some("54"));
    assert!(check(&reports).is_empty());
}

#[test]
fn money_is_given_in_fen_or_with_its_unit() {
    for (written, fen) in [
        ("13.02万元", 13_020_000),
        ("130200元", 13_020_000),
        ("13020000", 13_020_000),
        ("0.5亿元", 5_000_000_000),
    ] {
        let mut reports = [Arc::new(zeros(&form("2021"), "甲镇", 2021))];
        let line = format!("甲镇,2021,disclosure.fees.amount,{written},核实,王,,\n");
        assert!(apply(&line, &mut reports).is_empty());
        assert_eq!(reports[0].number("disclosure.fees.amount"), Some(fen));
    }
}

#[test]
fn lines_that_do_not_fit_are_findings() {
    let mut reports = [transposed()];
    let granted = "requests.granted.natural_person";
    for (line, rule) in [
        (
            format!("乙镇,2021,{granted},45,核实,,,"),
            "correction-unknown-unit",
        ),
        (
            format!("甲镇,2020,{granted},45,核实,,,"),
            "correction-unknown-year",
        ),
        (
            "甲镇,2021,requests.granted.nobody,45,核实,,,".to_owned(),
            "correction-unknown-key",
        ),
        (
            format!("甲镇,2021,{granted},-45,核实,,,"),
            "correction-unfit",
        ),
        (
            format!("甲镇,2021,{granted},45万元,核实,,,"),
            "correction-unfit",
        ),
        (
            format!("甲镇,2021,{granted},54,核实,,,"),
            "correction-no-effect",
        ),
        (
            format!("甲镇,2021,{granted},45,核实,,,44"),
            "correction-outdated",
        ),
    ] {
        assert_eq!(apply(&line, &mut reports.clone()), [rule], "{line}");
    }
    assert_eq!(
        apply("甲镇,2021,disclosure.fees.amount,5,核实,,,\n", &mut reports),
        Vec::<String>::new()
    );
}

#[test]
fn a_bad_line_is_named_by_its_number() {
    let parse = |text: &str| Corrections::parse(text).unwrap_err();
    for (lines, line, part) in [
        ("甲镇,去年,k,1,核实,,,", 2, "year"),
        ("甲镇,2021,k,很多,核实,,,", 2, "value"),
        ("甲镇,2021,k,13.023456789万元,核实,,,", 2, "value"),
        ("甲镇,2021,k,1,,,,", 2, "reason"),
        ("甲镇,2021,k,1,核实,,,\n甲镇,2021,k,2,核实,,,", 3, "earlier"),
    ] {
        let error = parse(&format!("{HEAD}{lines}\n"));
        assert_eq!(error.line, line, "{lines}");
        assert!(error.to_string().contains(part), "{error}");
    }
    assert!(
        parse("unit,year,key,value,reason,by\n")
            .to_string()
            .contains("`on`")
    );
    assert!(
        parse("unit,year,key,value,reason,by,on,colour\n")
            .to_string()
            .contains("`colour`")
    );
    assert!(
        Corrections::parse("unit,year,key,value,reason,by,on\n")
            .unwrap()
            .is_empty()
    );
}

#[test]
fn an_accepted_finding_stays_as_a_note_until_its_value_changes() {
    let accepted = |was: &str, key: &str| {
        let mut findings = check(&[transposed()]);
        assert_eq!(findings.len(), 1);
        let line = format!("{HEAD}甲镇,2021,{key},accepted,台账如此,王,2022-01-28,{was}\n");
        Corrections::parse(&line).unwrap().accept(&mut findings);
        findings[0].severity
    };
    let key = "requests.granted.natural_person";
    assert_eq!(accepted("54", key), Severity::Note);
    assert_eq!(accepted("53", key), Severity::Error);
    assert_eq!(accepted("", "rule:concluded-sum"), Severity::Note);
    assert_eq!(
        accepted("", &format!("rule:concluded-sum {key}")),
        Severity::Note
    );
    assert_eq!(accepted("", "rule:balance"), Severity::Error);
}

#[test]
fn a_confirmed_value_is_held_fixed_when_errors_are_localised() {
    let mut reports = [transposed()];
    apply(
        "甲镇,2021,requests.granted.natural_person,54,核实,王,,\n",
        &mut reports,
    );
    let key = "requests.granted.natural_person";
    let found = check(&reports);
    assert!(!found.is_empty());
    assert!(
        found
            .iter()
            .flat_map(|f| &f.suggestion)
            .all(|s| s.key != key)
    );
}

#[test]
fn one_wrong_cell_is_one_finding_that_names_place_value_and_slip() {
    let report = transposed();
    let found = check(std::slice::from_ref(&report));
    assert_eq!(found.len(), 1);
    let finding = &found[0];
    assert_eq!(
        (finding.found.as_str(), finding.expected.as_str()),
        ("54", "45")
    );
    assert_eq!(
        finding.places,
        [report
            .value("requests.granted.natural_person")
            .unwrap()
            .place
            .clone()
            .unwrap()]
    );
    assert_eq!(finding.suggestion[0].reason.en, "two digits swapped");
    assert!(
        finding.message.en.contains("almost certainly"),
        "{}",
        finding.message.en
    );
    let notices = notices(&found);
    assert_eq!(notices.len(), 1);
    assert_eq!(
        (notices[0].unit.as_str(), notices[0].doubts.len()),
        ("甲镇", 1)
    );
    assert_eq!(notices[0].doubts[0].suggestion, Some(45));
}

#[test]
fn a_run_of_cells_moved_by_one_is_one_finding() {
    let mut report = zeros(&form("2021"), "甲镇", 2021);
    let applicants = ["natural_person", "business", "research", "public_interest"];
    for row in ["received", "granted", "concluded"] {
        for (applicant, number) in applicants.iter().zip([31, 17, 8, 0]) {
            set(&mut report, &format!("requests.{row}.{applicant}"), number);
        }
        set(&mut report, &format!("requests.{row}.total"), 56);
    }
    for (applicant, number) in applicants.iter().zip([0, 31, 17, 8]) {
        set(
            &mut report,
            &format!("requests.granted.{applicant}"),
            number,
        );
    }
    let found = check(&[Arc::new(report)]);
    assert_eq!(found.len(), 1, "{found:#?}");
    let restored: Vec<i64> = found[0].suggestion.iter().map(|s| s.value).collect();
    assert_eq!(restored, [31, 17, 8, 0]);
}

#[test]
fn two_swapped_cells_are_one_finding() {
    let mut report = zeros(&form("2021"), "甲镇", 2021);
    for row in ["received", "granted", "concluded"] {
        for (column, number) in [("natural_person", 31), ("business", 17), ("total", 48)] {
            set(&mut report, &format!("requests.{row}.{column}"), number);
        }
    }
    set(&mut report, "requests.granted.natural_person", 17);
    set(&mut report, "requests.granted.business", 31);
    let found = check(&[Arc::new(report)]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(
        found[0].keys,
        [
            "requests.granted.natural_person",
            "requests.granted.business"
        ]
    );
}

#[test]
fn where_several_cells_could_be_wrong_none_is_given_as_certain() {
    let mut report = zeros(&form("2021"), "甲镇", 2021);
    set(&mut report, "appeals.review.upheld", 3);
    set(&mut report, "appeals.review.corrected", 5);
    set(&mut report, "appeals.review.total", 9);
    let found = check(&[Arc::new(report)]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rule, "appeals-sum");
    assert!(found[0].suggestion.len() > 1);
    assert!(!found[0].message.en.contains("almost certainly"));
}

#[test]
fn a_value_far_from_its_history_and_its_peers_is_a_note() {
    let mut reports = Vec::new();
    for year in 2021..2026 {
        for unit in [
            "甲镇", "乙镇", "丙镇", "丁镇", "戊镇", "己镇", "庚镇", "辛镇",
        ] {
            let mut report = zeros(&form("2021"), unit, year);
            set(
                &mut report,
                "disclosure.licensing.decisions",
                100 + i64::from(year - 2021),
            );
            reports.push(report);
        }
    }
    let found = |reports: &[Report]| {
        let reports: Vec<_> = reports.iter().cloned().map(Arc::new).collect();
        check(&reports)
    };
    assert!(found(&reports).is_empty());
    set(&mut reports[39], "disclosure.licensing.decisions", 900);
    let notes = found(&reports);
    assert_eq!(notes.len(), 1, "{notes:#?}");
    assert_eq!(
        (notes[0].rule.as_str(), notes[0].severity),
        ("outlier", Severity::Note)
    );
    assert_eq!(
        (notes[0].unit.as_str(), notes[0].year),
        ("辛镇", Some(2025))
    );
    // What happened to everybody is no outlier.
    for report in &mut reports[32..] {
        set(report, "disclosure.licensing.decisions", 900);
    }
    assert!(found(&reports).is_empty());
}
