//! Workbooks of every make → one grid for each sheet, with merged cells and true addresses.

mod frame;
mod ods;
mod plain;
mod plain_sheet;
mod plain_xml;
mod sheet;
mod xls;
mod xlsb;
mod xlsx;

use std::sync::Arc;

use calamine::{Data, DataRef, ExcelDateTime, SheetType, SheetVisible};

use super::limits::{Limit, Limits, Over};
use super::sniff::Package;
use super::{Document, Kind, Refusal, note, refused};
use crate::grid::{CellRef, Content, Place};
use crate::text::Text;

pub(super) use ods::{flat_ods, ods};
pub(super) use xls::xls;
pub(super) use xlsb::xlsb;
pub(super) use xlsx::xlsx;

use sheet::Sheet;

/// Turns sheets into a document, noting what is hidden or unread.
struct Builder<'a> {
    document: Document,
    limits: &'a Limits,
    /// Why sheets could not be read.
    failures: Vec<String>,
}

impl<'a> Builder<'a> {
    fn new(name: &Arc<str>, limits: &'a Limits) -> Self {
        Self {
            document: Document::new(name.clone(), Kind::Workbook),
            limits,
            failures: Vec::new(),
        }
    }

    /// Adds a sheet; one without any content is left out.
    fn sheet(&mut self, sheet: Sheet) -> Result<(), Over> {
        let file = self.document.name.clone();
        for grid in sheet.into_grids(&file, self.limits, &mut self.document.notes)? {
            self.document.push_grid(grid);
        }
        let sheets = self.document.grids.len() as u64;
        self.limits.check(Limit::Sheets, sheets)
    }

    /// A sheet that could not be read.
    fn failed(&mut self, sheet: &str, cause: &str) {
        let file = self.document.name.clone();
        self.document.notes.push(note(
            "unread-sheet",
            format!("{file}：工作表“{sheet}”已损坏，未读取（{cause}）。请在原程序中打开并重新保存"),
            format!("{file}, sheet \"{sheet}\": damaged and not read ({cause}); open it in its own program and save it again"),
            Some(sheet_place(&file, sheet)),
        ));
        self.failures.push(cause.to_owned());
    }

    /// The document; a refusal when no sheet could be read at all.
    fn finish(self, what: &str) -> Result<Document, Refusal> {
        match self.failures.first() {
            Some(cause) if self.document.grids.is_empty() => Err(refused::damaged(
                &self.document.name,
                &Text::same(what),
                cause,
            )),
            _ => Ok(self.document),
        }
    }
}

fn sheet_place(file: &Arc<str>, sheet: &str) -> Place {
    Place {
        file: file.clone(),
        sheet: sheet.into(),
        cell: CellRef::A1(0, 0),
    }
}

/// Whether a sheet is one of cells: charts, dialogs and modules are not.
fn has_cells(sheet: &calamine::Sheet) -> bool {
    matches!(sheet.typ, SheetType::WorkSheet | SheetType::MacroSheet)
}

fn is_hidden(sheet: &calamine::Sheet) -> bool {
    sheet.visible != SheetVisible::Visible
}

fn content(value: DataRef<'_>) -> Content {
    match value {
        DataRef::Empty => Content::Empty,
        DataRef::Int(number) => Content::Number(number as f64),
        DataRef::Float(number) => finite(number),
        DataRef::String(words) => Content::text(&words),
        DataRef::SharedString(words) => Content::text(words),
        DataRef::Bool(b) => Content::Bool(b),
        DataRef::DateTime(date) => moment(&date),
        DataRef::DateTimeIso(words) | DataRef::DurationIso(words) => Content::Date(words.into()),
        DataRef::Error(error) => Content::Error(error.to_string().into()),
    }
}

fn owned_content(value: &Data) -> Content {
    match value {
        Data::Empty => Content::Empty,
        Data::Int(number) => Content::Number(*number as f64),
        Data::Float(number) => finite(*number),
        Data::String(words) => Content::text(words),
        Data::Bool(b) => Content::Bool(*b),
        Data::DateTime(date) => moment(date),
        Data::DateTimeIso(words) | Data::DurationIso(words) => Content::Date(words.as_str().into()),
        Data::Error(error) => Content::Error(error.to_string().into()),
    }
}

fn finite(number: f64) -> Content {
    if number.is_finite() {
        Content::Number(number)
    } else {
        Content::Error(number.to_string().into())
    }
}

/// A date as ISO 8601: the day, the time, or both, whichever the serial number has.
fn moment(date: &ExcelDateTime) -> Content {
    let serial = date.as_f64();
    if date.is_duration() || !(0.0..2_958_466.0).contains(&serial) {
        return Content::Date(format!("{serial}").into());
    }
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    let words = if serial < 1.0 {
        time
    } else if serial.fract() == 0.0 {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02}T{time}")
    };
    Content::Date(words.into())
}
