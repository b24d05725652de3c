//! JSON and JSON Lines → records: paths and values, nothing interpreted.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::charset::Decoded;
use super::json_syntax::{self, Value};
use super::limits::{Limit, Limits};
use super::{Document, Entry, Kind, ReadNote, Record, Refusal, note};
use crate::grid::{Addressing, CellRef, Content, Grid, Place};
use crate::text::Text;

/// Whether a text can only be JSON, or reads as JSON.
pub(super) fn looks_like(text: &str, limits: &Limits) -> bool {
    let mut bytes = text.bytes().filter(|b| !b.is_ascii_whitespace());
    match (bytes.next(), bytes.next()) {
        (Some(b'{'), Some(b'"' | b'}')) => true,
        (Some(b'['), Some(b'{' | b'[' | b'"' | b']')) => true,
        (Some(b'{' | b'['), _) => json_syntax::parse(text, limits.get(Limit::JsonDepth)).is_ok(),
        _ => false,
    }
}

/// Reads JSON. Every object that may be a report becomes a record: the one at the top, the elements of an array
/// at the top, the lines of JSON Lines, or the elements of the one array of objects inside a wrapping object. The wrapper's
/// own values then come first, as the record `$`.
///
/// # Errors
/// Malformed JSON, with line and column.
pub(super) fn read(
    name: &Arc<str>,
    decoded: &Decoded<'_>,
    limits: &Limits,
) -> Result<Document, Refusal> {
    let deepest = limits.get(Limit::JsonDepth);
    let values = json_syntax::parse(&decoded.text, deepest).map_err(|error| {
        if error.too_deep {
            return limits.beyond(Limit::JsonDepth).refusal(name);
        }
        let (line, column) = (error.line, error.column);
        Refusal {
            what: Text::new("格式有误的 JSON", "malformed JSON"),
            message: Text::new(
                format!("{name}：JSON 第 {line} 行第 {column} 列有误（{}）。请改正后重新放入", error.what.0),
                format!("{name}: malformed JSON at line {line}, column {column} ({}); correct it and add the file again", error.what.1),
            ),
        }
    })?;
    let mut reader = Reader {
        document: Document::new(name.clone(), Kind::Json),
    };
    reader.document.notes = decoded.notes(name);
    match <[Value; 1]>::try_from(values) {
        Ok([value]) => reader.top(value, "$"),
        Err(lines) => {
            for (index, value) in lines.into_iter().enumerate() {
                reader.element(value, format!("$[{index}]"));
            }
        }
    }
    Ok(reader.document)
}

struct Reader {
    document: Document,
}

impl Reader {
    fn top(&mut self, value: Value, path: &str) {
        match value {
            Value::Array(items) if is_table(&items) => self.table(items),
            Value::Array(items) => {
                for (index, item) in items.into_iter().enumerate() {
                    self.element(item, format!("{path}[{index}]"));
                }
            }
            Value::Object(members) => match wrapped(&members) {
                Some(at) => self.wrapper(members, at, path),
                None => self.record(members, path.into()),
            },
            other => self.element(other, path.into()),
        }
    }

    fn wrapper(&mut self, mut members: Vec<(Box<str>, Value)>, at: usize, path: &str) {
        let (key, inner) = members.remove(at);
        if !members.is_empty() {
            self.record(members, path.into());
        }
        self.top(inner, &format!("{path}.{key}"));
    }

    fn element(&mut self, value: Value, path: String) {
        match value {
            Value::Object(members) => self.record(members, path),
            other => {
                let shown = start_of(&other);
                let file = self.document.name.clone();
                self.document.notes.push(note(
                    "unread-value",
                    format!("{file}：{path} 处是“{shown}”，不是对象，未读取"),
                    format!("{file}: {path} is \"{shown}\", not an object, and was not read"),
                    Some(place(&file, path)),
                ));
            }
        }
    }

    fn record(&mut self, members: Vec<(Box<str>, Value)>, path: String) {
        let mut entries = Vec::new();
        let mut trail = Vec::new();
        self.flatten(members, &path, &mut trail, &mut entries);
        self.document.records.push(Record {
            path: path.into(),
            entries,
        });
    }

    fn flatten(
        &mut self,
        members: Vec<(Box<str>, Value)>,
        record: &str,
        trail: &mut Vec<Box<str>>,
        entries: &mut Vec<Entry>,
    ) {
        let mut seen = BTreeSet::new();
        for (key, value) in members {
            if !seen.insert(key.clone()) {
                self.notice(record, trail, &key, "duplicate-key", (
                    "同一对象中键重复出现，各次的值都已保留，请删去多余的",
                    "the key occurs more than once in one object; every value is kept, remove the wrong ones",
                ));
            }
            trail.push(key);
            match value {
                Value::Object(inner) => self.flatten(inner, record, trail, entries),
                value => {
                    let content = content(&value);
                    if matches!(content, Content::Error(_)) {
                        let key = trail.pop().unwrap_or_default();
                        self.notice(
                            record,
                            trail,
                            &key,
                            "not-finite",
                            (
                                "不是有限的数，未作为数字读取，请改正",
                                "not a finite number and not read as one; correct it",
                            ),
                        );
                        trail.push(key);
                    }
                    entries.push(Entry {
                        path: trail.clone(),
                        content,
                    });
                }
            }
            trail.pop();
        }
    }

    fn notice(
        &mut self,
        record: &str,
        trail: &[Box<str>],
        key: &str,
        rule: &'static str,
        words: (&str, &str),
    ) {
        let mut path = record.to_owned();
        for name in trail.iter().map(AsRef::as_ref).chain([key]) {
            path.push('.');
            path.push_str(name);
        }
        let file = self.document.name.clone();
        let found: ReadNote = note(
            rule,
            format!("{file}：{path} {}", words.0),
            format!("{file}: {path}: {}", words.1),
            Some(place(&file, path)),
        );
        self.document.notes.push(found);
    }

    /// Rows of plain values: a table in JSON's clothes.
    fn table(&mut self, items: Vec<Value>) {
        let rows = items
            .into_iter()
            .map(|row| match row {
                Value::Array(cells) => cells.iter().map(content).collect(),
                _ => Vec::new(),
            })
            .collect();
        self.document
            .push_grid(Grid::from_rows("", Addressing::RowColumn, rows));
    }
}

fn place(file: &Arc<str>, path: String) -> Place {
    Place {
        file: file.clone(),
        sheet: "".into(),
        cell: CellRef::Path(path.into()),
    }
}

/// The member that holds the records, in an object that does nothing but wrap them.
fn wrapped(members: &[(Box<str>, Value)]) -> Option<usize> {
    let mut structures = members
        .iter()
        .enumerate()
        .filter(|(_, (_, value))| matches!(value, Value::Object(_) | Value::Array(_)));
    let (at, (_, value)) = structures.next()?;
    let alone = structures.next().is_none();
    let holds = match value {
        Value::Array(items) => {
            !items.is_empty() && items.iter().all(|item| matches!(item, Value::Object(_)))
        }
        Value::Object(inner) => wrapped(inner).is_some(),
        _ => false,
    };
    (alone && holds).then_some(at)
}

fn is_table(items: &[Value]) -> bool {
    let plain = |value: &Value| !matches!(value, Value::Array(_) | Value::Object(_));
    items.len() > 1
        && items.iter().all(|item| match item {
            Value::Array(cells) => cells.iter().all(plain),
            _ => false,
        })
}

/// Integers up to here are exact as f64.
const EXACT: u64 = 1 << 53;

fn content(value: &Value) -> Content {
    match value {
        Value::Null => Content::Empty,
        Value::Bool(b) => Content::Bool(*b),
        Value::Text(words) => Content::text(words),
        Value::NotFinite(token) => Content::Error(token.clone()),
        Value::Number(token) => number(token),
        Value::Array(_) | Value::Object(_) => Content::Structure(start_of(value).into()),
    }
}

/// A number as f64 where that is exact enough to write it again, as its digits where it is not.
fn number(token: &str) -> Content {
    let whole = !token.contains(['.', 'e', 'E']);
    match token.parse::<f64>() {
        Ok(number) if !number.is_finite() => Content::Error(token.into()),
        Ok(_)
            if whole
                && !token
                    .trim_start_matches('-')
                    .parse::<u64>()
                    .is_ok_and(|n| n <= EXACT) =>
        {
            Content::Text(token.into())
        }
        Ok(_) if !whole && token.bytes().filter(u8::is_ascii_digit).count() > 17 => {
            Content::Text(token.into())
        }
        Ok(number) => Content::Number(number),
        Err(_) => Content::Error(token.into()),
    }
}

/// How much of a structure is shown.
const SHOWN: usize = 60;

fn start_of(value: &Value) -> String {
    let mut words = String::new();
    show(value, &mut words);
    if words.chars().count() > SHOWN {
        words = words.chars().take(SHOWN).chain(['…']).collect();
    }
    words
}

fn show(value: &Value, out: &mut String) {
    if out.len() > SHOWN * 4 {
        return;
    }
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(token) | Value::NotFinite(token) => out.push_str(token),
        Value::Text(words) => {
            out.push('"');
            out.extend(words.chars().take(SHOWN));
            out.push('"');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                show(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (key, item)) in members.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                out.push_str(key);
                out.push(':');
                show(item, out);
            }
            out.push('}');
        }
    }
}
