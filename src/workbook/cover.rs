//! The cover: what this is, how complete it is, and what to read first.

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use super::book::{Book, Plan};
use super::official::coverage_line;
use super::sheet::{Cell, lines, paper, put};
use super::theme::{self, Kind};
use super::units::bare;
use crate::finding::Severity;

/// Lines of the cover from top to bottom: a label, and what stands beside it.
struct Lines<'a> {
    sheet: &'a mut Worksheet,
    row: u32,
}

const LABEL: u16 = 1;
const WORDS: u16 = 2;
const WORDS_WIDTH: f64 = 74.0;

impl Lines<'_> {
    fn line(&mut self, label: &str, cell: &Cell, format: &Format) -> Result<(), XlsxError> {
        let label_format = theme::words(11.0).set_font_color(theme::QUIET);
        put(
            self.sheet,
            (self.row, LABEL),
            &Cell::text(label),
            &label_format,
        )?;
        put(self.sheet, (self.row, WORDS), cell, format)?;
        if let super::sheet::Shown::Text(words) = &cell.shown {
            let tall = lines(words, WORDS_WIDTH * 0.9) as f64;
            self.sheet.set_row_height(self.row, 18.0 * tall + 3.0)?;
        }
        self.row += 1;
        Ok(())
    }

    fn heading(&mut self, words: &str) -> Result<(), XlsxError> {
        self.row += 1;
        let format = theme::words(13.0).set_bold().set_font_color(theme::ACCENT);
        self.sheet
            .write_string_with_format(self.row, LABEL, words, &format)?;
        self.sheet.set_row_height(self.row, 24)?;
        self.row += 1;
        Ok(())
    }
}

/// Writes the cover.
pub(super) fn cover(book: &Book, plan: &Plan) -> Result<Worksheet, XlsxError> {
    let mut sheet = book.worksheet(plan)?;
    sheet.set_column_width(0, 3)?;
    sheet.set_column_width(LABEL, 24)?;
    sheet.set_column_width(WORDS, WORDS_WIDTH)?;
    sheet.set_row_height(0, 46)?;
    let title = theme::words(22.0).set_bold().set_font_color(theme::ACCENT);
    sheet.write_string_with_format(0, 0, &plan.title, &title)?;
    let mut page = Lines {
        sheet: &mut sheet,
        row: 2,
    };
    facts(book, &mut page)?;
    figures(book, &mut page)?;
    first(book, plan, &mut page)?;
    let last = page.row;
    sheet.set_print_area(0, 0, last, WORDS)?;
    sheet.set_print_fit_to_pages(1, 1);
    paper(&mut sheet, &book.running_title(), book.lang);
    Ok(sheet)
}

fn facts(book: &Book, page: &mut Lines) -> Result<(), XlsxError> {
    let text = theme::paragraph(11.0);
    let strong = theme::paragraph(11.0).set_bold();
    let year = book.summary.year.to_string();
    let period = book.words.tell("period-of", book.lang, &[("year", &year)]);
    page.line(
        book.word("area"),
        &Cell::text(&book.dossier.area.name),
        &strong,
    )?;
    page.line(book.word("period"), &Cell::text(period), &text)?;
    let form = book.form();
    let form = format!("{}（{}）", form.name.get(book.lang), form.source);
    page.line(book.word("form"), &Cell::text(form), &text)?;
    page.line(
        book.word("coverage"),
        &Cell::text(coverage_line(book)),
        &strong,
    )?;
    let count = |severity| {
        let of = |f: &&crate::finding::Finding| f.severity == severity;
        book.dossier.findings.iter().filter(of).count().to_string()
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let with = [("errors", errors.as_str()), ("warnings", warnings.as_str())];
    let doubts = book.words.tell("findings-count", book.lang, &with);
    page.line(book.word("findings"), &Cell::text(doubts), &text)?;
    let made = &book.dossier.made;
    page.line(book.word("made-at"), &Cell::text(&made.at), &text)?;
    page.line(book.word("made-from"), &Cell::text(&made.from), &text)?;
    page.line(book.word("made-by"), &Cell::text(&made.by), &text)
}

/// Headline figures: the same formulas as in the tables.
fn figures(book: &Book, page: &mut Lines) -> Result<(), XlsxError> {
    page.heading(book.word("key-figures"))?;
    for item in &book.words.headline {
        let Some(subject) = book.subject(&item.key) else {
            continue;
        };
        let kind = Kind::people(subject.measure);
        let cell = book.total_cell(&subject);
        let label = format!("{}（{}）", item.label(book.lang), bare(book.unit_of(kind)));
        let format = theme::cell(kind, cell.mark)
            .set_font_size(11)
            .set_bold()
            .set_align(rust_xlsxwriter::FormatAlign::Left);
        page.line(&label, &cell, &format)?;
    }
    Ok(())
}

/// What to read first, with links.
fn first(book: &Book, plan: &Plan, page: &mut Lines) -> Result<(), XlsxError> {
    page.heading(book.word("read-first"))?;
    let official = book
        .form()
        .tables
        .first()
        .map(|t| format!("official-{}", t.key));
    let order = ["findings", "coverage"];
    let ids = (order.into_iter().map(str::to_owned))
        .chain(official)
        .chain(["charts", "trend", "units", "values", "notes", "contents"].map(str::to_owned));
    for id in ids {
        let Some(target) = book.plan(&id).filter(|target| target.id != plan.id) else {
            continue;
        };
        let link = Cell::text(&target.name).to(target.at(0, 0), &target.title);
        let format = theme::link().set_font_size(11);
        put(page.sheet, (page.row, LABEL), &link, &format)?;
        let about = Cell::text(&target.about);
        put(
            page.sheet,
            (page.row, WORDS),
            &about,
            &theme::paragraph(11.0),
        )?;
        let tall = lines(&target.about, WORDS_WIDTH * 0.9) as f64;
        page.sheet.set_row_height(page.row, 18.0 * tall + 3.0)?;
        page.row += 1;
    }
    Ok(())
}
