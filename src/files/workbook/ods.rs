//! OpenDocument spreadsheets, read in one pass: calamine has neither their merged cells nor their hidden rows, and takes an
//! error cell for text.

use std::collections::BTreeSet;
use std::sync::Arc;

use quick_xml::events::{BytesStart, Event};

use super::super::limits::{Limit, Limits, Over};
use super::super::refused::Known;
use super::super::{Document, Refusal, package as parts, refused, tick, xml};
use super::{Builder, Package, Sheet};
use crate::grid::{Content, Span};
use crate::text::Text;

/// Reads an ods package.
///
/// # Errors
/// A damaged, protected or oversized package, with the cause.
pub(in super::super) fn ods(
    name: &Arc<str>,
    mut package: Package<'_>,
    limits: &Limits,
) -> Result<Document, Refusal> {
    let damaged = |cause: &str| refused::damaged(name, &Text::same("ods"), cause);
    parts::check(&mut package, limits).map_err(|over| over.refusal(name))?;
    if parts::part(&mut package, "META-INF/manifest.xml", limits)
        .is_some_and(|manifest| String::from_utf8_lossy(&manifest).contains("encryption-data"))
    {
        return Err(Known::Encrypted.refusal(name));
    }
    let content = parts::part(&mut package, "content.xml", limits)
        .ok_or_else(|| damaged("缺少 content.xml / content.xml is missing"))?;
    flat_ods(name, &String::from_utf8_lossy(&content), limits)
}

/// Reads the XML of an OpenDocument spreadsheet.
///
/// # Errors
/// XML that breaks off, with the position.
pub(in super::super) fn flat_ods(
    name: &Arc<str>,
    text: &str,
    limits: &Limits,
) -> Result<Document, Refusal> {
    xml::check(name, text.as_bytes(), limits)?;
    let mut reader = xml::reader(text);
    // A cell whose tag is damaged would otherwise be passed over, and those behind it move up into its place.
    reader.config_mut().check_end_names = true;
    let mut walk = Walk {
        builder: Builder::new(name, limits),
        hidden_styles: BTreeSet::new(),
        style: String::new(),
        sheet: None,
        cell: None,
        ignored: 0,
        over: None,
    };
    loop {
        if let Some(over) = walk.over {
            return Err(over.refusal(name));
        }
        match reader.read_event() {
            Ok(Event::Start(tag)) => walk.start(&tag),
            Ok(Event::End(tag)) => walk.end(tag.local_name().as_ref()),
            Ok(Event::Text(words)) => walk.words(&words.xml10_content()),
            Ok(Event::CData(words)) => walk.words(&words.xml10_content()),
            Ok(Event::GeneralRef(reference)) => {
                let mut words = String::new();
                xml::push_reference(&reference, &mut words);
                walk.words(&words);
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                let cause = format!("content.xml, {}: {error}", reader.buffer_position());
                return Err(refused::damaged(name, &Text::same("ods"), &cause));
            }
        }
    }
    if walk.sheet.is_some() {
        let cause = "content.xml 不完整 / content.xml breaks off";
        return Err(refused::damaged(name, &Text::same("ods"), cause));
    }
    walk.builder.finish("ods")
}

/// Elements whose cells and paragraphs are not the sheet's.
const ASIDE: [&str; 4] = ["annotation", "tracked-changes", "shapes", "forms"];

struct Walk<'a> {
    builder: Builder<'a>,
    /// Table styles that are not displayed.
    hidden_styles: BTreeSet<String>,
    /// The table style under way.
    style: String,
    sheet: Option<Progress>,
    cell: Option<Cell>,
    /// Depth inside elements that are set aside.
    ignored: u32,
    /// The limit that was gone beyond.
    over: Option<Over>,
}

#[derive(Default)]
struct Progress {
    sheet: Sheet,
    row: u32,
    col: u32,
    /// How often the row stands there.
    repeat: u32,
    /// The row's cells: column, content.
    cells: Vec<(u32, Content)>,
    columns: u32,
}

struct Cell {
    repeat: u32,
    value: Option<Content>,
    formula: Option<String>,
    text: String,
    paragraphs: u32,
    /// Inside a paragraph: white space between elements is markup.
    in_paragraph: bool,
    error: bool,
    spans: (u32, u32),
}

impl Walk<'_> {
    fn start(&mut self, tag: &BytesStart<'_>) {
        let local = tag.local_name();
        let local: &str = local.as_ref();
        if self.ignored > 0 || ASIDE.contains(&local) {
            self.ignored += 1;
            return;
        }
        if self.cell.is_some() {
            self.inside(tag, local);
            return;
        }
        match (local, &mut self.sheet) {
            ("style", _) => self.style = xml::attribute(tag, "name").unwrap_or_default(),
            ("table-properties", None)
                if xml::attribute(tag, "display").as_deref() == Some("false") =>
            {
                self.hidden_styles.insert(self.style.clone());
            }
            ("table", None) => {
                let style = xml::attribute(tag, "style-name").unwrap_or_default();
                let mut progress = Progress::default();
                progress.sheet.name = xml::attribute(tag, "name").unwrap_or_default();
                progress.sheet.hidden = self.hidden_styles.contains(&style);
                self.sheet = Some(progress);
            }
            ("table-column", Some(progress)) => {
                let (first, count) = (progress.columns, xml::count(tag, "number-columns-repeated"));
                progress.columns = first.saturating_add(count);
                if is_hidden(tag) && count > 0 {
                    progress
                        .sheet
                        .hidden_cols
                        .push((first, progress.columns - 1));
                }
            }
            ("table-row", Some(progress)) => {
                progress.repeat = xml::count(tag, "number-rows-repeated");
                progress.col = 0;
                if is_hidden(tag) && progress.repeat > 0 {
                    let last = progress.row.saturating_add(progress.repeat - 1);
                    progress.sheet.hidden_rows.push((progress.row, last));
                }
            }
            ("table-cell" | "covered-table-cell", Some(_)) => self.cell = Some(Cell::from(tag)),
            _ => {}
        }
    }

    /// Elements inside a cell.
    fn inside(&mut self, tag: &BytesStart<'_>, local: &str) {
        let Some(cell) = &mut self.cell else {
            return;
        };
        match local {
            "p" => {
                if cell.paragraphs > 0 {
                    cell.text.push('\n');
                }
                cell.paragraphs += 1;
                cell.in_paragraph = true;
            }
            "line-break" => cell.text.push('\n'),
            "tab" => cell.text.push('\t'),
            "s" => {
                let spaces = xml::count(tag, "c").min(256) as usize;
                cell.text.extend(std::iter::repeat_n(' ', spaces));
            }
            _ => {}
        }
    }

    fn words(&mut self, words: &str) {
        if self.ignored == 0
            && let Some(cell) = self.cell.as_mut().filter(|cell| cell.in_paragraph)
        {
            // Line ends of the markup are no line breaks of the cell.
            cell.text.push_str(&words.replace(['\n', '\r'], " "));
        }
    }

    fn end(&mut self, local: &str) {
        if self.ignored > 0 {
            self.ignored -= 1;
            return;
        }
        match local {
            "p" => {
                if let Some(cell) = &mut self.cell {
                    cell.in_paragraph = false;
                }
            }
            "table-cell" | "covered-table-cell" => {
                if let (Some(cell), Some(progress)) = (self.cell.take(), &mut self.sheet) {
                    let kept = progress.cell(cell, self.builder.limits);
                    self.over = self.over.or(kept.err());
                }
            }
            "table-row" => {
                if let Some(progress) = &mut self.sheet {
                    tick();
                    let kept = progress.end_row(self.builder.limits);
                    self.over = self.over.or(kept.err());
                }
            }
            "table" if self.cell.is_none() => {
                if let Some(progress) = self.sheet.take() {
                    let kept = self.builder.sheet(progress.sheet);
                    self.over = self.over.or(kept.err());
                }
            }
            _ => {}
        }
    }
}

fn is_hidden(tag: &BytesStart<'_>) -> bool {
    matches!(
        xml::attribute(tag, "visibility").as_deref(),
        Some("collapse" | "filter")
    )
}

impl Progress {
    fn cell(&mut self, cell: Cell, limits: &Limits) -> Result<(), Over> {
        let (row, col) = (self.row, self.col);
        let repeat = cell.repeat;
        self.col = col.saturating_add(repeat);
        let (rows, cols) = cell.spans;
        if rows > 1 || cols > 1 {
            self.sheet.spans.push(Span {
                row,
                col,
                rows: rows.min(1 << 20),
                cols: cols.min(1 << 14),
            });
        }
        let content = cell.content();
        if content == Content::Empty {
            return Ok(());
        }
        let cells = self.cells.len() as u64 + u64::from(repeat);
        limits.check(Limit::Cells, cells)?;
        let copies = (0..repeat).map(|copy| (col.saturating_add(copy), content.clone()));
        self.cells.extend(copies);
        Ok(())
    }

    fn end_row(&mut self, limits: &Limits) -> Result<(), Over> {
        let cells = std::mem::take(&mut self.cells);
        if !cells.is_empty() {
            let more = (cells.len() as u64).saturating_mul(self.repeat.into());
            let all = more.saturating_add(self.sheet.cells.len() as u64);
            limits.check(Limit::Cells, all)?;
            for copy in 0..self.repeat {
                let row = self.row.saturating_add(copy);
                self.sheet.cells.extend(
                    cells
                        .iter()
                        .map(|(col, content)| (row, *col, content.clone())),
                );
            }
        }
        self.row = self.row.saturating_add(self.repeat).min(1 << 24);
        Ok(())
    }
}

impl Cell {
    fn from(tag: &BytesStart<'_>) -> Self {
        let value = |key: &str| xml::attribute(tag, key);
        let mut error = false;
        let mut kind = String::new();
        for attribute in tag.attributes().with_checks(false).flatten() {
            if attribute.key.local_name().as_ref() == "value-type" {
                error |= attribute.value.as_ref() == "error";
                if kind.is_empty() || attribute.key.as_ref().starts_with("office") {
                    kind = attribute.value.to_string();
                }
            }
        }
        let stored = match kind.as_str() {
            "float" | "percentage" | "currency" => {
                value("value").map(|digits| match digits.parse::<f64>() {
                    Ok(number) if number.is_finite() => Content::Number(number),
                    _ => Content::Error(digits.into()),
                })
            }
            "date" => value("date-value").map(|date| Content::Date(date.into())),
            "time" => value("time-value").map(|time| Content::Date(time.into())),
            "boolean" => value("boolean-value").map(|b| Content::Bool(b == "true")),
            "string" => value("string-value").map(|words| Content::text(&words)),
            _ => None,
        };
        Self {
            repeat: xml::count(tag, "number-columns-repeated").min(1 << 14),
            value: stored,
            formula: value("formula"),
            text: String::new(),
            paragraphs: 0,
            in_paragraph: false,
            error,
            spans: (
                xml::count(tag, "number-rows-spanned"),
                xml::count(tag, "number-columns-spanned"),
            ),
        }
    }

    fn content(self) -> Content {
        let words = self.text.trim();
        let looks_wrong = words.starts_with('#') || words.starts_with("Err:");
        if self.error || (self.formula.is_some() && looks_wrong) {
            let shown = if words.is_empty() { "#ERR" } else { words };
            return Content::Error(shown.into());
        }
        match (self.value, self.formula) {
            (Some(value), _) => value,
            (None, Some(formula)) if words.is_empty() => {
                let bare = formula
                    .split_once(":=")
                    .map_or(formula.as_str(), |(_, f)| f);
                Content::Uncalculated(format!("={}", bare.trim_start_matches('=')).into())
            }
            (None, _) => Content::text(&self.text),
        }
    }
}
