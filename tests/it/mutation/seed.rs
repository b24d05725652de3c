//! The files that are damaged: one report in every format, whose numbers are all different from each other, so that a
//! number that turns up in the wrong place is told from one that belongs there.

use std::io::{Cursor, Read, Write};
use std::ops::Range;
use std::sync::Arc;

use huizong::form::{Form, Library, Measure, Relation};
use huizong::synth::{Format, Options, Paper, Sheet, county, one_sheet};
use zip::write::SimpleFileOptions;

use super::seed_binary;

/// A format to damage.
pub struct Seed {
    /// The file's name, with the ending that its kind usually has.
    pub name: &'static str,
    /// The whole file.
    pub bytes: Vec<u8>,
    /// What lies inside, where the file is a zip package: changed there, a checksum hides nothing.
    pub parts: Vec<(String, Vec<u8>)>,
    /// Bytes around a number that belong to its cell.
    pub margin: (usize, usize),
    /// A checksum stands over everything: numbers may be lost but never changed.
    pub sealed: bool,
    /// How many of the damaged files are of this kind, against the others: fewer of those that take long.
    pub share: u64,
    /// The part of a package that holds the table, and other bytes worth changing often.
    pub main: Vec<usize>,
}

/// The report all seeds tell of.
pub struct Truth {
    /// Its form.
    pub form: Arc<Form>,
    /// The number of every key.
    pub values: Vec<i64>,
    /// The number of every key as it is written.
    pub written: Vec<String>,
}

/// A report that satisfies every equation of its form, each number of which occurs once.
pub fn paper() -> Paper {
    let form = Library::official().get("2021").unwrap().clone();
    let options = Options {
        units: 1,
        from: 2022,
        to: 2022,
        changes: false,
        ..Options::default()
    };
    let mut made = county(&options, 0).remove(0);
    assert_eq!(made.form.id, form.id);
    made.values = numbers(&form);
    made.planted.clear();
    made.paper()
}

/// A different number for every key, all equations of one year satisfied.
fn numbers(form: &Form) -> Vec<i64> {
    let mut values: Vec<i64> = (form.keys.iter().enumerate())
        .map(|(at, key)| match key.measure {
            Measure::Fen => 12_345_670_000 + at as i64 * 1_234_500,
            Measure::Count if key.key.starts_with("requests.received.") => {
                2_000_003 + at as i64 * 1009
            }
            Measure::Count => 10_007 + at as i64 * 97,
        })
        .collect();
    let equations = || form.rules.iter().flat_map(|rule| rule.equations());
    // Totals first, then what is left over, then the totals of that.
    for _ in 0..3 {
        for (total, parts) in equations().filter_map(|e| e.as_total()) {
            values[total] = parts.iter().map(|part| values[part.key]).sum();
        }
        for equation in equations().filter(|e| e.relation == Relation::Equal) {
            if let ([a, b], [c, rest]) = (&equation.left[..], &equation.right[..])
                && !equation.crosses_years()
            {
                values[rest.key] = values[a.key] + values[b.key] - values[c.key];
            }
        }
    }
    let mut sorted = values.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), values.len(), "every number occurs once");
    assert!(sorted[0] > 9_999, "no number is short");
    values
}

impl Truth {
    /// The truth about a paper.
    pub fn of(paper: &Paper) -> Self {
        Self {
            form: paper.form.clone(),
            values: paper.values.clone(),
            written: (0..paper.values.len()).map(|key| paper.cell(key)).collect(),
        }
    }
}

/// One file of every format.
pub fn seeds() -> (Truth, Vec<Seed>) {
    let paper = paper();
    let bytes = |format: Format| format.bytes(&paper).unwrap();
    let sheet = one_sheet(&paper);
    let packed = |name, bytes: Vec<u8>, main: &[&str]| {
        let parts = unpack(&bytes);
        let main = (parts.iter().enumerate())
            .filter(|(_, (name, _))| main.contains(&name.as_str()))
            .map(|(at, _)| at)
            .collect();
        Seed {
            name,
            bytes,
            parts,
            margin: (48, 48),
            share: if name == "report.xlsb" { 1 } else { 2 },
            sealed: true,
            main,
        }
    };
    let plain = |name, bytes: Vec<u8>, margin| Seed {
        name,
        bytes,
        parts: Vec::new(),
        margin,
        share: if matches!(name, "report.html" | "report.mht") {
            1
        } else {
            3
        },
        sealed: false,
        main: Vec::new(),
    };
    let html = bytes(Format::Html);
    let lines: String = [bytes(Format::Json)]
        .map(|json| serde_json::from_slice::<serde_json::Value>(&json).unwrap())
        .iter()
        .map(|json| format!("{json}\n{{\"note\":1}}\n"))
        .collect();
    let members = [
        ("a.csv", bytes(Format::Csv)),
        ("b.json", bytes(Format::Json)),
    ];
    let seeds = vec![
        packed(
            "report.xlsx",
            bytes(Format::Xlsx),
            &["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"],
        ),
        packed(
            "report.xlsb",
            seed_binary::xlsb(&sheet),
            &["xl/worksheets/sheet1.bin"],
        ),
        // One record holds the numbers of a whole row.
        plain("report.xls", xls(), (120, 12)),
        packed("report.ods", ods(&sheet), &["content.xml"]),
        packed("report.docx", bytes(Format::Docx), &["word/document.xml"]),
        packed("report.zip", zip(&members), &["a.csv", "b.json"]),
        plain("report.csv", bytes(Format::Csv), (1, 1)),
        plain("tidy.csv", bytes(Format::Tidy), (1, 1)),
        plain("report.json", bytes(Format::Json), (1, 1)),
        plain("report.jsonl", lines.into_bytes(), (1, 1)),
        plain("report.mht", mht(&html), (24, 16)),
        plain("report.html", html, (24, 16)),
        plain("report.txt", bytes(Format::Txt), (1, 1)),
    ];
    (Truth::of(&paper), seeds)
}

/// Made by `soffice --convert-to xls` from the xlsx of [`seeds`]: no free library writes the format.
fn xls() -> Vec<u8> {
    std::fs::read(XLS).unwrap_or_else(|error| panic!("{XLS}: {error}"))
}

/// Where the workbook of 1997 lies.
pub const XLS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/mutation/every-number-once.xls"
);

/// A zip package of members, stored or packed as their size suggests.
pub fn zip<N: AsRef<str>, B: AsRef<[u8]>>(members: &[(N, B)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = SimpleFileOptions::default();
        let method = if name.as_ref() == "mimetype" {
            zip::CompressionMethod::Stored
        } else {
            zip::CompressionMethod::Deflated
        };
        zip.start_file(name.as_ref(), options.compression_method(method))
            .unwrap();
        zip.write_all(bytes.as_ref()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn unpack(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|at| {
            let mut member = zip.by_index(at).unwrap();
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).unwrap();
            (member.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// An OpenDocument spreadsheet with the least a reader needs.
fn ods(sheet: &Sheet) -> Vec<u8> {
    let mut rows = String::new();
    for row in 0..sheet.rows {
        rows.push_str("<table:table-row>");
        let mut col = 0;
        for cell in sheet.cells.iter().filter(|cell| cell.row == row) {
            rows.push_str(&"<table:covered-table-cell/>".repeat(cell.col.saturating_sub(col)));
            let (down, across, text) = (cell.row_span, cell.col_span, escaped(&cell.text));
            let value = match cell.text.parse::<f64>() {
                Ok(number) if cell.key.is_some() => {
                    format!(" office:value-type=\"float\" office:value=\"{number}\"")
                }
                _ => " office:value-type=\"string\"".to_owned(),
            };
            rows.push_str(&format!(
                "<table:table-cell{value} table:number-columns-spanned=\"{across}\" table:number-rows-spanned=\"{down}\"><text:p>{text}</text:p></table:table-cell>"
            ));
            rows.push_str(&"<table:covered-table-cell/>".repeat(across - 1));
            col = cell.col + across;
        }
        rows.push_str("</table:table-row>\n");
    }
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:spreadsheet><table:table table:name=\"{}\">{rows}</table:table></office:spreadsheet></office:body></office:document-content>",
        escaped(&sheet.name)
    );
    let kind = "application/vnd.oasis.opendocument.spreadsheet";
    let manifest = format!(
        "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"{kind}\"/></manifest:manifest>"
    );
    zip(&[
        ("mimetype", kind),
        ("content.xml", &content),
        ("META-INF/manifest.xml", &manifest),
    ])
}

/// A saved page: the page in quoted-printable, beside a picture.
fn mht(page: &[u8]) -> Vec<u8> {
    let mut text = String::from(
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; type=\"text/html\"; boundary=\"=_part\"\r\n\r\n--=_part\r\nContent-Type: text/html; charset=\"utf-8\"\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Location: http://example.invalid/page.html\r\n\r\n",
    );
    for byte in page {
        match byte {
            b'\n' => text.push_str("\r\n"),
            b' '..=b'~' if *byte != b'=' => text.push(char::from(*byte)),
            other => text.push_str(&format!("={other:02X}")),
        }
    }
    text.push_str("\r\n--=_part\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--=_part--\r\n");
    text.into_bytes()
}

/// Every stretch of bytes that writes one of the numbers, with its key, in the order of the bytes.
pub fn numbers_in(bytes: &[u8], truth: &Truth) -> Vec<(Range<usize>, usize)> {
    let mut found = Vec::new();
    for (key, (value, written)) in truth.values.iter().zip(&truth.written).enumerate() {
        let plain = written.trim_end_matches(|c: char| !c.is_ascii_digit());
        let mut patterns: Vec<Vec<u8>> = vec![plain.as_bytes().to_vec()];
        if let Ok(number) = plain.parse::<f64>() {
            patterns.push(number.to_le_bytes().to_vec());
        }
        if plain == value.to_string() {
            patterns.push((((*value as u32) << 2) | 2).to_le_bytes().to_vec());
        }
        for pattern in patterns {
            for at in positions(bytes, &pattern) {
                found.push((at..at + pattern.len(), key));
            }
        }
    }
    found.sort_by_key(|(range, _)| range.start);
    found
}

fn positions(bytes: &[u8], pattern: &[u8]) -> Vec<usize> {
    let (first, len) = (pattern[0], pattern.len());
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(step) = bytes[from..].iter().position(|byte| *byte == first) {
        let at = from + step;
        if bytes[at..].starts_with(pattern) {
            let digit = |at: Option<usize>| {
                at.and_then(|at| bytes.get(at))
                    .is_some_and(u8::is_ascii_digit)
            };
            let text = first.is_ascii_digit() && pattern.iter().all(|b| b.is_ascii_graphic());
            if !text || !digit(at.checked_sub(1)) && !digit(Some(at + len)) {
                found.push(at);
            }
        }
        from = at + 1;
    }
    found
}
