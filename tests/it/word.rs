//! Tests of: word.

#![allow(clippy::unwrap_used)]

use std::io::{Cursor, Read};

use huizong::form::{Library, Measure};
use huizong::rollup::Dossier;
use huizong::text::Lang;
use huizong::word;

use super::sample;

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive
        .by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

fn written(dossier: &Dossier, lang: Lang) -> Vec<u8> {
    word::write(dossier, Library::official(), lang).unwrap()
}

/// One cell as Word has it: text, columns it spans, and whether it goes on from above.
#[derive(Debug, Default)]
struct Cell {
    text: String,
    span: usize,
    goes_on: bool,
    starts: bool,
}

/// Reads the tables and the paragraphs between them with an XML parser, not with the code under test.
fn parse(document: &str) -> (Vec<Vec<Vec<Cell>>>, Vec<String>) {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(document);
    let (mut tables, mut paragraphs): (Vec<Vec<Vec<Cell>>>, Vec<String>) = Default::default();
    let (mut inside, mut text) = (false, false);
    loop {
        let event = reader.read_event().unwrap();
        match &event {
            Event::Start(e) | Event::Empty(e) => {
                let value = e
                    .attributes()
                    .map(Result::unwrap)
                    .find(|a| a.key.as_ref() == "w:val")
                    .map(|a| a.value.to_string());
                let row = tables.last_mut().and_then(|t| t.last_mut());
                match e.name().as_ref() {
                    "w:tbl" => {
                        inside = true;
                        tables.push(Vec::new());
                    }
                    "w:tr" => tables.last_mut().unwrap().push(Vec::new()),
                    "w:tc" => row.unwrap().push(Cell {
                        span: 1,
                        ..Cell::default()
                    }),
                    "w:gridSpan" => {
                        row.unwrap().last_mut().unwrap().span = value.unwrap().parse().unwrap();
                    }
                    "w:vMerge" => {
                        let cell = row.unwrap().last_mut().unwrap();
                        cell.starts = value.as_deref() == Some("restart");
                        cell.goes_on = !cell.starts;
                    }
                    "w:p" if !inside => paragraphs.push(String::new()),
                    "w:t" => text = matches!(event, Event::Start(_)),
                    _ => {}
                }
            }
            Event::End(e) => match e.name().as_ref() {
                "w:tbl" => inside = false,
                "w:t" => text = false,
                _ => {}
            },
            Event::Text(words) if text => {
                add(&mut tables, &mut paragraphs, inside, words);
            }
            Event::GeneralRef(name) if text => {
                let character = match &**name {
                    "lt" => "<",
                    "gt" => ">",
                    "amp" => "&",
                    "quot" => "\"",
                    "apos" => "'",
                    other => panic!("&{other};"),
                };
                add(&mut tables, &mut paragraphs, inside, character);
            }
            Event::Eof => return (tables, paragraphs),
            _ => {}
        }
    }
}

fn add(tables: &mut [Vec<Vec<Cell>>], paragraphs: &mut [String], inside: bool, words: &str) {
    if inside {
        let cell = tables.last_mut().unwrap().last_mut().unwrap().last_mut();
        cell.unwrap().text.push_str(words);
    } else {
        paragraphs.last_mut().unwrap().push_str(words);
    }
}

#[test]
fn the_tables_hold_every_sum_in_reading_order() {
    for (year, columns) in [(2020, [4, 10, 15]), (2022, [4, 10, 15])] {
        let dossier = sample::complete(year, &["甲镇", "乙镇", "丙镇"]);
        let latest = dossier.latest().unwrap();
        let (tables, _) = parse(&part(&written(&dossier, Lang::Zh), "word/document.xml"));
        assert_eq!(tables.len(), 3);
        let mut shown = Vec::new();
        for (table, columns) in tables.iter().zip(columns) {
            for row in table {
                assert_eq!(
                    row.iter().map(|c| c.span).sum::<usize>(),
                    columns,
                    "{row:?}"
                );
                let numbers = row.iter().filter(|c| !c.goes_on).map(|c| c.text.as_str());
                shown.extend(
                    numbers
                        .filter(|t| t.starts_with(|c: char| c.is_ascii_digit()) && !t.contains('.'))
                        .map(|t| t.parse::<i64>().unwrap()),
                );
            }
        }
        let counts: Vec<_> = (latest.form.keys.iter().zip(&latest.totals))
            .filter(|(info, _)| info.measure == Measure::Count)
            .map(|(_, total)| total.sum.unwrap())
            .collect();
        assert_eq!(shown, counts);
    }
}

#[test]
fn cells_are_really_merged() {
    let dossier = sample::complete(2022, &["甲镇"]);
    let (tables, _) = parse(&part(&written(&dossier, Lang::Zh), "word/document.xml"));
    let requests = &tables[1];
    assert_eq!((requests[0][0].span, requests[0][0].starts), (3, true));
    assert_eq!(requests[0][1].text, "申请人情况");
    assert_eq!(requests[0][1].span, 7);
    let outcome = requests
        .iter()
        .position(|r| r[0].text == "三、本年度办理结果")
        .unwrap();
    assert!(requests[outcome][0].starts);
    let below = requests[outcome + 1..]
        .iter()
        .take_while(|r| r[0].goes_on && r[0].span == 1)
        .count();
    assert_eq!(below, 21);
}

/// A cell that goes on must stand under the cell it goes on from, or everything after it slips by one.
#[test]
fn merged_cells_go_on_where_they_start() {
    for year in [2020, 2022] {
        let dossier = sample::complete(year, &["甲镇"]);
        let (tables, _) = parse(&part(&written(&dossier, Lang::Zh), "word/document.xml"));
        for table in &tables {
            let mut above: Vec<(usize, usize)> = Vec::new();
            for row in table {
                let mut open = Vec::new();
                let mut column = 0;
                for cell in row {
                    let at = (column, cell.span);
                    assert!(!cell.goes_on || above.contains(&at), "{row:?}");
                    if cell.goes_on || cell.starts {
                        open.push(at);
                    }
                    column += cell.span;
                }
                above = open;
            }
        }
        // The last column is the total from the header down.
        let requests = &tables[1];
        assert_eq!(requests[1].last().unwrap().text, "总计");
        assert!(requests[2].last().unwrap().goes_on);
        let labels: Vec<_> = requests[2].iter().map(|c| c.text.as_str()).collect();
        assert_eq!(
            labels,
            [
                "",
                "",
                "商业企业",
                "科研机构",
                "社会公益组织",
                "法律服务机构",
                "其他",
                ""
            ]
        );
    }
}

#[test]
fn money_stands_in_the_unit_of_its_label() {
    let mut dossier = sample::complete(2020, &["甲镇"]);
    set(&mut dossier, "disclosure.procurement.amount", 13_020_000);
    let (tables, paragraphs) = parse(&part(&written(&dossier, Lang::Zh), "word/document.xml"));
    let last = tables[0].last().unwrap().last().unwrap();
    assert_eq!(last.text, "13.02万元");
    assert!(paragraphs.iter().any(|p| p.contains("采购总金额13.02万元")));
    let mut dossier = sample::complete(2022, &["甲镇"]);
    set(&mut dossier, "disclosure.fees.amount", 123_456_700_000_001);
    let (tables, _) = parse(&part(&written(&dossier, Lang::Zh), "word/document.xml"));
    assert_eq!(
        tables[0].last().unwrap().last().unwrap().text,
        "123456700.000001"
    );
}

fn set(dossier: &mut Dossier, key: &str, sum: i64) {
    let latest = dossier.years.last_mut().unwrap();
    let at = latest.form.index(key).unwrap();
    latest.totals[at].sum = Some(sum);
}

#[test]
fn sections_stand_in_the_official_order() {
    let dossier = sample::complete(2022, &["甲镇"]);
    let document = part(&written(&dossier, Lang::Zh), "word/document.xml");
    let (_, paragraphs) = parse(&document);
    assert_eq!(paragraphs[0], "清河县2022年政府信息公开工作年度报告");
    let headings: Vec<_> = (paragraphs.iter())
        .filter(|p| p.chars().nth(1) == Some('、'))
        .map(String::as_str)
        .collect();
    assert_eq!(
        headings,
        [
            "一、总体情况",
            "二、主动公开政府信息情况",
            "三、收到和处理政府信息公开申请情况",
            "四、政府信息公开行政复议、行政诉讼情况",
            "五、存在的主要问题及改进情况",
            "六、其他需要报告的事项",
        ]
    );
    let received = dossier
        .latest()
        .unwrap()
        .total("requests.received.total")
        .unwrap()
        .sum
        .unwrap();
    let sentence = format!("新收政府信息公开申请{received}件");
    assert!(paragraphs.iter().any(|p| p.contains(&sentence)));
    // Sentences of the other form are left out, holders never stay.
    assert!(
        !paragraphs
            .iter()
            .any(|p| p.contains("采购") || p.contains('{'))
    );
    assert!(document.contains(r#"w:w="11906""#) && document.contains(r#"w:h="16838""#));
}

#[test]
fn what_is_missing_says_so() {
    let mut dossier = sample::dossier();
    let latest = dossier.years.last_mut().unwrap();
    let at = latest.form.index("requests.received.total").unwrap();
    latest.totals[at].sum = None;
    let (tables, paragraphs) = parse(&part(&written(&dossier, Lang::Zh), "word/document.xml"));
    let received = tables[1]
        .iter()
        .find(|r| r[0].text.starts_with("一、"))
        .unwrap();
    assert_eq!(received.last().unwrap().text, "缺");
    let first = &paragraphs[1];
    assert!(
        first.contains("9个应报单位中8个") && first.contains(sample::MISSING_UNIT),
        "{first}"
    );
    assert!(paragraphs.iter().any(|p| p.contains("申请缺件")));
    let complete = sample::complete(2022, &["甲镇"]);
    let (_, paragraphs) = parse(&part(&written(&complete, Lang::Zh), "word/document.xml"));
    assert!(!paragraphs.concat().contains("尚缺"));
}

#[test]
fn names_stay_text() {
    let mut dossier = sample::complete(2022, &["甲镇"]);
    dossier.area.name = "<w:p>&\"县\u{1}".into();
    let (_, paragraphs) = parse(&part(&written(&dossier, Lang::Zh), "word/document.xml"));
    assert_eq!(paragraphs[0], "<w:p>&\"县 2022年政府信息公开工作年度报告");
}

#[test]
fn the_same_dossier_gives_the_same_bytes() {
    let first = written(&sample::dossier(), Lang::Zh);
    assert_eq!(first, written(&sample::dossier(), Lang::Zh));
    // No clock: the entries carry the earliest date an archive can.
    let mut archive = zip::ZipArchive::new(Cursor::new(&first[..])).unwrap();
    for at in 0..archive.len() {
        let year = archive
            .by_index(at)
            .unwrap()
            .last_modified()
            .map(|d| d.year());
        assert!(year.is_none_or(|y| y == 1980), "{year:?}");
    }
}

#[test]
fn there_is_an_english_one() {
    let dossier = sample::complete(2022, &["North"]);
    let (tables, paragraphs) = parse(&part(&written(&dossier, Lang::En), "word/document.xml"));
    assert!(paragraphs.iter().any(|p| p == "1. Overview"));
    assert_eq!(tables[1][0][1].text, "Applicants");
}

/// Leaves the file of the made-up county where a word processor can open it.
#[test]
fn a_file_to_look_at() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
    std::fs::create_dir_all(&folder).unwrap();
    let bytes = written(&sample::dossier(), Lang::Zh);
    std::fs::write(folder.join("sample.docx"), &bytes).unwrap();
    assert!(bytes.starts_with(b"PK"));
}

/// The office's report is itself a report: read back, it gives the numbers it was written from.
#[test]
fn the_report_reads_back_as_what_was_written() {
    for year in [2020, 2022] {
        let dossier = sample::complete(year, &["甲镇", "乙镇", "丙镇"]);
        let latest = dossier.latest().unwrap();
        let bytes = written(&dossier, Lang::Zh);
        let opened = huizong::files::open("清河县.docx".into(), &bytes);
        let document = opened[0].outcome.as_ref().unwrap();
        let found = huizong::report::recognise(document, Library::official());
        assert_eq!(found.reports.len(), 1, "{:?}", found.why_not);
        let report = &found.reports[0];
        assert_eq!(
            (report.year, report.form.id.as_str()),
            (Some(year), latest.form.id.as_str())
        );
        assert!(report.unit.contains("清河县"), "{}", report.unit);
        for ((info, total), value) in latest
            .form
            .keys
            .iter()
            .zip(&latest.totals)
            .zip(&report.values)
        {
            assert_eq!(value.number, total.sum, "{} {value:?}", info.key);
        }
    }
}
