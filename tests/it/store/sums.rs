//! Sums of a store through the binary: totals, statuses, comparisons, SQL.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, SystemTime};

use huizong::report::Status;
use huizong::synth::{Format, MadeUp, Options, Planted, county};

use super::commands::{fine, nine_units};
use crate::desk::{Desk, county_options, read_values, records};

#[test]
fn totals_are_the_sums_of_what_export_says() {
    let desk = nine_units();
    desk.ingest(&[]);
    // The county's own reports are no units'.
    let units = desk.values("in");
    let mut sums: BTreeMap<(i32, String), (i64, usize)> = BTreeMap::new();
    for (unit, year, key, value) in read_values(&units) {
        let (sum, counted) = sums.entry((year, key)).or_default();
        assert_ne!(unit, "示例县");
        *sum += value.unwrap_or(0);
        *counted += usize::from(value.is_some());
    }
    let totals = records(&desk.totals("store"));
    let mut found = BTreeMap::new();
    for total in &totals {
        assert_eq!(total["county"], "示例县");
        let at = (total["year"].parse().unwrap(), total["key"].clone());
        let counted: usize = total["counted"].parse().unwrap();
        let sum = total["sum"].parse().unwrap_or(0);
        assert_eq!(total["sum"].is_empty(), counted == 0);
        found.insert(at, (sum, counted));
    }
    assert!(sums.len() > 500);
    for (at, sum) in &sums {
        assert_eq!(found.get(at), Some(sum), "{at:?}");
    }
}

/// Which of several versions counts, by the number of its requests: from the files, from the store, in the totals.
#[track_caller]
fn requests_of_2022(desk: &Desk) -> [i64; 3] {
    let key = "requests.received.total";
    let of = |input: &str| {
        let out = fine(desk.run(&["export", input])).out;
        let values = read_values(&out).into_iter();
        let found: Vec<i64> = values
            .filter(|v| v.2 == key)
            .map(|v| v.3.unwrap())
            .collect();
        assert_eq!(found.len(), 1, "{input}: {found:?}");
        found[0]
    };
    let totals = records(&desk.totals("store"));
    let total = totals.iter().find(|t| t["key"] == key).unwrap();
    assert_eq!((&*total["counted"], &*total["reports"]), ("1", "1"));
    [of("in"), of("store"), total["sum"].parse().unwrap()]
}

#[test]
fn date_revision_and_name_of_a_file_decide_alike_for_files_store_and_totals() {
    let desk = Desk::new();
    let made = (county(&county_options(), 0).into_iter()).find(|made| made.year == 2022);
    let made = made.unwrap();
    let key = made.form.index("requests.received.total").unwrap();
    let version = |name: &str, unit: String, requests: i64, day: u64| {
        let mut made = MadeUp {
            unit,
            ..made.clone()
        };
        made.planted.push(Planted {
            key,
            written: requests,
            in_text: false,
        });
        desk.file(name, Format::Json.bytes(&made.paper()).unwrap());
        date(&desk, name, day);
    };
    let ingest = || desk.ingest(&["--quiet"]);
    // One unit under two spellings; no registry says so.
    version("in/a.json", made.unit.clone(), 1001, 10);
    version("in/b.json", format!("{}人民政府", made.unit), 1002, 5);
    ingest();
    assert_eq!(requests_of_2022(&desk), [1001; 3]);

    date(&desk, "in/b.json", 20);
    let touched = desk.ingest(&[]);
    assert!(
        touched
            .err
            .contains("0 replaced, 0 removed, 2 unchanged (1 of them with a new date)"),
        "{}",
        touched.err
    );
    assert_eq!(requests_of_2022(&desk), [1002; 3]);

    // A revision counts whatever its date.
    version("in/c（修订）.json", made.unit.clone(), 1003, 1);
    ingest();
    assert_eq!(requests_of_2022(&desk), [1003; 3]);
}

fn date(desk: &Desk, name: &str, day: u64) {
    let file = fs::File::options()
        .write(true)
        .open(desk.path(name))
        .unwrap();
    let date = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + day * 86_400);
    file.set_modified(date).unwrap();
}

#[test]
fn statuses_of_totals_are_those_of_the_exported_values() {
    let desk = nine_units();
    desk.ingest(&[]);
    let mut counts: BTreeMap<[String; 4], usize> = BTreeMap::new();
    for value in records(&desk.values("in")) {
        let at = ["year", "form", "key", "status"].map(|name| value[name].clone());
        *counts.entry(at).or_default() += 1;
    }
    fine(desk.run(&["totals", "store", "-o", "totals", "--statuses"]));
    let rows = records(&desk.text("totals/statuses.csv"));
    let mut found = BTreeMap::new();
    for row in &rows {
        for status in Status::ALL.map(Status::as_str) {
            let count: usize = row[status].parse().unwrap();
            if count > 0 {
                let head = ["year", "form", "key"].map(|name| row[name].clone());
                let [year, form, key] = head;
                found.insert([year, form, key, status.to_owned()], count);
            }
        }
    }
    assert!(counts.len() > 500);
    assert_eq!(found, counts);
}

#[test]
fn reports_on_another_form_than_their_years_are_counted_where_they_are_left_out() {
    let desk = Desk::new();
    let made = desk.county();
    let unit = &made[0];
    // 2021 and 2022 both use the form of 2021; this one is on the form of 2019.
    let options = Options {
        from: 2020,
        to: 2020,
        ..county_options()
    };
    let other = county(&options, 0)
        .into_iter()
        .find(|other| other.code == unit.code);
    let text = String::from_utf8(Format::Json.bytes(&other.unwrap().paper()).unwrap()).unwrap();
    desk.file("in/2022/（第9版）.json", text.replace("2020", "2022"));
    desk.ingest(&[]);
    let args = ["totals", "store", "-o", "totals", "--lang", "en"];
    let answer = fine(desk.run(&args));
    let words = "2021 and 2022: 1 reports on another form than their year's are not compared";
    assert!(answer.err.contains(words), "{}", answer.err);
    let rows = records(&desk.text("totals/comparison.csv"));
    assert!(!rows.is_empty() && rows.iter().all(|row| row["left_out"] == "1"));
    // It is the last version, so what it replaces is in no sum either: two of three units are left.
    let total = |year: &str| {
        let rows = records(&desk.text("totals/totals.csv"));
        let of = |form: &str| {
            let row = rows.iter().find(|t| {
                t["key"] == "requests.received.total" && t["year"] == year && t["form"] == form
            });
            row.map(|row| row["reports"].clone())
        };
        (of("2019"), of("2021"))
    };
    assert_eq!(total("2021"), (None, Some("3".to_owned())));
    assert_eq!(total("2022"), (Some("1".to_owned()), Some("2".to_owned())));
}

#[test]
fn sql_names_every_key_and_refuses_what_is_no_store() {
    let desk = Desk::new();
    desk.county();
    desk.ingest(&[]);
    for dialect in ["duckdb", "spark"] {
        for what in ["rollup", "compare"] {
            let args = ["sql", what, "--store", "store", "--dialect", dialect];
            let answer = desk.run(&args);
            assert_eq!((answer.code, &*answer.err), (0, ""), "{answer:?}");
            for column in if what == "rollup" {
                STATUSES
            } else {
                &["left_out"]
            } {
                assert!(
                    answer.out.contains(&format!(" AS {column}")),
                    "{what} {dialect}: {column}"
                );
            }
            let form = &made_form();
            let keys = form.keys.iter().map(|info| &info.key);
            let derived = form.derived.iter().map(|derived| &derived.key);
            for key in keys.chain(derived.filter(|_| what == "rollup")) {
                assert!(
                    answer.out.contains(&format!("'{key}'")),
                    "{what} {dialect}: {key}"
                );
            }
        }
    }
    let answer = desk.run(&[
        "sql",
        "rollup",
        "--store",
        "in",
        "--lang",
        "en",
        "--dialect",
        "duckdb",
    ]);
    assert_eq!((answer.code, &*answer.out), (2, ""));
    assert!(answer.err.contains("in: not a store"), "{}", answer.err);
}

/// The columns of a roll-up that count statuses.
const STATUSES: &[&str] = &[
    "reported",
    "blank",
    "blank_as_zero",
    "derived",
    "not_applicable",
    "unreadable",
    "corrected",
];

fn made_form() -> std::sync::Arc<huizong::form::Form> {
    huizong::form::Library::official()
        .for_year(2022)
        .unwrap()
        .clone()
}
