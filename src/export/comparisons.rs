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
    out: impl Write,
    rows: impl IntoIterator<Item = &'c Comparison>,
    lang: Lang,
) -> io::Result<()> {
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
        let mut out = Vec::new();
        comparisons_csv(&mut out, [&row], Lang::Zh).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.ends_with(
            "like_for_like,示例县,disclosure.procurement.amount,2020,2021,5,,,,false,口径不可比\n"
        ));
    }
}
