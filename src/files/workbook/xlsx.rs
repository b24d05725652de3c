//! xlsx and xlsm that are not plain: calamine for the cells; what it does not tell (merged cells without a second parse, hidden rows and
//! columns, whether formulas were ever calculated) by a glance at the same XML.

use std::io::Cursor;
use std::sync::Arc;

use calamine::{DataRef, Reader, Xlsx, XlsxError, XlsxFormulaMetadata};

use super::super::limits::{Limit, Limits, Over};
use super::super::{Document, Refusal, note, package as parts, refused, tick, xml};
use super::{Builder, Package, Sheet, content, has_cells, is_hidden, plain, sheet_place};
use crate::grid::{Content, Span};
use crate::text::Text;

/// Reads an xlsx or xlsm workbook.
///
/// # Errors
/// A damaged or oversized package, with the cause.
pub(in super::super) fn xlsx<'a>(
    name: &Arc<str>,
    bytes: &'a [u8],
    mut package: Package<'a>,
    limits: &Limits,
) -> Result<Document, Refusal> {
    parts::check(&mut package, limits).map_err(|over| over.refusal(name))?;
    match plain::read(name, bytes, &mut package, limits) {
        Some(document) => Ok(document),
        None => by_calamine(name, bytes, package, limits),
    }
}

/// Reads whatever calamine reads, which is slower.
pub(super) fn by_calamine(
    name: &Arc<str>,
    bytes: &[u8],
    mut package: Package<'_>,
    limits: &Limits,
) -> Result<Document, Refusal> {
    let damaged = |cause: &str| refused::damaged(name, &Text::same("xlsx"), cause);
    let over = |over: Over| over.refusal(name);
    for path in ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"] {
        if let Some(bytes) = parts::part(&mut package, path, limits) {
            xml::check(name, &bytes, limits)?;
        }
    }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|e| damaged(&cause(&e)))?;
    let workbook = Workbook::read(&mut package, limits);
    let mut builder = Builder::new(name, limits);
    let sheets = book.sheets_metadata().to_vec();
    (limits.check(Limit::Sheets, sheets.len() as u64)).map_err(over)?;
    for sheet in sheets.into_iter().filter(has_cells) {
        let mut found = Sheet {
            hidden: is_hidden(&sheet),
            ..Sheet::default()
        };
        match cells(
            &mut book,
            &sheet.name,
            workbook.unsettled,
            limits,
            &mut found,
        ) {
            Ok(stale) => {
                found.name = sheet.name;
                if stale {
                    stale_note(&mut builder, &found.name);
                }
                if let Some(path) = workbook.path(&found.name)
                    && let Some(bytes) = parts::part(&mut package, path, limits)
                {
                    xml::check(name, &bytes, limits)?;
                    glance(&bytes, &mut found);
                }
                builder.sheet(found).map_err(over)?;
            }
            Err(Fault::Over(beyond)) => return Err(over(beyond)),
            Err(Fault::Xlsx(XlsxError::NotAWorksheet(_))) => {}
            Err(Fault::Xlsx(error)) => builder.failed(&sheet.name, &cause(&error)),
        }
    }
    builder.finish("xlsx")
}

/// Why a sheet was not read.
enum Fault {
    Over(Over),
    Xlsx(XlsxError),
}

impl From<XlsxError> for Fault {
    fn from(error: XlsxError) -> Self {
        Self::Xlsx(error)
    }
}

fn cause(error: &XlsxError) -> String {
    match error {
        XlsxError::FileNotFound(part) => format!("缺少 {part} / {part} is missing"),
        other => other.to_string(),
    }
}

fn stale_note(builder: &mut Builder<'_>, sheet: &str) {
    let file = builder.document.name.clone();
    builder.document.notes.push(note(
        "formulas-never-calculated",
        format!("{file}：工作表“{sheet}”的公式从未计算过，其结果不作数。请用 WPS 或 Excel 打开并保存"),
        format!("{file}, sheet \"{sheet}\": its formulas were never calculated and their results do not count; open it in WPS or Excel and save it"),
        Some(sheet_place(&file, sheet)),
    ));
}

/// Reads the cells; says whether the formulas turned out never to have been calculated.
///
/// A program that writes workbooks without calculating leaves 0 as the result of every formula and asks for a calculation on
/// opening (`unsettled`). Where such zeros stand beside other numbers, they are no results.
fn cells(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    unsettled: bool,
    limits: &Limits,
    sheet: &mut Sheet,
) -> Result<bool, Fault> {
    let mut reader = book.worksheet_cells_reader(name)?;
    sheet
        .cells
        .reserve(reader.dimensions().len().min(4096) as usize);
    let mut formulas: Vec<(usize, Box<str>)> = Vec::new();
    let mut numbers = false;
    let mut settled = false;
    while let Some(record) = reader.next_cell_with_formula_metadata()? {
        let (row, col) = record.pos;
        if sheet.cells.len() % 4096 == 4095 {
            tick();
            (limits.check(Limit::Cells, sheet.cells.len() as u64)).map_err(Fault::Over)?;
        }
        // Not the same as a result that is not there.
        let is_empty_text = matches!(&record.value, DataRef::String(words) if words.is_empty());
        let value = content(record.value);
        let Some(formula) = record.formula else {
            if value != Content::Empty {
                numbers |= matches!(&value, Content::Number(n) if *n != 0.0);
                sheet.cells.push((row, col, value));
            }
            continue;
        };
        let words: Box<str> = match formula {
            XlsxFormulaMetadata::Normal { formula }
            | XlsxFormulaMetadata::Shared { formula, .. } => format!("={formula}").into(),
            XlsxFormulaMetadata::SharedDerived { .. } => "=…".into(),
            _ => "=".into(),
        };
        match value {
            Content::Empty if is_empty_text => settled = true,
            Content::Empty => sheet.cells.push((row, col, Content::Uncalculated(words))),
            value => {
                settled |= value != Content::Number(0.0);
                if unsettled {
                    formulas.push((sheet.cells.len(), words));
                }
                sheet.cells.push((row, col, value));
            }
        }
    }
    let stale = unsettled && numbers && !settled && !formulas.is_empty();
    if stale {
        for (index, words) in formulas {
            sheet.cells[index].2 = Content::Uncalculated(words);
        }
    }
    Ok(stale)
}

/// Where the sheets' parts are, and whether the workbook asks to be calculated on opening.
#[derive(Default)]
struct Workbook {
    /// Sheet name and path of its part.
    parts: Vec<(String, String)>,
    unsettled: bool,
}

impl Workbook {
    fn read(package: &mut Package<'_>, limits: &Limits) -> Self {
        let text = |bytes: Option<Vec<u8>>| bytes.and_then(|b| String::from_utf8(b).ok());
        let (Some(book), Some(relations)) = (
            text(parts::part(package, "xl/workbook.xml", limits)),
            text(parts::part(package, "xl/_rels/workbook.xml.rels", limits)),
        ) else {
            return Self::default();
        };
        let targets: Vec<(&str, &str)> = tags(&relations, "Relationship")
            .filter_map(|tag| Some((attribute(tag, "Id")?, attribute(tag, "Target")?)))
            .collect();
        let parts = tags(&book, "sheet")
            .filter_map(|tag| {
                let id = attribute(tag, "r:id").or_else(|| attribute_ending(tag, ":id"))?;
                let (_, target) = targets.iter().find(|(known, _)| *known == id)?;
                let path = match target.strip_prefix('/') {
                    Some(absolute) => absolute.to_owned(),
                    None => format!("xl/{}", target.trim_start_matches("./")),
                };
                Some((unescape(attribute(tag, "name")?), path))
            })
            .collect();
        let unsettled = tags(&book, "calcPr").any(|tag| truth(attribute(tag, "fullCalcOnLoad")));
        Self { parts, unsettled }
    }

    fn path(&self, name: &str) -> Option<&str> {
        self.parts
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, path)| path.as_str())
    }
}

/// The longest tag of a row, in bytes: more than any program writes.
const TAG: usize = 4096;

/// Finds merged cells and hidden rows and columns without parsing the cells again.
fn glance(xml: &[u8], sheet: &mut Sheet) {
    let Ok(xml) = std::str::from_utf8(xml) else {
        return;
    };
    let body = xml.find("<sheetData").or_else(|| xml.find(":sheetData"));
    let end = xml.rfind("sheetData").unwrap_or(xml.len());
    for tag in tags(&xml[end..], "mergeCell") {
        if let Some(span) = attribute(tag, "ref").and_then(span) {
            sheet.spans.push(span);
        }
    }
    for tag in tags(&xml[..body.unwrap_or(0)], "col") {
        hide_columns(tag, sheet);
    }
    let mut at = body.unwrap_or(end);
    while let Some(found) = xml[at..end].find(" hidden=") {
        let here = at + found;
        at = here + 1;
        // Only as far as a tag of a row reaches: text may say " hidden=" any number of times.
        let near = here.saturating_sub(TAG);
        let Some(open) = xml.as_bytes()[near..here].iter().rposition(|b| *b == b'<') else {
            continue;
        };
        let open = near + open;
        let close = xml[here..].find('>').map_or(xml.len(), |at| here + at);
        let Some(tag) = tags(&xml[open..close], "row").next().filter(|tag| {
            let from = tag.as_ptr() as usize - xml.as_ptr() as usize;
            from <= here && here < from + tag.len()
        }) else {
            continue;
        };
        hide_row(tag, sheet);
    }
}

/// Notes the columns of a `col` that is hidden.
pub(super) fn hide_columns(tag: &str, sheet: &mut Sheet) {
    let edge = |key| attribute(tag, key).and_then(|n| n.parse::<u32>().ok());
    if truth(attribute(tag, "hidden"))
        && let (Some(first @ 1..), Some(last)) = (edge("min"), edge("max"))
    {
        sheet.hidden_cols.push((first - 1, last.saturating_sub(1)));
    }
}

/// Notes a `row` that is hidden.
pub(super) fn hide_row(tag: &str, sheet: &mut Sheet) {
    if truth(attribute(tag, "hidden"))
        && let Some(row @ 1..) = attribute(tag, "r").and_then(|r| r.parse::<u32>().ok())
    {
        match sheet.hidden_rows.last_mut() {
            Some((_, last)) if *last + 2 == row => *last = row - 1,
            _ => sheet.hidden_rows.push((row - 1, row - 1)),
        }
    }
}

/// The insides of the start tags with a local name: `name="…" r:id="…"`.
fn tags<'a>(xml: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let found = at + xml[at..].find(name)?;
            at = found + name.len();
            let begins = xml[..found].ends_with(['<', ':']);
            let inside = &xml[at..];
            if begins && inside.starts_with([' ', '\n', '\r', '\t']) {
                return Some(&inside[..inside.find('>').unwrap_or(inside.len())]);
            }
        }
    })
}

/// The raw value of an attribute of a tag.
fn attribute<'a>(tag: &'a str, key: &str) -> Option<&'a str> {
    let mut rest = tag;
    loop {
        let at = rest.find(key)?;
        let free = at == 0 || rest[..at].ends_with(char::is_whitespace);
        let after = rest[at + key.len()..].trim_start();
        rest = &rest[at + key.len()..];
        if let Some(value) = after.strip_prefix('=').filter(|_| free) {
            return quoted(value);
        }
    }
}

fn attribute_ending<'a>(tag: &'a str, ending: &str) -> Option<&'a str> {
    let at = tag.find(&format!("{ending}="))?;
    quoted(&tag[at + ending.len() + 1..])
}

fn quoted(value: &str) -> Option<&str> {
    let value = value.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = &value[1..];
    Some(&value[..value.find(quote)?])
}

fn truth(value: Option<&str>) -> bool {
    matches!(value, Some("1" | "true"))
}

fn unescape(raw: &str) -> String {
    quick_xml::escape::unescape(raw).map_or_else(|_| raw.to_owned(), Into::into)
}

/// `B2:D5` as a span.
pub(super) fn span(reference: &str) -> Option<Span> {
    let (from, to) = reference.split_once(':')?;
    let ((row, col), (bottom, right)) = (corner(from)?, corner(to)?);
    (bottom >= row && right >= col && bottom < 1 << 20 && right < 1 << 14).then(|| Span {
        row,
        col,
        rows: bottom - row + 1,
        cols: right - col + 1,
    })
}

/// `B2` as row and column from 0.
pub(super) fn corner(reference: &str) -> Option<(u32, u32)> {
    let digits = reference.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = reference.split_at(digits);
    let mut col = 0_u32;
    for letter in letters.bytes() {
        let value = letter.to_ascii_uppercase().checked_sub(b'A')?;
        col = col.checked_mul(26)?.checked_add(u32::from(value) + 1)?;
    }
    Some((
        digits.parse::<u32>().ok()?.checked_sub(1)?,
        col.checked_sub(1)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_become_spans() {
        let found = span("B2:AA5").unwrap();
        assert_eq!(
            (found.row, found.col, found.rows, found.cols),
            (1, 1, 4, 26)
        );
        assert!(span("B5:A2").is_none() && span("B2").is_none() && span("2:3").is_none());
    }

    #[test]
    fn a_glance_is_not_fooled_by_text() {
        let xml = r#"<worksheet><cols><col min="2" max="3" hidden="1"/></cols><sheetData>
            <row r="1"><c t="inlineStr"><is><t> hidden="1" </t></is></c></row>
            <row r="2" hidden="1"/><row r="3" hidden="true"/><row r="9" hidden="0"/></sheetData>
            <mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells></worksheet>"#;
        let mut sheet = Sheet::default();
        glance(xml.as_bytes(), &mut sheet);
        assert_eq!(sheet.hidden_rows, [(1, 2)]);
        assert_eq!(sheet.hidden_cols, [(1, 2)]);
        assert_eq!(sheet.spans.len(), 1);
    }
}
