//! Columns of plain data → one Parquet file.

use std::io::{self, Write};

use polars::prelude::*;
use polars_io::parquet::write::{ParquetCompression, ParquetWriter};

/// The cells of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cells<'a> {
    /// Texts.
    Text(Vec<std::borrow::Cow<'a, str>>),
    /// Years, as 32-bit numbers.
    Year(Vec<Option<i32>>),
    /// Numbers, as 64-bit numbers.
    Number(Vec<Option<i64>>),
}

/// Writes columns of one length as a Parquet file, compressed with zstd.
///
/// # Errors
/// The writer's, and those of polars for columns of unequal length or equal names.
pub fn parquet(out: impl Write, columns: Vec<(&str, Cells<'_>)>) -> io::Result<()> {
    let columns: Vec<Column> = (columns.into_iter())
        .map(|(name, cells)| match cells {
            Cells::Text(cells) => {
                let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
                Column::new(name.into(), cells)
            }
            Cells::Year(cells) => Column::new(name.into(), cells),
            Cells::Number(cells) => Column::new(name.into(), cells),
        })
        .collect();
    let height = columns.first().map_or(0, Column::len);
    let mut frame = DataFrame::new(height, columns).map_err(io::Error::other)?;
    (ParquetWriter::new(out).with_compression(ParquetCompression::Zstd(None)))
        .finish(&mut frame)
        .map_err(io::Error::other)?;
    Ok(())
}
