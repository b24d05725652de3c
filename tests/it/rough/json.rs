//! JSON as other systems emit it.

use huizong::form::{Measure, Table};
use serde_json::{Map, Number, Value, json};

use super::values::{MoneyPlace, Values};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Nested,
    Flat,
    Labels,
}

/// A number where the cell is one, a string otherwise; nothing where the cell is blank.
fn value(values: &Values, key: usize) -> Value {
    let written = &values.written[key];
    let money = values.expected.form.keys[key].measure == Measure::Fen;
    if written.text.is_empty() {
        return Value::Null;
    }
    if money && values.money_place != MoneyPlace::Cell {
        // JSON has no header for the unit to stand in.
        return format!("{}{}", written.text, values.money.as_str()).into();
    }
    let number = written
        .number
        .then(|| written.text.parse::<f64>().ok())
        .flatten();
    match number.map(|n| (n, n.fract() == 0.0)) {
        Some((n, true)) => (n as i64).into(),
        Some((n, false)) => Number::from_f64(n).map_or(Value::Null, Value::Number),
        None => written.text.clone().into(),
    }
}

fn put(object: &mut Map<String, Value>, path: &[String], value: Value) {
    match path {
        [] => {}
        [last] => {
            object.insert(last.clone(), value);
        }
        [first, rest @ ..] => {
            let inner = object.entry(first.clone()).or_insert_with(|| json!({}));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// One report as an object. `tables` have the labels to be used.
pub fn object(values: &Values, tables: &[Table], shape: Shape) -> Value {
    let form = &values.expected.form;
    let mut object = Map::new();
    let [unit, year] = match shape {
        Shape::Labels => ["单位", "年度"],
        _ => ["unit", "year"],
    };
    object.insert(unit.to_owned(), values.expected.unit.clone().into());
    object.insert(year.to_owned(), values.expected.year.into());
    for (key, info) in form.keys.iter().enumerate() {
        let [table, block, row, column] = info.at;
        let path: Vec<String> = match shape {
            Shape::Flat => vec![info.key.clone()],
            Shape::Nested => info.key.split('.').map(str::to_owned).collect(),
            Shape::Labels => {
                let block = &tables[table].blocks[block];
                let axes = block.rows[row]
                    .path
                    .iter()
                    .chain(&block.columns[column].path);
                std::iter::once(&tables[table].label)
                    .chain(&block.label)
                    .chain(axes)
                    .map(|text| text.zh.clone())
                    .collect()
            }
        };
        put(&mut object, &path, value(values, key));
    }
    Value::Object(object)
}
