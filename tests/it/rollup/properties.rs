//! What holds of every roll-up, whatever the numbers are.

use huizong::frame::{Row, wide};
use huizong::report::Report;
use huizong::rollup::{By, Options, Partial};
use huizong::units::Registry;
use proptest::prelude::*;

use super::made::{Dice, Numbers, consistent, form, report};
use super::{assert_sums, county, roll_up, rules};

/// Every identity of the official forms, written out without the rules' data.
fn assert_consistent(report: &Report) {
    let number = |key: &str| {
        report
            .number(key)
            .unwrap_or_else(|| panic!("{key} has no number"))
    };
    let applicants = [
        "natural_person",
        "business",
        "research",
        "public_interest",
        "legal_service",
        "other_organisation",
    ];
    let rows: Vec<&str> = (report.form.keys.iter())
        .filter_map(|info| info.key.strip_prefix("requests.")?.strip_suffix(".total"))
        .collect();
    let around = ["received", "carried_in", "concluded", "carried_out"];
    for column in applicants.iter().chain(&["total"]) {
        let at = |row: &str| number(&format!("requests.{row}.{column}"));
        assert_eq!(
            at("received") + at("carried_in"),
            at("concluded") + at("carried_out")
        );
        let outcomes: i64 = rows
            .iter()
            .filter(|row| !around.contains(row))
            .map(|row| at(row))
            .sum();
        assert_eq!(at("concluded"), outcomes);
    }
    for row in &rows {
        let parts: i64 = applicants
            .iter()
            .map(|a| number(&format!("requests.{row}.{a}")))
            .sum();
        assert_eq!(number(&format!("requests.{row}.total")), parts);
    }
    for channel in ["review", "litigation_direct", "litigation_after_review"] {
        let at = |outcome: &str| number(&format!("appeals.{channel}.{outcome}"));
        assert_eq!(
            at("total"),
            at("upheld") + at("corrected") + at("other") + at("pending")
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_sum_of_consistent_reports_is_consistent(seed: u64, old: bool) {
        let form = form(if old { "2019" } else { "2021" });
        let year = if old { 2020 } else { 2022 };
        let mut dice = Dice::new(seed);
        let reports = ["甲镇", "乙镇", "丁镇", "戊乡", "己局"]
            .map(|unit| report(&form, unit, year, &consistent(&form, &mut dice)));
        for dossier in roll_up(reports.to_vec(), &county(), &Options::default()) {
            assert_consistent(&dossier.latest().unwrap().to_report());
            prop_assert!(rules(&dossier.findings, "total-both-ways").is_empty());
        }
    }

    #[test]
    fn rolled_up_by_county_and_then_by_city_is_rolled_up_by_city(seed: u64, one_in in 3_i64..30) {
        let form = form("2021");
        let mut dice = Dice::new(seed);
        let truth: Vec<(&str, Numbers)> = ["甲镇", "乙镇", "丁镇", "戊乡", "己局"].into_iter()
            .map(|unit| {
                let mut numbers = consistent(&form, &mut dice);
                numbers.retain(|_, _| dice.below(one_in) != 1);
                (unit, numbers)
            })
            .collect();
        let reports: Vec<Report> = truth.iter().map(|(unit, n)| report(&form, unit, 2022, n)).collect();
        let by = |level: &str| Options { by: By::parse(level), ..Options::default() };
        let city = roll_up(reports.clone(), &county(), &by("city"));
        let counties = roll_up(reports.clone(), &county(), &by("county"));
        prop_assert_eq!((city.len(), counties.len()), (1, 2));
        // The counties' roll-ups come in as what counties without units of their own report.
        let upper = "code,name,kind,parent\nC,样例市,city,\nX,样例县,county,C\nY,示范县,county,C\nC1,己局,department,C\n";
        let upper = Registry::parse("units.csv", upper).unwrap();
        let mut again: Vec<Report> = counties.iter().map(|d| d.latest().unwrap().to_report()).collect();
        again.push(reports[4].clone());
        let twice = roll_up(again, &upper, &by("city"));
        let (once, twice) = (city[0].latest().unwrap(), twice[0].latest().unwrap());
        let all: Vec<&Numbers> = truth.iter().map(|(_, n)| n).collect();
        assert_sums(once, &all);
        for (a, b) in once.totals.iter().zip(&twice.totals) {
            prop_assert_eq!(a.sum, b.sum);
        }
    }

    #[test]
    fn chunks_in_any_order_add_up_to_the_whole(seed: u64, cut in 0_usize..6) {
        let form = form("2021");
        let mut dice = Dice::new(seed);
        let reports: Vec<(String, Report)> = (0..6)
            .map(|n| {
                let mut numbers = consistent(&form, &mut dice);
                numbers.retain(|_, _| dice.below(5) != 1);
                let area = format!("area {}", dice.below(3));
                (area, report(&form, &format!("unit {n}"), 2021 + n % 2, &numbers))
            })
            .collect();
        let frame = |reports: &[(String, Report)]| {
            let rows: Vec<Row<'_>> = reports.iter().map(|(area, r)| Row::of(r, area, "")).collect();
            wide(&form, &rows).unwrap()
        };
        let whole = Partial::of(&frame(&reports), &form, "area").unwrap();
        let (head, tail) = reports.split_at(cut);
        let mut parts = Partial::of(&frame(tail), &form, "area").unwrap();
        parts.merge(Partial::of(&frame(head), &form, "area").unwrap());
        prop_assert_eq!(&parts, &whole);
        let up = whole.regroup(|_| Some("all".to_owned()));
        for (group, sums) in up.groups() {
            for (info, cell) in form.keys.iter().zip(&sums.keys) {
                let numbers: Vec<i64> = reports.iter()
                    .filter(|(_, r)| r.year == Some(group.year))
                    .filter_map(|(_, r)| r.number(&info.key))
                    .collect();
                let sum = (!numbers.is_empty()).then(|| numbers.iter().sum());
                prop_assert_eq!((cell.sum(), cell.counted()), (sum, numbers.len()));
            }
        }
    }
}
