use huizong::files::Kind;
use huizong::grid::{Content, Grid};
use rust_xlsxwriter::{Format, Formula, Workbook};

use super::{document, fixture, outcome, rules, seen, zipped};

fn at(grid: &Grid, cell: &str) -> Content {
    for row in 0..grid.rows() {
        for col in 0..grid.cols() {
            if grid.cell_ref(row, col).to_string() == cell {
                return grid.own(row, col).clone();
            }
        }
    }
    panic!("no cell {cell}");
}

/// The same sheet, whoever saved it: values, kinds, addresses, merged cells, hidden rows, columns and sheets.
#[test]
fn every_format_tells_the_same() {
    for (name, calculated) in [
        ("openpyxl.xlsx", false),
        ("libreoffice-calc.xlsx", true),
        ("libreoffice-calc.xls", true),
        ("libreoffice-calc.ods", true),
        ("libreoffice-calc.fods", true),
    ] {
        let found = document(name, &fixture(name));
        assert_eq!(found.kind, Kind::Workbook);
        let names: Vec<&str> = found.grids.iter().map(|g| &*g.name).collect();
        assert_eq!(names, ["表二", "藏"], "{name}: the empty sheet is left out");
        let grid = &found.grids[0];
        assert_eq!(
            at(grid, "B3"),
            Content::text("样例镇2022年政府信息公开工作年度报告"),
            "{name}"
        );
        assert_eq!(at(grid, "C5"), Content::Number(3.0), "{name}");
        assert_eq!(
            at(grid, "D5"),
            Content::text("１２"),
            "{name}: text stays text"
        );
        assert_eq!(at(grid, "E5"), Content::Number(4.5), "{name}");
        assert_eq!(at(grid, "C6"), Content::Date("2022-03-01".into()), "{name}");
        let (sum, broken) = if calculated {
            (Content::Number(7.0), Content::Error("#DIV/0!".into()))
        } else {
            (
                Content::Uncalculated("=C5+4".into()),
                Content::Uncalculated("=1/0".into()),
            )
        };
        assert_eq!((at(grid, "C7"), at(grid, "E6")), (sum, broken), "{name}");
        let mut spans: Vec<_> = grid
            .spans()
            .iter()
            .map(|s| (s.row, s.col, s.rows, s.cols))
            .collect();
        spans.sort_unstable();
        assert_eq!(spans, [(0, 0, 1, 4), (5, 0, 2, 1)], "{name}");
        assert_eq!(
            seen(grid)[6],
            "跨行|9||",
            "{name}: a merged cell shows its anchor"
        );
        assert_eq!(
            (&grid.hidden_rows[..], &grid.hidden_cols[..]),
            (&[3][..], &[2][..]),
            "{name}"
        );
        assert!(!grid.hidden && found.grids[1].hidden, "{name}");
        assert_eq!(
            rules(&found),
            ["hidden-rows", "hidden-columns", "hidden-sheet"],
            "{name}"
        );
        let place = found.notes[0].place.as_ref().unwrap();
        assert_eq!(
            (&*place.sheet, place.cell.to_string()),
            ("表二", "A6".into()),
            "{name}"
        );
    }
}

#[test]
fn the_name_does_not_matter() {
    let bytes = fixture("libreoffice-calc.xls");
    assert_eq!(document("report.xlsx", &bytes).kind, Kind::Workbook);
    assert_eq!(
        document("report.csv", &fixture("openpyxl.xlsx")).kind,
        Kind::Workbook
    );
}

#[test]
fn a_stray_cell_in_the_last_row_costs_nothing_and_is_kept() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "总计").unwrap();
    sheet.write(1, 0, 5).unwrap();
    sheet.write(1_048_575, 16_383, "x").unwrap();
    let found = document("stray.xlsx", &book.save_to_buffer().unwrap());
    let sizes: Vec<_> = found.grids.iter().map(|g| (g.rows(), g.cols())).collect();
    assert_eq!(sizes, [(2, 1), (1, 1)]);
    assert_eq!(found.grids[1].cell_ref(0, 0).to_string(), "XFD1048576");
}

/// rust_xlsxwriter, like others, writes 0 as the result of every formula and leaves the calculation to Excel.
#[test]
fn zeros_of_formulas_that_were_never_calculated_do_not_count() {
    let workbook = |result: &str, part: f64| {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write(0, 0, part).unwrap();
        sheet
            .write_formula(0, 1, Formula::new("=A1+1").set_result(result))
            .unwrap();
        sheet
            .write_formula(0, 2, Formula::new("=A1*0").set_result("0"))
            .unwrap();
        document("formulas.xlsx", &book.save_to_buffer().unwrap())
    };
    let never = workbook("0", 3.0);
    assert_eq!(
        at(&never.grids[0], "B1"),
        Content::Uncalculated("=A1+1".into())
    );
    assert_eq!(rules(&never), ["formulas-never-calculated"]);
    let calculated = workbook("4", 3.0);
    assert_eq!(at(&calculated.grids[0], "B1"), Content::Number(4.0));
    assert_eq!(at(&calculated.grids[0], "C1"), Content::Number(0.0));
    assert!(calculated.notes.is_empty());
    let nothing = workbook("0", 0.0);
    assert_eq!(at(&nothing.grids[0], "B1"), Content::Number(0.0));
}

#[test]
fn dates_times_and_numbers_keep_their_kind() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (col, (value, format)) in [
        (44_927.0, "yyyy年m月d日"),
        (0.5, "h:mm"),
        (44_927.25, "yyyy-mm-dd hh:mm"),
        (44_927.0, "#,##0.00"),
    ]
    .into_iter()
    .enumerate()
    {
        let format = Format::new().set_num_format(format);
        sheet
            .write_with_format(0, col as u16, value, &format)
            .unwrap();
    }
    let found = document("dates.xlsx", &book.save_to_buffer().unwrap());
    assert_eq!(
        seen(&found.grids[0]),
        ["2023-01-01|12:00:00|2023-01-01T06:00:00|44927"]
    );
    assert_eq!(at(&found.grids[0], "D1"), Content::Number(44_927.0));
}

#[test]
fn a_workbook_cut_short_says_so() {
    for name in ["openpyxl.xlsx", "libreoffice-calc.ods"] {
        let bytes = fixture(name);
        let refusal = outcome(name, &bytes[..bytes.len() / 2]).unwrap_err();
        assert!(refusal.message.zh.contains("没有传完"), "{refusal:?}");
        assert!(refusal.message.en.contains(name), "{refusal:?}");
    }
    let xls = fixture("libreoffice-calc.xls");
    let refusal = outcome("a.xls", &xls[..1024]).unwrap_err();
    assert!(refusal.message.en.contains("a.xls"), "{refusal:?}");
}

#[test]
fn a_missing_part_is_named() {
    let bytes = zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/styles.xml", b"<styleSheet/>"),
    ]);
    let refusal = outcome("broken.xlsx", &bytes).unwrap_err();
    assert_eq!(refusal.what.en, "damaged xlsx");
    assert!(
        refusal.message.en.contains("(") && !refusal.message.en.contains("()"),
        "{refusal:?}"
    );
}

/// A record of an xlsb part: its number, its size, its data.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = if kind < 128 {
        vec![kind as u8]
    } else {
        vec![(kind & 0x7f) as u8 | 0x80, (kind >> 7) as u8]
    };
    bytes.push(data.len() as u8);
    bytes.extend(data);
    bytes
}

fn longs(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
}

fn wide(words: &str) -> Vec<u8> {
    let units: Vec<u16> = words.encode_utf16().collect();
    let mut bytes = longs(&[units.len() as u32]);
    bytes.extend(units.iter().flat_map(|u| u.to_le_bytes()));
    bytes
}

/// Laid out after [MS-XLSB], since no free program writes the format.
#[test]
fn xlsb_with_merged_cells_and_hidden_rows() {
    let bundle = [longs(&[0, 1]), wide("rId1"), wide("表二")].concat();
    let workbook = [
        record(131, &[]),
        record(143, &[]),
        record(156, &bundle),
        record(144, &[]),
        record(132, &[]),
    ]
    .concat();
    let row = |number: u32, flags: u8| {
        let mut data = longs(&[number, 0]);
        data.extend([0, 0, 0, flags, 0]);
        data.extend(longs(&[0]));
        record(0, &data)
    };
    let number = |col: u32, value: f64| {
        record(
            5,
            &[longs(&[col, 0]), value.to_le_bytes().to_vec()].concat(),
        )
    };
    let words = |col: u32, words: &str| record(6, &[longs(&[col, 0]), wide(words)].concat());
    let mut hidden = longs(&[2, 2, 2304, 0]);
    hidden.extend([1, 0]);
    let sheet = [
        record(129, &[]),
        record(148, &longs(&[2, 4, 1, 2])),
        record(390, &[]),
        record(60, &hidden),
        record(391, &[]),
        record(145, &[]),
        row(2, 0),
        words(1, "总计"),
        row(3, 0x10),
        number(1, 5.0),
        number(2, 0.25),
        record(146, &[]),
        record(177, &longs(&[1])),
        record(176, &longs(&[2, 2, 1, 2])),
        record(178, &[]),
        record(130, &[]),
    ]
    .concat();
    let relations = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"/></Relationships>"#;
    let bytes = zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.bin", &workbook),
        ("xl/_rels/workbook.bin.rels", relations.as_bytes()),
        ("xl/worksheets/sheet1.bin", &sheet),
    ]);
    let found = document("a.xlsb", &bytes);
    let grid = &found.grids[0];
    assert_eq!(&*grid.name, "表二");
    assert_eq!(seen(grid), ["总计|总计", "5|0.25"]);
    assert_eq!(grid.cell_ref(0, 0).to_string(), "B3");
    assert_eq!(
        (&grid.hidden_rows[..], &grid.hidden_cols[..]),
        (&[1][..], &[1][..])
    );
}
