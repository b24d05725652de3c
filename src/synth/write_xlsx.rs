//! Workbooks.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, XlsxError,
};

use super::sheet::{Sheet, SheetCell};

/// Columns wide enough for the short labels, rows high enough for two lines of the long ones.
const WIDTH: f64 = 15.0;
const HEIGHT: f64 = 32.0;

/// A workbook of drawn sheets; the same sheets give the same bytes.
///
/// # Errors
/// Whatever the writer of workbooks refuses, such as two sheets of one name.
pub fn xlsx(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_ymd(2024, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let framed = Format::new()
        .set_border(FormatBorder::Thin)
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap();
    let words = Format::new().set_text_wrap();
    for sheet in sheets {
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(&sheet.name)?;
        worksheet.set_column_range_width(0, sheet.cols.saturating_sub(1) as u16, WIDTH)?;
        worksheet.set_default_row_height(HEIGHT);
        for cell in &sheet.cells {
            let in_table = cell.key.is_some() || cell.col_span != sheet.cols;
            let format = if in_table { &framed } else { &words };
            put(worksheet, cell, format)?;
        }
    }
    workbook.save_to_buffer()
}

fn put(
    sheet: &mut rust_xlsxwriter::Worksheet,
    cell: &SheetCell,
    format: &Format,
) -> Result<(), XlsxError> {
    let (row, col) = (cell.row as u32, cell.col as u16);
    if cell.row_span * cell.col_span > 1 {
        let last = (
            row + cell.row_span as u32 - 1,
            col + cell.col_span as u16 - 1,
        );
        sheet.merge_range(row, col, last.0, last.1, &cell.text, format)?;
    }
    match cell.text.parse::<f64>() {
        Ok(number) if cell.key.is_some() && cell.text.len() < 15 => {
            sheet.write_number_with_format(row, col, number, format)?;
        }
        _ if cell.text.is_empty() => {
            sheet.write_blank(row, col, format)?;
        }
        _ if cell.row_span * cell.col_span == 1 => {
            sheet.write_string_with_format(row, col, &cell.text, format)?;
        }
        _ => {}
    }
    Ok(())
}
