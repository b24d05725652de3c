//! The columns of a part → reports.

use std::path::Path;
use std::sync::Arc;

use polars::prelude::*;

use super::entry::{Belonging, Filed, Filter};
use super::error::StoreError;
use super::schema::{column_name, decode_matched, letter_status, word_scope};
use super::{place, raw, words};
use crate::form::Form;
use crate::report::{Report, Status, Value};

/// A row that came out of a part.
#[derive(Debug, Clone)]
pub(super) struct Out {
    pub filed: Filed,
    pub source: Arc<str>,
}

struct Columns<'f> {
    frame: &'f DataFrame,
    path: &'f Path,
}

impl<'f> Columns<'f> {
    fn text(&self, name: &str) -> Result<&'f StringChunked, StoreError> {
        let parquet = || StoreError::parquet(self.path);
        let column = self.frame.column(name).map_err(parquet())?;
        column.str().map_err(parquet())
    }

    fn integer(&self, name: &str) -> Result<&'f Int64Chunked, StoreError> {
        let parquet = || StoreError::parquet(self.path);
        self.frame
            .column(name)
            .map_err(parquet())?
            .i64()
            .map_err(parquet())
    }

    fn small(&self, name: &str) -> Result<&'f Int32Chunked, StoreError> {
        let parquet = || StoreError::parquet(self.path);
        self.frame
            .column(name)
            .map_err(parquet())?
            .i32()
            .map_err(parquet())
    }
}

/// The reports of a frame that pass a filter, in its order. `path` is named in errors.
pub(super) fn reports(
    frame: &DataFrame,
    form: &Arc<Form>,
    year: Option<i32>,
    filter: &Filter,
    path: &Path,
) -> Result<Vec<Out>, StoreError> {
    let columns = Columns { frame, path };
    let [
        file,
        source,
        county,
        area,
        unit,
        code,
        kind,
        line,
        scope,
        status,
        matched,
    ] = [
        "file", "source", "county", "area", "unit", "code", "kind", "line", "scope", "status",
        "matched",
    ]
    .map(|name| columns.text(name));
    let (file, source, county, area) = (file?, source?, county?, area?);
    let (unit, code, kind, line, scope, status, matched) =
        (unit?, code?, kind?, line?, scope?, status?, matched?);
    let [base, map, raws, narrative, findings] =
        ["place_base", "place_map", "raws", "narrative", "findings"].map(|name| columns.text(name));
    let (base, map, raws, narrative, findings) = (base?, map?, raws?, narrative?, findings?);
    let (ordinal, revision) = (columns.small("ordinal")?, columns.small("revision")?);
    let numbers = (form.keys.iter())
        .map(|info| columns.integer(&column_name(&info.key)))
        .collect::<Result<Vec<_>, _>>()?;
    let own = |words: Option<&str>| words.unwrap_or_default().to_owned();
    let mut out = Vec::new();
    for row in 0..frame.height() {
        let belonging = Belonging {
            county: own(county.get(row)),
            area: own(area.get(row)),
            code: code.get(row).map(str::to_owned),
            kind: kind.get(row).map(str::to_owned),
            line: line.get(row).map(str::to_owned),
        };
        if !filter.county(&belonging.county, &belonging.area) {
            continue;
        }
        let name: Arc<str> = Arc::from(file.get(row).unwrap_or_default());
        let damaged = |what: &str| StoreError::damaged(path, format!("{what} of {name}"));
        let mut values = values(status.get(row), matched.get(row), form)
            .ok_or_else(|| damaged("the statuses"))?;
        let places = place::decode(&form.keys, &own(base.get(row)), &own(map.get(row)), &name)
            .ok_or_else(|| damaged("the places"))?;
        for ((value, place), numbers) in values.iter_mut().zip(places).zip(&numbers) {
            value.place = place;
            value.number = numbers.get(row);
            if value.number.is_some() != value.status.has_number() {
                return Err(damaged("a number and its status"));
            }
        }
        raw::decode(&form.keys, &mut values, raws.get(row)).ok_or_else(|| damaged("the raws"))?;
        let report = Report {
            file: name.clone(),
            form: form.clone(),
            unit: own(unit.get(row)),
            code: belonging.code.clone(),
            year,
            scope: (scope.get(row).and_then(word_scope)).ok_or_else(|| damaged("the scope"))?,
            values,
            narrative: words::decode_narrative(narrative.get(row), &name)
                .ok_or_else(|| damaged("the narrative"))?,
            revision: revision.get(row).unwrap_or_default().unsigned_abs(),
            findings: words::decode_findings(findings.get(row), &name)
                .ok_or_else(|| damaged("the findings"))?,
        };
        out.push(Out {
            source: source.get(row).map_or_else(|| name.clone(), Arc::from),
            filed: Filed {
                report,
                belonging,
                ordinal: ordinal.get(row).unwrap_or_default().unsigned_abs(),
            },
        });
    }
    Ok(out)
}

fn values(status: Option<&str>, matched: Option<&str>, form: &Form) -> Option<Vec<Value>> {
    let statuses: Vec<Status> = status?.chars().map(letter_status).collect::<Option<_>>()?;
    let matched = decode_matched(matched?, form.keys.len())?;
    if statuses.len() != form.keys.len() {
        return None;
    }
    let value = |(status, matched)| Value {
        status,
        matched,
        ..Value::default()
    };
    Some(statuses.into_iter().zip(matched).map(value).collect())
}
