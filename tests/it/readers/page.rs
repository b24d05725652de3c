use huizong::files::Kind;

use super::{document, fixture, outline, rules, seen};

fn page(body: &str) -> huizong::files::Document {
    document(
        "a.html",
        format!("<!DOCTYPE html><html><body>{body}</body></html>").as_bytes(),
    )
}

fn spans(grid: &huizong::grid::Grid) -> Vec<(u32, u32, u32, u32)> {
    grid.spans()
        .iter()
        .map(|s| (s.row, s.col, s.rows, s.cols))
        .collect()
}

#[test]
fn row_and_column_spans_are_laid_out() {
    let found = page(
        "<table><tr><th rowspan=2>申请人</th><th colspan=2>法人</th><th rowspan=2>总计</th></tr>
         <tr><th>商业企业</th><th>其他</th></tr>
         <tr><td>本年新<br />收</td><td>&nbsp;</td><td>2</td><td> 3 </td></tr></table>",
    );
    let grid = &found.grids[0];
    assert_eq!(&*grid.name, "表1");
    assert_eq!(
        seen(grid),
        [
            "申请人|法人|法人|总计",
            "申请人|商业企业|其他|总计",
            "本年新\n收||2|3"
        ]
    );
    assert_eq!(spans(grid), [(0, 0, 2, 1), (0, 1, 1, 2), (0, 3, 2, 1)]);
    assert_eq!(grid.cell_ref(2, 3).to_string(), "R3C4");
}

#[test]
fn spans_end_with_their_group_and_zero_reaches_its_end() {
    let found = page(
        "<table><thead><tr><td rowspan=9>甲</td><td>乙</td></tr></thead>
         <tbody><tr><td rowspan=0>丙</td><td colspan=99>1</td></tr><tr><td>2</td></tr></tbody>
         <tbody><tr><td>丁</td><td>3</td></tr></tbody></table>",
    );
    assert_eq!(seen(&found.grids[0]), ["甲|乙", "丙|1", "丙|2", "丁|3"]);
}

#[test]
fn head_and_foot_stand_where_they_are_shown() {
    let found = page(
        "<table><tfoot><tr><td>脚</td><td>9</td></tr></tfoot><tbody><tr><td>体</td><td>1</td></tr></tbody>
         <thead><tr><td>头</td><td>n</td></tr></thead></table>",
    );
    assert_eq!(seen(&found.grids[0]), ["头|n", "体|1", "脚|9"]);
}

#[test]
fn nested_tables_are_grids_of_their_own() {
    let found = page(
        "<table><tr><td>甲</td><td>乙</td><td>丙</td></tr><tr><td>丁</td><td>戊</td><td>己</td></tr>
         <tr><td>庚</td><td>外<table><tr><td>内</td><td>1</td></tr></table>文</td><td>辛</td></tr></table><p>后</p>",
    );
    assert_eq!(outline(&found), ["[表1]", "[表2]", "后"]);
    assert_eq!(seen(&found.grids[0])[2], "庚|外文|辛");
    assert_eq!(seen(&found.grids[1]), ["内|1"]);
}

/// Old sites arrange the whole page in tables.
#[test]
fn a_table_that_only_arranges_the_page_is_read_as_page() {
    let found = page(
        "<table><tr><td><ul><li>首页</li></ul></td><td><h1>样例镇2020年年度报告</h1><p>一、总体情况</p><p>收到0件。</p>
         <table><tr><td>规章</td><td>3</td></tr></table><p>2021年1月4日</p></td></tr></table>",
    );
    assert_eq!(
        outline(&found),
        [
            "首页",
            "#样例镇2020年年度报告",
            "#一、总体情况",
            "收到0件。",
            "[表1]",
            "2021年1月4日"
        ]
    );
}

#[test]
fn what_nobody_sees_is_not_read() {
    let found = page(
        "<style>p{}</style><script>var a='<table><tr><td>9</td></tr></table>'</script><template><p>t</p></template>
         <table><tr><td>规章<span style='DISPLAY: none'>99</span></td><td style='display:none'>88</td><td>3</td></tr>
         <tr style='display:none'><td>藏</td><td>1</td></tr></table>",
    );
    assert_eq!(outline(&found), ["[表1]"]);
    assert_eq!(seen(&found.grids[0]), ["规章|3", "藏|1"]);
    assert_eq!(found.grids[0].hidden_rows, [1]);
    assert_eq!(rules(&found), ["hidden-rows"]);
}

#[test]
fn words_keep_their_order_and_headings() {
    let found = document(
        "a.html",
        "<html><head><title>样例镇年报</title></head><body><div>甲<b>乙</b> 丙<br>丁</div><h2>标题</h2>\n<p>（一）  小题</p></body></html>"
            .as_bytes(),
    );
    assert_eq!(
        outline(&found),
        ["#样例镇年报", "甲乙 丙", "丁", "#标题", "#（一） 小题"]
    );
}

#[test]
fn charsets_by_mark_declaration_and_content() {
    let html = |declared: &str| {
        format!(
            "<html><head>{declared}</head><body><p>樣例鎮政府資訊公開年度報告，收到申請三件，行政復議零件。</p></body></html>"
        )
    };
    let words = "樣例鎮政府資訊公開年度報告，收到申請三件，行政復議零件。";
    let encode = |text: &str, label: &str| {
        encoding_rs::Encoding::for_label(label.as_bytes())
            .unwrap()
            .encode(text)
            .0
            .into_owned()
    };
    let utf16: Vec<u8> = html("").encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (bytes, expected) in [
        (html("<meta charset=utf-8>").into_bytes(), vec![]),
        (html("").into_bytes(), vec![]),
        (
            encode(
                &html("<meta http-equiv=Content-Type content='text/html; charset=gb2312'>"),
                "gb18030",
            ),
            vec![],
        ),
        (encode(&html("<meta charset=\"big5\">"), "big5"), vec![]),
        (encode(&html(""), "big5"), vec!["charset-guessed"]),
        (encode(&html(""), "gb18030"), vec!["charset-guessed"]),
        (
            html("<meta charset=gbk>").into_bytes(),
            vec!["charset-guessed"],
        ),
        (utf16, vec!["charset-guessed"]),
    ] {
        let found = document("a.html", &bytes);
        assert_eq!(found.kind, Kind::Page);
        assert_eq!(outline(&found), [words]);
        assert_eq!(rules(&found), expected);
    }
}

#[test]
fn pages_written_by_libreoffice() {
    let found = document("report.xls", &fixture("libreoffice-calc.html"));
    assert_eq!(found.kind, Kind::Page);
    assert_eq!(
        seen(&found.grids[0])[..3],
        [
            "样例镇2022年政府信息公开工作年度报告|样例镇2022年政府信息公开工作年度报告|样例镇2022年政府信息公开工作年度报告",
            "信息内容|本年制发件数|现行有效件数",
            "规章|3|4.5"
        ]
    );
    let found = document("a.html", &fixture("libreoffice-writer.html"));
    assert_eq!(
        seen(&found.grids[0]),
        [
            "申请人|法人|法人|总计",
            "申请人|商业企业|其他|总计",
            "本年\n新收|1|2|3"
        ]
    );
}

const MHT: &str = "From: <Saved by a browser>\r\nSubject: =?utf-8?Q?=E5=B9=B4=E6=8A=A5?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; type=\"text/html\"; boundary=\"--b\"\r\n\r\n----b\r\nContent-Type: text/html; charset=\"gb2312\"\r\nContent-Transfer-Encoding: ENCODING\r\n\r\nBODY\r\n----b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n----b--\r\n";

#[test]
fn pages_in_one_mime_file() {
    // 规章 in GB2312 is B9 E6 D5 C2.
    let quoted =
        "<html><body><table><tr><td>=B9=E6=D5=\r\n=C2</td><td>3</td></tr></table></body></html>";
    let base64 = "PGh0bWw+PGJvZHk+PHRhYmxlPjx0cj48dGQ+uebVwjwvdGQ+PHRkPjM8L3RkPjwvdHI+PC90YWJs\r\nZT48L2JvZHk+PC9odG1sPg==";
    for (encoding, body) in [("quoted-printable", quoted), ("base64", base64)] {
        let bytes = MHT.replace("ENCODING", encoding).replace("BODY", body);
        let found = document("a.doc", bytes.as_bytes());
        assert_eq!(found.kind, Kind::Page);
        assert_eq!(seen(&found.grids[0]), ["规章|3"], "{encoding}");
    }
}
