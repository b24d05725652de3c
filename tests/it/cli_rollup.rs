//! The main job through the real binary: a folder of thirty units' files in, sums out.

use std::collections::BTreeMap;
use std::path::Path;

use calamine::{Data, Reader, open_workbook_auto};

use super::desk::{Answer, Desk, records};

/// Thirty units' reports in six formats in `made/示例县`, with the truth beside them.
fn thirty(desk: &Desk, years: &str) {
    let answer = desk.run(&[
        "synth",
        "-o",
        "made",
        "--units",
        "30",
        "--years",
        years,
        "--seed",
        "11",
        "--formats",
        "xlsx,csv,json,txt,html,docx",
    ]);
    assert_eq!(answer.code, 0, "{answer:?}");
}

/// The sums of the truth of one year, added up here.
fn truth(desk: &Desk, year: &str) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for record in records(&desk.text("made/示例县/.truth.csv")) {
        if record["year"] == year {
            let value: i64 = record["value"].parse().unwrap();
            *sums.entry(record["key"].clone()).or_default() += value;
        }
    }
    assert!(sums.values().filter(|sum| **sum > 0).count() > 60);
    sums
}

#[test]
fn thirty_units_in_six_formats_add_up_to_the_truth() {
    let desk = Desk::new();
    thirty(&desk, "2022");
    let answer = desk.run(&["rollup", "made/示例县", "-o", "out"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(answer.out.contains("已报 30/30"), "{}", answer.out);
    let truth = truth(&desk, "2022");
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    let mut units: BTreeMap<String, usize> = BTreeMap::new();
    for record in records(&desk.text("out/values.csv")) {
        assert_eq!(record["status"], "reported", "{record:?}");
        let value: i64 = record["value"].parse().unwrap();
        *sums.entry(record["key"].clone()).or_default() += value;
        *units.entry(record["key"].clone()).or_default() += 1;
    }
    assert_eq!(sums, truth);
    assert!(units.values().all(|n| *n == 30), "{units:?}");
    let mut shown = totals_of_workbook(&desk.path("out/示例县-2022.xlsx"));
    // The subtotals that the form does not have are computed from its keys, and not part of the truth.
    shown.retain(|key, _| truth.contains_key(key));
    assert_eq!(shown, truth);
}

/// The sheet of all totals, as whatever opens the workbook sees it.
fn totals_of_workbook(path: &Path) -> BTreeMap<String, i64> {
    let mut book = open_workbook_auto(path).unwrap();
    let sheet = book.worksheet_range("指标合计").unwrap();
    let mut rows = sheet.rows();
    let header = (rows.by_ref())
        .find(|row| row.iter().any(|cell| *cell == "指标代码"))
        .unwrap();
    let at = |start: &str| {
        let found = |cell: &Data| cell.to_string().starts_with(start);
        header.iter().position(found).unwrap()
    };
    let (key, unit, total) = (at("指标代码"), at("计量单位"), at("合计"));
    let mut totals = BTreeMap::new();
    for row in rows {
        let number = match row[total] {
            Data::Float(number) => number,
            Data::Int(number) => number as f64,
            _ => continue,
        };
        let factor = if row[unit] == "万元" { 1e6 } else { 1.0 };
        totals.insert(row[key].to_string(), (number * factor).round() as i64);
    }
    totals
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_rolled_up() {
    let desk = Desk::new();
    thirty(&desk, "2022");
    std::fs::create_dir(desk.path("made/示例县/空文件夹")).unwrap();
    desk.file(
        "made/示例县/2022/photo.xlsx",
        b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01 and so on",
    );
    desk.file(
        "made/示例县/2022/broken.xlsx",
        b"PK\x03\x04 and then nothing",
    );
    desk.file("made/示例县/2022/menu.csv", "dish,price\nnoodles,12\n");
    let answer = desk.run(&["rollup", "made/示例县", "-o", "out", "--lang", "en"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    for name in ["broken.xlsx", "photo.xlsx"] {
        let named = format!("made/示例县/2022/{name}");
        let line = answer.out.lines().last().unwrap();
        assert!(
            line.starts_with("unreadable: ") && line.contains(&named),
            "{line}"
        );
    }
    let counts = "files 34: used 30, superseded 0, not a report 2, unreadable 2";
    assert!(answer.err.contains(counts), "{}", answer.err);
    let ends = |name: &str| -> Vec<(String, String)> {
        (records(&desk.text("out/inputs.csv")).into_iter())
            .filter(|record| record["file"].ends_with(name))
            .map(|record| (record["end"].clone(), record["why"].clone()))
            .collect()
    };
    let photo = ends("photo.xlsx");
    assert_eq!(photo[0].0, "unreadable");
    assert!(photo[0].1.contains("JPEG"), "{photo:?}");
    assert_eq!(ends("broken.xlsx")[0].0, "unreadable");
    assert_eq!(ends("menu.csv")[0].0, "not-a-report");
    let json = desk.run(&[
        "rollup",
        "made/示例县",
        "-o",
        "out",
        "--format",
        "json",
        "-q",
    ]);
    assert_eq!(sums_of(&json), truth(&desk, "2022"));
}

fn sums_of(answer: &Answer) -> BTreeMap<String, i64> {
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    (json["areas"][0]["totals"].as_array().unwrap().iter())
        .map(|total| {
            let key = total["key"].as_str().unwrap().to_owned();
            (key, total["value"].as_i64().unwrap())
        })
        .collect()
}

#[test]
fn identical_copies_and_later_versions_give_way_and_every_file_is_accounted_for() {
    let desk = Desk::new();
    let made = desk.county();
    let unit = &made[0].unit;
    let first = format!("in/2021/{unit}.xlsx");
    let bytes = std::fs::read(desk.path(&first)).unwrap();
    desk.file(&format!("in/again/{unit}.xlsx"), bytes);
    let answer = desk.run(&["rollup", "in", "-o", "out"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(answer.out.contains("已报 3/3"), "{}", answer.out);
    let inputs = records(&desk.text("out/inputs.csv"));
    let same: Vec<_> = inputs.iter().filter(|r| r["end"] == "superseded").collect();
    assert_eq!(same.len(), 1);
    assert!(same[0]["why"].contains("内容相同"), "{same:?}");
    assert!(same[0]["superseded_by"].ends_with(&format!("{unit}.xlsx")));
    let statuses = [
        "reported",
        "blank",
        "blank-as-zero",
        "derived",
        "not-applicable",
        "unreadable",
        "corrected",
    ];
    for record in inputs.iter().filter(|record| record["report"] == "1") {
        let cells: usize = (statuses.iter())
            .map(|s| record[*s].parse::<usize>().unwrap())
            .sum();
        assert_eq!(cells, 200, "{record:?}");
    }
    assert!(
        !desk.text("out/findings.csv").contains("superseded"),
        "a copy is nothing to deal with"
    );
}

#[test]
fn an_area_behind_the_others_gets_its_own_last_year() {
    let desk = Desk::new();
    desk.county();
    let line = "990000,邻县,county,,,,\n990000001,邻县甲镇,township,990000,,,\n";
    let registry = desk.text("in/units.csv") + line;
    desk.file("in/units.csv", registry);
    let other = huizong::synth::Format::Json;
    let options = huizong::synth::Options {
        units: 1,
        from: 2021,
        to: 2021,
        seed: 3,
        ..Default::default()
    };
    let mut paper = huizong::synth::county(&options, 0).remove(0);
    paper.unit = "邻县甲镇".to_owned();
    desk.file(
        "in/2021/邻县甲镇.json",
        other.bytes(&paper.paper()).unwrap(),
    );
    let answer = desk.run(&["rollup", "in", "-o", "out"]);
    assert!(desk.path("out/邻县-2021.xlsx").is_file(), "{answer:?}");
    assert!(!desk.path("out/邻县-2022.xlsx").exists());
    assert!(desk.path("out/示例县-2022.xlsx").is_file());
    assert_eq!(
        answer.code, 1,
        "nobody of 邻县 has reported for 2022: {answer:?}"
    );
    let findings = desk.text("out/findings.csv");
    assert!(
        findings.contains("area-silent,error,邻县,2022"),
        "{findings}"
    );
    assert!(
        findings.contains("unit-missing,error,邻县甲镇,2022"),
        "{findings}"
    );
    let asked = desk.run(&["rollup", "in", "-o", "asked", "--year", "2022"]);
    assert!(desk.path("asked/邻县-2022.xlsx").is_file(), "{asked:?}");
}

#[test]
fn several_counties_get_a_workbook_each_and_their_parent_one_only_where_there_is_one() {
    let desk = Desk::new();
    let made = desk.run(&[
        "synth",
        "-o",
        "made",
        "--counties",
        "2",
        "--units",
        "3",
        "--years",
        "2022",
        "--seed",
        "4",
        "--formats",
        "json",
    ]);
    assert_eq!(made.code, 0, "{made:?}");
    let registry: Vec<String> = (desk.folder.path().join("made").read_dir().unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| path.join("units.csv"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    assert_eq!(registry.len(), 2);
    let lines = |text: &str| -> Vec<String> {
        let text = text.trim_start_matches('\u{FEFF}');
        text.lines().skip(1).map(str::to_owned).collect()
    };
    let head = "code,name,kind,parent,aliases,from,to";
    let both = [lines(&registry[0]), lines(&registry[1])].concat();
    let with_parent = |parent: &str| -> String {
        let lines = both.iter().map(|line| {
            let mut fields: Vec<&str> = line.split(',').collect();
            if fields[2] == "county" {
                fields[3] = parent;
            }
            fields.join(",")
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    desk.file("apart.csv", format!("{head}\n{}\n", with_parent("")));
    let apart = desk.run(&["rollup", "made", "--units", "apart.csv", "-o", "apart"]);
    assert!(apart.code < 2, "{apart:?}");
    assert_eq!(workbooks(&desk.path("apart")).len(), 2);
    let registry = format!("{head}\n99,示例市,city,,,,\n{}\n", with_parent("99"));
    desk.file("under.csv", registry);
    let under = desk.run(&["rollup", "made", "--units", "under.csv", "-o", "under"]);
    assert!(under.code < 2, "{under:?}");
    let books = workbooks(&desk.path("under"));
    assert_eq!(books.len(), 3);
    assert!(books.contains(&"示例市-2022.xlsx".to_owned()), "{books:?}");
}

fn workbooks(folder: &Path) -> Vec<String> {
    (folder.read_dir().unwrap())
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".xlsx"))
        .collect()
}
