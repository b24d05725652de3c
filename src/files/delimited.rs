//! Comma, semicolon or tab separated text, addressed as a spreadsheet would show it.

use std::sync::Arc;

use csv::{ReaderBuilder, StringRecord};

use super::charset::Decoded;
use super::limits::{Limit, Limits, Over};
use super::{Document, Kind, Refusal, note, tick};
use crate::grid::{Addressing, Content, Grid};

/// Records looked at to decide whether a text is delimited.
const SAMPLE: usize = 200;

/// The delimiter of a text that is a table throughout; none where it is not.
///
/// `named` says that the file's name claims so, which lowers what is asked for.
pub(super) fn delimiter(text: &str, named: bool) -> Option<u8> {
    let quoting = is_balanced(text);
    [b'\t', b',', b';']
        .into_iter()
        .filter_map(|delimiter| {
            share(text, delimiter, quoting).map(|(share, width)| (share, width, delimiter))
        })
        .filter(|(share, ..)| *share >= if named { 50 } else { 90 })
        .max_by_key(|(share, width, delimiter)| (*share, *width, std::cmp::Reverse(*delimiter)))
        .map(|(.., delimiter)| delimiter)
}

/// Of the records with anything in them: how many in a hundred have the usual number of fields, and that number.
fn share(text: &str, delimiter: u8, quoting: bool) -> Option<(usize, usize)> {
    if !text.as_bytes().contains(&delimiter) {
        return None;
    }
    let mut widths = Vec::new();
    for record in reader(text, delimiter, quoting).records().take(SAMPLE) {
        let record = record.ok()?;
        if record.iter().any(|field| !field.trim().is_empty()) {
            widths.push(record.len());
        }
    }
    let parted = widths.iter().filter(|width| **width > 1).count();
    if parted < 2.min(widths.len()) || parted == 0 {
        return None;
    }
    widths.sort_unstable();
    let (count, width) = widths
        .chunk_by(|a, b| a == b)
        .map(|run| (run.len(), run[0]))
        .max()?;
    (width > 1).then(|| (count * 100 / widths.len(), width))
}

/// A quotation mark without its partner would swallow the rest of the file.
fn is_balanced(text: &str) -> bool {
    text.bytes().filter(|b| *b == b'"').count() % 2 == 0
}

fn reader(text: &str, delimiter: u8, quoting: bool) -> csv::Reader<&[u8]> {
    ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .quoting(quoting)
        .from_reader(text.as_bytes())
}

/// Reads a delimited text into one grid without a name.
///
/// # Errors
/// It goes beyond a limit.
pub(super) fn read(
    name: &Arc<str>,
    decoded: &Decoded<'_>,
    delimiter: u8,
    limits: &Limits,
) -> Result<Document, Refusal> {
    let mut document = Document::new(name.clone(), Kind::Delimited);
    document.notes = decoded.notes(name);
    let text = decoded.text.as_ref();
    let balanced = is_balanced(text);
    if !balanced {
        document.notes.push(note(
            "unbalanced-quote",
            format!("{name}：引号不成对，已按没有引号读取，请核对含引号的单元格"),
            format!("{name}: the quotation marks do not pair up; read as if there were none, check the cells that contain one"),
            None,
        ));
    }
    let rows = rows(text, delimiter, balanced, limits).map_err(|over| over.refusal(name))?;
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    if width > 0 {
        document.push_grid(Grid::from_rows("", Addressing::A1, rows));
    }
    Ok(document)
}

fn rows(
    text: &str,
    delimiter: u8,
    quoting: bool,
    limits: &Limits,
) -> Result<Vec<Vec<Content>>, Over> {
    let mut reader = reader(text, delimiter, quoting);
    let mut record = StringRecord::new();
    let mut rows: Vec<Vec<Content>> = Vec::new();
    let (mut start, mut width) = (0, 0);
    // The text is valid UTF-8 and records may have any length: reading from memory cannot fail.
    while let Ok(true) = reader.read_record(&mut record) {
        // The csv crate passes over blank lines; a spreadsheet shows them as rows.
        let skipped = blank_lines(text, start);
        rows.extend((0..skipped).map(|_| Vec::new()));
        rows.push(record.iter().map(Content::text).collect());
        start = reader.position().byte() as usize;
        // The grid is as wide as its widest row throughout.
        width = width.max(record.len() as u64);
        limits.check(Limit::Columns, width)?;
        limits.check(Limit::Rows, rows.len() as u64)?;
        limits.check(Limit::Cells, width * rows.len() as u64)?;
        if rows.len().is_multiple_of(1024) {
            tick();
        }
    }
    Ok(rows)
}

/// Blank lines from `start` on, where a record has just ended.
fn blank_lines(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    if at > 0 && bytes.get(at - 1) == Some(&b'\r') && bytes.get(at) == Some(&b'\n') {
        at += 1;
    }
    let mut blank = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\n' => blank += 1,
            b'\r' if bytes.get(at + 1) != Some(&b'\n') => blank += 1,
            b'\r' => {}
            _ => break,
        }
        at += 1;
    }
    blank
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_told_from_prose() {
        assert_eq!(delimiter("a,b\n1,2\n3,4\n", false), Some(b','));
        assert_eq!(delimiter("a\tb,c\n1\t2\n", false), Some(b'\t'));
        assert_eq!(delimiter("a;b\n1;2,5\n", false), Some(b';'));
        assert_eq!(
            delimiter("Dear all, hello\nthis is a letter\nbye\n", false),
            None
        );
        assert_eq!(delimiter("title\na,b\n1,2\n", false), None);
        assert_eq!(delimiter("title\na,b\n1,2\n", true), Some(b','));
    }

    #[test]
    fn blank_lines_keep_their_rows() {
        for end in ["\n", "\r\n"] {
            let text = ["", "a,b", "", "", "\"x", "y\",2", ""].join(end);
            let rows = rows(&text, b',', true, &Limits::default()).unwrap();
            assert_eq!(rows.len(), 5, "{rows:?}");
            assert_eq!(rows[1][1].as_text(), Some("b"));
            assert_eq!(rows[4][1].as_text(), Some("2"));
        }
    }
}
