//! Every value with its status and place: the export that everything can be rebuilt from.

use std::borrow::Cow;
use std::io::{self, Write};

use rayon::prelude::*;
use serde::Serialize;

use super::{guarded, optional};
use crate::frame::{Cells, Parquet};
use crate::report::Report;

/// The columns of a values export, in order.
pub const COLUMNS: [&str; 12] = [
    "county", "unit", "year", "form", "key", "value", "measure", "status", "file", "sheet", "cell",
    "raw",
];

/// A report with the county it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Located<'r> {
    /// Name of the county.
    pub county: &'r str,
    /// The report.
    pub report: &'r Report,
}

#[derive(Serialize)]
struct Row<'r> {
    county: &'r str,
    unit: &'r str,
    year: Option<i32>,
    form: &'r str,
    key: &'r str,
    value: Option<i64>,
    measure: &'static str,
    status: &'static str,
    file: &'r str,
    sheet: &'r str,
    cell: String,
    raw: &'r str,
}

fn rows<'r>(located: Located<'r>) -> impl Iterator<Item = Row<'r>> {
    let Located { county, report } = located;
    (report.form.keys.iter().zip(&report.values)).map(move |(info, value)| {
        let place = value.place.as_ref();
        Row {
            county,
            unit: &report.unit,
            year: report.year,
            form: &report.form.id,
            key: &info.key,
            value: value.number,
            measure: info.measure.as_str(),
            status: value.status.as_str(),
            file: place.map_or(&*report.file, |p| &p.file),
            sheet: place.map_or("", |p| &p.sheet),
            cell: place.map(|p| p.cell.to_string()).unwrap_or_default(),
            raw: value.raw.as_deref().unwrap_or_default(),
        }
    })
}

/// Values on their way out, report by report: nothing but what is about to be written is held.
pub trait Values {
    /// Adds the values of a report; says how many were written.
    ///
    /// # Errors
    /// Whatever the writer answers.
    fn push(&mut self, located: Located<'_>) -> io::Result<usize>;

    /// Writes what stands at the end. Without it nothing is whole.
    ///
    /// # Errors
    /// Whatever the writer answers.
    fn finish(&mut self) -> io::Result<()>;
}

/// One line per value: `county,unit,year,form,key,value,measure,status,file,sheet,cell,raw`.
///
/// `value` is a count, or 分 where `measure` is `fen`; it is empty where the status carries no number.
/// Texts that a spreadsheet program would run are disarmed ([`super::guarded`]).
pub struct ValuesCsv<W: Write>(W);

impl<W: Write> ValuesCsv<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// Whatever the writer answers.
    pub fn begin(mut out: W) -> io::Result<Self> {
        out.write_all(COLUMNS.join(",").as_bytes())?;
        out.write_all(b"\n")?;
        Ok(Self(out))
    }

    /// Goes on where the header and maybe some values have been written.
    pub fn resume(out: W) -> Self {
        Self(out)
    }

    /// Adds the values of reports, made on all threads; says how many were written.
    ///
    /// # Errors
    /// Whatever the writer answers.
    pub fn push_all<'r>(
        &mut self,
        reports: impl IntoIterator<Item = Located<'r>>,
    ) -> io::Result<usize> {
        let mut written = 0;
        let mut reports = reports.into_iter();
        loop {
            let some: Vec<Located> = reports.by_ref().take(AT_A_TIME).collect();
            if some.is_empty() {
                return Ok(written);
            }
            let made: Vec<(Vec<u8>, usize)> = some.into_par_iter().map(lines).collect();
            for (lines, count) in made {
                self.0.write_all(&lines)?;
                written += count;
            }
        }
    }
}

impl<W: Write> Values for ValuesCsv<W> {
    fn push(&mut self, located: Located<'_>) -> io::Result<usize> {
        let (lines, written) = lines(located);
        self.0.write_all(&lines)?;
        Ok(written)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The lines of a report, and how many they are.
fn lines(located: Located<'_>) -> (Vec<u8>, usize) {
    let mut written = 0;
    let mut lines = Vec::with_capacity(located.report.values.len() * 200);
    let mut beginning = Vec::new();
    for row in rows(located) {
        if written == 0 {
            for words in [row.county, row.unit, &optional(row.year), row.form] {
                field(&guarded(words), &mut beginning);
                beginning.push(b',');
            }
        }
        written += 1;
        lines.extend_from_slice(&beginning);
        field(row.key, &mut lines);
        lines.push(b',');
        if let Some(number) = row.value {
            lines.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
        }
        for words in [row.measure, row.status] {
            lines.push(b',');
            lines.extend_from_slice(words.as_bytes());
        }
        for words in [row.file, row.sheet, &row.cell, row.raw] {
            lines.push(b',');
            field(&guarded(words), &mut lines);
        }
        lines.push(b'\n');
    }
    (lines, written)
}

/// Writes a field, in quotes where it needs them.
fn field(words: &str, line: &mut Vec<u8>) {
    if !(words.bytes()).any(|byte| matches!(byte, b'"' | b',' | b'\r' | b'\n')) {
        line.extend_from_slice(words.as_bytes());
        return;
    }
    line.push(b'"');
    for byte in words.bytes() {
        if byte == b'"' {
            line.push(b'"');
        }
        line.push(byte);
    }
    line.push(b'"');
}

/// `{"values":[…]}` with the same fields as the CSV; numbers are numbers or `null`.
pub struct ValuesJson<W: Write> {
    out: W,
    is_first: bool,
}

impl<W: Write> ValuesJson<W> {
    /// Writes the beginning.
    ///
    /// # Errors
    /// Whatever the writer answers.
    pub fn begin(mut out: W) -> io::Result<Self> {
        out.write_all(b"{\"values\":[")?;
        let is_first = true;
        Ok(Self { out, is_first })
    }
}

impl<W: Write> Values for ValuesJson<W> {
    fn push(&mut self, located: Located<'_>) -> io::Result<usize> {
        let mut written = 0;
        for row in rows(located) {
            written += 1;
            if !std::mem::take(&mut self.is_first) {
                self.out.write_all(b",")?;
            }
            serde_json::to_writer(&mut self.out, &row)?;
        }
        Ok(written)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.write_all(b"]}\n")
    }
}

/// Values in a row group of Parquet, but for the report that fills it.
const ROW_GROUP: usize = 1 << 16;

/// A Parquet file with the same columns as the CSV: `year` is Int32, `value` Int64 or null, all others are texts,
/// as they are.
pub struct ValuesParquet<W: Write> {
    out: Parquet<W>,
    texts: [Vec<String>; 10],
    years: Vec<Option<i32>>,
    values: Vec<Option<i64>>,
}

impl<W: Write> ValuesParquet<W> {
    /// Begins the file.
    ///
    /// # Errors
    /// Whatever the writer answers.
    pub fn begin(out: W) -> io::Result<Self> {
        let kind = |name: &'static str| match name {
            "year" => (name, Cells::Year(Vec::new())),
            "value" => (name, Cells::Number(Vec::new())),
            _ => (name, Cells::Text(Vec::new())),
        };
        Ok(Self {
            out: Parquet::begin(out, COLUMNS.map(kind).into())?,
            texts: Default::default(),
            years: Vec::new(),
            values: Vec::new(),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut texts = self.texts.iter_mut();
        let columns = COLUMNS.map(|name| {
            let cells = match name {
                "year" => Cells::Year(std::mem::take(&mut self.years)),
                "value" => Cells::Number(std::mem::take(&mut self.values)),
                _ => {
                    let texts = texts.next().map(std::mem::take).unwrap_or_default();
                    Cells::Text(texts.into_iter().map(Cow::Owned).collect())
                }
            };
            (name, cells)
        });
        self.out.push(columns.into())
    }
}

impl<W: Write> Values for ValuesParquet<W> {
    fn push(&mut self, located: Located<'_>) -> io::Result<usize> {
        let mut written = 0;
        for row in rows(located) {
            written += 1;
            let texts = [
                row.county,
                row.unit,
                row.form,
                row.key,
                row.measure,
                row.status,
                row.file,
                row.sheet,
                &row.cell,
                row.raw,
            ];
            for (column, text) in self.texts.iter_mut().zip(texts) {
                column.push(text.to_owned());
            }
            self.years.push(row.year);
            self.values.push(row.value);
        }
        if self.years.len() >= ROW_GROUP {
            self.flush()?;
        }
        Ok(written)
    }

    fn finish(&mut self) -> io::Result<()> {
        if !self.years.is_empty() {
            self.flush()?;
        }
        self.out.finish()
    }
}

/// Reports whose lines are made at a time.
const AT_A_TIME: usize = 64;

/// Writes [`ValuesCsv`]; says how many values were written.
///
/// # Errors
/// Whatever the writer answers.
pub fn values_csv<'r>(
    out: impl Write,
    reports: impl IntoIterator<Item = Located<'r>>,
) -> io::Result<usize> {
    let mut values = ValuesCsv::begin(out)?;
    let written = values.push_all(reports)?;
    values.finish()?;
    Ok(written)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::form::Library;
    use crate::grid::{CellRef, Place};
    use crate::report::{Matched, Narrative, Scope, Status, Value};

    fn report() -> Report {
        let form = Library::official().get("2019").unwrap().clone();
        let mut values = vec![Value::default(); form.keys.len()];
        let amount = form.index("disclosure.procurement.amount").unwrap();
        values[amount] = Value {
            status: Status::Reported,
            number: Some(13_020_000),
            raw: Some("=13.02万元".into()),
            place: Some(Place {
                file: Arc::from("a.xlsx"),
                sheet: Arc::from("表二"),
                cell: CellRef::A1(11, 2),
            }),
            matched: Matched::Label,
            reported: None,
        };
        Report {
            file: Arc::from("a.xlsx"),
            form,
            unit: "河口镇".into(),
            code: None,
            year: Some(2020),
            scope: Scope::Own,
            values,
            narrative: Narrative::default(),
            revision: 0,
            findings: Vec::new(),
        }
    }

    #[test]
    fn a_value_is_written_with_its_place_and_raw_text() {
        let report = report();
        let located = Located {
            county: "示例县",
            report: &report,
        };
        let mut out = Vec::new();
        values_csv(&mut out, [located]).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), 199);
        assert!(
            text.starts_with(
                "county,unit,year,form,key,value,measure,status,file,sheet,cell,raw\n"
            )
        );
        assert!(text.contains(
            "示例县,河口镇,2020,2019,disclosure.procurement.amount,13020000,fen,reported,a.xlsx,表二,C12,'=13.02万元\n"
        ));
        assert!(
            text.contains(
                "示例县,河口镇,2020,2019,requests.received.total,,count,blank,a.xlsx,,,\n"
            )
        );
    }

    #[test]
    fn words_with_commas_quotes_and_line_breaks_are_read_back() {
        let mut report = report();
        report.unit = "河口,镇".into();
        report.values[0].raw = Some("a\"b\"\r\nc".into());
        report.values[1].raw = Some("\n".into());
        let located = Located {
            county: "示例\"县",
            report: &report,
        };
        let mut out = Vec::new();
        assert_eq!(values_csv(&mut out, [located, located]).unwrap(), 2 * 198);
        let mut csv = csv::Reader::from_reader(out.as_slice());
        let records: Vec<csv::StringRecord> = csv.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), 2 * 198);
        for first in [0, 198] {
            assert_eq!(&records[first][0], "示例\"县");
            assert_eq!(&records[first][1], "河口,镇");
            assert_eq!(&records[first][11], "a\"b\"\r\nc");
            assert_eq!(&records[first + 1][11], "'\n");
        }
    }

    #[test]
    fn json_has_the_same_values() {
        let report = report();
        let located = Located {
            county: "示例县",
            report: &report,
        };
        let mut out = Vec::new();
        let mut json = ValuesJson::begin(&mut out).unwrap();
        for located in [located, located] {
            json.push(located).unwrap();
        }
        json.finish().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let values = json["values"].as_array().unwrap();
        assert_eq!(values.len(), 2 * 198);
        let amount = values
            .iter()
            .find(|v| v["key"] == "disclosure.procurement.amount")
            .unwrap();
        assert_eq!(amount["value"], 13_020_000);
        assert_eq!(amount["raw"], "=13.02万元");
        assert!(values[0]["value"].is_null());
    }
}
