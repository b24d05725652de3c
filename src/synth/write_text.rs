//! Formats that are text: csv, tidy csv, plain text with flattened tables, JSON.

use serde_json::{Map, Value};

use super::data::data;
use super::paper::{Paper, number_text};
use super::sheet::{Sheet, one_sheet};
use crate::form::{LayoutContent, layout};

/// Rows as comma separated text.
pub fn rows_csv<R: AsRef<[S]>, S: AsRef<str>>(rows: &[R]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(Vec::new());
    for row in rows {
        // Writing into memory does not fail.
        let _ = writer.write_record(row.as_ref().iter().map(|cell| cell.as_ref()));
    }
    writer.into_inner().unwrap_or_default()
}

/// A drawn sheet as comma separated text, spans lost.
pub fn csv(sheet: &Sheet) -> Vec<u8> {
    rows_csv(&sheet.flat())
}

/// One line per value: unit, year, key, value.
pub fn tidy(papers: &[Paper]) -> Vec<u8> {
    let columns = &data().words.columns;
    let head = [&columns.unit, &columns.year, &columns.key, &columns.value];
    let mut rows = vec![head.map(String::clone)];
    for paper in papers {
        for (index, info) in paper.form.keys.iter().enumerate() {
            let (unit, year) = (paper.unit.clone(), paper.year.to_string());
            rows.push([unit, year, info.key.clone(), paper.cell(index)]);
        }
    }
    rows_csv(&rows)
}

/// Plain text as it comes out of a converter: one line per row of a table, cells joined by ` | `, spans
/// lost, and a row's empty places left as trailing separators.
pub fn txt(paper: &Paper) -> String {
    let mut lines = vec![paper.title.clone(), paper.introduction.clone()];
    for section in &paper.sections {
        lines.push(section.heading.clone());
        lines.extend(section.words.iter().cloned());
        let Some(table) = section.table else {
            continue;
        };
        let drawn = layout(&paper.form.tables[table]);
        for row in 0..drawn.rows {
            let of_row = drawn.cells.iter().filter(|cell| cell.row == row);
            let cells: Vec<String> = of_row
                .filter(|cell| cell.content != LayoutContent::Blank)
                .map(|cell| paper.content(&cell.content))
                .collect();
            let lost = drawn.cols - cells.len();
            let mut line = cells.join(" | ");
            if lost > 0 {
                line.push_str(" | ");
                line.push_str(&"|".repeat(lost - 1));
            }
            lines.push(line.trim_end().to_owned());
        }
    }
    lines.extend(paper.signature.iter().flatten().cloned());
    lines.push(String::new());
    lines.join("\n")
}

/// An object nested by key path, with unit and year beside the tables.
pub fn json(paper: &Paper) -> Value {
    let mut object = Map::new();
    object.insert("unit".to_owned(), paper.unit.clone().into());
    object.insert("year".to_owned(), paper.year.into());
    object.insert("form".to_owned(), paper.form.id.clone().into());
    object.insert("title".to_owned(), paper.title.clone().into());
    for (index, info) in paper.form.keys.iter().enumerate() {
        let mut names = info.key.split('.').peekable();
        let mut at = &mut object;
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                at.insert(name.to_owned(), json_value(paper, index));
                break;
            }
            let inner = at.entry(name).or_insert_with(|| Value::Object(Map::new()));
            match inner {
                Value::Object(inner) => at = inner,
                _ => break,
            }
        }
    }
    let words: Vec<Value> = paper.words().map(Value::from).collect();
    object.insert("text".to_owned(), words.into());
    Value::Object(object)
}

/// A count as a number, an amount with its unit as a string, so that nobody has to guess.
pub fn json_value(paper: &Paper, key: usize) -> Value {
    let info = &paper.form.keys[key];
    let written = paper.cell(key);
    if written != number_text(&paper.form, key, paper.values[key]) {
        return written.into();
    }
    match (info.measure, info.stated_unit) {
        (crate::form::Measure::Count, _) => paper.values[key].into(),
        (crate::form::Measure::Fen, Some(unit)) => format!("{written}{}", unit.as_str()).into(),
        (crate::form::Measure::Fen, None) => written.into(),
    }
}

/// Both csv layouts of a report from its paper.
pub fn sheet_csv(paper: &Paper) -> Vec<u8> {
    csv(&one_sheet(paper))
}
