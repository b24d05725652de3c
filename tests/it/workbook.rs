//! The workbook as written: unzipped, read by an independent reader, and looked at cell by cell.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod dossier;
mod golden;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use huizong::files;
use huizong::finding::Finding;
use huizong::form::{Library, Measure};
use huizong::report::{Status, recognise};
use huizong::rollup::Dossier;
use huizong::text::Lang;
use huizong::workbook;

use dossier::{EVIL, county};

type Parts = BTreeMap<String, String>;

fn written(dossier: &Dossier) -> Vec<u8> {
    workbook::write(dossier, Library::official(), Lang::Zh).unwrap()
}

fn parts(bytes: &[u8]) -> Parts {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut parts = Parts::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut text = Vec::new();
        file.read_to_end(&mut text).unwrap();
        let name = file.name().unwrap().into_owned();
        parts.insert(name, String::from_utf8_lossy(&text).into_owned());
    }
    parts
}

fn opened(bytes: &[u8]) -> Xlsx<Cursor<Vec<u8>>> {
    calamine::open_workbook_from_rs(Cursor::new(bytes.to_vec())).unwrap()
}

/// The value of an attribute of an element that stands in `text`.
fn attribute<'a>(text: &'a str, name: &str) -> &'a str {
    let start = text.find(&format!(" {name}=\"")).unwrap() + name.len() + 3;
    &text[start..start + text[start..].find('"').unwrap()]
}

/// Sheets that are drawn, not tables: the stated exceptions.
const DRAWN: [&str; 5] = [
    "封面",
    "图表",
    "主动公开情况",
    "申请办理情况",
    "复议诉讼情况",
];

/// Name, path of the part, for every sheet in order.
fn sheets(parts: &Parts) -> Vec<(String, String)> {
    (parts["xl/workbook.xml"]
        .split("<sheet ")
        .skip(1)
        .enumerate())
    .map(|(at, element)| {
        let element = format!(" {element}");
        (
            attribute(&element, "name").to_owned(),
            format!("xl/worksheets/sheet{}.xml", at + 1),
        )
    })
    .collect()
}

#[test]
fn the_same_dossier_gives_the_same_bytes() {
    assert_eq!(written(&county(3)), written(&county(3)));
}

#[test]
fn properties_name_title_language_and_the_date_of_the_dossier() {
    for (lang, named) in [(Lang::Zh, "zh-CN"), (Lang::En, "en")] {
        let bytes = workbook::write(&county(2), Library::official(), lang).unwrap();
        let core = &parts(&bytes)["docProps/core.xml"];
        assert!(
            core.contains(&format!("<dc:language>{named}</dc:language>")),
            "{core}"
        );
        assert!(
            core.contains("2023-01-28T18:30:00Z</dcterms:created>"),
            "{core}"
        );
        assert!(core.contains("<dc:title>"), "{core}");
    }
}

#[test]
fn every_data_sheet_is_one_plain_table() {
    let bytes = written(&county(4));
    let parts = parts(&bytes);
    let mut book = opened(&bytes);
    let mut names = BTreeSet::new();
    for (name, path) in sheets(&parts) {
        let tables = parts[&path].matches("<tablePart ").count();
        if DRAWN.contains(&name.as_str()) {
            assert_eq!(tables, 0, "{name}");
            continue;
        }
        assert_eq!(tables, 1, "{name}");
        assert!(!parts[&path].contains("<mergeCell "), "{name}");
        let number = path.trim_start_matches("xl/worksheets/sheet");
        let relations = &parts[&format!("xl/worksheets/_rels/sheet{number}.rels")];
        let at = relations.find("../tables/").unwrap() + 3;
        let target = &relations[at..at + relations[at..].find('"').unwrap()];
        let table = &parts[&format!("xl/{target}")];
        let table_name = attribute(table, "displayName");
        assert!(!table_name.starts_with("Table"), "{name}: {table_name}");
        assert!(names.insert(table_name.to_owned()), "{table_name} twice");
        let range = attribute(table, "ref");
        let (first, last) = range.split_once(':').unwrap();
        let [first, last]: [u32; 2] = [first, last].map(|cell| {
            let letters = |c: char| c.is_ascii_alphabetic();
            cell.trim_start_matches(letters).parse().unwrap()
        });
        let cells = book.worksheet_range(&name).unwrap();
        let title = cells.get_value((0, 0)).unwrap().to_string();
        assert!(title.chars().count() >= 2, "{name}: title {title:?}");
        let width = cells.width() as u32;
        let header: Vec<String> = (0..width)
            .map(|c| cells.get_value((first - 1, c)).unwrap().to_string())
            .collect();
        assert!(header.iter().all(|h| !h.is_empty()), "{name}: {header:?}");
        let unique: BTreeSet<&String> = header.iter().collect();
        assert_eq!(unique.len(), header.len(), "{name}: {header:?}");
        for r in 0..last {
            let empty =
                (0..width).all(|c| matches!(cells.get_value((r, c)), None | Some(Data::Empty)));
            assert!(!empty, "{name}: row {} is blank", r + 1);
        }
    }
    assert!(names.len() >= 12, "{names:?}");
}

#[test]
fn contents_and_notes_match_the_sheets() {
    let bytes = written(&county(4));
    let parts = parts(&bytes);
    let mut book = opened(&bytes);
    let names: Vec<String> = sheets(&parts).into_iter().map(|(name, _)| name).collect();
    let contents = book.worksheet_range("目录").unwrap();
    let listed: Vec<String> = (contents.rows())
        .filter(|row| matches!(row[0], Data::Float(_)))
        .map(|row| row[1].to_string())
        .collect();
    let others: Vec<String> = names.iter().filter(|n| *n != "目录").cloned().collect();
    assert_eq!(listed, others);
    let links = &parts["xl/worksheets/sheet2.xml"];
    for name in &others {
        let plain = format!("location=\"{name}!A1\"");
        let quoted = format!("location=\"'{name}'!A1\"");
        assert!(links.contains(&plain) || links.contains(&quoted), "{name}");
    }
    let markers = |text: &str| -> BTreeSet<String> {
        (text.split("[注").skip(1))
            .map(|rest| rest.split(']').next().unwrap().to_owned())
            .collect()
    };
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in names
        .iter()
        .filter(|n| !["目录", "说明与定义"].contains(&n.as_str()))
    {
        for row in book.worksheet_range(name).unwrap().rows() {
            for marker in row.iter().flat_map(|cell| markers(&cell.to_string())) {
                used.entry(marker).or_default().insert(name.clone());
            }
        }
    }
    let mut explained = BTreeMap::new();
    for row in book.worksheet_range("说明与定义").unwrap().rows() {
        if let Some(marker) = markers(&row[0].to_string()).into_iter().next() {
            let on = row[3].to_string().split('、').map(str::to_owned).collect();
            assert!(!row[2].to_string().is_empty());
            assert!(explained.insert(marker, on).is_none());
        }
    }
    assert_eq!(used, explained);
}

#[test]
fn totals_are_formulas_that_carry_the_sum() {
    let dossier = county(4);
    let bytes = written(&dossier);
    let mut book = opened(&bytes);
    let cells = book.worksheet_range("申请办理情况").unwrap();
    let formulas = book.worksheet_formula("申请办理情况").unwrap();
    let summary = dossier.latest().unwrap();
    let index = summary.form.index("requests.received.total").unwrap();
    let expected: i64 = (summary.members.iter())
        .filter_map(|m| m.values.get(index)?.number)
        .sum();
    let label = (cells.rows().enumerate())
        .find(|(_, row)| {
            row.iter()
                .any(|c| c.to_string().starts_with("一、本年新收"))
        })
        .map(|(row, _)| row as u32)
        .unwrap();
    assert_eq!(
        cells.get_value((label, 9)),
        Some(&Data::Float(expected as f64))
    );
    let formula = formulas.get_value((label, 9)).unwrap();
    assert!(
        formula.contains("SUM(") && formula.contains("分单位数据"),
        "{formula}"
    );
}

/// What `ROUND(SUM(cells)/10000,6)` gives for one cell or range of another sheet, computed here.
fn in_wan(book: &mut Xlsx<Cursor<Vec<u8>>>, formula: &str) -> f64 {
    let (_, rest) = formula.split_once("ROUND(SUM(").unwrap();
    let (reference, scale) = rest.split_once(')').unwrap();
    assert!(scale.starts_with("/10000,6)"), "{formula}");
    let (sheet, cells) = reference.rsplit_once('!').unwrap();
    let sheet = book.worksheet_range(sheet.trim_matches('\'')).unwrap();
    let cells: Vec<(u32, u32)> = (cells.replace('$', "").split(':'))
        .map(|cell| {
            let at = cell.find(|c: char| c.is_ascii_digit()).unwrap();
            let col = cell[..at]
                .bytes()
                .fold(0, |n, b| n * 26 + u32::from(b - b'A') + 1);
            (cell[at..].parse::<u32>().unwrap() - 1, col - 1)
        })
        .collect();
    let ((first, col), (last, _)) = (cells[0], cells[cells.len() - 1]);
    let sum: f64 = (first..=last)
        .filter_map(|row| match sheet.get_value((row, col)) {
            Some(Data::Float(n)) => Some(*n),
            _ => None,
        })
        .sum();
    (sum * 100.0).round() / 1_000_000.0
}

#[test]
fn money_formulas_give_their_stored_results() {
    let mut book = opened(&written(&county(4)));
    let cells = book.worksheet_range("行政事业性收费").unwrap();
    let formulas = book.worksheet_formula("行政事业性收费").unwrap();
    let mut compared = 0;
    for (row, col, formula) in formulas.used_cells().map(|(r, c, f)| (r, c, f.clone())) {
        let (top, left) = formulas.start().unwrap();
        let at = (row as u32 + top, col as u32 + left);
        let expected = in_wan(&mut book, &formula);
        assert_eq!(
            cells.get_value(at),
            Some(&Data::Float(expected)),
            "{formula}"
        );
        compared += 1;
    }
    assert_eq!(compared, 4);
}

#[test]
fn a_total_without_numbers_is_missing_and_not_zero() {
    let mut dossier = county(2);
    let summary = dossier.years.last_mut().unwrap();
    let index = summary.form.index("appeals.review.upheld").unwrap();
    for member in &mut summary.members {
        let mut values = member.values.to_vec();
        if let Some(value) = values.get_mut(index) {
            value.settle(Status::Blank, None);
        }
        member.values = values.into();
    }
    summary.totals[index].sum = None;
    summary.totals[index].counted = 0;
    let mut book = opened(&written(&dossier));
    let cells = book.worksheet_range("复议诉讼情况").unwrap();
    let found: Vec<String> = cells.rows().map(|row| row[0].to_string()).collect();
    assert!(found.iter().any(|cell| cell == "缺"), "{found:?}");
}

#[test]
fn by_unit_sheet_holds_every_value_and_its_status() {
    let dossier = county(4);
    let summary = dossier.latest().unwrap();
    let mut book = opened(&written(&dossier));
    let wide = book.worksheet_range("分单位数据").unwrap();
    let head = (wide.rows()).position(|row| row[0] == "填报单位").unwrap();
    let long = book.worksheet_range("数值出处").unwrap();
    let long_head = (long.rows()).position(|row| row[0] == "填报单位").unwrap();
    let mut line = long_head;
    let mut row = head;
    let mut compared = 0;
    for member in summary.members.iter().filter(|m| m.report.is_some()) {
        row += 1;
        assert_eq!(wide.get((row, 0)).unwrap().to_string(), member.name);
        for (k, info) in summary.form.keys.iter().enumerate() {
            line += 1;
            let value = &member.values[k];
            let header = wide.get((head, 5 + k)).unwrap().to_string();
            assert!(header.ends_with(&format!("[{}]", info.key)), "{header}");
            let cell = wide.get((row, 5 + k)).unwrap();
            match value.number {
                Some(number) => {
                    let yuan = info.measure == Measure::Fen;
                    let shown = number as f64 / if yuan { 100.0 } else { 1.0 };
                    assert_eq!(cell, &Data::Float(shown));
                }
                None => assert!(!matches!(cell, Data::Float(_)), "{cell:?}"),
            }
            assert_eq!(long.get((line, 4)).unwrap().to_string(), info.key);
            assert_eq!(
                long.get((line, 8)).unwrap().to_string(),
                value.status.as_str()
            );
            compared += 1;
        }
    }
    assert_eq!(compared, 3 * 200);
}

#[test]
fn injected_words_stay_words() {
    let bytes = written(&county(4));
    for (name, part) in parts(&bytes) {
        for formula in part.split("<f>").skip(1) {
            let formula = formula.split("</f>").next().unwrap();
            assert!(!formula.contains("HYPERLINK"), "{name}: {formula}");
        }
        assert!(!part.contains("TargetMode=\"External\""), "{name}");
    }
    let mut book = opened(&bytes);
    let cells = book.worksheet_range("报送情况").unwrap();
    assert!(
        cells
            .rows()
            .any(|row| row[0] == Data::String(EVIL.to_owned()))
    );
}

#[test]
fn doubted_values_carry_the_finding_as_a_comment() {
    let all = parts(&written(&county(4)));
    let comments: String = (all.iter())
        .filter(|(name, _)| name.starts_with("xl/comments"))
        .map(|(_, part)| part.as_str())
        .collect();
    assert!(comments.contains("合计与各列之和不符"), "{comments}");
    assert_eq!(comments.matches("<comment ").count(), 1);
}

#[test]
fn charts_have_words_for_those_who_do_not_see_them() {
    let all = parts(&written(&county(4)));
    let drawings: Vec<&String> = (all.iter())
        .filter(|(name, _)| name.starts_with("xl/drawings/drawing"))
        .map(|(_, part)| part)
        .collect();
    assert_eq!(drawings.len(), 1);
    assert_eq!(drawings[0].matches("<xdr:cNvPr ").count(), 4);
    assert_eq!(drawings[0].matches("descr=\"").count(), 4);
}

#[test]
fn language_is_followed_everywhere() {
    let bytes = workbook::write(&county(2), Library::official(), Lang::En).unwrap();
    let book = opened(&bytes);
    let names = book.sheet_names();
    assert!(names.iter().all(|name| name.is_ascii()), "{names:?}");
    assert!(names.contains(&"By unit".to_owned()));
}

/// Numbers and statuses by unit and key, as huizong reads them from a workbook.
fn read_back(bytes: &[u8]) -> BTreeMap<(String, String), (Option<i64>, Status)> {
    let mut read = BTreeMap::new();
    for opened in files::open("云溪县-2022.xlsx".into(), bytes) {
        let document = opened.outcome.unwrap();
        let recognition = recognise(&document, Library::official());
        for report in recognition.reports {
            assert_eq!(report.year, Some(2022));
            for (info, value) in report.form.keys.iter().zip(&report.values) {
                let at = (report.unit.clone(), info.key.clone());
                let twice = read.insert(at, (value.number, value.status));
                assert!(twice.is_none());
            }
        }
    }
    read
}

#[test]
fn a_workbook_read_back_gives_the_same_values_and_statuses() {
    let mut dossier = county(4);
    // Reading strips quotes and colons from any unit's name; that is not what is looked at here.
    for member in &mut dossier.years[2].members {
        member.name = member.name.replace(EVIL, "石板镇");
    }
    let mut expected = BTreeMap::new();
    for member in &dossier.latest().unwrap().members {
        for (value, info) in member
            .values
            .iter()
            .zip(&dossier.latest().unwrap().form.keys)
        {
            let at = (member.name.clone(), info.key.clone());
            expected.insert(at, (value.number, value.status));
        }
    }
    for lang in [Lang::Zh, Lang::En] {
        let bytes = workbook::write(&dossier, Library::official(), lang).unwrap();
        let read = read_back(&bytes);
        let units: BTreeSet<&String> = read.keys().map(|(unit, _)| unit).collect();
        let expected_units: BTreeSet<&String> = expected.keys().map(|(unit, _)| unit).collect();
        assert_eq!(units, expected_units);
        for (at, value) in &expected {
            assert_eq!(read.get(at), Some(value), "{at:?}");
        }
        assert_eq!(read.len(), expected.len());
    }
}

#[test]
fn a_notice_marks_the_doubtful_cell_and_says_what_to_check() {
    let dossier = county(4);
    let member = &dossier.latest().unwrap().members[1];
    let report = member.report.as_ref().unwrap();
    let findings: Vec<&Finding> = dossier.findings.iter().collect();
    let bytes = workbook::notice(report, &findings, Lang::Zh).unwrap();
    let mut book = opened(&bytes);
    assert_eq!(book.sheet_names(), ["更正通知", "申请办理情况"]);
    let cells = book.worksheet_range("更正通知").unwrap();
    let said: Vec<String> = cells.rows().flatten().map(ToString::to_string).collect();
    assert!(said.iter().any(|s| s == "合计与各列之和不符"), "{said:?}");
    assert!(said.iter().any(|s| s.contains("商业企业 → 45")), "{said:?}");
    let parts = parts(&bytes);
    let comments = &parts["xl/comments1.xml"];
    assert_eq!(comments.matches("<comment ").count(), 1);
    assert!(comments.contains("两位数字颠倒"), "{comments}");
}

#[test]
fn large_and_small_counties_are_written_in_time() {
    for (units, reporting) in [(1, 1), (300, 299)] {
        let mut book = opened(&written(&county(units)));
        let wide = book.worksheet_range("分单位数据").unwrap();
        let years = (wide.rows()).filter(|row| row[3] == Data::Float(2022.0));
        assert_eq!(years.count(), reporting);
    }
}
