//! A data sheet: a title, lines of notes, one real table, and how its cells are written.

use rust_xlsxwriter::{
    Format, Formula, Note, Table, TableColumn, TableStyle, Url, Worksheet, XlsxError,
};
use unicode_width::UnicodeWidthStr;

use super::body::{Body, Look};
use super::book::{Book, Plan};
use super::theme::{self, Kind, Mark};
use crate::text::Lang;

/// Excel keeps no more characters than this in a cell (32,767) or a tip (255).
pub(super) const LONGEST_TEXT: usize = 32_000;
pub(super) const LONGEST_TIP: usize = 240;

/// A sheet: what stands around its rows, and the rows where they are put in afterwards ([`super::finish`]).
pub(super) struct Sheet {
    pub frame: Worksheet,
    pub body: Option<Body>,
}

impl From<Worksheet> for Sheet {
    fn from(frame: Worksheet) -> Self {
        Self { frame, body: None }
    }
}

/// A column of a data sheet.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub header: String,
    pub width: f64,
    pub kind: Kind,
}

impl Column {
    pub(super) fn new(header: impl Into<String>, width: f64, kind: Kind) -> Self {
        Self {
            header: header.into(),
            width,
            kind,
        }
    }
}

/// What a cell shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Shown {
    #[default]
    Empty,
    Text(String),
    Number(f64),
    /// A formula with its result; no result is an empty text.
    Formula(String, Box<Shown>),
}

/// A cell: what it shows, and what hangs on it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Cell {
    pub shown: Shown,
    /// Another kind than its column's.
    pub kind: Option<Kind>,
    pub mark: Mark,
    /// A comment.
    pub note: Option<String>,
    /// Where it leads inside the workbook (`'sheet'!A1`), and what one reads when pointing at it.
    pub link: Option<(String, String)>,
}

impl Cell {
    pub(super) fn empty() -> Self {
        Self::default()
    }

    pub(super) fn text(words: impl Into<String>) -> Self {
        let words = words.into();
        Self {
            shown: if words.is_empty() {
                Shown::Empty
            } else {
                Shown::Text(words)
            },
            ..Self::default()
        }
    }

    /// A number as it is: a count, a year, an amount in 分.
    pub(super) fn number(number: i64) -> Self {
        Self {
            shown: Shown::Number(number as f64),
            ..Self::default()
        }
    }

    /// A number in the unit that the kind is shown in.
    pub(super) fn amount(number: i64, kind: Kind) -> Self {
        Self {
            shown: Shown::Number(in_unit(number, kind)),
            kind: Some(kind),
            ..Self::default()
        }
    }

    /// A number that may be missing.
    pub(super) fn maybe(number: Option<i64>, kind: Kind) -> Self {
        number.map_or_else(Self::empty, |number| Self::amount(number, kind))
    }

    pub(super) fn float(number: Option<f64>) -> Self {
        Self {
            shown: number.map_or(Shown::Empty, Shown::Number),
            ..Self::default()
        }
    }

    pub(super) fn formula(formula: impl Into<String>, result: Shown) -> Self {
        Self {
            shown: Shown::Formula(formula.into(), Box::new(result)),
            ..Self::default()
        }
    }

    #[must_use]
    pub(super) fn kind(mut self, kind: Kind) -> Self {
        self.kind = Some(kind);
        self
    }

    #[must_use]
    pub(super) fn marked(mut self, mark: Mark) -> Self {
        self.mark = mark;
        self
    }

    #[must_use]
    pub(super) fn noted(mut self, note: Option<String>) -> Self {
        self.note = note.filter(|note| !note.is_empty());
        self
    }

    #[must_use]
    pub(super) fn to(mut self, target: impl Into<String>, tip: impl Into<String>) -> Self {
        self.link = Some((target.into(), tip.into()));
        self
    }
}

/// A number in the unit its kind is shown in; exact for every amount below 90 亿亿元.
pub(super) fn in_unit(number: i64, kind: Kind) -> f64 {
    match kind {
        Kind::Wan | Kind::WanChange => number as f64 / 1_000_000.0,
        Kind::Yuan => number as f64 / 100.0,
        _ => number as f64,
    }
}

/// Writes a cell. Text is always written as text: nothing in it is taken for a formula or a link.
pub(super) fn put(
    sheet: &mut Worksheet,
    (row, col): (u32, u16),
    cell: &Cell,
    format: &Format,
) -> Result<(), XlsxError> {
    if let Some((target, tip)) = &cell.link {
        let url = Url::new(format!("internal:{target}"));
        let tip = clipped(tip, LONGEST_TIP);
        sheet.write_url_with_options(row, col, url, "-", tip, Some(format))?;
    }
    match &cell.shown {
        Shown::Empty => sheet.write_blank(row, col, format)?,
        Shown::Text(words) => {
            sheet.write_string_with_format(row, col, clipped(words, LONGEST_TEXT), format)?
        }
        Shown::Number(number) => sheet.write_number_with_format(row, col, *number, format)?,
        Shown::Formula(formula, result) => {
            let result = match result.as_ref() {
                Shown::Number(number) => number.to_string(),
                Shown::Text(words) => words.clone(),
                _ => String::new(),
            };
            // Without this an empty result is stored as a zero: a number that nobody reported.
            sheet.set_formula_result_default("");
            let formula = Formula::new(formula).set_result(result);
            sheet.write_formula_with_format(row, col, formula, format)?
        }
    };
    comment(sheet, (row, col), cell)
}

/// Hangs its comment on a cell.
fn comment(sheet: &mut Worksheet, (row, col): (u32, u16), cell: &Cell) -> Result<(), XlsxError> {
    if let Some(words) = &cell.note {
        let lines = words.lines().map(|l| 1 + l.width() / 34).sum::<usize>();
        let height = u32::try_from(lines * 18 + 16).unwrap_or(400).min(400);
        let note = Note::new(clipped(words, LONGEST_TEXT))
            .add_author_prefix(false)
            .set_author("huizong")
            .set_font_name(theme::FONT)
            .set_font_size(9)
            .set_width(260)
            .set_height(height);
        sheet.insert_note(row, col, &note)?;
    }
    Ok(())
}

/// The beginning of a text, at most `most` UTF-16 units: that is how Excel counts.
pub(super) fn clipped(words: &str, most: usize) -> &str {
    // A character has no more UTF-16 units than bytes.
    if words.len() <= most {
        return words;
    }
    let mut units = 0;
    for (start, character) in words.char_indices() {
        units += character.len_utf16();
        if units > most {
            return &words[..start];
        }
    }
    words
}

/// How many lines words take in a column of a width (in characters of the default font).
pub(super) fn lines(words: &str, width: f64) -> usize {
    let fits = (width - 1.0).max(2.0);
    (words.lines())
        .map(|line| ((line.width() as f64) / fits).ceil().max(1.0) as usize)
        .sum::<usize>()
        .max(1)
}

/// How a data sheet is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Print {
    /// All columns on the width of a page.
    Fit,
    /// Too wide for that: pages over, then down, with the first columns repeated.
    Over(u16),
}

/// The rows of a data sheet with what they need around them.
pub(super) struct Data<'a> {
    pub columns: Vec<Column>,
    /// They are made one by one while they are written: there may be many.
    pub rows: Box<dyn Iterator<Item = Vec<Cell>> + 'a>,
    /// The total row, part of the table.
    pub total: Option<Vec<Cell>>,
    /// Columns that stay in sight.
    pub frozen: u16,
    pub print: Print,
}

impl<'a> Data<'a> {
    pub(super) fn new(
        columns: Vec<Column>,
        rows: impl IntoIterator<Item = Vec<Cell>, IntoIter: 'a>,
    ) -> Self {
        Self {
            columns,
            rows: Box::new(rows.into_iter()),
            total: None,
            frozen: 1,
            print: Print::Fit,
        }
    }

    #[must_use]
    pub(super) fn frozen(mut self, columns: u16) -> Self {
        self.frozen = columns;
        self
    }
}

/// Writes a data sheet.
pub(super) fn data(book: &Book, plan: &Plan, mut data: Data) -> Result<Sheet, XlsxError> {
    let mut frame = book.worksheet(plan)?;
    let mut body = Body::new(plan, data.columns.len());
    for cells in data.rows.by_ref() {
        let mut tall = 1;
        for (cell, column) in cells.iter().zip(&data.columns) {
            let kind = cell.kind.unwrap_or(column.kind);
            comment(&mut frame, body.place(), cell)?;
            let look = body.look(Look::of(kind, cell.mark, cell.link.is_some()));
            let text = body.put(cell, look);
            if let (Kind::Long, Some(text)) = (kind, text) {
                tall = tall.max(body.lines(text, column.width));
            }
        }
        body.end_row(height(tall));
    }
    if let Some(total) = &data.total {
        body.blank_unless_filled(&data.columns);
        for (cell, column) in total.iter().zip(&data.columns) {
            let look = body.look(Look::Total(cell.kind.unwrap_or(column.kind), cell.mark));
            body.put(cell, look);
        }
        body.end_row(DEFAULT_HEIGHT);
        body.has_total = true;
    }
    around(book, plan, &data, frame, body)
}

/// Rows that were gathered, with what stands around them.
pub(super) fn around(
    book: &Book,
    plan: &Plan,
    data: &Data,
    mut frame: Worksheet,
    mut body: Body,
) -> Result<Sheet, XlsxError> {
    body.blank_unless_filled(&data.columns);
    framed(book, plan, data, &mut frame, body.last_row())?;
    // The table of the frame has one row; [`super::finish`] puts the others in, and says so.
    let last = body.first_row() + u32::from(body.has_total);
    frame.add_table(
        plan.head_row(),
        0,
        last,
        body.last_col(),
        &table(book, plan, data),
    )?;
    body.samples(&mut frame)?;
    Ok(Sheet {
        frame,
        body: Some(body),
    })
}

/// Writes a data sheet without rows of its own: charts find the numbers they are drawn from in it.
pub(super) fn charted(book: &Book, plan: &Plan, mut data: Data) -> Result<Sheet, XlsxError> {
    let mut frame = book.worksheet(plan)?;
    let mut row = plan.head_row();
    for cells in data.rows.by_ref() {
        row += 1;
        frame.set_row_height(row, height(1))?;
        for (c, (cell, column)) in cells.iter().zip(&data.columns).enumerate() {
            let format = theme::cell(cell.kind.unwrap_or(column.kind), cell.mark);
            put(&mut frame, (row, c as u16), cell, &format)?;
        }
    }
    let last = row.max(plan.head_row() + 1);
    framed(book, plan, &data, &mut frame, last)?;
    let last_col = (data.columns.len() - 1) as u16;
    frame.add_table(
        plan.head_row(),
        0,
        last,
        last_col,
        &table(book, plan, &data),
    )?;
    Ok(frame.into())
}

/// What stands around the rows: title, notes, widths, print setup. `last` is the last row.
fn framed(
    book: &Book,
    plan: &Plan,
    data: &Data,
    sheet: &mut Worksheet,
    last: u32,
) -> Result<(), XlsxError> {
    top(book, plan, sheet)?;
    let header_lines = (data.columns.iter()).map(|c| lines(&c.header, c.width));
    let tall = header_lines.max().unwrap_or(1);
    sheet.set_row_height(plan.head_row(), 16.0 * tall as f64 + 6.0)?;
    for (c, column) in data.columns.iter().enumerate() {
        sheet.set_column_width(c as u16, column.width)?;
    }
    printed(book, plan, data, sheet, last)
}

/// The height of a row that states none.
pub(super) const DEFAULT_HEIGHT: f64 = 18.0;

/// The height in points of a row of so many lines, on a whole pixel.
pub(super) fn height(lines: usize) -> f64 {
    ((15.0 * lines as f64 + 3.0).min(400.0) * 4.0 / 3.0).round() * 0.75
}

/// Title, lines of notes and the way back.
fn top(book: &Book, plan: &Plan, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_row_height(0, 26)?;
    sheet.write_string_with_format(0, 0, clipped(&plan.title, LONGEST_TEXT), &theme::title())?;
    for (i, line) in plan.lines.iter().enumerate() {
        sheet.write_string_with_format(1 + i as u32, 0, line, &theme::note_line())?;
    }
    let (to, words) = match plan.id.as_str() {
        "contents" => ("cover", book.word("to-cover")),
        _ => ("contents", book.word("back")),
    };
    if let Some(target) = book.plan(to) {
        let back = Cell::text(words).to(target.at(0, 0), &target.title);
        put(sheet, (plan.head_row() - 1, 0), &back, &theme::link())?;
    }
    Ok(())
}

fn table(book: &Book, plan: &Plan, data: &Data) -> Table {
    let columns: Vec<TableColumn> = (data.columns.iter().enumerate())
        .map(|(c, column)| {
            let column_words = TableColumn::new()
                .set_header(&column.header)
                .set_header_format(theme::header());
            // The label of the total row is part of the table's definition; its formulas are
            // written as cells, because each carries its own result.
            match (c, &data.total) {
                (0, Some(_)) => column_words.set_total_label(book.word("total")),
                _ => column_words,
            }
        })
        .collect();
    Table::new()
        .set_name(&plan.table)
        .set_columns(&columns)
        .set_style(TableStyle::None)
        .set_total_row(data.total.is_some())
        .set_alt_text_title(&plan.title)
        .set_alt_text(&plan.about)
}

fn printed(
    book: &Book,
    plan: &Plan,
    data: &Data,
    sheet: &mut Worksheet,
    last: u32,
) -> Result<(), XlsxError> {
    let head = plan.head_row();
    sheet.set_freeze_panes(head + 1, data.frozen)?;
    sheet.set_repeat_rows(head, head)?;
    sheet.set_print_area(0, 0, last, (data.columns.len() - 1) as u16)?;
    let width: f64 = data.columns.iter().map(|c| c.width).sum();
    if width > 95.0 {
        sheet.set_landscape();
    }
    match data.print {
        Print::Fit => {
            sheet.set_print_fit_to_pages(1, 0);
        }
        Print::Over(columns) => {
            sheet.set_print_scale(60).set_page_order(true);
            if let Some(last) = columns.checked_sub(1) {
                sheet.set_repeat_columns(0, last)?;
            }
        }
    }
    paper(sheet, &book.running_title(), book.lang);
    Ok(())
}

/// A4 with page numbers.
pub(super) fn paper(sheet: &mut Worksheet, running_title: &str, lang: Lang) {
    let footer = match lang {
        Lang::Zh => "&C&9第 &P 页，共 &N 页",
        Lang::En => "&C&9Page &P of &N",
    };
    let title = clipped(running_title, 200).replace('&', "&&");
    sheet
        .set_paper_size(9)
        .set_margins(0.5, 0.5, 0.7, 0.7, 0.3, 0.3)
        .set_header(format!("&R&9{title}"))
        .set_footer(footer);
}

/// Column letters and row number of a cell, both from 0.
pub(super) fn a1(row: u32, col: u16) -> String {
    crate::grid::CellRef::A1(row, u32::from(col)).to_string()
}
