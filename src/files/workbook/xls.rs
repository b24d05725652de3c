//! xls and et (BIFF): calamine for the cells. A walk over the records first, since calamine allocates whatever a damaged
//! file claims, and for hidden rows and columns.

use std::io::Cursor;
use std::sync::Arc;

use calamine::{Reader, Xls, XlsError};

use super::super::limits::{Limit, Limits, Over};
use super::super::refused::Known;
use super::super::{Document, Refusal, guard, refused};
use super::{Builder, Sheet, has_cells, is_hidden, owned_content};
use crate::grid::{Content, Span};
use crate::text::Text;

/// Reads a BIFF workbook.
///
/// # Errors
/// A damaged or protected workbook, with the cause.
pub(in super::super) fn xls(
    name: &Arc<str>,
    bytes: &[u8],
    stream: Option<Vec<u8>>,
    limits: &Limits,
) -> Result<Document, Refusal> {
    let damaged = |cause: &str| refused::damaged(name, &Text::same("xls"), cause);
    let stream =
        stream.ok_or_else(|| damaged("找不到 Workbook 数据流 / no readable Workbook stream"))?;
    let over = |over: Over| over.refusal(name);
    let walk = Walk::over(&stream);
    if walk.encrypted {
        return Err(Known::Encrypted.refusal(name));
    }
    if walk.absurd {
        return Err(damaged(
            "单元格位置超出合理范围 / cells at impossible positions",
        ));
    }
    // calamine lays the used range out in full.
    (limits.check(Limit::Cells, walk.largest)).map_err(over)?;
    let book = guard::quietly(|| Xls::new(Cursor::new(bytes))).map_err(|cause| damaged(&cause))?;
    let mut book: Xls<_> = match book {
        Ok(book) => book,
        Err(XlsError::Password) => return Err(Known::Encrypted.refusal(name)),
        Err(error) => return Err(damaged(&error.to_string())),
    };
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
        if let Some(seen) = walk.sheets.get(number) {
            found.hidden_rows.clone_from(&seen.rows);
            found.hidden_cols.clone_from(&seen.cols);
        }
        match cells(&mut book, &sheet.name, &mut found) {
            Ok(()) => {
                found.name = sheet.name;
                builder.sheet(found).map_err(over)?;
            }
            Err(cause) => builder.failed(&sheet.name, &cause),
        }
    }
    builder.finish("xls")
}

fn cells(book: &mut Xls<Cursor<&[u8]>>, name: &str, sheet: &mut Sheet) -> Result<(), String> {
    let range = book.worksheet_range(name).map_err(|e| e.to_string())?;
    let (top, left) = range.start().unwrap_or_default();
    for (row, col, value) in range.used_cells() {
        let content = owned_content(value);
        if content != Content::Empty {
            sheet
                .cells
                .push((top + row as u32, left + col as u32, content));
        }
    }
    for merged in book.merge_cells_by_sheet_name(name).unwrap_or_default() {
        let ((row, col), (bottom, right)) = (merged.start, merged.end);
        if bottom >= row && right >= col {
            sheet.spans.push(Span {
                row,
                col,
                rows: bottom - row + 1,
                cols: right - col + 1,
            });
        }
    }
    Ok(())
}

/// What the records say beyond the cells.
#[derive(Default)]
struct Walk {
    sheets: Vec<Hidden>,
    encrypted: bool,
    /// Cells or a used range so far out that reading them would need gigabytes.
    absurd: bool,
    /// Cells of the largest used range.
    largest: u64,
}

/// The used range of a sheet, both ends included.
struct Extent {
    top: u64,
    bottom: u64,
    left: u64,
    right: u64,
}

#[derive(Default)]
struct Hidden {
    rows: Vec<(u32, u32)>,
    cols: Vec<(u32, u32)>,
}

const BOF: u16 = 0x0809;
const BOUND_SHEET: u16 = 0x0085;
const FILE_PASS: u16 = 0x002f;
const DIMENSIONS: u16 = 0x0200;
const ROW: u16 = 0x0208;
const COLUMNS: u16 = 0x007d;

/// Cells a sheet may span: the largest an xls can have is 65,536 × 256.
const AREA: u64 = 65_536 * 256;

impl Walk {
    fn over(stream: &[u8]) -> Self {
        let mut walk = Self::default();
        let mut starts = Vec::new();
        let mut at = 0;
        while let Some((kind, data)) = record(stream, &mut at) {
            match kind {
                BOUND_SHEET => starts.extend(long(data, 0)),
                FILE_PASS => walk.encrypted = true,
                _ => {}
            }
            if kind == 0x000a {
                break;
            }
        }
        for start in starts {
            let sheet = walk.sheet(stream, start as usize);
            walk.sheets.push(sheet);
        }
        walk
    }

    fn sheet(&mut self, stream: &[u8], mut at: usize) -> Hidden {
        let mut hidden = Hidden::default();
        let mut depth = 0;
        let mut extent: Option<Extent> = None;
        while let Some((kind, data)) = record(stream, &mut at) {
            match kind {
                BOF => depth += 1,
                0x000a => {
                    depth -= 1;
                    if depth <= 0 {
                        break;
                    }
                }
                DIMENSIONS => self.absurd |= !plausible(data),
                ROW if short(data, 12).is_some_and(|flags| flags & 0x20 != 0) => {
                    let row = short(data, 0).map(u32::from);
                    hidden.rows.extend(row.map(|row| (row, row)));
                }
                COLUMNS => {
                    if short(data, 8).is_some_and(|flags| flags & 1 != 0)
                        && let (Some(first), Some(last)) = (short(data, 0), short(data, 2))
                    {
                        hidden.cols.push((u32::from(first), u32::from(last)));
                    }
                }
                // Number, label, boolean, RK, formula, shared string, rich string, multiple RK.
                0x0203..=0x0205 | 0x027e | 0x0006 | 0x00fd | 0x00d6 | 0x00bd => {
                    let (row, col) = (short(data, 0).unwrap_or(0), short(data, 2).unwrap_or(0));
                    let wide = if kind == 0x00bd {
                        data.len() as u64 / 6
                    } else {
                        0
                    };
                    let (row, col) = (u64::from(row), u64::from(col));
                    let extent = extent.get_or_insert(Extent {
                        top: row,
                        bottom: row,
                        left: col,
                        right: col + wide,
                    });
                    extent.top = extent.top.min(row);
                    extent.bottom = extent.bottom.max(row);
                    extent.left = extent.left.min(col);
                    extent.right = extent.right.max(col + wide);
                }
                _ => {}
            }
        }
        let area = extent.map_or(0, |e| (e.bottom - e.top + 1) * (e.right - e.left + 1));
        self.absurd |= area > AREA;
        self.largest = self.largest.max(area);
        hidden
    }
}

/// Whether a DIMENSIONS record spans no more than a sheet can.
fn plausible(data: &[u8]) -> bool {
    let (rows, cols) = match data.len() {
        10 => (
            short(data, 0)
                .zip(short(data, 2))
                .map(|(a, b)| (a.into(), b.into())),
            short(data, 4).zip(short(data, 6)),
        ),
        14 => (
            long(data, 0).zip(long(data, 4)),
            short(data, 8).zip(short(data, 10)),
        ),
        _ => return true,
    };
    let (Some((top, bottom)), Some((left, right))) = (rows, cols) else {
        return true;
    };
    // An empty sheet states last = first = 0.
    let height = bottom.saturating_sub(top);
    let width = u32::from(right.saturating_sub(left));
    top <= bottom && left <= right && u64::from(height) * u64::from(width) <= AREA
}

fn record<'a>(stream: &'a [u8], at: &mut usize) -> Option<(u16, &'a [u8])> {
    let kind = short(stream, *at)?;
    let size = usize::from(short(stream, *at + 2)?);
    let data = stream.get(*at + 4..*at + 4 + size)?;
    *at += 4 + size;
    Some((kind, data))
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(
        bytes.get(at..at.checked_add(2)?)?.try_into().ok()?,
    ))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(
        bytes.get(at..at.checked_add(4)?)?.try_into().ok()?,
    ))
}
