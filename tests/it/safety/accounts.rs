//! Files found are files accounted for; values read are values written.

use std::fs;

use super::super::desk::{Desk, read_values, records};

#[test]
fn every_file_has_one_end_and_the_counts_add_up() {
    let desk = Desk::new();
    let made = desk.county();
    let first = format!("in/{}/{}.xlsx", made[0].year, made[0].unit);
    fs::copy(desk.path(&first), desk.path("in/same.xlsx")).unwrap();
    desk.file("in/letter.txt", "您好，附件请查收。\n");
    desk.file("in/photo.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF");
    let answer = desk.run(&["rollup", "in", "-o", "out", "--lang", "en"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    let line = format!(
        "files {}: used {}, superseded 1 (1 of these identical), not a report 2, unreadable 1",
        made.len() + 4,
        made.len()
    );
    assert!(answer.err.contains(&line), "{}\n{line}", answer.err);
    let files = records(&desk.text("out/inputs.csv"));
    let ends = files
        .iter()
        .filter(|line| line["report"] == "0" || line["report"] == "1");
    assert_eq!(ends.count(), made.len() + 4);
    // Every value of every report that counts, in each of the files that promise them.
    let keys: usize = (files.iter())
        .filter(|line| line["end"] == "used")
        .map(|line| {
            let library = huizong::form::Library::official();
            library.get(&line["form"]).unwrap().keys.len()
        })
        .sum();
    assert_eq!(read_values(&desk.text("out/values.csv")).len(), keys);
    assert_eq!(
        desk.run(&["export", "in", "--format", "json", "-o", "all.json"])
            .code,
        1
    );
    let json: serde_json::Value = serde_json::from_str(&desk.text("all.json")).unwrap();
    assert_eq!(json["values"].as_array().unwrap().len(), keys);
}
