//! Personal data and folders of people are in no result.

use std::fs;
use std::io::Read;
use std::path::Path;

use huizong::form::Library;
use huizong::frame::store::{Came, Filter, Store};
use huizong::synth::Format;

use super::super::desk::{Desk, files_below, records};

/// All text of all files below a folder, office documents unpacked.
fn everything(root: &Path) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for name in files_below(root) {
        let bytes = fs::read(root.join(&name)).unwrap();
        let name = name.display().to_string();
        if bytes.starts_with(b"PK") {
            let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
            for at in 0..zip.len() {
                let mut text = Vec::new();
                let mut part = zip.by_index(at).unwrap();
                part.read_to_end(&mut text).unwrap();
                all.push((
                    format!("{name}!{at}"),
                    String::from_utf8_lossy(&text).into_owned(),
                ));
            }
        } else {
            all.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    all
}

const PLANTED: [&str; 7] = [
    "13812345678",
    "138 1234 5678",
    "15912345678",
    "13987654321",
    "18611112222",
    "11010519491231002X",
    "110105491231002",
];

/// A county in which numbers of people stand in the text, in a title, in cells that are no number and beside one.
fn planted(desk: &Desk) {
    let made = desk.county();
    let text = made
        .iter()
        .position(|made| {
            desk.path(&format!("in/{}/{}.txt", made.year, made.unit))
                .exists()
        })
        .unwrap();
    let path = desk.path(&format!("in/{}/{}.txt", made[text].year, made[text].unit));
    let said = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        format!("{said}\n联系人张三，电话13812345678、138 1234 5678，身份证11010519491231002X，旧证110105491231002。\n"),
    )
    .unwrap();
    let json = made
        .iter()
        .find(|made| {
            desk.path(&format!("in/{}/{}.json", made.year, made.unit))
                .exists()
        })
        .unwrap();
    let path = desk.path(&format!("in/{}/{}.json", json.year, json.unit));
    let record = String::from_utf8(Format::Json.bytes(&json.paper()).unwrap()).unwrap();
    let mut record: serde_json::Value = serde_json::from_str(&record).unwrap();
    let mut cells = vec!["联系15912345678", "5（联系人13987654321）", "13812340000"];
    plant(&mut record, &mut cells);
    assert!(cells.is_empty());
    record["说明18611112222"] = 7.into();
    fs::write(&path, record.to_string()).unwrap();
}

/// Puts texts in the place of numbers.
fn plant(value: &mut serde_json::Value, cells: &mut Vec<&str>) {
    match value {
        serde_json::Value::Object(members) => {
            for (key, inner) in members.iter_mut() {
                if !matches!(key.as_str(), "year" | "code" | "年份" | "代码") {
                    plant(inner, cells);
                }
            }
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| plant(item, cells)),
        serde_json::Value::Number(_) => {
            if let Some(text) = cells.pop() {
                *value = text.into();
            }
        }
        _ => {}
    }
}

#[test]
fn numbers_of_people_are_in_no_result() {
    let desk = Desk::new();
    planted(&desk);
    // Any other report would do for what is handed on; a store is read back instead of searched.
    assert!(desk.run(&["rollup", "in", "-o", "out"]).code < 2);
    for (format, file) in [
        ("json", "out/check.json"),
        ("sarif", "out/check.sarif"),
        ("csv", "out/check.csv"),
    ] {
        let answer = desk.run(&["check", "in", "--format", format]);
        desk.file(file, answer.out);
    }
    assert!(
        desk.run(&["export", "in", "--format", "json", "-o", "out/all.json"])
            .code
            < 2
    );
    assert!(desk.run(&["ingest", "in", "--store", "store"]).code < 2);
    assert!(desk.run(&["export", "store", "-o", "out/store.csv"]).code < 2);
    let store = Store::open(&desk.path("store")).unwrap();
    let mut told = String::new();
    for entry in store
        .entries(Library::official(), &Filter::default())
        .unwrap()
    {
        told.push_str(&format!("{:?}", entry.findings));
        if let Came::Reports(filed) = entry.came {
            for filed in filed {
                told.push_str(&format!(
                    "{:?}{:?}",
                    filed.report.narrative, filed.report.findings
                ));
                told.push_str(&format!("{:?}", filed.report.values));
            }
        }
    }
    let mut all = everything(&desk.path("out"));
    all.push(("store".into(), told));
    for (name, text) in &all {
        for number in PLANTED {
            assert!(!text.contains(number), "{number} in {name}");
        }
    }
    let holds = |file: &str, words: &str| {
        all.iter()
            .any(|(name, text)| name == file && text.contains(words))
    };
    // They were seen, and masked; what is a number of a table is untouched.
    assert!(holds("store", "138****5678") && holds("store", "110105************"));
    assert!(holds("values.csv", "159****5678") && holds("values.csv", "5（联系人139****4321）"));
    assert!(holds("findings.json", "186****2222"));
    let values = records(&desk.text("out/values.csv"));
    let legitimate = values
        .iter()
        .find(|line| line["value"] == "13812340000")
        .unwrap();
    assert_eq!(legitimate["raw"], "13812340000");
    let beside = values
        .iter()
        .find(|line| line["raw"].starts_with("5（联系人"))
        .unwrap();
    assert!(
        beside["status"] == "unreadable" || beside["value"] == "5",
        "{beside:?}"
    );
}

#[test]
fn folders_of_people_are_in_no_result_when_paths_are_redacted() {
    let desk = Desk::new();
    planted(&desk);
    desk.file("in/photo.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF");
    let home = desk.folder.path().display().to_string();
    let input = desk.path("in").display().to_string();
    let run = |out: &str, more: &[&str]| {
        let units = format!("{input}/units.csv");
        let mut typed = vec![
            "rollup", &input, "-o", out, "--units", &units, "--format", "json",
        ];
        typed.extend(more);
        let answer = desk.run(&typed);
        assert!(answer.code < 2, "{answer:?}");
        desk.file(&format!("{out}/printed.json"), answer.out);
        everything(&desk.path(out))
    };
    let told = |all: &[(String, String)]| -> Vec<String> {
        let found = all.iter().filter(|(_, text)| text.contains(&home));
        found.map(|(name, _)| name.clone()).collect()
    };
    assert!(!told(&run("open", &[])).is_empty());
    let redacted = run("redacted", &["--redact-paths"]);
    assert_eq!(told(&redacted), Vec::<String>::new());
    let lines = records(&desk.text("redacted/inputs.csv"));
    assert!(
        lines
            .iter()
            .any(|line| line["file"] == "photo.jpg" && line["end"] == "unreadable")
    );
    let same = |out: &str| {
        desk.text(&format!("{out}/values.csv"))
            .replace(&format!("{input}/"), "")
    };
    assert_eq!(same("open"), same("redacted"));
    // A store keeps the names it was taken in with: whole ones are refused, redacted ones go on.
    assert!(desk.run(&["ingest", &input, "--store", "whole"]).code < 2);
    let answer = desk.run(&["export", "whole", "--redact-paths", "--lang", "en"]);
    assert_eq!(answer.code, 2, "{answer:?}");
    assert!(answer.err.contains("ingest --redact-paths"), "{answer:?}");
    assert!(
        desk.run(&["ingest", &input, "--store", "short", "--redact-paths"])
            .code
            < 2
    );
    let answer = desk.run(&["export", "short", "--redact-paths"]);
    assert!(answer.code < 2 && !answer.out.contains(&home), "{answer:?}");
}
