//! Comparisons for machines.

use std::io::{self, Write};

use serde::Serialize;

use super::{guarded, optional};
use crate::rollup::Comparison;
use crate::text::Lang;

#[derive(Serialize)]
struct Document<'c> {
    rows: Vec<Record<'c>>,
}

#[derive(Serialize)]
struct Record<'c> {
    scope: &'static str,
    area: &'c str,
    key: &'c str,
    from_year: i32,
    to_year: i32,
    from: Option<i64>,
    to: Option<i64>,
    change: Option<i64>,
    percent: Option<f64>,
    comparable: bool,
    note: &'c str,
}

fn record(row: &Comparison, lang: Lang) -> Record<'_> {
    Record {
        scope: row.scope.as_str(),
        area: &row.area,
        key: &row.key,
        from_year: row.from_year,
        to_year: row.to_year,
        from: row.from,
        to: row.to,
        change: row.change.filter(|_| row.comparable),
        percent: row.percent.filter(|_| row.comparable),
        comparable: row.comparable,
        note: row.note.get(lang),
    }
}

/// What stands before, between and after the rows of every area in [`comparisons_json`].
const AROUND_ROWS: [&[u8]; 3] = [b"{\n  \"rows\": [\n", b",\n", b"\n  ]\n}\n"];

/// The rows of an area as they stand in [`comparisons_json`], for [`comparison_parts_json`]; nothing
/// without rows.
///
/// # Errors
/// A row that cannot be written as JSON.
pub fn comparison_rows_json<'c>(
    rows: impl IntoIterator<Item = &'c Comparison>,
    lang: Lang,
) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    comparisons_json(&mut all, rows, lang)?;
    let [before, _, after] = AROUND_ROWS;
    let inner = (all.strip_prefix(before)).and_then(|rest| rest.strip_suffix(after));
    Ok(inner.unwrap_or_default().to_vec())
}

/// Writes what [`comparisons_json`] does, put together area by area: `parts` writes what [`comparison_rows_json`] made of
/// each, with the bytes it is given between them.
///
/// # Errors
/// Whatever the writer answers.
pub fn comparison_parts_json<W: Write + ?Sized>(
    out: &mut W,
    is_empty: bool,
    parts: impl FnOnce(&mut W, &[u8]) -> io::Result<()>,
) -> io::Result<()> {
    if is_empty {
        let mut none = Vec::new();
        comparisons_json(&mut none, [], Lang::Zh)?;
        return out.write_all(&none);
    }
    let [before, between, after] = AROUND_ROWS;
    out.write_all(before)?;
    parts(out, between)?;
    out.write_all(after)
}

/// Writes `{"rows":[{scope, area, key, from_year, to_year, from, to, change, percent, comparable, note}]}`.
///
/// # Errors
/// Whatever the writer answers.
pub fn comparisons_json<'c>(
    mut out: impl Write,
    rows: impl IntoIterator<Item = &'c Comparison>,
    lang: Lang,
) -> io::Result<()> {
    let document = Document {
        rows: rows.into_iter().map(|row| record(row, lang)).collect(),
    };
    serde_json::to_writer_pretty(&mut out, &document)?;
    writeln!(out)
}

/// Writes the same fields, one comparison a line.
///
/// # Errors
/// Whatever the writer answers.
pub fn comparisons_csv<'c>(
    mut out: impl Write,
    rows: impl IntoIterator<Item = &'c Comparison>,
    lang: Lang,
) -> io::Result<()> {
    comparisons_csv_header(&mut out)?;
    comparison_rows_csv(out, rows, lang)
}

/// The names of the fields.
///
/// # Errors
/// Whatever the writer answers.
pub fn comparisons_csv_header(out: impl Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record([
        "scope",
        "area",
        "key",
        "from_year",
        "to_year",
        "from",
        "to",
        "change",
        "percent",
        "comparable",
        "note",
    ])?;
    csv.flush()
}

/// The lines without the names of the fields, for results that are put together area by area.
///
/// # Errors
/// Whatever the writer answers.
pub fn comparison_rows_csv<'c>(
    out: impl Write,
    rows: impl IntoIterator<Item = &'c Comparison>,
    lang: Lang,
) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    for row in rows {
        let row = record(row, lang);
        csv.write_record([
            row.scope,
            &guarded(row.area),
            row.key,
            &row.from_year.to_string(),
            &row.to_year.to_string(),
            &optional(row.from),
            &optional(row.to),
            &optional(row.change),
            &optional(row.percent),
            if row.comparable { "true" } else { "false" },
            &guarded(row.note),
        ])?;
    }
    csv.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Measure;
    use crate::rollup::Scope;
    use crate::text::Text;

    #[test]
    fn what_is_not_comparable_has_no_change() {
        let row = Comparison {
            scope: Scope::LikeForLike,
            area: "示例县".into(),
            key: "disclosure.procurement.amount".into(),
            label: Text::same("采购"),
            measure: Measure::Fen,
            from_year: 2020,
            to_year: 2021,
            from: Some(5),
            to: None,
            change: Some(-5),
            percent: Some(-100.0),
            comparable: false,
            note: Text::new("口径不可比", "not comparable"),
        };
        let mut out = Vec::new();
        comparisons_json(&mut out, [&row], Lang::Zh).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"rows": [{
                "scope": "like_for_like", "area": "示例县", "key": "disclosure.procurement.amount",
                "from_year": 2020, "to_year": 2021, "from": 5, "to": null, "change": null,
                "percent": null, "comparable": false, "note": "口径不可比",
            }]})
        );
        let [before, between, after] = AROUND_ROWS;
        for count in 1..3 {
            let mut whole = Vec::new();
            comparisons_json(&mut whole, vec![&row; count], Lang::Zh).unwrap();
            let part = comparison_rows_json([&row], Lang::Zh).unwrap();
            let parts = vec![part; count].join(between);
            assert_eq!([before, &parts, after].concat(), whole);
        }
        let (mut none, mut no_parts) = (Vec::new(), Vec::new());
        comparisons_json(&mut none, [], Lang::Zh).unwrap();
        comparison_parts_json(&mut no_parts, true, |_, _| Ok(())).unwrap();
        assert_eq!(none, no_parts);
        assert!(comparison_rows_json([], Lang::Zh).unwrap().is_empty());
        let mut out = Vec::new();
        comparisons_csv(&mut out, [&row], Lang::Zh).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.ends_with(
            "like_for_like,示例县,disclosure.procurement.amount,2020,2021,5,,,,false,口径不可比\n"
        ));
    }
}
