use huizong::files::Kind;

use super::{document, fixture, rules, seen};

#[test]
fn cells_are_named_as_in_a_spreadsheet() {
    let found = document("libreoffice-calc.csv", &fixture("libreoffice-calc.csv"));
    assert_eq!(found.kind, Kind::Delimited);
    let grid = &found.grids[0];
    assert_eq!(grid.cell_ref(4, 2).to_string(), "C5");
    assert_eq!(seen(grid)[4], "|规章|3|１２|4.5");
}

#[test]
fn comma_semicolon_and_tab_whatever_the_name() {
    for (text, name) in [
        ("单位,年份\n甲镇,2020\n", "a.txt"),
        ("单位;年份\n甲镇;2020\n", "b.dat"),
        ("单位\t年份\n甲镇\t2020\n", "c"),
    ] {
        let found = document(name, text.as_bytes());
        assert_eq!(found.kind, Kind::Delimited, "{name}");
        assert_eq!(seen(&found.grids[0]), ["单位|年份", "甲镇|2020"]);
    }
}

#[test]
fn quoted_cells_keep_commas_and_line_breaks() {
    let found = document(
        "a.csv",
        "项目,数量\r\n\"本年新\r\n制作数量\",\"1,234\"\r\n\r\n规章,2\r\n".as_bytes(),
    );
    assert_eq!(
        seen(&found.grids[0]),
        ["项目|数量", "本年新\r\n制作数量|1,234", "|", "规章|2"]
    );
    assert_eq!(found.grids[0].cell_ref(3, 0).to_string(), "A4");
}

#[test]
fn a_quote_without_its_partner_swallows_nothing() {
    let found = document("a.csv", "项目,数量\n\"规章,2\n其他,3\n".as_bytes());
    assert_eq!(seen(&found.grids[0]), ["项目|数量", "\"规章|2", "其他|3"]);
    assert_eq!(rules(&found), ["unbalanced-quote"]);
}
