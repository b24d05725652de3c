//! `huizong forms`: the data dictionary.

use std::io::{self, Write};
use std::sync::Arc;

use serde_json::{Value, json};

use super::args::{FormsArgs, TextFormat};
use super::console::{self, Console};
use super::failure::Failure;
use super::settings::Settings;
use super::{Ending, schema};
use crate::form::{Comparability, Crosswalk, Form, KeyInfo, Library, Measure, Rule};
use crate::text::{Lang, Text};

/// Below this similarity (0 to 1) a key is not offered in place of one that does not exist.
const NEAR: f64 = 0.6;

/// Prints forms, keys, the crosswalk or the JSON Schema.
pub(super) fn forms(
    args: &FormsArgs,
    settings: &Settings,
    console: &Console,
) -> Result<Ending, Failure> {
    let library = &settings.library;
    let selected = select(args.key.as_deref(), library)?;
    let lang = settings.lang;
    let json = args.format == TextFormat::Json;
    console.result(|out| {
        if args.json_schema {
            let forms: Vec<&Form> = selected.iter().map(|s| s.form.as_ref()).collect();
            print_json(out, &schema::schema(&forms, lang))
        } else if args.crosswalk {
            crosswalks(out, library, args.key.as_deref(), json, lang)
        } else if json {
            print_json(out, &dictionary(&selected))
        } else {
            (selected.iter()).try_for_each(|selection| text(out, selection, library, lang))
        }
    })?;
    Ok(Ending::Clean)
}

/// A form and which of its keys were asked for.
struct Selection {
    form: Arc<Form>,
    keys: Vec<usize>,
    derived: Vec<usize>,
    /// The whole form was asked for.
    whole: bool,
}

/// What a form's id, a key or the beginning of a key stands for.
fn select(asked: Option<&str>, library: &Library) -> Result<Vec<Selection>, Failure> {
    let whole = |form: &Arc<Form>| Selection {
        form: form.clone(),
        keys: (0..form.keys.len()).collect(),
        derived: (0..form.derived.len()).collect(),
        whole: true,
    };
    let Some(asked) = asked else {
        return Ok(library.forms().iter().map(whole).collect());
    };
    if let Some(form) = library.get(asked) {
        return Ok(vec![whole(form)]);
    }
    let asked_for = |key: &str| {
        (key.strip_prefix(asked)).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let selected: Vec<Selection> = (library.forms().iter())
        .map(|form| Selection {
            form: form.clone(),
            keys: (form.keys.iter().enumerate())
                .filter(|(_, info)| asked_for(&info.key))
                .map(|(index, _)| index)
                .collect(),
            derived: (form.derived.iter().enumerate())
                .filter(|(_, derived)| asked_for(&derived.key))
                .map(|(index, _)| index)
                .collect(),
            whole: false,
        })
        .filter(|selection| !selection.keys.is_empty() || !selection.derived.is_empty())
        .collect();
    if selected.is_empty() {
        return Err(Failure::NoSuchKey {
            asked: asked.to_owned(),
            near: near(asked, library),
        });
    }
    Ok(selected)
}

/// Up to three keys that look like one that does not exist.
fn near(asked: &str, library: &Library) -> Vec<String> {
    let keys = (library.forms().iter()).flat_map(|form| {
        form.keys
            .iter()
            .map(|k| &k.key)
            .chain(form.derived.iter().map(|d| &d.key))
    });
    let mut scored: Vec<(f64, &String)> = keys
        .map(|key| (strsim::normalized_levenshtein(key, asked), key))
        .filter(|(score, _)| *score >= NEAR)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored
        .into_iter()
        .take(3)
        .map(|(_, key)| key.clone())
        .collect()
}

fn print_json(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

fn both(text: &Text) -> Value {
    json!({"zh": text.zh, "en": text.en})
}

/// The unit a number is exported in.
fn unit(measure: Measure) -> Text {
    match measure {
        Measure::Count => Text::new("件、项", "count"),
        Measure::Fen => Text::new("分", "fen (1/100 yuan)"),
    }
}

fn dictionary(selected: &[Selection]) -> Value {
    let forms: Vec<Value> = selected.iter().map(form_json).collect();
    json!({ "forms": forms })
}

fn form_json(selection: &Selection) -> Value {
    let form = &selection.form;
    let keys: Vec<Value> = (selection.keys.iter())
        .map(|index| key_json(&form.keys[*index], form, *index))
        .collect();
    let derived: Vec<Value> = (selection.derived.iter())
        .map(|index| &form.derived[*index])
        .map(|derived| {
            let parts: Vec<&str> = derived.parts.iter().map(|p| &*form.keys[*p].key).collect();
            json!({"key": derived.key, "label": both(&derived.label), "parts": parts})
        })
        .collect();
    let rules: Vec<Value> = (form.rules.iter())
        .filter(|_| selection.whole)
        .map(|rule| {
            json!({
                "id": rule.id, "label": both(&rule.label), "severity": rule.severity,
                "reason": both(&rule.reason), "source": rule.source,
            })
        })
        .collect();
    json!({
        "id": form.id, "name": both(&form.name), "source": form.source,
        "years": {"from": form.years.from, "to": form.years.to},
        "keys": keys, "derived": derived, "rules": rules,
    })
}

fn key_json(info: &KeyInfo, form: &Form, index: usize) -> Value {
    let rules: Vec<&str> = rules_of(form, index).map(|rule| rule.id.as_str()).collect();
    json!({
        "key": info.key, "table": form.tables[info.at[0]].key, "label": both(&info.label),
        "measure": info.measure.as_str(), "signed": info.signed,
        "stated_unit": info.stated_unit, "assumed_unit": info.assumed_unit, "rules": rules,
    })
}

/// The arithmetic rules a key takes part in.
fn rules_of(form: &Form, index: usize) -> impl Iterator<Item = &Rule> {
    (form.rules.iter()).filter(move |rule| {
        let mut equations = rule.equations().iter();
        equations.any(|equation| equation.terms().any(|term| term.key == index))
    })
}

fn text(
    out: &mut dyn Write,
    selection: &Selection,
    library: &Library,
    lang: Lang,
) -> io::Result<()> {
    let form = &selection.form;
    let heading = console::heading();
    let until = form.years.to.map_or_else(String::new, |to| to.to_string());
    let name = form.name.get(lang);
    writeln!(
        out,
        "{heading}{}  {name}{heading:#}  {}  {}–{until}  {}",
        form.id,
        form.source,
        form.years.from,
        form.keys.len()
    )?;
    if let ([index], false) = (selection.keys.as_slice(), selection.whole) {
        return detail(out, form, *index, library, lang);
    }
    let width = (selection.keys.iter()).map(|i| form.keys[*i].key.len());
    let width = width.max().unwrap_or(0);
    let mut table = usize::MAX;
    for index in &selection.keys {
        let info = &form.keys[*index];
        if info.at[0] != table {
            table = info.at[0];
            writeln!(out, "\n{}", form.tables[table].label.get(lang))?;
        }
        let money = match info.measure {
            Measure::Count => String::new(),
            Measure::Fen => format!("  [{}]", unit(info.measure).get(lang)),
        };
        writeln!(
            out,
            "  {:width$}  {}{money}",
            info.key,
            info.label.get(lang)
        )?;
    }
    if !selection.derived.is_empty() {
        let title = Text::new("由程序计算的小计", "Subtotals, computed and never read");
        writeln!(out, "\n{}", title.get(lang))?;
        for derived in selection.derived.iter().map(|i| &form.derived[*i]) {
            writeln!(out, "  {:width$}  {}", derived.key, derived.label.get(lang))?;
        }
    }
    if selection.whole {
        rules(out, form, lang)?;
    }
    writeln!(out)
}

fn rules(out: &mut dyn Write, form: &Form, lang: Lang) -> io::Result<()> {
    let title = Text::new("规则", "Rules");
    writeln!(out, "\n{}", title.get(lang))?;
    let width = form
        .rules
        .iter()
        .map(|rule| rule.id.len())
        .max()
        .unwrap_or(0);
    for rule in &form.rules {
        let style = console::severity(rule.severity);
        let severity = rule.severity.label();
        writeln!(
            out,
            "  {:width$}  {style}{}{style:#}  {}",
            rule.id,
            severity.get(lang),
            rule.reason.get(lang)
        )?;
    }
    Ok(())
}

/// All there is to know about one key.
fn detail(
    out: &mut dyn Write,
    form: &Arc<Form>,
    index: usize,
    library: &Library,
    lang: Lang,
) -> io::Result<()> {
    let info = &form.keys[index];
    let row = |out: &mut dyn Write, name: Text, value: &str| match lang {
        Lang::Zh => writeln!(out, "  {}：{value}", name.zh),
        Lang::En => writeln!(out, "  {}: {value}", name.en),
    };
    writeln!(out, "  {}", info.key)?;
    let table = &form.tables[info.at[0]];
    row(out, Text::new("表", "table"), table.label.get(lang))?;
    row(out, Text::new("名称", "label"), info.label.get(lang))?;
    row(out, Text::new("单位", "unit"), unit(info.measure).get(lang))?;
    if info.signed {
        let may = Text::new("可以", "allowed");
        row(out, Text::new("负数", "negative"), may.get(lang))?;
    }
    for rule in rules_of(form, index) {
        let words = format!("{} — {}", rule.id, rule.reason.get(lang));
        row(out, Text::new("规则", "rule"), &words)?;
    }
    for other in library.forms().iter().filter(|other| other.id != form.id) {
        let Some(crosswalk) = library.crosswalk(form, other) else {
            continue;
        };
        for pair in crosswalk.pairs.iter().filter(|p| p.from.contains(&index)) {
            let words = format!(
                "{} — {}",
                comparable(pair.comparability, lang),
                pair.reason.get(lang)
            );
            let name = Text::new(
                format!("与 {} 表可比", other.id),
                format!("comparable with {}", other.id),
            );
            row(out, name, &words)?;
        }
    }
    Ok(())
}

fn comparable(comparability: Comparability, lang: Lang) -> &'static str {
    match (comparability, lang) {
        (Comparability::Same, Lang::Zh) => "是",
        (Comparability::Same, Lang::En) => "yes",
        (Comparability::WithNote, Lang::Zh) => "是，须注明",
        (Comparability::WithNote, Lang::En) => "yes, with a note",
        (Comparability::No, Lang::Zh) => "否，口径不可比",
        (Comparability::No, Lang::En) => "no",
    }
}

/// Every crosswalk between two forms at hand, the earlier form first.
fn crosswalks(
    out: &mut dyn Write,
    library: &Library,
    asked: Option<&str>,
    json: bool,
    lang: Lang,
) -> io::Result<()> {
    let forms = library.forms();
    let mut found: Vec<(Crosswalk, &Form, &Form)> = Vec::new();
    for (at, from) in forms.iter().enumerate() {
        for to in &forms[at + 1..] {
            found.extend(library.crosswalk(from, to).map(|c| (c, &**from, &**to)));
        }
    }
    let mut all = Vec::new();
    for (crosswalk, from, to) in &found {
        let names = |form: &Form, keys: &[usize]| -> Vec<String> {
            keys.iter().map(|k| form.keys[*k].key.clone()).collect()
        };
        let asked_for =
            |key: &str| asked.is_none_or(|a| key.starts_with(a) || form_id(a, from, to));
        let pairs = crosswalk.pairs.iter().filter(|pair| asked_for(&pair.key));
        if !json {
            writeln!(out, "{} → {}", from.id, to.id)?;
        }
        for pair in pairs {
            let (old, new) = (names(from, &pair.from), names(to, &pair.to));
            let word = comparable(pair.comparability, lang);
            if json {
                all.push(json!({
                    "from_form": from.id, "to_form": to.id, "key": pair.key, "label": both(&pair.label),
                    "from": old, "to": new, "comparable": pair.comparability.is_comparable(),
                    "note": both(&pair.reason),
                }));
            } else {
                writeln!(
                    out,
                    "  {}  [{word}]  {} → {}  {}",
                    pair.key,
                    or_dash(&old),
                    or_dash(&new),
                    pair.reason.get(lang)
                )?;
            }
        }
    }
    if json {
        print_json(out, &json!({ "pairs": all }))?;
    }
    Ok(())
}

fn form_id(asked: &str, from: &Form, to: &Form) -> bool {
    asked == from.id || asked == to.id
}

fn or_dash(keys: &[String]) -> String {
    if keys.is_empty() {
        "—".to_owned()
    } else {
        keys.join(" + ")
    }
}
