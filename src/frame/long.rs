//! Columns of plain data → one Parquet file, row group by row group.

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

/// A Parquet file that is written row group by row group, compressed with zstd.
pub struct Parquet<W: Write>(polars_io::parquet::write::BatchedWriter<W>);

impl<W: Write> Parquet<W> {
    /// Begins a file with columns of these names and kinds; what is in the cells is not looked at.
    ///
    /// # Errors
    /// The writer's, and those of polars for equal names.
    pub fn begin(out: W, columns: Vec<(&str, Cells<'_>)>) -> io::Result<Self> {
        let frame = frame(columns)?;
        (ParquetWriter::new(out).with_compression(ParquetCompression::Zstd(None)))
            .batched(frame.schema())
            .map(Self)
            .map_err(io::Error::other)
    }

    /// Writes columns of one length, named as at the beginning, as a row group.
    ///
    /// # Errors
    /// The writer's, and those of polars for columns of unequal length.
    pub fn push(&mut self, columns: Vec<(&str, Cells<'_>)>) -> io::Result<()> {
        (self.0.write_batch(&frame(columns)?)).map_err(io::Error::other)
    }

    /// Ends the file.
    ///
    /// # Errors
    /// The writer's.
    pub fn finish(&mut self) -> io::Result<()> {
        self.0.finish().map(|_| ()).map_err(io::Error::other)
    }
}

fn frame(columns: Vec<(&str, Cells<'_>)>) -> io::Result<DataFrame> {
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
    DataFrame::new(height, columns).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use polars_io::SerReader;
    use polars_io::parquet::read::ParquetReader;

    use super::*;

    #[test]
    fn what_was_written_is_read_back_with_its_gaps() {
        let columns = |rows: std::ops::Range<usize>| {
            let units = ["=甲镇", ""].map(std::borrow::Cow::from);
            vec![
                ("unit", Cells::Text(units[rows.clone()].to_vec())),
                (
                    "year",
                    Cells::Year([Some(2022), None][rows.clone()].to_vec()),
                ),
                (
                    "value",
                    Cells::Number([None, Some(i64::MAX)][rows].to_vec()),
                ),
            ]
        };
        let mut bytes = Vec::new();
        let mut parquet = Parquet::begin(&mut bytes, columns(0..0)).unwrap();
        parquet.push(columns(0..1)).unwrap();
        parquet.push(columns(1..2)).unwrap();
        parquet.finish().unwrap();
        drop(parquet);
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
        assert!(Parquet::begin(Vec::new(), columns).is_err());
    }
}
