//! xlsb: calamine for the cells, a walk over the same records for merged cells and hidden rows and columns.

use std::io::Cursor;
use std::sync::Arc;

use calamine::{Reader, Xlsb};

use super::super::limits::{Limit, Limits, Over};
use super::super::{Document, Refusal, guard, package as parts, refused, tick};
use super::{Builder, Package, Sheet, content, has_cells, is_hidden};
use crate::grid::{Content, Span};
use crate::text::Text;

/// Reads an xlsb workbook.
///
/// # Errors
/// A damaged or oversized package, with the cause.
pub(in super::super) fn xlsb(
    name: &Arc<str>,
    bytes: &[u8],
    mut package: Package<'_>,
    limits: &Limits,
) -> Result<Document, Refusal> {
    let damaged = |cause: &str| refused::damaged(name, &Text::same("xlsb"), cause);
    let over = |over: Over| over.refusal(name);
    parts::check(&mut package, limits).map_err(over)?;
    let mut book: Xlsb<_> = Xlsb::new(Cursor::new(bytes)).map_err(|e| damaged(&e.to_string()))?;
    let mut builder = Builder::new(name, limits);
    let sheets = book.sheets_metadata().to_vec();
    (limits.check(Limit::Sheets, sheets.len() as u64)).map_err(over)?;
    for (number, sheet) in sheets.into_iter().enumerate() {
        if !has_cells(&sheet) {
            continue;
        }
        let mut found = Sheet {
            hidden: is_hidden(&sheet),
            ..Sheet::default()
        };
        let outcome = guard::quietly(|| cells(&mut book, &sheet.name, limits, &mut found));
        match outcome {
            Ok(Ok(Some(beyond))) => return Err(over(beyond)),
            Ok(Ok(None)) => {
                found.name = sheet.name;
                let path = format!("xl/worksheets/sheet{}.bin", number + 1);
                if let Some(part) = parts::part(&mut package, &path, limits) {
                    glance(&part, &mut found);
                }
                builder.sheet(found).map_err(over)?;
            }
            Ok(Err(cause)) | Err(cause) => builder.failed(&sheet.name, &cause),
        }
    }
    builder.finish("xlsb")
}

/// Reads the cells; gives the limit they go beyond, where they do.
fn cells(
    book: &mut Xlsb<Cursor<&[u8]>>,
    name: &str,
    limits: &Limits,
    sheet: &mut Sheet,
) -> Result<Option<Over>, String> {
    let mut reader = book
        .worksheet_cells_reader(name)
        .map_err(|e| e.to_string())?;
    while let Some(cell) = reader.next_cell().map_err(|e| e.to_string())? {
        let (row, col) = cell.get_position();
        let value = content(cell.get_value().clone());
        if value != Content::Empty {
            sheet.cells.push((row, col, value));
            if sheet.cells.len().is_multiple_of(4096) {
                tick();
                if let Err(over) = limits.check(Limit::Cells, sheet.cells.len() as u64) {
                    return Ok(Some(over));
                }
            }
        }
    }
    Ok(None)
}

/// BrtRowHdr: row at 0, flags at 11 (fDyZero is 0x10).
const ROW: u32 = 0;
/// BrtColInfo: first and last column at 0 and 4, flags at 16 (fHidden is 1).
const COLUMNS: u32 = 60;
/// BrtMergeCell: first and last row, first and last column.
const MERGED: u32 = 176;

/// Walks the records of a sheet part.
fn glance(part: &[u8], sheet: &mut Sheet) {
    let mut at = 0;
    while let Some((kind, data)) = record(part, &mut at) {
        let word = |from: usize| {
            let bytes = data.get(from..from + 4)?;
            Some(u32::from_le_bytes(bytes.try_into().ok()?))
        };
        match kind {
            ROW if data.get(11).is_some_and(|flags| flags & 0x10 != 0) => {
                sheet.hidden_rows.extend(word(0).map(|row| (row, row)));
            }
            COLUMNS if data.get(16).is_some_and(|flags| flags & 1 != 0) => {
                sheet.hidden_cols.extend(word(0).zip(word(4)));
            }
            MERGED => {
                if let (Some(row), Some(last), Some(col), Some(right)) =
                    (word(0), word(4), word(8), word(12))
                    && last >= row
                    && right >= col
                    && last < 1 << 20
                    && right < 1 << 14
                {
                    sheet.spans.push(Span {
                        row,
                        col,
                        rows: last - row + 1,
                        cols: right - col + 1,
                    });
                }
            }
            _ => {}
        }
    }
}

/// The next record: its number and size are stored in seven bits to a byte.
fn record<'a>(part: &'a [u8], at: &mut usize) -> Option<(u32, &'a [u8])> {
    let mut packed = |bytes: u32| {
        let mut value = 0_u32;
        for index in 0..bytes {
            let byte = *part.get(*at)?;
            *at += 1;
            value |= u32::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                break;
            }
        }
        Some(value)
    };
    let kind = packed(2)?;
    let size = packed(4)? as usize;
    let data = part.get(*at..at.checked_add(size)?)?;
    *at += size;
    Some((kind, data))
}
