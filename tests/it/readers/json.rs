use huizong::files::{Document, Kind};
use huizong::grid::Content;

use super::{document, outcome, rules, seen};

/// Each record as `path: key.key=value …`; the parts of a path are joined by `/`.
fn records(document: &Document) -> Vec<String> {
    document
        .records
        .iter()
        .map(|record| {
            let entries: Vec<String> = record
                .entries
                .iter()
                .map(|entry| format!("{}={}", entry.path.join("/"), entry.content))
                .collect();
            format!("{}: {}", record.path, entries.join(" "))
        })
        .collect()
}

#[test]
fn nested_and_flat_keys() {
    let found = document(
        "a.txt",
        r#"{"unit":"甲镇","requests":{"received":{"total":3}},"requests.granted.total":null}"#
            .as_bytes(),
    );
    assert_eq!(found.kind, Kind::Json);
    assert_eq!(
        records(&found),
        ["$: unit=甲镇 requests/received/total=3 requests.granted.total="]
    );
    let (record, file) = (&found.records[0], "a.txt".into());
    assert_eq!(
        record.place(&file, &record.entries[1]).cell.to_string(),
        "$.requests.received.total"
    );
}

#[test]
fn several_reports_in_one_file() {
    for (text, paths) in [
        (
            r#"[{"unit":"甲"},{"unit":"乙"}]"#,
            ["$[0]: unit=甲", "$[1]: unit=乙"],
        ),
        (
            "{\"unit\":\"甲\"}\n\n{\"unit\":\"乙\"}\n",
            ["$[0]: unit=甲", "$[1]: unit=乙"],
        ),
        (
            r#"{"reports":[{"unit":"甲"},{"unit":"乙"}]}"#,
            ["$.reports[0]: unit=甲", "$.reports[1]: unit=乙"],
        ),
        (
            r#"{"data":{"list":[{"unit":"甲"},{"unit":"乙"}]}}"#,
            ["$.data.list[0]: unit=甲", "$.data.list[1]: unit=乙"],
        ),
    ] {
        assert_eq!(records(&document("a.json", text.as_bytes())), paths);
    }
    let found = document(
        "a.json",
        r#"{"year":2022,"reports":[{"unit":"甲"}]}"#.as_bytes(),
    );
    assert_eq!(records(&found), ["$: year=2022", "$.reports[0]: unit=甲"]);
}

#[test]
fn doubtful_values_are_kept_and_named() {
    let text = r#"{"a":9007199254740993,"b":NaN,"c":{"d":1e999},"e":[1,2],"f":"3","f":4,"g":true,"h":-0.5}"#;
    let found = document("a.json", text.as_bytes());
    let contents: Vec<Content> = found.records[0]
        .entries
        .iter()
        .map(|e| e.content.clone())
        .collect();
    assert_eq!(
        contents,
        [
            Content::text("9007199254740993"),
            Content::Error("NaN".into()),
            Content::Error("1e999".into()),
            Content::Structure("[1,2]".into()),
            Content::text("3"),
            Content::Number(4.0),
            Content::Bool(true),
            Content::Number(-0.5),
        ]
    );
    let noted: Vec<String> = found
        .notes
        .iter()
        .map(|note| format!("{} {}", note.rule, note.place.as_ref().unwrap().cell))
        .collect();
    assert_eq!(
        noted,
        ["not-finite $.b", "not-finite $.c.d", "duplicate-key $.f"]
    );
}

#[test]
fn malformed_json_is_refused_with_its_position() {
    let refusal = outcome(
        "a.json",
        "{\n  \"单位\": \"甲\",\n  \"年份\" 2020\n}".as_bytes(),
    )
    .unwrap_err();
    assert!(refusal.message.zh.contains("第 3 行第 8 列"), "{refusal:?}");
    assert!(
        refusal.message.en.contains("line 3, column 8"),
        "{refusal:?}"
    );
    assert!(outcome("a.json", b"{\"a\":[1,2").is_err());
}

#[test]
fn what_is_no_record_is_not_dropped_in_silence() {
    let found = document("a.json", br#"[{"unit":"x"},7]"#);
    assert_eq!(
        (records(&found), rules(&found)),
        (vec!["$[0]: unit=x".to_owned()], vec!["unread-value"])
    );
    let table = document("a.json", br#"[["unit","year"],["x",2020]]"#);
    assert_eq!(seen(&table.grids[0]), ["unit|year", "x|2020"]);
}
