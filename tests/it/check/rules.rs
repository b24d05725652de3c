use std::sync::Arc;

use huizong::check::{Settings, Tally, Verdict, evaluate, run};
use huizong::form::Library;
use huizong::report::{Report, Status};
use huizong::units::Registry;

use crate::localise::generator::{Dice, consistent, form, set, zeros};

fn tally(report: &Report, previous: Option<&Report>, kind: &str, rule: &str) -> [usize; 3] {
    let outcomes = evaluate(report, previous, kind, Library::official());
    let index = (report.form.rules.iter())
        .position(|r| r.id == rule)
        .unwrap();
    let tally = Tally::of(&report.form, &outcomes)[index];
    [tally.held, tally.failed, tally.unverifiable]
}

fn blank(report: &mut Report, key: &str) {
    let index = report.form.index(key).unwrap();
    report.values[index].settle(Status::Blank, None);
}

fn check(reports: Vec<Report>) -> Vec<huizong::finding::Finding> {
    let reports: Vec<_> = reports.into_iter().map(Arc::new).collect();
    run(
        &reports,
        &Registry::default(),
        Library::official(),
        Settings::embedded(),
    )
    .findings
}

#[test]
fn a_consistent_report_breaks_no_rule() {
    for id in ["2019", "2021"] {
        let report = consistent(&form(id), &mut Dice(7), 1);
        let outcomes = evaluate(&report, None, "township", Library::official());
        assert!(outcomes.iter().all(|o| o.verdict != Verdict::Failed));
        assert_eq!(tally(&report, None, "", "balance"), [7, 0, 0]);
        assert_eq!(tally(&report, None, "", "appeals-sum"), [3, 0, 0]);
        assert!(check(vec![report]).is_empty());
    }
}

#[test]
fn a_wrong_cell_breaks_the_rules_it_stands_in_and_no_other() {
    let mut report = zeros(&form("2021"), "甲镇", 2021);
    set(&mut report, "requests.granted.business", 1);
    assert_eq!(tally(&report, None, "", "balance"), [7, 0, 0]);
    assert_eq!(tally(&report, None, "", "concluded-sum"), [6, 1, 0]);
    assert_eq!(tally(&report, None, "", "applicant-sum"), [24, 1, 0]);
}

#[test]
fn a_missing_number_makes_a_rule_unverifiable_not_failed() {
    let mut report = zeros(&form("2021"), "甲镇", 2021);
    set(&mut report, "requests.granted.business", 1);
    blank(&mut report, "requests.granted.total");
    blank(&mut report, "requests.concluded.business");
    assert_eq!(tally(&report, None, "", "balance"), [6, 0, 1]);
    assert_eq!(tally(&report, None, "", "concluded-sum"), [5, 0, 2]);
    assert_eq!(tally(&report, None, "", "applicant-sum"), [23, 0, 2]);
    assert_eq!(tally(&report, None, "", "count-domain"), [198, 0, 2]);
    assert!(
        check(vec![report])
            .iter()
            .all(|f| f.severity != huizong::finding::Severity::Error)
    );
}

#[test]
fn carry_over_is_checked_in_all_columns_and_across_the_forms() {
    let mut before = zeros(&form("2019"), "甲镇", 2020);
    let mut now = zeros(&form("2021"), "甲镇", 2021);
    assert_eq!(tally(&now, None, "", "carry-over"), [0, 0, 7]);
    assert_eq!(tally(&now, Some(&before), "", "carry-over"), [7, 0, 0]);
    set(&mut before, "requests.carried_out.business", 2);
    set(&mut before, "requests.carried_out.total", 2);
    assert_eq!(tally(&now, Some(&before), "", "carry-over"), [5, 2, 0]);
    blank(&mut before, "requests.carried_out.total");
    assert_eq!(tally(&now, Some(&before), "", "carry-over"), [5, 1, 1]);
    // What is in force cannot be compared with what was public, so nothing is said.
    assert_eq!(
        tally(&now, Some(&before), "", "in-force-continuity"),
        [0, 0, 2]
    );
    // A report of two years ago is not last year's.
    now.year = Some(2022);
    assert_eq!(tally(&now, Some(&before), "", "carry-over"), [0, 0, 7]);
}

#[test]
fn continuity_within_a_form() {
    let mut before = zeros(&form("2021"), "甲镇", 2021);
    let mut now = zeros(&form("2021"), "甲镇", 2022);
    set(&mut before, "disclosure.normative_documents.in_force", 5);
    set(&mut now, "disclosure.normative_documents.issued", 3);
    set(&mut now, "disclosure.normative_documents.repealed", 1);
    set(&mut now, "disclosure.normative_documents.in_force", 7);
    assert_eq!(
        tally(&now, Some(&before), "", "in-force-continuity"),
        [2, 0, 0]
    );
    set(&mut now, "disclosure.normative_documents.in_force", 8);
    assert_eq!(
        tally(&now, Some(&before), "", "in-force-continuity"),
        [1, 1, 0]
    );

    let mut before = zeros(&form("2019"), "甲镇", 2019);
    let mut now = zeros(&form("2019"), "甲镇", 2020);
    set(&mut before, "disclosure.licensing.items_last_year", 10);
    set(&mut before, "disclosure.licensing.items_change", -3);
    set(&mut now, "disclosure.licensing.items_last_year", 7);
    assert_eq!(
        tally(&now, Some(&before), "", "items-continuity"),
        [5, 0, 0]
    );
    assert_eq!(tally(&now, Some(&before), "", "count-domain"), [198, 0, 0]);
    set(&mut now, "disclosure.licensing.items_change", -8);
    assert_eq!(
        tally(&now, Some(&before), "", "items-nonnegative"),
        [4, 1, 0]
    );
}

#[test]
fn plausibility_of_single_tables() {
    let mut report = zeros(&form("2019"), "甲镇", 2019);
    assert_eq!(tally(&report, None, "", "procurement-pair"), [1, 0, 0]);
    set(&mut report, "disclosure.procurement.projects", 41);
    assert_eq!(tally(&report, None, "", "procurement-pair"), [0, 1, 0]);
    set(&mut report, "disclosure.procurement.amount", 13_020_000);
    assert_eq!(tally(&report, None, "", "procurement-pair"), [1, 0, 0]);
    set(&mut report, "disclosure.regulations.published", 1);
    assert_eq!(
        tally(&report, None, "", "published-within-total"),
        [1, 1, 0]
    );
    assert_eq!(
        tally(&report, None, "township", "regulations-by-township"),
        [2, 1, 0]
    );
    assert_eq!(
        tally(&report, None, "city", "regulations-by-township"),
        [0, 0, 0]
    );
    set(&mut report, "disclosure.penalties.decisions", -4);
    assert_eq!(tally(&report, None, "", "count-domain"), [197, 1, 0]);
}

#[test]
fn the_kind_of_a_unit_comes_from_the_registry_else_from_its_name() {
    let mut report = zeros(&form("2021"), "甲镇", 2021);
    set(&mut report, "disclosure.regulations.issued", 1);
    let found = |reports: Vec<Arc<Report>>, registry: &Registry| {
        run(
            &reports,
            registry,
            Library::official(),
            Settings::embedded(),
        )
        .findings
        .iter()
        .map(|f| f.rule.clone())
        .collect::<Vec<_>>()
    };
    let reports = vec![Arc::new(report)];
    let name_only = found(reports.clone(), &Registry::default());
    assert_eq!(name_only, ["regulations-by-township"]);
    let csv = "code,name,kind,parent,aliases,from,to\n1,甲镇,city,,,,\n";
    let registry = Registry::parse("units.csv", csv).unwrap();
    assert!(found(reports, &registry).is_empty());
}

#[test]
fn a_slip_by_a_power_of_ten_is_seen_where_the_neighbours_stood_still() {
    let mut before = zeros(&form("2021"), "甲镇", 2021);
    let mut now = zeros(&form("2021"), "甲镇", 2022);
    set(&mut before, "disclosure.fees.amount", 25_100_000);
    set(&mut now, "disclosure.fees.amount", 261_000_000_000);
    let found = check(vec![before.clone(), now.clone()]);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].rule.as_str(), found[0].year),
        ("unit-slip", Some(2022))
    );
    assert_eq!(found[0].keys, ["disclosure.fees.amount"]);
    assert_eq!(found[0].found, "261000万元");
    set(&mut now, "disclosure.fees.amount", 75_300_000);
    assert!(check(vec![before.clone(), now.clone()]).is_empty());
    // Both kinds of decision grew a hundredfold together: a new office, not a slip.
    for (key, was, is) in [("penalties", 12, 1250), ("coercion", 15, 1490)] {
        set(&mut before, &format!("disclosure.{key}.decisions"), was);
        set(&mut now, &format!("disclosure.{key}.decisions"), is);
    }
    assert!(check(vec![before.clone(), now.clone()]).is_empty());
    set(&mut now, "disclosure.coercion.decisions", 16);
    let found = check(vec![before, now]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].keys, ["disclosure.penalties.decisions"]);
}

#[test]
fn renames_and_mergers_are_followed_through_the_registry() {
    let csv = "code,name,kind,parent,aliases,from,to\n\
        1,甲乡,township,,,,2020\n1,甲镇,township,,,2021,\n\
        2,乙乡,township,,,,2020\n3,丙乡,township,,,,2020\n4,丁镇,township,,乙乡;丙乡,2021,\n";
    let registry = Registry::parse("units.csv", csv).unwrap();
    let report = |unit: &str, year: i32, carried: [i64; 2]| {
        let mut report = zeros(&form(if year < 2021 { "2019" } else { "2021" }), unit, year);
        set(&mut report, "requests.carried_in.total", carried[0]);
        set(&mut report, "requests.carried_out.total", carried[1]);
        Arc::new(report)
    };
    let carry_over = |reports: &[Arc<Report>], at: usize| {
        let checked = run(
            reports,
            &registry,
            Library::official(),
            Settings::embedded(),
        );
        let rule = (reports[at].form.rules.iter())
            .position(|r| r.id == "carry-over")
            .unwrap();
        let tally = checked.tallies[at][rule];
        [tally.held, tally.failed, tally.unverifiable]
    };
    let renamed = [report("甲乡", 2020, [0, 3]), report("甲镇", 2021, [4, 0])];
    assert_eq!(carry_over(&renamed, 1), [6, 1, 0]);
    let merged = [
        report("乙乡", 2020, [0, 3]),
        report("丙乡", 2020, [0, 2]),
        report("丁镇", 2021, [5, 0]),
    ];
    assert_eq!(carry_over(&merged, 2), [7, 0, 0]);
    // With one of the two missing, nothing can be said.
    assert_eq!(
        carry_over(&[merged[0].clone(), merged[2].clone()], 1),
        [0, 0, 7]
    );
}
