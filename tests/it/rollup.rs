//! Sums, coverage and reconciliation against additions made here by hand.

pub mod made;

use std::collections::BTreeMap;

use huizong::finding::Finding;
use huizong::form::Library;
use huizong::report::{Report, Status};
use huizong::rollup::{Dossier, Options, Summary, dossiers};
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
