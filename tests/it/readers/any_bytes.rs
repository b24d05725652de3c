//! No bytes make a reader panic, hang, or fill the memory.

use std::sync::OnceLock;

use huizong::files::open;
use proptest::prelude::*;

use super::{fixture, zipped};

/// One good file for each reader.
fn samples() -> &'static [(String, Vec<u8>)] {
    static SAMPLES: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let mut samples: Vec<(String, Vec<u8>)> = [
            "openpyxl.xlsx",
            "libreoffice-calc.xls",
            "libreoffice-calc.ods",
            "libreoffice-calc.fods",
            "libreoffice-calc.csv",
            "libreoffice-calc.html",
            "python-docx.docx",
            "libreoffice-writer.doc",
        ]
        .iter()
        .map(|name| ((*name).to_owned(), fixture(name)))
        .collect();
        samples.push(("a.zip".into(), zipped(&[("甲.csv", b"a,b\n1,2\n"), ("b.json", b"[{\"a\":1}]")])));
        samples.push(("a.json".into(), "[{\"单位\":\"甲\",\"a\":{\"b\":[1,2.5e3,\"\\u4e2d\"]}}]".into()));
        samples.push(("a.txt".into(), "一、甲\n规章 | 3 | |\n| a | b |\n|---|---|\n甲\t乙\n".into()));
        samples.push(("a.mht".into(), "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+eDwvcD4=\r\n--b--\r\n".into()));
        samples
    })
}

/// Opens, and walks over all that was found.
fn survive(name: &str, bytes: &[u8]) {
    let opened = open(name.into(), bytes);
    assert!(!opened.is_empty());
    for one in opened {
        let Ok(document) = one.outcome else { continue };
        for grid in &document.grids {
            let cells = u64::from(grid.rows()) * u64::from(grid.cols());
            assert!(cells <= 20_000_000);
            for row in 0..grid.rows().min(100) {
                for col in 0..grid.cols().min(100) {
                    let _ = grid.seen(row, col);
                    let _ = grid.place(&one.name, row, col);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn truncated_files(which in 0..12_usize, part in 0.0..1.0_f64) {
        let (name, bytes) = &samples()[which];
        survive(name, &bytes[..(bytes.len() as f64 * part) as usize]);
    }

    #[test]
    fn altered_files(which in 0..12_usize, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..24)) {
        let (name, bytes) = &samples()[which];
        let mut bytes = bytes.clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        survive(name, &bytes);
    }

    #[test]
    fn random_bytes_behind_a_known_beginning(lead in 0..16_usize, tail in prop::collection::vec(any::<u8>(), 0..600)) {
        let leads: [&[u8]; 16] = [
            b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\"a\":", b"[{", b"<html><table><tr><td rowspan=",
            b"<!DOCTYPE html><table>", b"MIME-Version: 1.0\r\nContent-Type: ", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf",
            b"<?xml version='1.0'?><office:document office:mimetype='application/vnd.oasis.opendocument.spreadsheet'>",
            b"a,b\n", b"a | b | c\n", b"%PDF", b"BM",
        ];
        survive("x", &[leads[lead], &tail].concat());
    }

    #[test]
    fn random_text(text in "[一二a1|,\"\t\n<>td/r {}:\\[\\]\\\\]{0,200}") {
        survive("x.csv", text.as_bytes());
        survive("x", format!("<table>{text}").as_bytes());
        survive("x", format!("[{{\"a\":{text}").as_bytes());
    }
}

/// Deep nesting must not overflow the stack.
#[test]
fn depth() {
    for (open, close) in [
        ("[", "]"),
        ("{\"a\":", "}"),
        ("<table><tr><td>", ""),
        ("<div>", "</div>"),
        ("<b><i>", ""),
    ] {
        let text = format!("{}{}", open.repeat(3000), close.repeat(3000));
        survive("deep", text.as_bytes());
        survive("deep", format!("<html>{text}").as_bytes());
    }
    let body = "<w:tbl><w:tr><w:tc>".repeat(3000);
    survive(
        "deep.docx",
        &zipped(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("word/document.xml", body.as_bytes()),
        ]),
    );
}

/// Spans and repeats that claim the whole world.
#[test]
fn breadth() {
    let wide = format!(
        "<table>{}</table>",
        "<tr><td colspan=1000 rowspan=65534>x</td><td>y</td></tr>".repeat(2000)
    );
    survive("wide.html", wide.as_bytes());
    let cell = "<table:table-cell office:value-type=\"float\" office:value=\"1\" table:number-columns-repeated=\"16384\"/>";
    let fods = format!(
        "<?xml version=\"1.0\"?><office:document xmlns:office=\"o\" office:mimetype=\"application/vnd.oasis.opendocument.spreadsheet\"><table:table table:name=\"a\"><table:table-row table:number-rows-repeated=\"1048576\">{cell}</table:table-row></table:table></office:document>"
    );
    survive("wide.fods", fods.as_bytes());
}
