use huizong::files::{Kind, Part};

use super::{document, outline, rules, seen};

const REPORT: &str = "样例镇2022年政府信息公开工作年度报告\n\n一、总体情况\n收到申请3件。\n信息内容 | 本年制发件数 | |\n规章 | 1,234 | 0 |\n\n行政规范性文件 | 3 | 5 |\n四、其他\n";

#[test]
fn flattened_tables_stand_where_their_lines_stand() {
    let found = document("a.txt", REPORT.as_bytes());
    assert_eq!(found.kind, Kind::Text);
    assert_eq!(
        outline(&found),
        [
            "样例镇2022年政府信息公开工作年度报告",
            "#一、总体情况",
            "收到申请3件。",
            "[]",
            "#四、其他"
        ]
    );
    let grid = &found.grids[0];
    assert_eq!(
        seen(grid),
        [
            "信息内容|本年制发件数||",
            "规章|1,234|0|",
            "|||",
            "行政规范性文件|3|5|"
        ]
    );
    assert_eq!(grid.cell_ref(1, 1).to_string(), "L6.2");
    assert_eq!(grid.cell_ref(3, 2).to_string(), "L8.3");
    assert!(matches!(&found.parts[4], Part::Words { line: 9, .. }));
}

#[test]
fn the_same_text_in_every_encoding() {
    let plain = document("a.txt", REPORT.as_bytes());
    let (gbk, ..) = encoding_rs::GB18030.encode(REPORT);
    let marked = [b"\xef\xbb\xbf", REPORT.as_bytes()].concat();
    let wide = |mark: bool| -> Vec<u8> {
        let units = mark
            .then_some(0xfeff)
            .into_iter()
            .chain(REPORT.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    for (bytes, notes) in [
        (gbk.into_owned(), vec!["charset-guessed"]),
        (marked, vec![]),
        (wide(true), vec![]),
        (wide(false), vec!["charset-guessed"]),
    ] {
        let found = document("a.txt", &bytes);
        assert_eq!(outline(&found), outline(&plain));
        assert_eq!(seen(&found.grids[0]), seen(&plain.grids[0]));
        assert_eq!(rules(&found), notes);
    }
}

#[test]
fn markdown_tables_and_headings() {
    let found = document(
        "a.md",
        "# 年度报告\n\n| 项目 | 数量 |\n|---|---:|\n| 规章 | 3 |\n".as_bytes(),
    );
    assert_eq!(outline(&found), ["#年度报告", "[]"]);
    assert_eq!(seen(&found.grids[0]), ["项目|数量", "|", "规章|3"]);
    assert_eq!(found.grids[0].cell_ref(2, 1).to_string(), "L5.2");
}

#[test]
fn tabs_between_words_are_a_table_among_prose() {
    let found = document(
        "a.txt",
        "二、主动公开\n\t本段缩进。\n规章\t3\t0\n以上。\n".as_bytes(),
    );
    assert_eq!(
        outline(&found),
        ["#二、主动公开", "本段缩进。", "[]", "以上。"]
    );
    assert_eq!(seen(&found.grids[0]), ["规章|3|0"]);
}
