//! The cover: what this is, how complete it is, and what to read first.

use rust_xlsxwriter::{Format, FormatAlign, Worksheet, XlsxError};

use super::book::{Book, Plan};
use super::official::coverage_line;
use super::sheet::{Cell, Shown, lines, paper, put};
use super::theme::{self, Kind};
use super::units::bare;
use crate::finding::Severity;

const LABEL: u16 = 1;
const NUMBER: u16 = 2;
const WORDS: u16 = 3;
const WIDTHS: [f64; 4] = [3.0, 30.0, 18.0, 58.0];

/// The cover as it is written from top to bottom.
struct Page<'a> {
    sheet: &'a mut Worksheet,
    row: u32,
}

impl Page<'_> {
    /// A label or link, and words beside it.
    fn line(&mut self, label: &Cell, cell: &Cell, format: &Format) -> Result<(), XlsxError> {
        let label_format = match label.link {
            Some(_) => theme::link()
                .set_font_size(11)
                .set_border_bottom(rust_xlsxwriter::FormatBorder::None),
            None => quiet(),
        };
        put(self.sheet, (self.row, LABEL), label, &label_format)?;
        self.sheet
            .merge_range(self.row, NUMBER, self.row, WORDS, "", format)?;
        put(self.sheet, (self.row, NUMBER), cell, format)?;
        if let Shown::Text(words) = &cell.shown {
            let tall = lines(words, WIDTHS[2] + WIDTHS[3]) as f64;
            self.sheet.set_row_height(self.row, 17.0 * tall + 4.0)?;
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

fn quiet() -> Format {
    theme::words(11.0).set_font_color(theme::QUIET)
}

fn words() -> Format {
    theme::words(11.0)
        .set_text_wrap()
        .set_align(FormatAlign::Left)
}

/// Writes the cover.
pub(super) fn cover(book: &Book, plan: &Plan) -> Result<Worksheet, XlsxError> {
    let mut sheet = book.worksheet(plan)?;
    for (col, width) in WIDTHS.into_iter().enumerate() {
        sheet.set_column_width(col as u16, width)?;
    }
    sheet.set_row_height(0, 46)?;
    let title = theme::words(22.0).set_bold().set_font_color(theme::ACCENT);
    sheet.write_string_with_format(0, 0, &plan.title, &title)?;
    let mut page = Page {
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

fn facts(book: &Book, page: &mut Page) -> Result<(), XlsxError> {
    let year = book.summary.year.to_string();
    let form = book.form();
    let count = |severity| {
        let of = |f: &&crate::finding::Finding| f.severity == severity;
        book.dossier.findings.iter().filter(of).count().to_string()
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let with = [("errors", errors.as_str()), ("warnings", warnings.as_str())];
    let made = &book.dossier.made;
    let strong = words().set_bold();
    for (label, fact, format) in [
        (book.word("area"), book.dossier.area.name.clone(), &strong),
        (
            book.word("period"),
            book.words.tell("period-of", book.lang, &[("year", &year)]),
            &words(),
        ),
        (
            book.word("form"),
            format!("{}（{}）", form.name.get(book.lang), form.source),
            &words(),
        ),
        (book.word("coverage"), coverage_line(book), &strong),
        (
            book.word("findings"),
            book.words.tell("findings-count", book.lang, &with),
            &words(),
        ),
        (book.word("made-at"), made.at.clone(), &words()),
        (book.word("made-from"), made.from.clone(), &words()),
        (book.word("made-by"), made.by.clone(), &words()),
    ] {
        page.line(&Cell::text(label), &Cell::text(fact), format)?;
    }
    Ok(())
}

/// Headline figures: the same formulas as in the tables, each with the units it rests on.
fn figures(book: &Book, page: &mut Page) -> Result<(), XlsxError> {
    page.heading(book.word("key-figures"))?;
    for item in &book.words.headline {
        let Some(subject) = book.subject(&item.key) else {
            continue;
        };
        let kind = Kind::people(subject.measure);
        let cell = book.total_cell(&subject);
        let unit = book.unit_of_item(item, kind);
        let label = format!("{}（{}）", item.label(book.lang), bare(&unit));
        let number = theme::cell(kind, cell.mark).set_font_size(11).set_bold();
        let (n, of) = (
            subject.total.counted.to_string(),
            subject.total.expected.to_string(),
        );
        let mut rests = (book.words).tell("rests-on", book.lang, &[("n", &n), ("of", &of)]);
        let doubts = book.dossier.doubts(book.summary.year, &[&item.key]);
        if doubts > 0 {
            let doubts = doubts.to_string();
            rests += &(book.words).tell("figure-doubts", book.lang, &[("n", &doubts)]);
        }
        put(page.sheet, (page.row, LABEL), &Cell::text(label), &quiet())?;
        put(page.sheet, (page.row, NUMBER), &cell, &number)?;
        let format = theme::note_line().set_indent(1);
        put(page.sheet, (page.row, WORDS), &Cell::text(rests), &format)?;
        page.row += 1;
    }
    Ok(())
}

/// What to read first, with links.
fn first(book: &Book, plan: &Plan, page: &mut Page) -> Result<(), XlsxError> {
    page.heading(book.word("read-first"))?;
    let official = (book.form().tables.first()).map(|t| format!("official-{}", t.key));
    let rest = ["charts", "trend", "units", "values", "notes", "contents"];
    let ids = (["findings", "coverage"].into_iter().map(str::to_owned))
        .chain(official)
        .chain(rest.map(str::to_owned));
    for id in ids {
        if let Some(target) = book.plan(&id).filter(|target| target.id != plan.id) {
            let link = Cell::text(&target.name).to(target.at(0, 0), &target.title);
            page.line(&link, &Cell::text(&target.about), &words())?;
        }
    }
    Ok(())
}
