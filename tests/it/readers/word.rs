use huizong::files::{Document, Kind};

use super::{document, fixture, outcome, outline, seen, zipped};

#[test]
fn documents_written_by_other_programs() {
    for name in ["python-docx.docx", "libreoffice-writer.docx"] {
        let found = document(name, &fixture(name));
        assert_eq!(found.kind, Kind::Word);
        assert_eq!(
            outline(&found),
            [
                "#样例镇2022年政府信息公开工作年度报告",
                "#一、总体情况",
                "2022年收到申请3件。",
                "[表1]",
                "#三、表后的话",
                "[表2]",
                "[表3]"
            ],
            "{name}"
        );
        let grid = &found.grids[0];
        assert_eq!(
            seen(grid),
            [
                "申请人|法人|法人|总计",
                "申请人|商业企业|其他|总计",
                "本年\n新收|1|2|3"
            ],
            "{name}"
        );
        let spans: Vec<_> = grid
            .spans()
            .iter()
            .map(|s| (s.row, s.col, s.rows, s.cols))
            .collect();
        assert_eq!(spans, [(0, 0, 2, 1), (0, 1, 1, 2), (0, 3, 2, 1)], "{name}");
        assert_eq!(
            seen(&found.grids[1]),
            ["外|"],
            "{name}: the inner table is no text of the outer"
        );
        assert_eq!(seen(&found.grids[2]), ["内甲|内乙"], "{name}");
    }
}

fn word(body: &str) -> Document {
    let xml = format!(
        r#"<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>"#
    );
    document("a.docx", &package(&xml))
}

fn package(xml: &str) -> Vec<u8> {
    zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", xml.as_bytes()),
    ])
}

fn cell(properties: &str, words: &str) -> String {
    format!("<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:tc>")
}

#[test]
fn tracked_changes_are_read_as_accepted() {
    let found = word(
        "<w:p><w:pPr><w:tabs><w:tab w:val=\"left\" w:pos=\"420\"/></w:tabs></w:pPr><w:r><w:t xml:space=\"preserve\">收到 </w:t></w:r>
         <w:del><w:r><w:delText>54</w:delText></w:r></w:del><w:ins><w:r><w:t>45</w:t></w:r></w:ins>
         <w:moveFrom><w:r><w:t>旧</w:t></w:r></w:moveFrom><w:r><w:tab/><w:t>件&amp;项</w:t></w:r></w:p>",
    );
    assert_eq!(outline(&found), ["收到 45\t件&项"]);
    let gone = format!(
        "<w:tr><w:trPr><w:del w:id=\"1\"/></w:trPr>{}</w:tr>",
        cell("", "删")
    );
    let found = word(&format!(
        "<w:tbl><w:tr>{}</w:tr>{gone}</w:tbl>",
        cell("", "留")
    ));
    assert_eq!(seen(&found.grids[0]), ["留"]);
}

#[test]
fn text_boxes_and_their_second_copies_are_left_out() {
    let found = word(
        "<w:p><w:r><w:t>正文</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></w:drawing></mc:Choice>
         <mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>",
    );
    assert_eq!(outline(&found), ["正文"]);
}

#[test]
fn uneven_rows_and_merges_in_both_directions() {
    let rows = [
        format!(
            "{}{}",
            cell(
                "<w:gridSpan w:val=\"2\"/><w:vMerge w:val=\"restart\"/>",
                "项"
            ),
            cell("", "甲")
        ),
        format!(
            "{}{}",
            cell("<w:gridSpan w:val=\"2\"/><w:vMerge/>", "不见"),
            cell("", "乙")
        ),
        format!(
            "<w:trPr><w:gridBefore w:val=\"1\"/></w:trPr>{}{}",
            cell("", "1"),
            cell("<w:vMerge/>", "2")
        ),
        format!(
            "{}{}",
            cell("<w:hMerge w:val=\"restart\"/>", "左"),
            cell("<w:hMerge/>", "")
        ),
    ];
    let body: String = rows
        .iter()
        .map(|row| format!("<w:tr>{row}</w:tr>"))
        .collect();
    let found = word(&format!("<w:tbl>{body}</w:tbl>"));
    assert_eq!(
        seen(&found.grids[0]),
        ["项|项|甲", "项|项|乙", "|1|2", "左|左|"]
    );
}

#[test]
fn headings_by_style_and_by_outline() {
    let styles = r#"<w:styles><w:style w:styleId="a"><w:name w:val="heading 1"/></w:style><w:style w:styleId="b"><w:name w:val="我的"/><w:basedOn w:val="a"/></w:style></w:styles>"#;
    let paragraph = |properties: &str, words: &str| {
        format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>")
    };
    let xml = format!(
        "<w:document><w:body>{}{}{}</w:body></w:document>",
        paragraph("<w:pStyle w:val=\"b\"/>", "甲"),
        paragraph("<w:outlineLvl w:val=\"1\"/>", "乙"),
        paragraph("<w:outlineLvl w:val=\"9\"/>", "丙"),
    );
    let bytes = zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/styles.xml", styles.as_bytes()),
        ("word/document.xml", xml.as_bytes()),
    ]);
    assert_eq!(outline(&document("a.docx", &bytes)), ["#甲", "#乙", "丙"]);
}

#[test]
fn a_document_that_breaks_off_is_refused_with_the_cause() {
    let refusal = outcome("a.docx", &package("<w:document><w:body><w:tbl><w:tr>")).unwrap_err();
    assert_eq!(refusal.what.en, "damaged docx");
    assert!(
        refusal.message.en.contains("word/document.xml"),
        "{refusal:?}"
    );
}
