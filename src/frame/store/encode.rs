//! Reports → the columns of a part.

use std::sync::Arc;

use polars::prelude::*;

use super::entry::{Belonging, Filed};
use super::schema::{COLUMNS, column_name, encode_matched, scope_word, status_letter};
use super::{place, raw, words};
use crate::form::Form;
use crate::report::Report;

/// A row on its way into a part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    pub report: &'a Report,
    pub belonging: &'a Belonging,
    pub ordinal: u32,
    pub source: &'a str,
    pub hash: &'a str,
    pub modified: Option<i64>,
}

impl<'a> Row<'a> {
    pub(super) fn of(
        filed: &'a Filed,
        source: &'a str,
        hash: &'a str,
        modified: Option<i64>,
    ) -> Self {
        Self {
            report: &filed.report,
            belonging: &filed.belonging,
            ordinal: filed.ordinal,
            source,
            hash,
            modified,
        }
    }
}

/// Texts of one column, one after the other.
struct Words {
    name: &'static str,
    builder: StringChunkedBuilder,
}

impl Words {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            builder: StringChunkedBuilder::new(name.into(), 0),
        }
    }

    fn finish(&mut self) -> Column {
        std::mem::replace(
            &mut self.builder,
            StringChunkedBuilder::new(self.name.into(), 0),
        )
        .finish()
        .into_column()
    }
}

/// Rows of one form, gathered column by column until they are written as a row group.
pub(super) struct Gathering {
    pub form: Arc<Form>,
    rows: usize,
    words: Vec<Words>,
    ordinal: Vec<i32>,
    modified: Vec<Option<i64>>,
    revision: Vec<i32>,
    numbers: Vec<Numbers>,
}

/// The numbers of one key. They become a column as they lie, without a copy.
type Numbers = PrimitiveChunkedBuilder<Int64Type>;

/// The columns of text are the first of [`COLUMNS`], in the order in which [`Gathering::push`] fills them.
const TEXTS: usize = 17;

impl Gathering {
    pub(super) fn new(form: Arc<Form>) -> Self {
        Self {
            rows: 0,
            words: COLUMNS[..TEXTS]
                .iter()
                .map(|name| Words::new(name))
                .collect(),
            ordinal: Vec::new(),
            modified: Vec::new(),
            revision: Vec::new(),
            numbers: (form.keys.iter())
                .map(|info| Numbers::new(column_name(&info.key).as_ref().into(), 0))
                .collect(),
            form,
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn push(&mut self, row: Row<'_>) {
        let (report, belonging) = (row.report, row.belonging);
        let file = &*report.file;
        let places = place::encode(&self.form.keys, &report.values, file);
        let status: String = report
            .values
            .iter()
            .map(|v| status_letter(v.status))
            .collect();
        let matched = encode_matched(report.values.iter().map(|v| v.matched));
        let raws = raw::encode(&self.form.keys, &report.values);
        let narrative = words::encode_narrative(&report.narrative, file);
        let findings = words::encode_findings(&report.findings, file);
        let code = belonging.code.as_deref().or(report.code.as_deref());
        let line = belonging.line.as_deref().or(code).unwrap_or(&report.unit);
        let texts: [Option<&str>; TEXTS] = [
            Some(file),
            (row.source != file).then_some(row.source),
            Some(row.hash),
            Some(&belonging.county),
            Some(&belonging.area),
            Some(&report.unit),
            code,
            belonging.kind.as_deref(),
            Some(line),
            Some(scope_word(report.scope)),
            Some(&status),
            Some(&matched),
            Some(&places.base),
            Some(&places.map),
            raws.as_deref(),
            narrative.as_deref(),
            findings.as_deref(),
        ];
        for (column, text) in self.words.iter_mut().zip(texts) {
            column.builder.append_option(text);
        }
        self.ordinal
            .push(i32::try_from(row.ordinal).unwrap_or(i32::MAX));
        self.modified.push(row.modified);
        self.revision
            .push(i32::try_from(report.revision).unwrap_or(i32::MAX));
        for (index, numbers) in self.numbers.iter_mut().enumerate() {
            numbers.append_option(report.values.get(index).and_then(|value| value.number));
        }
        self.rows += 1;
    }

    /// The rows as a frame; nothing is left.
    pub(super) fn take(&mut self) -> PolarsResult<DataFrame> {
        let mut columns: Vec<Column> = self.words.iter_mut().map(Words::finish).collect();
        let integers = |name: &str, numbers: Vec<i32>| Column::new(name.into(), numbers);
        columns.push(integers("ordinal", std::mem::take(&mut self.ordinal)));
        columns.push(integers("revision", std::mem::take(&mut self.revision)));
        columns.push(Column::new(
            "modified".into(),
            std::mem::take(&mut self.modified),
        ));
        for (info, numbers) in self.form.keys.iter().zip(&mut self.numbers) {
            let new = Numbers::new(column_name(&info.key).as_ref().into(), 0);
            columns.push(std::mem::replace(numbers, new).finish().into_column());
        }
        let height = std::mem::take(&mut self.rows);
        DataFrame::new(height, columns)
    }
}

/// The schema of a part on a form.
pub(super) fn schema(form: &Arc<Form>) -> PolarsResult<SchemaRef> {
    Ok(Gathering::new(form.clone()).take()?.schema().clone())
}
