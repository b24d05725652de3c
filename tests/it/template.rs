//! Templates: what is handed out, and what it says before and after it is filled in.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use calamine::{Data, Reader, Xlsx};
use huizong::files;
use huizong::form::{LayoutContent, Library, Measure, layout};
use huizong::grid::CellRef;
use huizong::report::{Status, recognise};
use huizong::text::Lang;
use huizong::units::Unit;
use huizong::workbook::{Previous, templates};

fn unit(code: &str, name: &str) -> Unit {
    Unit {
        code: code.into(),
        name: name.into(),
        kind: "township".into(),
        parent: "430603".into(),
        aliases: Vec::new(),
        from: None,
        to: None,
    }
}

fn opened(bytes: &[u8]) -> Xlsx<Cursor<Vec<u8>>> {
    calamine::open_workbook_from_rs(Cursor::new(bytes.to_vec())).unwrap()
}

/// Every number that stands in a workbook.
fn numbers(bytes: &[u8]) -> Vec<f64> {
    let mut book = opened(bytes);
    let mut numbers = Vec::new();
    for name in book.sheet_names() {
        for row in book.worksheet_range(&name).unwrap().rows() {
            numbers.extend(row.iter().filter_map(|cell| match cell {
                Data::Float(n) => Some(*n),
                Data::Int(n) => Some(*n as f64),
                _ => None,
            }));
        }
    }
    numbers
}

#[test]
fn an_untouched_template_holds_no_number() {
    for form in ["2019", "2021"] {
        let form = Library::official().get(form).unwrap();
        let units = [unit("430603100", "铜锣镇"), unit("430603101", "=1+1")];
        let files = templates(form, &units, 2025, &Previous::new(), Lang::Zh).unwrap();
        assert_eq!(files.len(), 2);
        for (_, bytes) in &files {
            assert_eq!(numbers(bytes), Vec::<f64>::new());
        }
    }
}

#[test]
fn names_are_safe_and_never_the_same() {
    let form = Library::official().get("2021").unwrap();
    let units = [unit("", "a/b"), unit("", "a\\b"), unit("1", "铜锣镇")];
    let files = templates(form, &units, 2025, &Previous::new(), Lang::Zh).unwrap();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    // What was changed carries a mark of the whole name; what was not stays.
    assert!(
        names[..2]
            .iter()
            .all(|name| name.starts_with("a_b-2025~") && name.ends_with(".xlsx"))
    );
    assert_ne!(names[0], names[1]);
    assert_eq!(names[2], "1-铜锣镇-2025.xlsx");
}

#[test]
fn last_years_backlog_is_filled_in() {
    let form = Library::official().get("2021").unwrap();
    let known = [
        ("requests.carried_out.natural_person", 5),
        ("requests.carried_out.business", 2),
        ("requests.carried_out.total", 7),
        ("requests.received.total", 90),
    ];
    let mut previous = Previous::new();
    let known = known.map(|(key, number)| (key.to_owned(), number));
    previous.insert("铜锣镇".into(), known.into());
    let units = [unit("1", "铜锣镇"), unit("2", "大渡口镇")];
    let files = templates(form, &units, 2025, &previous, Lang::Zh).unwrap();
    assert_eq!(numbers(&files[0].1), [5.0, 2.0, 7.0]);
    assert_eq!(numbers(&files[1].1), Vec::<f64>::new());
}

#[test]
fn every_rule_has_its_line() {
    let form = Library::official().get("2021").unwrap();
    let files = templates(
        form,
        &[unit("1", "铜锣镇")],
        2025,
        &Previous::new(),
        Lang::Zh,
    )
    .unwrap();
    let mut book = opened(&files[0].1);
    let mut lines = Vec::new();
    for name in book.sheet_names() {
        for row in book.worksheet_range(&name).unwrap().rows() {
            lines.extend(
                row.iter()
                    .map(|c| c.to_string())
                    .filter(|c| c.starts_with('…')),
            );
        }
    }
    let found: Vec<&str> = lines
        .iter()
        .map(|l| l.trim_start_matches("… 待填："))
        .collect();
    assert_eq!(
        found,
        [
            "无权制定规章",
            "收办平衡",
            "办理结果合计",
            "申请人合计",
            "复议诉讼合计"
        ]
    );
}

/// The same workbook with a number typed into a cell of a sheet.
fn typed(bytes: &[u8], sheet: usize, values: &BTreeMap<String, String>) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        if name == format!("xl/worksheets/sheet{sheet}.xml") {
            let mut text = String::from_utf8(content).unwrap();
            for (cell, value) in values {
                let start = text.find(&format!("<c r=\"{cell}\" ")).unwrap();
                let end = start + text[start..].find("/>").unwrap();
                assert!(!text[start..end].contains('>'), "{cell} is no blank cell");
                text.replace_range(end..end + 2, &format!("><v>{value}</v></c>"));
            }
            content = text.into_bytes();
        }
        out.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        out.write_all(&content).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn a_filled_template_read_back_gives_what_was_typed() {
    for form in ["2019", "2021"] {
        let form = Library::official().get(form).unwrap();
        let year = form.years.to.unwrap_or(2025);
        let files = templates(
            form,
            &[unit("1", "铜锣镇")],
            year,
            &Previous::new(),
            Lang::Zh,
        );
        let (name, mut bytes) = files.unwrap().remove(0);
        let totals: Vec<usize> = (form.rules.iter().flat_map(|rule| rule.equations()))
            .filter_map(|equation| equation.as_total().map(|(total, _)| total))
            .collect();
        let mut expected = BTreeMap::new();
        for (at, table) in form.tables.iter().enumerate() {
            let mut values = BTreeMap::new();
            for cell in layout(table).cells {
                if let LayoutContent::Key(key) = cell.content
                    && !totals.contains(&key)
                {
                    // Three rows of title stand above the table.
                    let place = CellRef::A1(cell.row as u32 + 3, cell.col as u32).to_string();
                    let info = &form.keys[key];
                    let (shown, number) = match info.measure {
                        Measure::Count => (key.to_string(), key as i64),
                        Measure::Fen => ("13.025".to_owned(), 13_025_000),
                    };
                    values.insert(place, shown);
                    expected.insert(info.key.clone(), number);
                }
            }
            bytes = typed(&bytes, at + 2, &values);
        }
        assert!(expected.len() > 140);
        let opened = files::open(name.as_str().into(), &bytes).remove(0);
        let recognition = recognise(&opened.outcome.unwrap(), Library::official());
        assert_eq!(recognition.reports.len(), 1);
        let report = &recognition.reports[0];
        assert_eq!((report.unit.as_str(), report.year), ("铜锣镇", Some(year)));
        for (key, number) in &expected {
            let value = report.value(key).unwrap();
            assert_eq!(
                (value.number, value.status),
                (Some(*number), Status::Reported),
                "{key}"
            );
        }
        // The stored results of the totals were never computed here, and nobody takes them for zero.
        for total in totals {
            assert_ne!(
                report.values[total].number,
                Some(0),
                "{}",
                form.keys[total].key
            );
        }
    }
}
