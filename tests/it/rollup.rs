//! Sums, coverage and reconciliation against additions made here by hand.

pub mod made;
mod properties;

use std::collections::BTreeMap;

use huizong::finding::{Finding, Severity};
use huizong::form::Library;
use huizong::report::{Report, Scope, Status};
use huizong::rollup::{By, Dossier, Options, Summary, dossiers};
use huizong::units::Registry;

use made::{Dice, Numbers, batch, consistent, form, report};

const COUNTY: &str = "\
code,name,kind,parent,aliases,from,to
C,样例市,city,,,,
X,样例县,county,C,,,
Y,示范县,county,C,,,
X1,甲镇,township,X,,,
X2,乙镇,township,X,,,
X3,丙局,department,X,,,2021
Y1,丁镇,township,Y,,,
Y2,戊乡,township,Y,,,
C1,己局,department,C,,,
";

fn county() -> Registry {
    Registry::parse("units.csv", COUNTY).unwrap()
}

fn roll_up(reports: Vec<Report>, registry: &Registry, options: &Options) -> Vec<Dossier> {
    dossiers(&batch(reports), registry, Library::official(), options)
}

/// The sum of a key over numbers; none where nobody has the key.
fn add(all: &[&Numbers], key: &str) -> (Option<i64>, usize) {
    let known: Vec<i64> = all.iter().filter_map(|n| n.get(key).copied()).collect();
    ((!known.is_empty()).then(|| known.iter().sum()), known.len())
}

fn assert_sums(summary: &Summary, all: &[&Numbers]) {
    for info in &summary.form.keys {
        let total = summary.total(&info.key).unwrap();
        assert_eq!(
            (total.sum, total.counted),
            add(all, &info.key),
            "{}",
            info.key
        );
    }
}

fn rules<'f>(findings: &'f [Finding], rule: &str) -> Vec<&'f Finding> {
    findings.iter().filter(|f| f.rule == rule).collect()
}

#[test]
fn a_number_that_is_missing_everywhere_is_no_zero_and_one_that_is_there_is_counted() {
    let form = form("2021");
    let mut dice = Dice::new(1);
    let (mut one, mut other) = (consistent(&form, &mut dice), consistent(&form, &mut dice));
    one.remove("disclosure.fees.amount");
    other.remove("disclosure.fees.amount");
    other.remove("disclosure.licensing.decisions");
    let reports = vec![
        report(&form, "甲镇", 2022, &one),
        report(&form, "乙镇", 2022, &other),
    ];
    let made = roll_up(reports, &Registry::default(), &Options::default());
    let [dossier] = made.as_slice() else { panic!() };
    let summary = dossier.latest().unwrap();
    assert_sums(summary, &[&one, &other]);
    let fees = summary.total("disclosure.fees.amount").unwrap();
    assert_eq!((fees.sum, fees.counted, fees.expected), (None, 0, 2));
    let licensing = summary.total("disclosure.licensing.decisions").unwrap();
    assert_eq!(
        licensing.sum,
        one.get("disclosure.licensing.decisions").copied()
    );
    assert!(!licensing.is_complete());
    let denied = summary.total("requests.denied.total").unwrap().sum.unwrap();
    let parts = |n: &Numbers| -> i64 {
        (n.iter())
            .filter(|(k, _)| k.starts_with("requests.denied.") && k.ends_with(".total"))
            .map(|(_, v)| v)
            .sum()
    };
    assert_eq!(denied, parts(&one) + parts(&other));
    // A roll-up is a report of the same form: what has no number stays without one.
    let rolled = summary.to_report();
    assert_eq!(
        rolled.value("disclosure.fees.amount").unwrap().status,
        Status::Blank
    );
    assert_eq!(
        rolled.number("requests.received.total"),
        summary.total("requests.received.total").unwrap().sum
    );
}

#[test]
fn a_registry_gives_each_county_its_dossier_and_their_parent_one_of_counties() {
    let form = form("2021");
    let mut dice = Dice::new(2);
    let names = ["甲镇", "乙镇", "丁镇", "己局"];
    let truth: BTreeMap<&str, Numbers> = names
        .iter()
        .map(|name| (*name, consistent(&form, &mut dice)))
        .collect();
    let reports = names
        .iter()
        .map(|name| report(&form, name, 2022, &truth[name]))
        .collect();
    let made = roll_up(reports, &county(), &Options::default());
    let names: Vec<&str> = made.iter().map(|d| d.area.name.as_str()).collect();
    assert_eq!(names, ["样例县", "示范县", "样例市"]);
    let [first, second, city] = made.as_slice() else {
        panic!()
    };
    let latest = |dossier: &'_ Dossier| dossier.latest().unwrap().clone();
    assert_sums(&latest(first), &[&truth["甲镇"], &truth["乙镇"]]);
    assert_eq!((latest(first).reported(), latest(first).expected()), (2, 2));
    assert_eq!(
        (latest(second).reported(), latest(second).expected()),
        (1, 2)
    );
    assert_sums(&latest(city), &truth.values().collect::<Vec<_>>());
    let members: Vec<String> = (latest(city).members.iter())
        .map(|m| format!("{}:{}", m.name, m.note.zh))
        .collect();
    assert_eq!(
        members,
        [
            "样例县:所辖2个单位中2个已报",
            "示范县:所辖2个单位中1个已报",
            "己局:"
        ]
    );
    let total = latest(city).total("requests.received.total").unwrap();
    assert_eq!((total.counted, total.expected), (4, 5));
    let missing = |dossier: &Dossier| -> Vec<String> {
        rules(&dossier.findings, "unit-missing")
            .iter()
            .map(|f| f.unit.clone())
            .collect()
    };
    assert!(missing(first).is_empty());
    assert_eq!(missing(second), ["戊乡"]);
    assert_eq!(missing(city), ["戊乡"]);
}

#[test]
fn a_report_on_another_form_counts_as_far_as_the_crosswalk_goes_and_is_an_error() {
    let (old, new) = (form("2019"), form("2021"));
    let mut dice = Dice::new(5);
    let right = consistent(&new, &mut dice);
    let mut wrong = consistent(&old, &mut dice);
    wrong.insert("requests.other_handling.business".to_owned(), 0);
    wrong.insert("requests.other_handling.research".to_owned(), 3);
    let reports = vec![
        report(&new, "甲镇", 2022, &right),
        report(&old, "乙镇", 2022, &wrong),
    ];
    let made = roll_up(reports, &Registry::default(), &Options::default());
    let summary = made[0].latest().unwrap();
    assert_eq!(summary.form.id, "2021");
    let total = |key: &str| {
        let total = summary.total(key).unwrap();
        (total.sum, total.counted)
    };
    let sum = |key: &str, old_key: &str| (Some(right[key] + wrong[old_key]), 2);
    let alone = |key: &str| (Some(right[key]), 1);
    let issued = "disclosure.normative_documents.issued";
    assert_eq!(
        total(issued),
        sum(issued, "disclosure.normative_documents.made")
    );
    let received = "requests.received.total";
    assert_eq!(total(received), sum(received, received));
    for key in [
        "disclosure.normative_documents.in_force",
        "disclosure.fees.amount",
        "requests.other_handling.other.research",
    ] {
        assert_eq!(total(key), alone(key), "{key}");
    }
    // Three parts that cannot be negative and amount to zero are zero.
    let zero = "requests.other_handling.other.business";
    assert_eq!(total(zero), (Some(right[zero]), 2));
    let found = rules(&made[0].findings, "wrong-form");
    assert_eq!(
        (found[0].unit.as_str(), found[0].severity),
        ("乙镇", Severity::Error)
    );
    assert!(found[0].keys.contains(&"disclosure.fees.amount".to_owned()));
    assert!(!summary.members[0].note.zh.is_empty() || !summary.members[1].note.zh.is_empty());
}

#[test]
fn a_total_that_differs_both_ways_names_the_units_that_cause_it() {
    let form = form("2021");
    let mut dice = Dice::new(6);
    let good = consistent(&form, &mut dice);
    let mut bad = consistent(&form, &mut dice);
    let total = "requests.granted.total";
    bad.insert(total.to_owned(), bad[total] + 7);
    let reports = vec![
        report(&form, "甲镇", 2022, &good),
        report(&form, "乙镇", 2022, &bad),
    ];
    let made = roll_up(reports, &Registry::default(), &Options::default());
    let found: Vec<&Finding> = (rules(&made[0].findings, "total-both-ways").into_iter())
        .filter(|f| f.keys == [total])
        .collect();
    let [found] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(found.severity, Severity::Error);
    assert!(
        found.message.zh.contains("乙镇（合计比分项之和多7）"),
        "{}",
        found.message.zh
    );
    assert!(!found.message.zh.contains("甲镇"));
    assert_eq!(found.places.len(), 1);
    assert_eq!(&*found.places[0].file, "乙镇-2022.xlsx");
}

#[test]
fn a_consolidated_report_is_reconciled_and_never_added() {
    let form = form("2021");
    let mut dice = Dice::new(9);
    let (one, other) = (consistent(&form, &mut dice), consistent(&form, &mut dice));
    let mut published: Numbers = one.iter().map(|(k, v)| (k.clone(), v + other[k])).collect();
    let key = "disclosure.licensing.decisions";
    published.insert(key.to_owned(), published[key] + 4);
    let own = |numbers: &Numbers| {
        let mut report = report(&form, "样例县", 2022, numbers);
        report.scope = Scope::Consolidated;
        report
    };
    let units = [
        report(&form, "甲镇", 2022, &one),
        report(&form, "乙镇", 2022, &other),
    ];
    let of_county = |reports: Vec<Report>| {
        let all = roll_up(reports, &county(), &Options::default());
        all.into_iter().find(|d| d.area.name == "样例县").unwrap()
    };
    let [first, second] = units;
    let whole = of_county(vec![first.clone(), second, own(&published)]);
    let summary = whole.latest().unwrap();
    assert_sums(summary, &[&one, &other]);
    let line = |summary: &Summary, key: &str| {
        let line = summary
            .reconciled
            .iter()
            .find(|l| l.key == key)
            .unwrap()
            .clone();
        (line.difference, line.bound)
    };
    assert_eq!(line(summary, key), (Some(4), false));
    assert_eq!(line(summary, "requests.received.total"), (Some(0), false));
    let found = rules(&whole.findings, "reconciliation");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].keys, [key]);
    // While a unit is missing, what it would have to have is no fault.
    let part = of_county(vec![first.clone(), own(&published)]);
    let summary = part.latest().unwrap();
    assert_eq!(line(summary, key), (Some(other[key] + 4), true));
    assert!(rules(&part.findings, "reconciliation").is_empty());
    // But nobody can have less than nothing.
    let less: Numbers = [(key.to_owned(), one[key] - 1)].into();
    let part = of_county(vec![first, own(&less)]);
    assert_eq!(rules(&part.findings, "reconciliation").len(), 1);
}

#[test]
fn what_cannot_be_placed_is_in_no_sum_and_says_so() {
    let form = form("2021");
    let mut dice = Dice::new(10);
    let numbers: Vec<Numbers> = (0..4).map(|_| consistent(&form, &mut dice)).collect();
    let mut yearless = report(&form, "乙镇", 2022, &numbers[3]);
    yearless.year = None;
    let reports = vec![
        report(&form, "甲镇", 2022, &numbers[0]),
        report(&form, "甲镇人民政府", 2022, &numbers[1]),
        report(&form, "无此局", 2022, &numbers[2]),
        yearless,
    ];
    let made = roll_up(reports, &county(), &Options::default());
    let dossier = made.iter().find(|d| d.area.name == "样例县").unwrap();
    assert_sums(dossier.latest().unwrap(), &[&numbers[0]]);
    let city = made.iter().find(|d| d.area.name == "样例市").unwrap();
    let said: Vec<(&str, Severity)> = (rules(&city.findings, "not-added").into_iter())
        .map(|f| (f.unit.as_str(), f.severity))
        .collect();
    assert_eq!(said.len(), 3, "{said:?}");
    for unit in ["甲镇人民政府", "无此局", "乙镇"] {
        assert!(said.contains(&(unit, Severity::Error)), "{unit}: {said:?}");
    }
}

#[test]
fn kinds_have_their_roll_up_and_a_level_says_whom_it_leaves_out() {
    let form = form("2021");
    let mut dice = Dice::new(11);
    let truth: Vec<(&str, Numbers)> = (["甲镇", "乙镇", "丁镇", "戊乡", "己局"].into_iter())
        .map(|unit| (unit, consistent(&form, &mut dice)))
        .collect();
    let reports: Vec<Report> = truth
        .iter()
        .map(|(unit, n)| report(&form, unit, 2022, n))
        .collect();
    let by = |word: &str| Options {
        by: By::parse(word),
        ..Options::default()
    };
    let kinds = roll_up(reports.clone(), &county(), &by("kind"));
    let names: Vec<&str> = kinds.iter().map(|d| d.area.name.as_str()).collect();
    assert_eq!(names, ["乡镇", "部门"]);
    let all: Vec<&Numbers> = truth.iter().map(|(_, n)| n).collect();
    assert_sums(kinds[0].latest().unwrap(), &all[..4]);
    assert_sums(kinds[1].latest().unwrap(), &all[4..]);
    let counties = roll_up(reports.clone(), &county(), &by("county"));
    assert_eq!(
        rules(&counties[0].findings, "outside-level")[0].unit,
        "己局"
    );
    let provinces = roll_up(reports, &county(), &by("province"));
    assert_eq!(
        rules(&provinces.last().unwrap().findings, "level-missing").len(),
        1
    );
}

#[test]
fn a_sum_that_does_not_fit_is_a_finding_and_no_number() {
    let form = form("2021");
    let key = "disclosure.fees.amount";
    let numbers = Numbers::from([(key.to_owned(), i64::MAX)]);
    let reports = ["甲镇", "乙镇"].map(|unit| report(&form, unit, 2022, &numbers));
    let made = roll_up(reports.to_vec(), &Registry::default(), &Options::default());
    assert_eq!(made[0].latest().unwrap().total(key).unwrap().sum, None);
    assert_eq!(rules(&made[0].findings, "sum-too-large").len(), 1);
}

#[test]
fn a_form_of_ones_own_rolls_up_even_where_its_keys_are_named_like_columns() {
    let mut library = Library::embedded().unwrap();
    let text = include_str!("../fixtures/rollup/own-form.toml")
        .replace("key = \"visits\"", "key = \"\"")
        .replace("key = \"count\"", "key = \"\"")
        .replace("key = \"desk\"", "key = \"year\"");
    library.add("own-form.toml", &text).unwrap();
    let own = library.get("own").unwrap().clone();
    assert_eq!(own.keys[1].key, "year");
    let reports = [("a", 3), ("b", 4)].map(|(unit, number)| {
        let numbers = Numbers::from([("web".to_owned(), number), ("year".to_owned(), 10 * number)]);
        report(&own, unit, 2022, &numbers)
    });
    let made = dossiers(
        &batch(reports),
        &Registry::default(),
        &library,
        &Options::default(),
    );
    let summary = made[0].latest().unwrap();
    assert_eq!(summary.form.id, "own");
    assert_eq!(summary.total("web").unwrap().sum, Some(7));
    assert_eq!(summary.total("year").unwrap().sum, Some(70));
}

#[test]
fn the_order_of_reports_changes_nothing() {
    let form = form("2021");
    let mut dice = Dice::new(12);
    let mut reports: Vec<Report> = ["甲镇", "乙镇", "丁镇", "己局"]
        .map(|unit| report(&form, unit, 2022, &consistent(&form, &mut dice)))
        .to_vec();
    let show = |made: Vec<Dossier>| format!("{made:?}");
    for registry in [county(), Registry::default()] {
        let forth = show(roll_up(reports.clone(), &registry, &Options::default()));
        reports.reverse();
        let back = show(roll_up(reports.clone(), &registry, &Options::default()));
        assert!(forth == back);
    }
}
