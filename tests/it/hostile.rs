//! Files that were trouble once, each kept under a name that says what it is (`tests/fixtures/hostile`). The program is run
//! on each beside a good report: its end, what is said about it, and every number are what is written here.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use huizong::synth::{Format, county};

use crate::desk::{Answer, Desk, county_options, records};
use crate::mutation::seed::{Truth, paper};

const FOLDER: &str = "tests/fixtures/hostile";

/// Each file, and what becomes of it: its end; what is said of it; how many numbers are right; which keys have none, and which
/// have another number than the truth (rows, with the number of keys).
const KEPT: &[(&str, &str)] = &[
    (
        "header-label-far-from-its-numbers.xlsx",
        "used | error row-misaligned ×25, warning cells-missing, warning regulations-by-township ×3 | 25 right; none: 175 in 25 rows",
    ),
    (
        "header-that-lost-a-label.csv",
        "used | error row-misaligned ×25, warning cells-missing, warning regulations-by-township ×3 | 25 right; none: 175 in 25 rows",
    ),
    (
        "numbers-one-column-to-the-right.csv",
        "used | error row-misaligned, warning cells-missing, warning regulations-by-township ×3, warning total-both-ways ×7 | 193 right; none: requests.granted 7",
    ),
    (
        "numbers-one-column-to-the-right.xlsx",
        "used | error row-misaligned, warning cells-missing, warning regulations-by-township ×3, warning total-both-ways ×7 | 193 right; none: requests.granted 7",
    ),
    (
        "ods-cell-repeated-and-spanned-zero-times.ods",
        "used | warning regulations-by-township ×3 | 200 right",
    ),
    (
        "ods-cell-with-a-damaged-tag.ods",
        "unreadable: expected `</table:tablexcell>`, but `</table:table-cell>` was found); open it in its own program and save it again, or ask the unit to send it again | error unreadable-file | 0 right",
    ),
    (
        "ods-header-repeated-over-the-whole-width.ods",
        "used | warning regulations-by-township ×3 | 200 right",
    ),
    (
        "ods-row-that-lost-a-cell.ods",
        "used | error concluded-sum ×7, error total-both-ways ×7, warning regulations-by-township ×3 | 193 right; other: requests.granted 7",
    ),
    (
        "page-closing-tag-that-ends-in-chinese.html",
        "used | warning regulations-by-township ×3 | 200 right",
    ),
    (
        "page-row-that-lost-a-cell.html",
        "used | error concluded-sum ×7, error total-both-ways ×7, warning regulations-by-township ×3, warning row-short | 193 right; other: requests.granted 7",
    ),
    (
        "word-row-that-lost-a-cell.docx",
        "used | error concluded-sum ×7, error total-both-ways ×7, warning regulations-by-township ×3, warning row-short | 193 right; other: requests.granted 7",
    ),
    (
        "workbook-with-a-damaged-second-sheet.xlsx",
        "used | warning regulations-by-township ×3, warning unread-sheet | 200 right",
    ),
];

/// What became of a kept file that lay beside a good report.
fn became(name: &str) -> (String, Answer) {
    let desk = Desk::new();
    let made = county(&county_options(), 0);
    let own = paper().unit;
    let good = made.iter().find(|made| made.unit != own).unwrap();
    desk.file("in/good.json", Format::Json.bytes(&good.paper()).unwrap());
    let from = Desk::of_package(FOLDER).join(name);
    desk.file(&format!("in/{name}"), fs::read(from).unwrap());
    let began = Instant::now();
    let answer = desk.run(&["rollup", "in", "-o", "out", "--every-year", "--lang", "en"]);
    assert!(
        began.elapsed() < Duration::from_secs(60),
        "{name} takes too long"
    );
    assert!(answer.code < 2, "{name}: {answer:?}");
    assert!(!answer.err.contains("panicked"), "{name}: {answer:?}");
    let inputs = records(&desk.text("out/inputs.csv"));
    let line = |file: &str| {
        let found = inputs
            .iter()
            .find(|line| line["file"] == format!("in/{file}"));
        found.unwrap_or_else(|| panic!("{file} has no end"))
    };
    assert_eq!(line("good.json")["end"], "used", "{name}");
    let own = line(name);
    let why = own["why"].split(": ").last().unwrap_or_default();
    let end = match own["end"].as_str() {
        "used" => "used".to_owned(),
        other => format!("{other}: {why}"),
    };
    (
        format!(
            "{end} | {} | {}",
            findings(&desk, &good.unit),
            numbers(&desk, name)
        ),
        answer,
    )
}

/// Rules of the findings about others than the good unit, each once with its severity.
fn findings(desk: &Desk, good: &str) -> String {
    let mut rules: BTreeMap<String, usize> = BTreeMap::new();
    for finding in records(&desk.text("out/findings.csv")) {
        // A lone file says nothing of other years, and nothing is expected of anybody without a registry.
        if finding["unit"] != good && finding["severity"] != "note" {
            *rules
                .entry(format!("{} {}", finding["severity"], finding["rule"]))
                .or_default() += 1;
        }
    }
    let rules = rules.into_iter().map(|(rule, count)| match count {
        1 => rule,
        _ => format!("{rule} ×{count}"),
    });
    rules.collect::<Vec<_>>().join(", ")
}

/// The numbers of a file beside the truth of the report that all kept files tell of.
fn numbers(desk: &Desk, name: &str) -> String {
    let truth = Truth::of(&paper());
    let (mut right, mut none, mut other) = (0, BTreeMap::new(), BTreeMap::new());
    for value in records(&desk.text("out/values.csv")) {
        if value["file"] != format!("in/{name}") {
            continue;
        }
        let key = &value["key"];
        let true_one = truth.form.index(key).map(|at| truth.values[at].to_string());
        let row = key
            .rsplit_once('.')
            .map_or(key.as_str(), |(row, _)| row)
            .to_owned();
        if value["value"].is_empty() {
            *none.entry(row).or_insert(0) += 1;
        } else if Some(&value["value"]) == true_one.as_ref() {
            right += 1;
        } else {
            *other.entry(row).or_insert(0) += 1;
        }
    }
    let listed = |what: &str, rows: BTreeMap<String, usize>| match rows.len() {
        0 => String::new(),
        1..4 => {
            let rows: Vec<String> = rows
                .iter()
                .map(|(row, keys)| format!("{row} {keys}"))
                .collect();
            format!("; {what}: {}", rows.join(", "))
        }
        count => format!("; {what}: {} in {count} rows", rows.values().sum::<usize>()),
    };
    format!(
        "{right} right{}{}",
        listed("none", none),
        listed("other", other)
    )
}

#[test]
fn every_kept_file_ends_as_it_must() {
    let mut names: Vec<String> = fs::read_dir(Desk::of_package(FOLDER))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "make.py" && name != "README.md")
        .collect();
    names.sort();
    let (mut wrong, mut listed) = (Vec::new(), Vec::new());
    for name in &names {
        let (found, _) = became(name);
        let expected = KEPT
            .iter()
            .find(|(kept, _)| kept == name)
            .map(|(_, said)| *said);
        if expected != Some(found.as_str()) {
            wrong.push(format!(
                "    (\n        {name:?},\n        {found:?},\n    ),"
            ));
        }
        // Where a number is not what the report says, somebody is told.
        if found.contains("other:") {
            assert!(
                found.contains("error ") || found.contains("warning "),
                "{name}: {found}"
            );
        }
        listed.push(name.as_str());
    }
    assert!(wrong.is_empty(), "is now:\n{}", wrong.join("\n"));
    let known: Vec<&str> = KEPT.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        listed, known,
        "in the order of their names, and nothing lost"
    );
}
