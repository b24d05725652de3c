//! Reports → a polars frame: one row per report, one column per key.

use std::borrow::Cow;

use polars::prelude::*;

use crate::form::Form;
use crate::report::{Report, Value};

/// The columns before the keys.
pub const ABOUT: [&str; 7] = ["file", "unit", "code", "area", "kind", "year", "form"];

/// One row of a frame.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The report's file.
    pub file: &'a str,
    /// The unit's name.
    pub unit: &'a str,
    /// Its code in the registry.
    pub code: Option<&'a str>,
    /// Code of the area it belongs to; empty without one.
    pub area: &'a str,
    /// Its kind in the registry; empty without one.
    pub kind: &'a str,
    /// The report's year.
    pub year: Option<i32>,
    /// One value for every key of the form, in its order.
    pub values: &'a [Value],
}

impl<'a> Row<'a> {
    /// The row of a report whose unit is placed in an area.
    pub fn of(report: &'a Report, area: &'a str, kind: &'a str) -> Self {
        Self {
            file: &report.file,
            unit: &report.unit,
            code: report.code.as_deref(),
            area,
            kind,
            year: report.year,
            values: &report.values,
        }
    }
}

/// The name of a key's column: the key itself, unless a form of your own has a key named like one of
/// [`ABOUT`]; that one is set apart as `key:year`.
pub fn column_name(key: &str) -> Cow<'_, str> {
    if ABOUT.contains(&key) {
        Cow::Owned(format!("key:{key}"))
    } else {
        Cow::Borrowed(key)
    }
}

/// The frame of reports on one form: the columns of [`ABOUT`] (`year` is Int32, the others are strings), then
/// one Int64 column for every key, in the order of the form. Counts are counts, money is in 分. Null stands
/// where there is no number, for whatever reason: blank is not zero.
///
/// # Errors
/// Only those of polars, for columns of unequal length or equal names; a form that was loaded gives neither.
pub fn wide(form: &Form, rows: &[Row<'_>]) -> PolarsResult<DataFrame> {
    let text = |name: &str, pick: fn(&Row<'_>) -> Option<String>| {
        Column::new(name.into(), rows.iter().map(pick).collect::<Vec<_>>())
    };
    let mut columns = vec![
        text("file", |r| Some(r.file.to_owned())),
        text("unit", |r| Some(r.unit.to_owned())),
        text("code", |r| r.code.map(str::to_owned)),
        text("area", |r| Some(r.area.to_owned())),
        text("kind", |r| Some(r.kind.to_owned())),
        Column::new(
            "year".into(),
            rows.iter().map(|r| r.year).collect::<Vec<_>>(),
        ),
        Column::new("form".into(), vec![form.id.as_str(); rows.len()]),
    ];
    for (index, info) in form.keys.iter().enumerate() {
        let numbers: Int64Chunked = (rows.iter())
            .map(|row| row.values.get(index).and_then(|value| value.number))
            .collect();
        columns.push(
            numbers
                .with_name(column_name(&info.key).as_ref().into())
                .into_column(),
        );
    }
    DataFrame::new(rows.len(), columns)
}
