//! Tests of: documents to reports.

use std::collections::BTreeMap;
use std::sync::Arc;

use huizong::files::{Document, Kind, Part};
use huizong::form::Library;
use huizong::grid::{Addressing, Content, Grid};
use huizong::report::{Status, recognise};

pub fn text_document(name: &str, text: &str) -> Document {
    let mut document = Document::new(Arc::from(name), Kind::Text);
    let mut rows: Vec<Vec<Content>> = Vec::new();
    let mut first = 0;
    for (at, line) in text.lines().chain([""]).enumerate() {
        if line.contains('|') {
            if rows.is_empty() {
                first = at as u32 + 1;
            }
            rows.push(line.split('|').map(|c| Content::text(c.trim())).collect());
            continue;
        }
        if !rows.is_empty() {
            let rows = std::mem::take(&mut rows);
            document.push_grid(Grid::from_rows("", Addressing::Line { first }, rows));
        }
        if !line.trim().is_empty() {
            document.parts.push(Part::Words {
                text: line.into(),
                heading: false,
                line: at as u32 + 1,
            });
        }
    }
    document
}

fn truth(csv: &str) -> BTreeMap<String, i64> {
    (csv.lines().skip(1))
        .map(|line| {
            let (key, value) = line.split_once(',').unwrap();
            (key.to_owned(), value.parse().unwrap())
        })
        .collect()
}

#[test]
fn a_converted_page_comes_through_whole() {
    let text = include_str!("../fixtures/recognise/flattened-traditional-with-pinyin.txt");
    let truth = truth(include_str!(
        "../fixtures/recognise/flattened-traditional-with-pinyin.csv"
    ));
    let recognition = recognise(&text_document("a.txt", text), Library::official());
    let [report] = recognition.reports.as_slice() else {
        panic!("{:?}", recognition.why_not);
    };
    assert_eq!(report.unit, "纸鸢镇");
    assert_eq!(report.year, Some(2019));
    assert_eq!(report.form.id, "2019");
    assert_eq!(truth.len(), 198);
    for (key, value) in &truth {
        assert_eq!(
            report.number(key),
            Some(*value),
            "{key}: {:?}",
            report.value(key)
        );
    }
    let bad: Vec<_> = report
        .values
        .iter()
        .filter(|v| v.status != Status::Reported)
        .collect();
    assert!(bad.is_empty(), "{bad:?}");
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
}
