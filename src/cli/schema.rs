//! A JSON Schema of a report as JSON, made from the forms: nested by key path.

use serde_json::{Map, Value, json};

use crate::form::{Form, KeyInfo, Measure};
use crate::text::{Lang, Text};

/// The schema of one report on any of the forms, or of a list of such reports.
pub(super) fn schema(forms: &[&Form], lang: Lang) -> Value {
    let mut defs = Map::new();
    for form in forms {
        defs.insert(name(form), report(form, lang));
    }
    let any: Vec<Value> = (forms.iter())
        .map(|form| json!({"$ref": format!("#/$defs/{}", name(form))}))
        .collect();
    let title = Text::new("政府信息公开工作年度报告", "Yearly open-government report");
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title.get(lang),
        "oneOf": [
            {"$ref": "#/$defs/report"},
            {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/report"}},
        ],
        "$defs": with(defs, "report", json!({ "anyOf": any })),
    })
}

fn with(mut map: Map<String, Value>, name: &str, value: Value) -> Value {
    map.insert(name.to_owned(), value);
    Value::Object(map)
}

fn name(form: &Form) -> String {
    format!("form-{}", form.id)
}

fn report(form: &Form, lang: Lang) -> Value {
    let mut properties = Map::new();
    let words = |zh: &str, en: &str| Text::new(zh, en).get(lang).to_owned();
    let mut head = |name: &str, value: Value| properties.insert(name.to_owned(), value);
    head(
        "unit",
        json!({"type": "string", "minLength": 1, "description": words("填报单位", "the reporting unit")}),
    );
    head(
        "year",
        json!({"type": "integer", "minimum": 1900, "maximum": 2999, "description": words("年度", "the year")}),
    );
    head(
        "form",
        json!({"const": form.id, "description": words("表式", "the form")}),
    );
    head(
        "title",
        json!({"type": "string", "description": words("标题", "the title")}),
    );
    head(
        "text",
        json!({
            "type": ["string", "array"], "items": {"type": "string"},
            "description": words("文字部分", "the narrative"),
        }),
    );
    for info in &form.keys {
        let path: Vec<&str> = info.key.split('.').collect();
        insert(&mut properties, &path, value(info, lang));
    }
    json!({
        "type": "object",
        "required": ["unit", "year"],
        "properties": properties,
        "additionalProperties": false,
    })
}

/// Puts a value's schema where its key path leads, making the objects on the way.
fn insert(properties: &mut Map<String, Value>, path: &[&str], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        properties.insert((*first).to_owned(), value);
        return;
    }
    let object = (properties.entry((*first).to_owned())).or_insert_with(
        || json!({"type": "object", "properties": {}, "additionalProperties": false}),
    );
    if let Some(Value::Object(inner)) = object.get_mut("properties") {
        insert(inner, rest, value);
    }
}

/// A count is an integer, or text as it would stand in a cell; an amount is text with its unit, or a
/// number in the unit the form states. `null` is blank.
fn value(info: &KeyInfo, lang: Lang) -> Value {
    let label = info.label.get(lang);
    match info.measure {
        Measure::Count if info.signed => {
            json!({"type": ["integer", "string", "null"], "description": label})
        }
        Measure::Count => {
            json!({"type": ["integer", "string", "null"], "minimum": 0, "description": label})
        }
        Measure::Fen => {
            let unit = info
                .stated_unit
                .or(info.assumed_unit)
                .map_or("", |unit| unit.as_str());
            json!({
                "type": ["number", "string", "null"], "minimum": 0,
                "description": format!("{label} [{unit}]"),
            })
        }
    }
}
