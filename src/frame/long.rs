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

#[cfg(test)]
mod tests {
    use polars_io::SerReader;
    use polars_io::parquet::read::ParquetReader;

    use super::*;

    #[test]
    fn what_was_written_is_read_back_with_its_gaps() {
        let columns = vec![
            ("unit", Cells::Text(vec!["=甲镇".into(), "".into()])),
            ("year", Cells::Year(vec![Some(2022), None])),
            ("value", Cells::Number(vec![None, Some(i64::MAX)])),
        ];
        let mut bytes = Vec::new();
        parquet(&mut bytes, columns).unwrap();
        let frame = ParquetReader::new(io::Cursor::new(bytes)).finish().unwrap();
        assert_eq!(frame.get_column_names(), ["unit", "year", "value"]);
        let texts: Vec<Option<&str>> = frame
            .column("unit")
            .unwrap()
            .str()
            .unwrap()
            .iter()
            .collect();
        assert_eq!(texts, [Some("=甲镇"), Some("")]);
        let years: Vec<Option<i32>> = frame
            .column("year")
            .unwrap()
            .i32()
            .unwrap()
            .iter()
            .collect();
        assert_eq!(years, [Some(2022), None]);
        let numbers: Vec<Option<i64>> = frame
            .column("value")
            .unwrap()
            .i64()
            .unwrap()
            .iter()
            .collect();
        assert_eq!(numbers, [None, Some(i64::MAX)]);
    }

    #[test]
    fn columns_of_unequal_length_are_refused() {
        let columns = vec![
            ("a", Cells::Year(vec![None])),
            ("b", Cells::Number(Vec::new())),
        ];
        assert!(parquet(Vec::new(), columns).is_err());
    }
}
