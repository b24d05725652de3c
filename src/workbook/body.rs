//! The rows of a data sheet: kept small while they are gathered, then written as XML.
//!
//! The writer of workbooks keeps every cell in a tree and hashes its format and its text; a county of 500 units has some two
//! million cells. It writes what stands around the rows, and one row of samples that tells under which number it keeps each
//! look ([`super::finish`]).

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use super::book::Plan;
use super::escape;
use super::sheet::{
    Cell, Column, DEFAULT_HEIGHT, LONGEST_TEXT, LONGEST_TIP, Shown, a1, clipped, lines,
};
use super::theme::{self, Kind, Mark};

/// Rows that Excel can hold.
const MOST_ROWS: usize = 1_048_576;
/// XML that is gathered before it is compressed.
const PIECE: usize = 1 << 16;

/// How a cell looks: what its format is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Cell(Kind, Mark),
    Link,
    Total(Kind, Mark),
}

impl Look {
    /// The look of a cell of a table.
    pub(super) fn of(kind: Kind, mark: Mark, linked: bool) -> Self {
        match kind {
            Kind::Text if linked => Self::Link,
            _ => Self::Cell(kind, mark),
        }
    }

    pub(super) fn format(self) -> Format {
        match self {
            Self::Cell(kind, mark) => theme::cell(kind, mark),
            Self::Link => theme::link(),
            Self::Total(kind, mark) => theme::total(kind, mark),
        }
    }
}

/// The number of a look within a sheet.
pub(super) type LookId = u16;
/// The number of a text within a sheet; an empty one has none.
pub(super) type TextId = Option<u32>;

/// A cell of a row, in sixteen bytes.
#[derive(Debug, Clone, Copy)]
enum Kept {
    Blank(LookId),
    Text(LookId, u32),
    Number(LookId, f64),
    Formula(LookId, u32),
}

impl Kept {
    fn look(&self) -> usize {
        let (Self::Blank(look)
        | Self::Text(look, _)
        | Self::Number(look, _)
        | Self::Formula(look, _)) = self;
        usize::from(*look)
    }
}

/// A row: where its cells end, and its height in points.
#[derive(Debug, Clone, Copy)]
struct Row {
    end: usize,
    height: f64,
}

/// The rows of a data sheet below the header.
#[derive(Debug)]
pub(super) struct Body {
    /// The name of the table they make.
    table: String,
    /// The sheet's row of the header, from 0.
    head: u32,
    columns: u16,
    looks: Vec<Look>,
    cells: Vec<Kept>,
    rows: Vec<Row>,
    texts: HashMap<Arc<str>, u32>,
    /// By number, each with a width and how many lines it takes there.
    by_number: Vec<(Arc<str>, f64, usize)>,
    formulas: Vec<(String, Shown)>,
    /// `<hyperlink …/>` of the cells that lead somewhere.
    links: String,
    /// There is a total row; it is the last one.
    pub has_total: bool,
}

impl Body {
    pub(super) fn new(plan: &Plan, columns: usize) -> Self {
        Self {
            table: plan.table.clone(),
            head: plan.head_row(),
            columns: columns as u16,
            looks: Vec::new(),
            cells: Vec::new(),
            rows: Vec::new(),
            texts: HashMap::new(),
            by_number: Vec::new(),
            formulas: Vec::new(),
            links: String::new(),
            has_total: false,
        }
    }

    pub(super) fn look(&mut self, look: Look) -> LookId {
        let at = self.looks.iter().position(|known| *known == look);
        at.unwrap_or_else(|| {
            self.looks.push(look);
            self.looks.len() - 1
        }) as LookId
    }

    pub(super) fn text(&mut self, words: &str) -> TextId {
        if words.is_empty() {
            return None;
        }
        let words = clipped(words, LONGEST_TEXT);
        if let Some(known) = self.texts.get(words) {
            return Some(*known);
        }
        let new = self.by_number.len() as u32;
        let words: Arc<str> = words.into();
        self.texts.insert(Arc::clone(&words), new);
        self.by_number.push((words, 0.0, 1));
        Some(new)
    }

    /// How many lines a text takes in a column of a width.
    pub(super) fn lines(&mut self, text: u32, width: f64) -> usize {
        let (words, measured, tall) = &mut self.by_number[text as usize];
        if *measured != width {
            (*measured, *tall) = (width, lines(words, width));
        }
        *tall
    }

    pub(super) fn put_text(&mut self, look: LookId, text: TextId) {
        self.cells.push(match text {
            Some(text) => Kept::Text(look, text),
            None => Kept::Blank(look),
        });
    }

    pub(super) fn put_number(&mut self, look: LookId, number: Option<f64>) {
        self.cells.push(match number {
            // Sheets have no word for what is no number.
            Some(number) if number.is_finite() => Kept::Number(look, number),
            _ => Kept::Blank(look),
        });
    }

    /// The next cell of the row, with its link; its comment is not a matter of rows. Gives the number of its text.
    pub(super) fn put(&mut self, cell: &Cell, look: LookId) -> TextId {
        if let Some((target, tip)) = &cell.link {
            let (row, col) = self.place();
            self.link(row, col, target, tip);
        }
        match &cell.shown {
            Shown::Empty => self.cells.push(Kept::Blank(look)),
            Shown::Text(words) => {
                let text = self.text(words);
                self.put_text(look, text);
                return text;
            }
            Shown::Number(number) => self.put_number(look, Some(*number)),
            Shown::Formula(formula, result) => {
                let at = self.formulas.len() as u32;
                self.formulas.push((formula.clone(), (**result).clone()));
                self.cells.push(Kept::Formula(look, at));
            }
        }
        None
    }

    /// A table has a row: an empty one where there is none.
    pub(super) fn blank_unless_filled(&mut self, columns: &[Column]) {
        if self.rows.is_empty() {
            for column in columns {
                let look = self.look(Look::Cell(column.kind, Mark::default()));
                self.put_text(look, None);
            }
            self.end_row(DEFAULT_HEIGHT);
        }
    }

    pub(super) fn end_row(&mut self, height: f64) {
        let end = self.cells.len();
        self.rows.push(Row { end, height });
    }

    /// Where the next cell stands in the sheet.
    pub(super) fn place(&self) -> (u32, u16) {
        let start = self.rows.last().map_or(0, |row| row.end);
        (
            self.first_row() + self.rows.len() as u32,
            (self.cells.len() - start) as u16,
        )
    }

    pub(super) fn link(&mut self, row: u32, col: u16, target: &str, tip: &str) {
        let links = &mut self.links;
        links.push_str("<hyperlink ref=\"");
        links.push_str(&a1(row, col));
        links.push_str("\" location=\"");
        escape::attribute(target, links);
        links.push_str("\" tooltip=\"");
        escape::attribute(clipped(tip, LONGEST_TIP), links);
        links.push_str("\"/>");
    }

    /// The sheet's first row of these, from 0.
    pub(super) fn first_row(&self) -> u32 {
        self.head + 1
    }

    /// The sheet's last row of these, from 0.
    pub(super) fn last_row(&self) -> u32 {
        self.head + self.rows.len() as u32
    }

    pub(super) fn last_col(&self) -> u16 {
        self.columns - 1
    }

    /// Cells, to say which sheet takes longest.
    pub(super) fn size(&self) -> usize {
        self.cells.len()
    }

    /// Cells that show a text.
    pub(super) fn text_uses(&self) -> u32 {
        self.cells
            .iter()
            .filter(|cell| matches!(cell, Kept::Text(..)))
            .count() as u32
    }

    /// The texts in the order of their numbers.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.by_number.iter().map(|(words, ..)| &**words)
    }

    /// Writes the row of samples in place of the rows.
    pub(super) fn samples(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        if self.rows.len() + self.first_row() as usize > MOST_ROWS {
            return Err(XlsxError::RowColumnLimitError);
        }
        for (col, look) in self.looks.iter().enumerate() {
            sheet.write_blank(self.first_row(), col as u16, &look.format())?;
        }
        Ok(())
    }

    /// The cells of the sheet.
    pub(super) fn dimension(&self) -> String {
        format!("A1:{}", a1(self.last_row(), self.last_col()))
    }

    /// The name of the table.
    pub(super) fn table(&self) -> &str {
        &self.table
    }

    /// The cells of the table, or of what can be filtered: without the total row.
    pub(super) fn reference(&self, with_total: bool) -> String {
        let total = u32::from(self.has_total && !with_total);
        let last = a1(self.last_row() - total, self.last_col());
        format!("{}:{last}", a1(self.head, 0))
    }

    pub(super) fn links(&self) -> &str {
        &self.links
    }

    pub(super) fn look_count(&self) -> usize {
        self.looks.len()
    }

    /// Writes the rows. `looks` are the numbers under which the workbook keeps this sheet's looks, `texts` those of
    /// its texts.
    pub(super) fn write(
        &self,
        looks: &[u32],
        texts: &[u32],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let opening: Vec<String> = (0..self.columns)
            .map(|col| format!("<c r=\"{}", a1(0, col).trim_end_matches('1')))
            .collect();
        let looks: Vec<String> = (looks.iter())
            .map(|look| format!("\" s=\"{look}\""))
            .collect();
        let mut xml = String::with_capacity(PIECE + PIECE / 4);
        let mut start = 0;
        for (at, row) in self.rows.iter().enumerate() {
            let mut number = itoa::Buffer::new();
            let number = number.format(self.first_row() as usize + at + 1);
            xml.push_str("<row r=\"");
            xml.push_str(number);
            xml.push_str("\" ht=\"");
            push_number(row.height, &mut xml);
            xml.push_str("\" customHeight=\"1\">");
            for (cell, opening) in self.cells[start..row.end].iter().zip(&opening) {
                xml.push_str(opening);
                xml.push_str(number);
                xml.push_str(&looks[cell.look()]);
                self.push_content(cell, texts, &mut xml);
            }
            xml.push_str("</row>");
            start = row.end;
            if xml.len() >= PIECE {
                out.write_all(xml.as_bytes())?;
                xml.clear();
            }
        }
        out.write_all(xml.as_bytes())
    }

    fn push_content(&self, cell: &Kept, texts: &[u32], xml: &mut String) {
        match cell {
            Kept::Blank(_) => {
                xml.push_str("/>");
                return;
            }
            Kept::Text(_, text) => {
                xml.push_str(" t=\"s\"><v>");
                xml.push_str(itoa::Buffer::new().format(texts[*text as usize]));
            }
            Kept::Number(_, number) => {
                xml.push_str("><v>");
                push_number(*number, xml);
            }
            Kept::Formula(_, at) => {
                let (formula, result) = &self.formulas[*at as usize];
                let number = match result {
                    Shown::Number(number) if number.is_finite() => Some(*number),
                    _ => None,
                };
                // Without a type an empty result would be a zero: a number that nobody reported.
                xml.push_str(if number.is_some() {
                    "><f>"
                } else {
                    " t=\"str\"><f>"
                });
                escape::text(formula, xml);
                xml.push_str("</f><v>");
                match (number, result) {
                    (Some(number), _) => push_number(number, xml),
                    (None, Shown::Text(words)) => escape::text(words, xml),
                    (None, _) => {}
                }
            }
        }
        xml.push_str("</v></c>");
    }
}

/// Writes a number with as many digits as it takes to read the same one back.
fn push_number(number: f64, xml: &mut String) {
    const EXACT: f64 = (1_i64 << 53) as f64;
    if number.fract() == 0.0 && number.abs() < EXACT {
        xml.push_str(itoa::Buffer::new().format(number as i64));
    } else {
        xml.push_str(&number.to_string());
    }
}
