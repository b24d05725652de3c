//! Files that would fill the memory or never end: each is refused with the limit it goes beyond, and the batch goes on.

use std::fs::{self, File};
use std::io::Write;
use std::time::{Duration, Instant};

use huizong::files::{Limits, open};
use zip::write::SimpleFileOptions;

use super::desk::{Desk, read_values, records};

/// A zip archive of parts, each made of a piece repeated.
fn package(parts: &[(&str, &str, usize, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, piece, times, end) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        let block = piece.repeat((1 << 20) / piece.len().max(1) + 1);
        let mut left = piece.len() * times;
        while left > 0 {
            let now = left.min(block.len() / piece.len() * piece.len());
            zip.write_all(&block.as_bytes()[..now]).unwrap();
            left -= now;
        }
        zip.write_all(end.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn docx(document: &str) -> Vec<u8> {
    package(&[
        ("[Content_Types].xml", "", 0, "<Types/>"),
        ("word/document.xml", "", 0, document),
    ])
}

fn xlsx(sheet: &str) -> Vec<u8> {
    package(&[
        ("[Content_Types].xml", "", 0, "<Types/>"),
        (
            "_rels/.rels",
            "",
            0,
            r#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            "",
            0,
            r#"<workbook xmlns:r="r"><sheets><sheet name="甲" sheetId="1" r:id="r1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "",
            0,
            r#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        ("xl/worksheets/sheet1.xml", "", 0, sheet),
    ])
}

/// The hostile files, each with the word its refusal must contain; none for one that is read all the same.
fn hostile() -> Vec<(&'static str, Vec<u8>, Option<&'static str>)> {
    let laughs = r#"<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><w:document><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>"#;
    let span = "<table><tr><td colspan=2000000000 rowspan=2000000000>x<td>y<tr><td>1<td>2</table>";
    let far = r#"<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>"#;
    let covering = r#"<mergeCell ref="A1:XFD1000"/>"#.repeat(2000);
    let merges = format!(
        r#"<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="500"><c r="ZZ500"><v>1</v></c></row></sheetData><mergeCells>{covering}</mergeCells></worksheet>"#
    );
    let word = "<w:document><w:body>";
    vec![
        (
            "bomb.xlsx",
            package(&[
                ("[Content_Types].xml", "", 0, "<Types/>"),
                ("xl/workbook.xml", "", 0, "<workbook/>"),
                ("xl/sharedStrings.xml", " ", 100 << 20, ""),
            ]),
            Some("(ratio)"),
        ),
        (
            "bomb.docx",
            package(&[
                ("[Content_Types].xml", "", 0, "<Types/>"),
                ("word/document.xml", " ", 200 << 20, ""),
            ]),
            Some("(part-size)"),
        ),
        ("laughs.docx", docx(laughs), Some("ENTITY")),
        (
            "tower.docx",
            docx(&format!("{word}{}", "<w:p>".repeat(200_000))),
            Some("(xml-depth)"),
        ),
        (
            "tables.docx",
            docx(&format!("{word}{}", "<w:tbl><w:tr><w:tc>".repeat(60))),
            Some("(table-depth)"),
        ),
        ("span.html", span.into(), None),
        ("far.xlsx", xlsx(far), None),
        ("merges.xlsx", xlsx(&merges), Some("(span-cells)")),
        (
            "brackets.json",
            "[".repeat(200_000).into(),
            Some("(json-depth)"),
        ),
        (
            "brackets.html",
            "<div>".repeat(200_000).into(),
            Some("(html-depth)"),
        ),
        (
            "line.csv",
            format!("甲,{}\n1,2\n", "9".repeat(5 << 20)).into(),
            Some("(line-length)"),
        ),
        (
            "cell.json",
            format!("{{\"单位\":\"{}\"}}", "甲".repeat(400_000)).into(),
            Some("(text-length)"),
        ),
        (
            "wide.txt",
            format!("{}\n{}", "a | ".repeat(4000), "a | b | c\n".repeat(5000)).into(),
            Some("(cells)"),
        ),
    ]
}

#[test]
fn hostile_files_are_refused_by_name_and_the_batch_goes_on() {
    let desk = Desk::new();
    let made = desk.county();
    let clean = desk.run(&["export", "in", "-o", "clean.csv"]);
    assert_eq!(clean.code, 0, "{clean:?}");
    let hostile = hostile();
    for (name, bytes, _) in &hostile {
        desk.file(&format!("in/{name}"), bytes);
    }
    // Larger than any limit, and not on disk at all: only its size may be looked at.
    File::create(desk.path("in/two-gigabytes.csv"))
        .unwrap()
        .set_len(5 << 31)
        .unwrap();
    let began = Instant::now();
    let answer = desk.run(&["rollup", "in", "-o", "out", "--lang", "en"]);
    assert!(
        began.elapsed() < Duration::from_secs(100),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(answer.code, 1, "{answer:?}");
    let lines = records(&desk.text("out/inputs.csv"));
    let line = |name: &str| {
        lines
            .iter()
            .find(|line| line["file"] == format!("in/{name}"))
            .unwrap()
    };
    for (name, _, limit) in &hostile {
        let (end, why) = (&line(name)["end"], &line(name)["why"]);
        match limit {
            Some(limit) => {
                assert_eq!(end, "unreadable", "{name}: {why}");
                assert!(why.contains(limit), "{name}: {why}");
            }
            None => assert_eq!(end, "not-a-report", "{name}: {why}"),
        }
    }
    let why = &line("two-gigabytes.csv")["why"];
    assert!(
        why.contains("(file-size)") && why.contains("256 MiB"),
        "{why}"
    );
    // Every other file came out as it does without them.
    let used = lines.iter().filter(|line| line["end"] == "used").count();
    assert_eq!(used, made.len());
    let values = |path: &str| read_values(&desk.text(path));
    assert_eq!(values("clean.csv"), values("out/values.csv"));
}

#[test]
fn what_is_read_sparsely_is_read_where_it_stands() {
    for (name, bytes, limit) in hostile() {
        if limit.is_none() {
            let opened = open(name.into(), &bytes).remove(0);
            let document = opened.outcome.unwrap();
            let cells: u32 = document.grids.iter().map(|g| g.rows() * g.cols()).sum();
            assert!((1..=2004).contains(&cells), "{name}: {cells}");
            if name == "far.xlsx" {
                assert_eq!(document.grids[0].cell_ref(0, 0).to_string(), "XFD1048576");
            }
        }
    }
}

#[test]
fn limits_are_typed_or_written_down_and_wrong_ones_refused() {
    let desk = Desk::new();
    desk.county();
    let export = |more: &[&str]| {
        let mut typed = vec!["check", "in", "--lang", "en", "-v"];
        typed.extend(more);
        desk.run(&typed)
    };
    let answer = export(&["--limit", "file-size=100"]);
    assert_eq!(answer.code, 2, "{answer:?}");
    assert!(
        answer.err.contains("units.csv") && answer.err.contains("file-size"),
        "{answer:?}"
    );
    let answer = export(&["--limit", "json-depth=1", "--limit", "line-length=1K"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.err.contains("(json-depth) is 1;"), "{answer:?}");
    let answer = export(&["--limit", "speed=9"]);
    assert_eq!(answer.code, 2);
    assert!(
        answer.err.contains("speed") && answer.err.contains("html-depth"),
        "{answer:?}"
    );
    let answer = export(&["--limit", "rows"]);
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("rows=1048576"), "{answer:?}");
    desk.file(
        "in/huizong.toml",
        "[limits]\njson-depth = 1\nfile-size = \"2M\"\n",
    );
    let answer = export(&[]);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.err.contains("(json-depth) is 1;"), "{answer:?}");
    // What is typed goes before what is written.
    assert_eq!(export(&["--limit", "json-depth=9"]).code, 0);
}

#[test]
fn standard_input_has_its_limit_too() {
    let desk = Desk::new();
    desk.county();
    let bytes = vec![b'1'; 60_000];
    let answer = desk.run_with(
        &[
            "check",
            "-",
            "in",
            "--limit",
            "file-size=30K",
            "--lang",
            "en",
            "-v",
        ],
        &bytes,
    );
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(
        answer.err.contains("-: unreadable") && answer.err.contains("more than 30 KiB"),
        "{answer:?}"
    );
}

#[test]
fn the_document_lists_the_limits_as_they_are() {
    let path = Desk::of_package("docs/limits.md");
    let text = fs::read_to_string(&path).unwrap();
    let mut table = String::from("| name | value | what | 说明 |\n|---|---|---|---|\n");
    for entry in Limits::entries() {
        let value = match entry.value {
            value if entry.bytes && value % (1 << 20) == 0 => format!("{}M", value >> 20),
            value => value.to_string(),
        };
        let (label, note) = (&entry.label, &entry.note);
        table.push_str(&format!(
            "| `{}` | {value} | {}: {} | {}：{} |\n",
            entry.name.as_str(),
            label.en,
            note.en,
            label.zh,
            note.zh
        ));
    }
    assert!(
        text.contains(&table),
        "{} should contain:\n{table}",
        path.display()
    );
}
