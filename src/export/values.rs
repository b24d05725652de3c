//! Every value with its status and place: the export that everything can be rebuilt from.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::{guarded, optional};
use crate::frame::{Cells, parquet};
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

/// Writes one line per value: `county,unit,year,form,key,value,measure,status,file,sheet,cell,raw`.
///
/// `value` is a count, or 分 where `measure` is `fen`; it is empty where the status carries no number.
/// Texts that a spreadsheet program would run are disarmed ([`super::guarded`]).
///
/// # Errors
/// Whatever the writer answers.
pub fn values_csv<'r>(
    out: impl Write,
    reports: impl IntoIterator<Item = Located<'r>>,
) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(COLUMNS)?;
    for row in reports.into_iter().flat_map(rows) {
        csv.write_record([
            &*guarded(row.county),
            &guarded(row.unit),
            &optional(row.year),
            &guarded(row.form),
            row.key,
            &optional(row.value),
            row.measure,
            row.status,
            &guarded(row.file),
            &guarded(row.sheet),
            &guarded(&row.cell),
            &guarded(row.raw),
        ])?;
    }
    csv.flush()
}

/// Writes a Parquet file with the same columns as the CSV: `year` is Int32, `value` Int64 or null, all others
/// are texts, as they are.
///
/// # Errors
/// Whatever the writer answers.
pub fn values_parquet<'r>(
    out: impl Write,
    reports: impl IntoIterator<Item = Located<'r>>,
) -> io::Result<()> {
    let rows: Vec<Row<'r>> = reports.into_iter().flat_map(rows).collect();
    let text = |pick: fn(&Row<'r>) -> Cow<'r, str>| Cells::Text(rows.iter().map(pick).collect());
    let columns = vec![
        text(|row| row.county.into()),
        text(|row| row.unit.into()),
        Cells::Year(rows.iter().map(|row| row.year).collect()),
        text(|row| row.form.into()),
        text(|row| row.key.into()),
        Cells::Number(rows.iter().map(|row| row.value).collect()),
        text(|row| row.measure.into()),
        text(|row| row.status.into()),
        text(|row| row.file.into()),
        text(|row| row.sheet.into()),
        text(|row| row.cell.clone().into()),
        text(|row| row.raw.into()),
    ];
    parquet(out, COLUMNS.into_iter().zip(columns).collect())
}

/// Writes `{"values":[…]}` with the same fields as the CSV; numbers are numbers or `null`.
///
/// # Errors
/// Whatever the writer answers.
pub fn values_json<'r>(
    mut out: impl Write,
    reports: impl IntoIterator<Item = Located<'r>>,
) -> io::Result<()> {
    let mut json = serde_json::Serializer::new(&mut out);
    let mut map = json.serialize_map(Some(1))?;
    map.serialize_entry("values", &Sequence::new(reports.into_iter().flat_map(rows)))?;
    map.end()?;
    writeln!(out)
}

/// Serializes an iterator once, without collecting it.
struct Sequence<I>(std::cell::RefCell<Option<I>>);

impl<I> Sequence<I> {
    fn new(items: I) -> Self {
        Self(std::cell::RefCell::new(Some(items)))
    }
}

impl<I: Iterator<Item: Serialize>> Serialize for Sequence<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.borrow_mut().take().into_iter().flatten())
    }
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
    fn json_has_the_same_values() {
        let report = report();
        let located = Located {
            county: "示例县",
            report: &report,
        };
        let mut out = Vec::new();
        values_json(&mut out, [located, located]).unwrap();
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
