//! A report drawn into cells, for the formats that have nothing but cells.

use super::paper::Paper;
use crate::form::{LayoutContent, Measure, Table, layout};

/// One cell with its span; row and column from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetCell {
    /// First row.
    pub row: usize,
    /// First column.
    pub col: usize,
    /// Rows covered.
    pub row_span: usize,
    /// Columns covered.
    pub col_span: usize,
    /// What stands there.
    pub text: String,
    /// The key whose value stands there.
    pub key: Option<usize>,
    /// It is a count, to be stored as a number where the format has numbers.
    pub count: bool,
}

/// Cells on a sheet, ordered by row and column.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub cols: usize,
    /// The cells that hold something or are part of a table.
    pub cells: Vec<SheetCell>,
}

impl Sheet {
    /// Words across the whole width on a line of their own.
    fn line(&mut self, text: &str) {
        self.cells.push(SheetCell {
            row: self.rows,
            col: 0,
            row_span: 1,
            col_span: self.cols,
            text: text.to_owned(),
            key: None,
            count: false,
        });
        self.rows += 1;
    }

    /// A table of the form, in the official arrangement.
    fn table(&mut self, paper: &Paper, table: &Table) {
        let drawn = layout(table);
        for cell in drawn.cells {
            let key = match cell.content {
                LayoutContent::Key(key) => Some(key),
                _ => None,
            };
            let is_text = |key: usize| paper.instead.iter().any(|(at, _)| *at == key);
            self.cells.push(SheetCell {
                row: self.rows + cell.row,
                col: cell.col,
                row_span: cell.row_span,
                col_span: cell.col_span,
                text: paper.content(&cell.content),
                key,
                count: key.is_some_and(|key| {
                    paper.form.keys[key].measure == Measure::Count && !is_text(key)
                }),
            });
        }
        self.rows += drawn.rows;
    }

    /// The rows as text, spans lost: content stands in the first cell of a span.
    pub fn flat(&self) -> Vec<Vec<&str>> {
        let mut rows = vec![vec![""; self.cols]; self.rows];
        for cell in &self.cells {
            rows[cell.row][cell.col] = &cell.text;
        }
        rows
    }
}

fn width(paper: &Paper, tables: impl Iterator<Item = usize>) -> usize {
    let widths = tables.map(|table| layout(&paper.form.tables[table]).cols);
    widths.max().unwrap_or(1)
}

/// The whole report on one sheet.
pub fn one_sheet(paper: &Paper) -> Sheet {
    let mut sheet = Sheet {
        name: paper.unit.clone(),
        cols: width(paper, 0..paper.form.tables.len()),
        ..Sheet::default()
    };
    sheet.line(&paper.title);
    sheet.line(&paper.introduction);
    for section in &paper.sections {
        sheet.line(&section.heading);
        for words in &section.words {
            sheet.line(words);
        }
        if let Some(table) = section.table {
            sheet.table(paper, &paper.form.tables[table]);
        }
    }
    for words in paper.signature.iter().flatten() {
        sheet.line(words);
    }
    sheet
}

/// A sheet for each table, called after it, with the report's title on every one.
pub fn sheet_per_table(paper: &Paper) -> Vec<Sheet> {
    let tables = paper.form.tables.iter().enumerate();
    tables
        .map(|(number, table)| {
            let mut sheet = Sheet {
                name: table.label.zh.chars().take(31).collect(),
                cols: width(paper, number..number + 1),
                ..Sheet::default()
            };
            sheet.line(&paper.title);
            sheet.line(&table.label.zh);
            sheet.table(paper, table);
            sheet
        })
        .collect()
}
