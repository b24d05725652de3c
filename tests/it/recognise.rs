//! Tests of: documents to reports.

use std::collections::BTreeMap;
use std::sync::Arc;

use huizong::files::{Document, Kind, Part};
use huizong::form::{Form, Library, Measure};
use huizong::form::{LayoutContent, layout};
use huizong::grid::{Addressing, Content, Grid};
use huizong::report::{Status, recognise};
use proptest::prelude::*;

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

/// A table of a form as a grid in the official layout, numbers given by `number`.
fn official(form: &Form, table: usize, number: &dyn Fn(usize) -> i64) -> Grid {
    let drawn = layout(&form.tables[table]);
    let mut grid = Grid::new("表", Addressing::A1, drawn.rows as u32, drawn.cols as u32);
    for cell in &drawn.cells {
        let (row, col) = (cell.row as u32, cell.col as u32);
        let content = match &cell.content {
            LayoutContent::Label(text) => Content::text(&text.zh),
            LayoutContent::Key(key) => Content::Number(number(*key) as f64),
            LayoutContent::Blank => Content::Empty,
        };
        grid.put(row, col, content);
        grid.merge(row, col, cell.row_span as u32, cell.col_span as u32);
    }
    grid
}

/// The rows of a grid as lines of cells without spans: what is left when a sheet is saved as CSV.
fn rows_of(grid: &Grid) -> Vec<Vec<Content>> {
    (0..grid.rows())
        .map(|row| {
            (0..grid.cols())
                .map(|col| grid.own(row, col).clone())
                .collect()
        })
        .collect()
}

fn document_of(grids: Vec<Grid>) -> Document {
    let mut document = Document::new(Arc::from("甲子镇2021年.xlsx"), Kind::Workbook);
    for grid in grids {
        document.push_grid(grid);
    }
    document
}

#[test]
fn every_cell_of_every_official_table_is_read_with_spans_and_without() {
    for form in Library::official().forms() {
        let number = |key: usize| 1000 + key as i64;
        for keep_spans in [true, false] {
            let grids = (0..form.tables.len())
                .map(|table| {
                    let grid = official(form, table, &number);
                    if keep_spans {
                        grid
                    } else {
                        Grid::from_rows("表", Addressing::A1, rows_of(&grid))
                    }
                })
                .collect();
            let recognition = recognise(&document_of(grids), Library::official());
            let [report] = recognition.reports.as_slice() else {
                panic!("{} {keep_spans}: {:?}", form.id, recognition.why_not)
            };
            assert_eq!(report.form.id, form.id);
            for (key, value) in report.values.iter().enumerate() {
                let wanted = match form.keys[key].measure {
                    Measure::Count => number(key),
                    Measure::Fen => number(key) * 1_000_000,
                };
                assert_eq!(
                    value.number,
                    Some(wanted),
                    "{} {keep_spans}",
                    form.keys[key].key
                );
            }
        }
    }
}

/// What happens to one row of a table.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Keep,
    Drop,
    Repeat,
    Damage(usize, usize),
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        6 => Just(Fate::Keep),
        1 => Just(Fate::Drop),
        1 => Just(Fate::Repeat),
        2 => (0_usize..12, 0_usize..12).prop_map(|(a, b)| Fate::Damage(a, b)),
    ];
    proptest::collection::vec(fate, 40)
}

fn damaged(content: &Content, a: usize, b: usize) -> Content {
    let Some(text) = content.as_text() else {
        return content.clone();
    };
    let mut characters: Vec<char> = text.chars().collect();
    let length = characters.len();
    for at in [a % length, b % length] {
        characters[at] = '\u{FFFD}';
    }
    Content::text(&characters.into_iter().collect::<String>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Rows in any order, missing, twice, with up to two destroyed characters: a number is tied to its own key or to
    /// none, and where it is tied to none there is a finding.
    #[test]
    fn rows_are_never_swapped(
        fates in fates(),
        order in proptest::option::of(any::<u64>()),
        form_index in 0_usize..2,
        keep_spans in any::<bool>(),
    ) {
        let form = &Library::official().forms()[form_index];
        let number = |key: usize| 1000 + key as i64;
        let grid = official(form, 1, &number);
        let head = layout(&form.tables[1]).header_rows;
        let mut rows: Vec<(usize, Vec<Content>)> = Vec::new();
        for (at, row) in rows_of(&grid).into_iter().enumerate().skip(head) {
            match fates[at % fates.len()] {
                Fate::Keep => rows.push((at, row)),
                Fate::Drop => {}
                Fate::Repeat => rows.extend([(at, row.clone()), (at, row)]),
                Fate::Damage(a, b) => {
                    let mut row = row;
                    if let Some(label) = row.iter().rposition(|c| c.as_text().is_some()) {
                        row[label] = damaged(&row[label], a, b);
                    }
                    rows.push((at, row));
                }
            }
        }
        if let Some(seed) = order {
            rows.sort_by_key(|(at, _)| (*at as u64 + 1).wrapping_mul(seed | 1).rotate_left(17));
        }
        let mut all: Vec<Vec<Content>> = rows_of(&grid)[..head].to_vec();
        all.extend(rows.into_iter().map(|(_, row)| row));
        let mut drawn = Grid::from_rows("表", Addressing::A1, all);
        if keep_spans {
            for span in grid.spans().iter().filter(|s| (s.row as usize) < head) {
                drawn.merge(span.row, span.col, span.rows, span.cols);
            }
        }
        let recognition = recognise(&document_of(vec![drawn]), Library::official());
        for report in &recognition.reports {
            let mut lost = false;
            for (key, value) in report.values.iter().enumerate() {
                let wanted = report.form.index(&form.keys[key.min(form.keys.len() - 1)].key);
                prop_assert!(report.form.id != form.id || wanted == Some(key));
                match value.number {
                    // Totals and zeros may be settled; everything read from a cell must be the cell's own.
                    Some(n) if value.status == Status::Reported => {
                        let own = form.index(&report.form.keys[key].key).map(number);
                        prop_assert_eq!(Some(n), own, "{}", report.form.keys[key].key);
                    }
                    Some(_) => {}
                    None => lost |= report.form.keys[key].key.starts_with("requests."),
                }
            }
            prop_assert!(!lost || !report.findings.is_empty());
        }
        prop_assert!(!recognition.reports.is_empty() || recognition.why_not.is_some());
    }
}

const OWN_FORM: &str = r#"
id = "own"
name = { zh = "自定义格式", en = "A form of one's own" }
source = "test"
years = { from = 2030 }
cells = 8

[sets]
kind = ["new", "old"]

[[tables]]
key = "library"
label = { zh = "图书馆藏情况", en = "Library holdings" }

[[tables.blocks]]
rows = [
  { key = "city.books", zh = ["城区", "图书"], en = ["City", "Books"] },
  { key = "city.other", zh = ["城区", "其他"], en = ["City", "Other"] },
  { key = "country.books", zh = ["乡村", "图书"], en = ["Country", "Books"] },
  { key = "country.other", zh = ["乡村", "其他"], en = ["Country", "Other"] },
]
columns = [
  { key = "new", zh = ["新购"], en = ["New"] },
  { key = "old", zh = ["原有"], en = ["Old"] },
]

[[rules]]
id = "more-books"
label = { zh = "图书不少于其他", en = "More books than other" }
severity = "error"
reason = { zh = "测试", en = "test" }
source = "test"
each = ["kind"]
left = ["library.city.books.{kind}"]
relation = ">="
right = ["library.city.other.{kind}"]
"#;

#[test]
fn a_form_of_ones_own_is_read_and_rows_of_one_name_are_told_apart_by_their_group() {
    let mut library = Library::embedded().unwrap();
    let form = library.add("own.toml", OWN_FORM).unwrap().clone();
    let grid = official(&form, 0, &|key| 10 + key as i64);
    for grid in [
        grid.clone(),
        Grid::from_rows("表", Addressing::A1, rows_of(&grid)),
    ] {
        let recognition = recognise(&document_of(vec![grid]), &library);
        let report = &recognition.reports[0];
        assert_eq!(report.form.id, "own");
        let numbers: Vec<Option<i64>> = report.values.iter().map(|v| v.number).collect();
        assert_eq!(numbers, (10..18).map(Some).collect::<Vec<_>>());
    }
}

/// A page as offices publish it: menus and footers, `<br />` in labels, `&nbsp;` in empty cells, zeros left blank, and
/// the total column filled in three rows only.
fn published_page(form: &Form, number: &dyn Fn(usize) -> i64) -> String {
    let filled = [
        "requests.received.total",
        "requests.concluded.total",
        "requests.granted.total",
    ];
    let mut page = String::from(
        "<html><head><meta charset='utf-8'><title>x</title></head><body><table><tr><td>首页</td><td>2</td></tr></table>\
         <h1>纸鸢镇2020年政府信息公开工作年度报告</h1><p>2020年，共收到政府信息公开申请5件。</p>",
    );
    for table in &form.tables {
        page += &format!("<h2>{}</h2><table border=1>", table.label.zh);
        let drawn = layout(table);
        for row in 0..drawn.rows {
            page += "<tr>";
            for cell in drawn.cells.iter().filter(|cell| cell.row == row) {
                let text = match &cell.content {
                    LayoutContent::Label(text) => text.zh.replace("本年新", "本年新<br />"),
                    LayoutContent::Key(key) => {
                        let info = &form.keys[*key];
                        let total =
                            info.key.starts_with("requests.") && info.key.ends_with(".total");
                        match number(*key) {
                            _ if total && !filled.contains(&info.key.as_str()) => {
                                "&nbsp;".to_owned()
                            }
                            0 if info.key.starts_with("requests.") => "&nbsp;".to_owned(),
                            n => n.to_string(),
                        }
                    }
                    LayoutContent::Blank => "&nbsp;".to_owned(),
                };
                page += &format!(
                    "<td rowspan={} colspan={}>{text}</td>",
                    cell.row_span, cell.col_span
                );
            }
            page += "</tr>";
        }
        page += "</table>";
    }
    page + "<table><tr><td>版权所有</td><td>邮编</td><td>247200</td></tr></table></body></html>"
}

#[test]
fn a_mostly_blank_page_is_settled_by_its_identities_and_by_nothing_else() {
    let form = Library::official().get("2019").unwrap();
    let truth = |key: usize| match form.keys[key].key.as_str() {
        "requests.received.natural_person" | "requests.received.total" => 5,
        "requests.granted.natural_person" | "requests.granted.total" => 3,
        "requests.denied.process_information.natural_person" => 2,
        "requests.denied.process_information.total" => 2,
        "requests.concluded.natural_person" | "requests.concluded.total" => 5,
        _ => 0,
    };
    let page = published_page(form, &truth);
    let opened = huizong::files::open(Arc::from("a.html"), page.as_bytes());
    let recognition = recognise(opened[0].outcome.as_ref().unwrap(), Library::official());
    let [report] = recognition.reports.as_slice() else {
        panic!("{:?}", recognition.why_not)
    };
    assert_eq!((report.unit.as_str(), report.year), ("纸鸢镇", Some(2020)));
    for (key, value) in report.values.iter().enumerate() {
        let name = &form.keys[key].key;
        assert_eq!(value.number, Some(truth(key)), "{name}: {value:?}");
        let blank = name.starts_with("requests.") && value.raw.is_none();
        let settled = matches!(value.status, Status::BlankAsZero | Status::Derived);
        assert_eq!(blank, settled, "{name}: {value:?}");
    }
    let errors: Vec<_> = (report.findings.iter())
        .filter(|f| f.severity == huizong::finding::Severity::Error)
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");

    // Without the totals nothing says that the blanks are zeros: they stay missing.
    let untold = page.replace(">5<", ">&nbsp;<");
    let opened = huizong::files::open(Arc::from("a.html"), untold.as_bytes());
    let recognition = recognise(opened[0].outcome.as_ref().unwrap(), Library::official());
    assert_eq!(
        recognition.reports[0].number("requests.received.business"),
        None
    );
    assert_eq!(
        recognition.reports[0].number("requests.carried_in.natural_person"),
        None
    );
}
