//! Comparisons against a recomputation from the truth that shares nothing with the code under test.

use std::collections::BTreeMap;

use huizong::form::{Display, Library};
use huizong::rollup::{Comparison, Dossier, Movement, Options, Scope, dossiers, movers, percent};
use huizong::units::Registry;
use proptest::prelude::*;

use crate::rollup::made::{Dice, Numbers, batch, consistent, form, report};

/// 乙镇 is renamed, 丙乡 and 丁乡 merge, 戊街道 joins late, 己局 ends, 庚局 forgets 2021.
const REGISTRY: &str = "\
code,name,kind,parent,aliases,from,to
X,样例县,county,,,,
A,甲镇,township,X,,,
B,乙镇,township,X,,,2020
B,乙新镇,township,X,,2021,
D1,丙乡,township,X,,,2020
D2,丁乡,township,X,,,2020
D,丙丁镇,township,X,丙乡;D2,2021,
E,戊街道,sub-district,X,,2022,
F,己局,department,X,,,2021
G,庚局,department,X,,,
";

const YEARS: [i32; 3] = [2020, 2021, 2022];

/// Each line of descent: its last name, and the names of its units in each of the years.
const LINES: [(&str, [&[&str]; 3]); 6] = [
    ("甲镇", [&["甲镇"], &["甲镇"], &["甲镇"]]),
    ("乙新镇", [&["乙镇"], &["乙新镇"], &["乙新镇"]]),
    ("丙丁镇", [&["丙乡", "丁乡"], &["丙丁镇"], &["丙丁镇"]]),
    ("戊街道", [&[], &[], &["戊街道"]]),
    ("己局", [&["己局"], &["己局"], &[]]),
    ("庚局", [&["庚局"], &["庚局"], &["庚局"]]),
];

/// Who does not report although expected.
const SILENT: [(&str, i32); 1] = [("庚局", 2021)];

struct Truth {
    numbers: BTreeMap<(String, i32), Numbers>,
    dossier: Dossier,
}

fn form_id(year: i32) -> &'static str {
    if year < 2021 { "2019" } else { "2021" }
}

/// Three years of the county; about one number in `one_in` is missing.
fn truth(seed: u64, one_in: i64) -> Truth {
    let mut dice = Dice::new(seed);
    let mut numbers = BTreeMap::new();
    let mut reports = Vec::new();
    for (at, year) in YEARS.into_iter().enumerate() {
        let form = form(form_id(year));
        for unit in LINES.iter().flat_map(|(_, units)| units[at]) {
            if SILENT.contains(&(unit, year)) {
                continue;
            }
            let mut mine = consistent(&form, &mut dice);
            mine.retain(|_, _| dice.below(one_in) != 1);
            reports.push(report(&form, unit, year, &mine));
            numbers.insert(((*unit).to_owned(), year), mine);
        }
    }
    let registry = Registry::parse("units.csv", REGISTRY).unwrap();
    let made = dossiers(
        &batch(reports),
        &registry,
        Library::official(),
        &Options::default(),
    );
    let [dossier] = <[Dossier; 1]>::try_from(made).unwrap();
    Truth { numbers, dossier }
}

const COLUMNS: [&str; 7] = [
    "natural_person",
    "business",
    "research",
    "public_interest",
    "legal_service",
    "other_organisation",
    "total",
];

/// The keys behind a comparison's key in a form; none where the form does not have it.
fn keys_behind(key: &str, form_id: &str) -> Option<Vec<String>> {
    let form = form(form_id);
    if form.index(key).is_some() {
        return Some(vec![key.to_owned()]);
    }
    if form_id == "2019" && key.ends_with(".issued") {
        return Some(vec![key.replace(".issued", ".made")]);
    }
    if form_id == "2019" && key.ends_with(".in_force") {
        return Some(vec![key.replace(".in_force", ".public_total")]);
    }
    let (stem, column) = key.rsplit_once('.')?;
    let keys: Vec<String> = if column == "organisations" {
        COLUMNS[1..6]
            .iter()
            .map(|c| format!("{stem}.{c}"))
            .collect()
    } else {
        (form.keys.iter().map(|info| info.key.clone()))
            .filter(|k| k.starts_with(&format!("{stem}.")) && k.ends_with(&format!(".{column}")))
            .collect()
    };
    let all_there = !keys.is_empty() && keys.iter().all(|k| form.index(k).is_some());
    all_there.then_some(keys)
}

/// What the forms of 2019 and 2021 share, written out again.
fn comparable_across(key: &str) -> bool {
    let (stem, last) = key.rsplit_once('.').unwrap();
    match key.split('.').next().unwrap() {
        "requests" => {
            !(stem.starts_with("requests.other_handling.")
                || stem == "requests.other_handling" && last == "organisations")
        }
        "appeals" => true,
        _ => last == "issued" || last == "decisions" && !stem.ends_with("other_services"),
    }
}

impl Truth {
    /// The numbers of a line of descent: known sum, and whether every unit has one.
    fn line(&self, line: usize, year: i32, keys: Option<&[String]>) -> (Option<i64>, bool) {
        let at = YEARS.iter().position(|y| *y == year).unwrap();
        let units = LINES[line].1[at];
        let number = |unit: &&str| -> Option<i64> {
            let mine = self.numbers.get(&((*unit).to_owned(), year))?;
            keys?.iter().map(|key| mine.get(key).copied()).sum()
        };
        let known: Vec<i64> = units.iter().filter_map(number).collect();
        let sum = (!known.is_empty()).then(|| known.iter().sum());
        (sum, !known.is_empty() && known.len() == units.len())
    }

    fn assert_row(&self, row: &Comparison) {
        let keys = |year| keys_behind(&row.key, form_id(year));
        let (old, new) = (keys(row.from_year), keys(row.to_year));
        let (mut from, mut to) = (None::<i64>, None::<i64>);
        for line in 0..LINES.len() {
            let (a, a_whole) = self.line(line, row.from_year, old.as_deref());
            let (b, b_whole) = self.line(line, row.to_year, new.as_deref());
            if row.scope == Scope::All || (a_whole && b_whole) {
                for (sum, more) in [(&mut from, a), (&mut to, b)] {
                    if let Some(more) = more {
                        *sum = Some(sum.unwrap_or(0) + more);
                    }
                }
            }
        }
        assert_eq!((row.from, row.to), (from, to), "{row:?}");
        let same_form = form_id(row.from_year) == form_id(row.to_year);
        let comparable = same_form || comparable_across(&row.key);
        assert_eq!(row.comparable, comparable, "{row:?}");
        let change = from.zip(to).map(|(a, b)| b - a).filter(|_| comparable);
        assert_eq!(row.change, change, "{row:?}");
        match (change, from) {
            (Some(change), Some(from)) if from > 0 => {
                let share = change as f64 * 100.0 / from as f64;
                assert!(
                    (row.percent.unwrap() - share).abs() <= 0.005 + 1e-9,
                    "{row:?}"
                );
            }
            _ => {
                assert_eq!(row.percent, None, "{row:?}");
                assert!(
                    !row.note.zh.is_empty() && !row.note.en.is_empty(),
                    "{row:?}"
                );
            }
        }
        if !comparable {
            assert!(
                row.note.zh.starts_with("口径不可比：") && row.note.zh.chars().count() > 10,
                "{row:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_change_is_what_the_truth_gives(seed: u64, one_in in 3_i64..40) {
        let truth = truth(seed, one_in);
        let rows = &truth.dossier.comparisons;
        for row in rows {
            truth.assert_row(row);
        }
        // Every key of either form has its row, in both scopes, for every pair of years.
        for (from, to) in [(2020, 2021), (2021, 2022), (2020, 2022)] {
            for scope in [Scope::All, Scope::LikeForLike] {
                let here: Vec<&str> = rows.iter()
                    .filter(|r| (r.from_year, r.to_year, r.scope) == (from, to, scope))
                    .map(|r| r.key.as_str())
                    .collect();
                for info in &form("2021").keys {
                    prop_assert!(here.contains(&info.key.as_str()), "{}", info.key);
                }
                for key in ["requests.denied.total", "requests.received.organisations", "requests.other_handling.total"] {
                    prop_assert_eq!(here.iter().filter(|k| **k == key).count(), 1, "{}", key);
                }
                if from == 2020 {
                    for key in ["disclosure.procurement.amount", "disclosure.fees.items_change", "disclosure.regulations.published"] {
                        prop_assert!(here.contains(&key), "{}", key);
                    }
                }
            }
        }
    }

    #[test]
    fn contributions_add_up_to_the_change_in_both_scopes(seed: u64, one_in in 3_i64..40) {
        let Truth { dossier, .. } = truth(seed, one_in);
        let changed: Vec<&Comparison> = dossier.comparisons.iter()
            .filter(|row| (row.from_year, row.to_year) == (2021, 2022) && row.scope == Scope::All)
            .filter(|row| row.change.is_some())
            .collect();
        prop_assert_eq!(changed.len(), dossier.contributions.len());
        for (row, (key, parts)) in changed.into_iter().zip(&dossier.contributions) {
            prop_assert_eq!(&row.key, key);
            prop_assert_eq!(parts.iter().map(|p| p.change).sum::<i64>(), row.change.unwrap());
            let alike = dossier.comparisons.iter()
                .find(|r| r.key == *key && r.scope == Scope::LikeForLike && (r.from_year, r.to_year) == (2021, 2022))
                .unwrap();
            prop_assert_eq!(parts.iter().map(|p| p.like_for_like).sum::<i64>(), alike.change.unwrap_or(0));
            for part in parts {
                let expected = match (part.from, part.to) {
                    (Some(_), Some(_)) => Movement::Stayed,
                    (None, Some(_)) => Movement::Joined,
                    _ => Movement::Left,
                };
                prop_assert_eq!(part.movement, expected);
                prop_assert_eq!(part.change, part.to.unwrap_or(0) - part.from.unwrap_or(0));
            }
            let top = movers(parts);
            let least = top.iter().map(|m| m.change.abs()).min().unwrap_or(0);
            let others = parts.iter().filter(|p| !top.iter().any(|t| t.unit == p.unit));
            for other in others {
                prop_assert!(other.change.abs() <= least || top.len() < 3 && other.change == 0);
            }
        }
    }
}

#[test]
fn a_year_with_everything_has_who_joined_left_and_stayed_by_name() {
    let Truth { dossier, .. } = truth(7, i64::MAX);
    let (key, parts) = &dossier.contributions[0];
    assert_eq!(key, "disclosure.regulations.issued");
    let said: Vec<String> = (parts.iter())
        .map(|p| format!("{} {:?}", p.unit, p.movement))
        .collect();
    assert_eq!(
        said,
        [
            "甲镇 Stayed",
            "乙新镇 Stayed",
            "丙丁镇 Stayed",
            "戊街道 Joined",
            "己局 Left",
            "庚局 Joined"
        ]
    );
    let note = |key: &str, from, scope| {
        (dossier.comparisons.iter())
            .find(|r| {
                r.key == key && r.from_year == from && r.to_year == from + 1 && r.scope == scope
            })
            .map(|r| r.note.zh.clone())
            .unwrap()
    };
    assert_eq!(
        note("requests.received.total", 2021, Scope::LikeForLike),
        "不计只有一年有数的戊街道、己局、庚局"
    );
    assert_eq!(
        note("requests.received.total", 2020, Scope::All),
        "2021年5个单位中4个有数"
    );
    assert!(note("disclosure.normative_documents.issued", 2020, Scope::All).contains("制发"));
}

#[test]
fn a_renamed_and_a_merged_unit_are_one_line_each_with_a_note() {
    let Truth { dossier, numbers } = truth(8, i64::MAX);
    let lines: Vec<String> = (dossier.lines.iter())
        .map(|l| {
            let members: Vec<usize> = l.members.iter().map(Vec::len).collect();
            format!("{} {:?} {}", l.name, members, l.note.zh)
        })
        .collect();
    assert_eq!(
        lines,
        [
            "甲镇 [1, 1, 1] ",
            "乙新镇 [1, 1, 1] 乙镇2021年更名为乙新镇",
            "丙丁镇 [2, 1, 1] 丙乡、丁乡2021年并入丙丁镇",
            "戊街道 [0, 0, 1] ",
            "己局 [1, 1, 0] ",
            "庚局 [1, 1, 1] ",
        ]
    );
    let key = "requests.received.total";
    let number = |unit: &str, year| numbers[&(unit.to_owned(), year)][key];
    assert_eq!(
        dossier.series(&dossier.lines[2], key),
        [
            Some(number("丙乡", 2020) + number("丁乡", 2020)),
            Some(number("丙丁镇", 2021)),
            Some(number("丙丁镇", 2022)),
        ]
    );
    assert_eq!(dossier.series(&dossier.lines[3], key)[..2], [None, None]);
    assert_eq!(dossier.series(&dossier.lines[5], key)[1], None);
}

#[test]
fn a_percentage_is_exact_and_rounded_half_away_from_zero() {
    assert_eq!(percent(1, 8), Some(12.5));
    assert_eq!(percent(1, 16), Some(6.25));
    assert_eq!(percent(1, 32), Some(3.13));
    assert_eq!(percent(-1, 32), Some(-3.13));
    assert_eq!(percent(2, 3), Some(66.67));
    assert_eq!(percent(i64::MAX, i64::MAX), Some(100.0));
    assert_eq!(percent(1, -5), None);
}

/// A county whose units have the numbers given under one key and nothing else.
fn one_key(key: &str, numbers: &[(&str, i64)]) -> Dossier {
    let form = form("2021");
    let reports = (numbers.iter()).map(|(unit, number)| {
        report(
            &form,
            unit,
            2022,
            &Numbers::from([(key.to_owned(), *number)]),
        )
    });
    let made = dossiers(
        &batch(reports),
        &Registry::default(),
        Library::official(),
        &Options::default(),
    );
    made.into_iter().next().unwrap()
}

#[test]
fn units_are_ranked_with_ties_quartiles_zeros_and_concentration() {
    let key = "disclosure.fees.amount";
    let dossier = one_key(key, &[("a", 10), ("b", 60), ("c", 20), ("d", 0), ("e", 10)]);
    let [ranking] = dossier.rankings.as_slice() else {
        panic!()
    };
    let ranked: Vec<(u32, &str, i64)> = (ranking.ranked.iter())
        .map(|(rank, unit, number)| (*rank, unit.as_str(), *number))
        .collect();
    assert_eq!(
        ranked,
        [
            (1, "b", 60),
            (2, "c", 20),
            (3, "a", 10),
            (3, "e", 10),
            (5, "d", 0)
        ]
    );
    assert_eq!(ranking.quartiles, Some([10.0, 10.0, 20.0]));
    assert_eq!(ranking.zeros, 1);
    assert_eq!(ranking.concentration, Some([60.0, 90.0]));
    let even = one_key(key, &[("a", 1), ("b", 2), ("c", 3), ("d", 4)]);
    assert_eq!(even.rankings[0].quartiles, Some([1.75, 2.5, 3.25]));
    let nothing = one_key(key, &[("a", 0), ("b", 0)]);
    assert_eq!(nothing.rankings[0].concentration, None);
}

#[test]
fn a_rate_rests_on_one_set_of_units_and_a_small_base_is_never_ranked() {
    let form = form("2021");
    let numbers = |granted: Option<i64>, concluded: i64| {
        let mut numbers = Numbers::from([
            ("requests.partly_granted.total".to_owned(), 0),
            ("requests.concluded.total".to_owned(), concluded),
        ]);
        if let Some(granted) = granted {
            numbers.insert("requests.granted.total".to_owned(), granted);
        }
        numbers
    };
    let made = dossiers(
        &batch([
            report(&form, "a", 2022, &numbers(Some(20), 40)),
            report(&form, "b", 2022, &numbers(Some(1), 29)),
            report(&form, "c", 2022, &numbers(None, 500)),
            report(&form, "d", 2022, &numbers(Some(30), 30)),
        ]),
        &Registry::default(),
        Library::official(),
        &Options::default(),
    );
    let rates: Vec<_> = (made[0].rates.iter())
        .filter(|r| r.id == "disclosure-rate")
        .map(|r| {
            (
                r.unit.as_deref(),
                r.numerator,
                r.denominator,
                r.value,
                r.small_base,
            )
        })
        .collect();
    assert_eq!(
        rates,
        [
            (None, Some(51), Some(99), Some(51.52), false),
            (Some("a"), Some(20), Some(40), Some(50.0), false),
            (Some("b"), Some(1), Some(29), Some(3.45), true),
            (Some("c"), None, None, None, false),
            (Some("d"), Some(30), Some(30), Some(100.0), false),
        ]
    );
    let ranking = (made[0].rate_rankings.iter())
        .find(|r| r.id == "disclosure-rate")
        .unwrap();
    assert_eq!(ranking.display, Display::Percent);
    assert_eq!(
        ranking.ranked,
        [(1, "d".to_owned(), 100.0), (2, "a".to_owned(), 50.0)]
    );
    assert_eq!(ranking.small_base, 1);
}

#[test]
fn years_without_a_crosswalk_between_their_forms_do_not_compare() {
    let mut library = Library::embedded().unwrap();
    let mine = include_str!("../fixtures/rollup/own-form.toml");
    library.add("own-form.toml", mine).unwrap();
    let own = library.get("own").unwrap().clone();
    let old = form("2021");
    let numbers = Numbers::from([("visits.web.count".to_owned(), 5)]);
    let reports = [
        report(&old, "a", 2021, &consistent(&old, &mut Dice::new(3))),
        report(&own, "a", 2022, &numbers),
    ];
    let made = dossiers(
        &batch(reports),
        &Registry::default(),
        &library,
        &Options::default(),
    );
    let rows = &made[0].comparisons;
    assert_eq!(rows.len(), 2 * own.keys.len());
    for row in rows {
        assert!(
            !row.comparable && row.change.is_none() && row.note.zh.contains("对照表"),
            "{row:?}"
        );
    }
    assert_eq!(rows[0].to, Some(5));
}
