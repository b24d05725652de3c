//! Dossier → xlsx: the county's workbook, fill-in templates and correction notices.
//!
//! Presentation only: nothing is computed here that the roll-up did not compute, but for formulas that
//! give the same results again.

mod body;
mod book;
mod charts;
mod cover;
mod escape;
mod finish;
mod notice;
mod official;
mod records;
mod sheet;
mod template;
mod theme;
mod units;
mod words;
mod years;

use rayon::prelude::*;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use crate::form::Library;
use crate::rollup::Dossier;
use crate::text::Lang;
use book::{Book, Plan};
use sheet::Sheet;

pub use notice::notice;
pub use template::{Previous, templates};

/// Why a workbook could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkbookError {
    /// The dossier has no year.
    #[error("there is no year to write a workbook of")]
    NoYear,
    /// The writer refused something; a defect, or more data than a sheet can hold.
    #[error("the workbook cannot be written: {0}")]
    Xlsx(#[from] XlsxError),
    /// The written file could not be taken apart again; a defect.
    #[error("the workbook cannot be finished: {0}")]
    Zip(#[from] zip::result::ZipError),
}

/// The workbook of a dossier's last year, as the bytes of an xlsx file.
///
/// The same dossier gives the same bytes: the file's dates come from `dossier.made`, or are fixed.
/// Amounts are in 分 on the sheets for machines (by unit, values) and in 万元 elsewhere.
///
/// # Errors
/// [`WorkbookError::NoYear`] for a dossier without a year; [`WorkbookError::Xlsx`] where a sheet would
/// exceed what Excel can hold.
///
/// ```
/// use huizong::form::Library;
/// use huizong::rollup::Dossier;
/// use huizong::text::Lang;
/// use huizong::workbook::{self, WorkbookError};
/// let nothing = workbook::write(&Dossier::default(), Library::official(), Lang::Zh);
/// assert!(matches!(nothing, Err(WorkbookError::NoYear)));
/// ```
pub fn write(dossier: &Dossier, library: &Library, lang: Lang) -> Result<Vec<u8>, WorkbookError> {
    let summary = dossier.latest().ok_or(WorkbookError::NoYear)?;
    let book = Book::new(dossier, summary, library, lang);
    let mut out = Workbook::new();
    let title = book.plan("cover").map_or("", |plan| plan.title.as_str());
    out.set_properties(&properties(title, &dossier.area.name, &dossier.made.at)?);
    let sheets: Vec<Sheet> = (book.plans.par_iter())
        .map(|plan| sheet_of(&book, plan))
        .collect::<Result<_, _>>()?;
    let mut bodies = Vec::with_capacity(sheets.len());
    for sheet in sheets {
        out.push_worksheet(sheet.frame);
        bodies.push(sheet.body);
    }
    Ok(finish::finished(&out.save_to_buffer()?, &bodies, lang)?)
}

fn sheet_of(book: &Book, plan: &Plan) -> Result<Sheet, XlsxError> {
    match plan.id.as_str() {
        "cover" => cover::cover(book, plan).map(Sheet::from),
        "contents" => records::contents(book, plan),
        "charts" => charts::charts(book, plan).map(Sheet::from),
        "chart-data" => charts::chart_data(book, plan),
        "trend" => years::trend(book, plan),
        "comparison" => years::comparison(book, plan),
        "contributions" => years::contributions(book, plan),
        "rates" => years::rates(book, plan),
        "rankings" => years::rankings(book, plan),
        "reconciled" => records::reconciled(book, plan),
        "findings" => records::findings(book, plan),
        "coverage" => records::coverage(book, plan),
        "sources" => records::sources(book, plan),
        "totals" => units::totals(book, plan),
        "units" => units::units(book, plan),
        "values" => units::values(book, plan),
        "notes" => records::notes(book, plan),
        id => {
            let tables = &book.form().tables;
            let official = (id.strip_prefix("official-"))
                .and_then(|key| tables.iter().find(|table| table.key == key));
            let focus = (id.strip_prefix("focus-"))
                .and_then(|id| book.words.focus.iter().find(|focus| focus.id == id));
            match (official, focus) {
                (Some(table), _) => official::official(book, plan, table).map(Sheet::from),
                (None, Some(focus)) => units::focus(book, plan, focus),
                (None, None) => book.worksheet(plan).map(Sheet::from),
            }
        }
    }
}

/// Document properties; the dates never come from the clock.
fn properties(title: &str, area: &str, made: &str) -> Result<DocProperties, XlsxError> {
    Ok(DocProperties::new()
        .set_title(title)
        .set_subject(area)
        .set_author("huizong")
        .set_creation_datetime(&date_of(made)?))
}

/// `2026-01-28 18:30`, or the first day of 2020 where that is not what stands there.
fn date_of(made: &str) -> Result<ExcelDateTime, XlsxError> {
    let numbers: Option<Vec<u16>> = (made.split(['-', ' ', ':', 'T']).take(5))
        .map(|part| part.parse().ok())
        .collect();
    if let Some([year, month, day, rest @ ..]) = numbers.as_deref()
        && let (Ok(month), Ok(day)) = (u8::try_from(*month), u8::try_from(*day))
        && let Ok(date) = ExcelDateTime::from_ymd(*year, month, day)
    {
        let (hour, minute) = (
            rest.first().copied().unwrap_or(0),
            rest.get(1).copied().unwrap_or(0),
        );
        let minute = u8::try_from(minute).unwrap_or(0);
        if let Ok(date) = date.and_hms(hour, minute, 0.0) {
            return Ok(date);
        }
    }
    ExcelDateTime::from_ymd(2020, 1, 1)
}
