//! Tables in the arrangement of the official form: the area's own, a template's, a notice's.

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use super::book::{Book, Plan};
use super::sheet::{Cell, lines, paper, put};
use super::theme::{self, Kind};
use crate::form::{Layout, LayoutCell, LayoutContent, Measure, Role, Table, layout};
use crate::text::Lang;

/// Where an official table stands in a sheet, and what it is drawn from.
pub(super) struct Drawing<'a> {
    pub table: &'a Table,
    pub layout: Layout,
    /// Its first row in the sheet.
    pub top: u32,
    pub lang: Lang,
}

impl<'a> Drawing<'a> {
    pub(super) fn new(table: &'a Table, top: u32, lang: Lang) -> Self {
        let layout = layout(table);
        Self {
            table,
            layout,
            top,
            lang,
        }
    }

    /// The sheet's row below the table.
    pub(super) fn below(&self) -> u32 {
        self.top + self.layout.rows as u32
    }

    /// Its last column.
    pub(super) fn last_col(&self) -> u16 {
        self.layout.cols.saturating_sub(1) as u16
    }

    /// The cell of every key in the sheet: row and column from 0.
    pub(super) fn key_cells(&self) -> impl Iterator<Item = (usize, (u32, u16))> + '_ {
        self.layout
            .cells
            .iter()
            .filter_map(|cell| match cell.content {
                LayoutContent::Key(key) => Some((key, self.position(cell))),
                _ => None,
            })
    }

    fn position(&self, cell: &LayoutCell) -> (u32, u16) {
        (self.top + cell.row as u32, cell.col as u16)
    }

    /// Draws labels and values; `value` gives what stands for a key, and its format.
    pub(super) fn draw(
        &self,
        sheet: &mut Worksheet,
        mut value: impl FnMut(usize) -> (Cell, Format),
    ) -> Result<(), XlsxError> {
        let widths = self.widths();
        for (col, width) in widths.iter().enumerate() {
            sheet.set_column_width(col as u16, *width)?;
        }
        for (row, height) in self.heights(&widths).into_iter().enumerate() {
            sheet.set_row_height(self.top + row as u32, height)?;
        }
        for cell in &self.layout.cells {
            let (shown, format) = match &cell.content {
                LayoutContent::Key(key) => value(*key),
                _ => (Cell::text(self.words(cell)), label_format(cell)),
            };
            let (row, col) = self.position(cell);
            if cell.row_span * cell.col_span > 1 {
                let last_row = row + cell.row_span as u32 - 1;
                let last_col = col + cell.col_span as u16 - 1;
                sheet.merge_range(row, col, last_row, last_col, "", &format)?;
            }
            put(sheet, (row, col), &shown, &format)?;
        }
        Ok(())
    }

    /// A label; money whose official label states no unit gets it in brackets.
    fn words(&self, cell: &LayoutCell) -> String {
        let LayoutContent::Label(label) = &cell.content else {
            return String::new();
        };
        let words = label.get(self.lang);
        let unstated = cell.role == Role::Column
            && self
                .table
                .blocks
                .iter()
                .flat_map(|b| &b.columns)
                .any(|axis| {
                    axis.measure == Measure::Fen
                        && axis.stated_unit.is_none()
                        && axis.label() == Some(label)
                });
        match (unstated, self.lang) {
            (false, _) => words.to_owned(),
            (true, Lang::Zh) => format!("{words}（单位：万元）"),
            (true, Lang::En) => format!("{words} (10,000 yuan)"),
        }
    }

    /// Column widths: narrow groups on the left, room for the innermost label, even values.
    fn widths(&self) -> Vec<f64> {
        let values = self.layout.cols - self.layout.label_cols;
        let labels: &[f64] = match self.layout.label_cols {
            0 => &[],
            1 => &[28.0],
            2 => &[14.0, 34.0],
            _ => &[6.0, 12.0, 41.0],
        };
        let value = match values {
            0..=4 => 20.0,
            5..=8 => 9.5,
            _ => 7.5,
        };
        let mut widths: Vec<f64> = labels.to_vec();
        widths.resize(self.layout.label_cols, 20.0);
        widths.resize(self.layout.cols, value);
        widths
    }

    /// Row heights: as high as the labels that stand in one row alone need.
    fn heights(&self, widths: &[f64]) -> Vec<f64> {
        let mut heights = vec![22.0_f64; self.layout.rows];
        for cell in &self.layout.cells {
            let LayoutContent::Label(_) = &cell.content else {
                continue;
            };
            let width: f64 = widths[cell.col..cell.col + cell.col_span].iter().sum();
            let tall = lines(&self.words(cell), width) as f64 * 15.0 + 6.0;
            let share = tall / cell.row_span as f64;
            for height in &mut heights[cell.row..cell.row + cell.row_span] {
                *height = height.max(share);
            }
        }
        heights
    }
}

fn label_format(cell: &LayoutCell) -> Format {
    let centred = cell.role != Role::Row || cell.row_span > 1;
    let bold = matches!(cell.role, Role::BlockHeading | Role::ColumnTitle);
    theme::official_label(centred, bold)
}

/// The area's own table, ready to paste: totals as formulas over the by-unit sheet.
pub(super) fn official(book: &Book, plan: &Plan, table: &Table) -> Result<Worksheet, XlsxError> {
    let mut sheet = book.worksheet(plan)?;
    let drawing = Drawing::new(table, 2, book.lang);
    heading(&mut sheet, &plan.title, drawing.last_col())?;
    let mut partial = 0;
    let mut empty = 0;
    drawing.draw(&mut sheet, |key| {
        let info = &book.form().keys[key];
        let Some(subject) = book.subject(&info.key) else {
            return (
                Cell::empty(),
                theme::official_value(Kind::Count, Default::default()),
            );
        };
        let cell = book.total_cell(&subject);
        partial += usize::from(cell.mark.partial && subject.total.sum.is_some());
        empty += usize::from(subject.total.sum.is_none());
        let tip = {
            let counted = subject.total.counted.to_string();
            let expected = subject.total.expected.to_string();
            let with = [("n", counted.as_str()), ("of", expected.as_str())];
            book.words.tell("total-tip", book.lang, &with)
        };
        let kind = Kind::people(subject.measure);
        let format = theme::official_value(kind, cell.mark);
        (cell.to(book.unit_range(key).replace('$', ""), tip), format)
    })?;
    let mut below = vec![coverage_line(book)];
    let (partial, empty) = (partial.to_string(), empty.to_string());
    let with = [("partial", partial.as_str()), ("empty", empty.as_str())];
    if with.iter().any(|(_, n)| *n != "0") {
        below.push(book.words.tell("official-gaps", book.lang, &with));
    }
    let markers: String = plan.notes.iter().map(|n| book.note_marker(*n)).collect();
    below.push(format!("{}{markers}", book.word("official-live")));
    for (i, line) in below.iter().enumerate() {
        let row = drawing.below() + 1 + i as u32;
        sheet.write_string_with_format(row, 0, line, &theme::note_line())?;
    }
    finish(&mut sheet, &drawing, drawing.below() + below.len() as u32);
    paper(&mut sheet, &book.running_title(), book.lang);
    Ok(sheet)
}

/// How many of the expected units everything rests on.
pub(super) fn coverage_line(book: &Book) -> String {
    let reported = book.summary.reported().to_string();
    let expected = book.summary.expected().to_string();
    let with = [("n", reported.as_str()), ("of", expected.as_str())];
    let id = if reported == expected {
        return book.words.tell("coverage-whole", book.lang, &with);
    } else {
        "coverage-part"
    };
    let missing: Vec<&str> = (book.summary.members.iter())
        .filter(|m| m.report.is_none())
        .map(|m| m.name.as_str())
        .take(8)
        .collect();
    let missing = missing.join("、");
    let with = [with[0], with[1], ("missing", missing.as_str())];
    book.words.tell(id, book.lang, &with)
}

/// The table's heading over its whole width.
pub(super) fn heading(sheet: &mut Worksheet, words: &str, last: u16) -> Result<(), XlsxError> {
    sheet.set_row_height(0, 30)?;
    sheet.set_row_height(1, 8)?;
    let format = theme::official_heading();
    if last > 0 {
        sheet.merge_range(0, 0, 0, last, words, &format)?;
    } else {
        sheet.write_string_with_format(0, 0, words, &format)?;
    }
    Ok(())
}

/// One A4 page wide, upright unless the table is broad.
pub(super) fn finish(sheet: &mut Worksheet, drawing: &Drawing, last_row: u32) {
    if drawing.layout.cols > 12 {
        sheet.set_landscape();
    }
    sheet
        .set_print_fit_to_pages(1, 1)
        .set_print_center_horizontally(true);
    // The area is inside the sheet by construction.
    let _ = sheet.set_print_area(0, 0, last_row, drawing.last_col());
}
