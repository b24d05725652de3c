//! JSON records → reports: keys nested, flat, or as labels.

use std::sync::Arc;

use super::clues::Source;
use super::draft::Draft;
use super::identity::find_year;
use super::number::money_unit_in;
use super::read::UnitOfMoney;
use super::resolve::resolve;
use super::vocabulary::Vocabulary;
use super::words::{Field, Words};
use crate::files::{Entry, Record};
use crate::finding::{Finding, Severity};
use crate::grid::Content;
use crate::text::Text;

/// Reads one record as a report; none where it has nothing of a form in it.
pub fn read(record: &Record, file: &Arc<str>, vocabulary: &Vocabulary) -> Option<Draft> {
    let fields = |entry: &Entry| match entry.path.as_slice() {
        [name] => Words::get().field(name),
        _ => None,
    };
    let text_of = |wanted: Field| {
        (record.entries.iter()).find(|e| fields(e) == Some(wanted) && !e.content.is_empty())
    };
    let year = text_of(Field::Year)
        .and_then(|e| find_year(&super::label::plain(&e.content.to_string())))
        .map(|(year, ..)| year);
    let f = choose(record, vocabulary, text_of(Field::Form), year)?;
    let labels = &vocabulary.forms[f];
    let mut draft = Draft::new(labels.form.clone());
    let money = text_of(Field::MoneyUnit).map(|e| e.content.to_string());
    let unknown = |draft: &mut Draft, entry: &Entry| {
        draft.findings.push(unknown_key(record, file, entry));
    };
    for entry in &record.entries {
        if let Some(field) = fields(entry) {
            clue(&mut draft, record, file, entry, field);
            continue;
        }
        let parts: Vec<&str> = entry.path.iter().map(AsRef::as_ref).collect();
        match resolve(&parts, labels, vocabulary) {
            Some((key, matched)) => {
                let unit = money_of(money.as_deref(), &parts);
                draft.put(
                    key,
                    &entry.content,
                    record.place(file, entry),
                    matched,
                    unit,
                );
            }
            None if is_value(&entry.content) => unknown(&mut draft, entry),
            None => {}
        }
    }
    Some(draft)
}

/// Text that is no number may be a remark, and so may a list of such texts; numbers and errors under an
/// unknown key were meant for something.
fn is_value(content: &Content) -> bool {
    match content {
        Content::Empty => false,
        Content::Text(_) => super::number::looks_like_number(content),
        Content::Structure(start) => match start.strip_prefix("[\"") {
            Some(words) => words.starts_with(|c: char| c.is_ascii_digit()),
            None => true,
        },
        _ => true,
    }
}

fn money_of(stated: Option<&str>, parts: &[&str]) -> UnitOfMoney {
    let said = |text: &str| {
        if matches!(text.trim(), "分" | "fen") {
            Some(UnitOfMoney::Fen)
        } else {
            money_unit_in(text).map(UnitOfMoney::Written)
        }
    };
    let labelled = parts.iter().rev().find_map(|part| money_unit_in(part));
    (labelled.map(UnitOfMoney::Written))
        .or_else(|| stated.and_then(said))
        .unwrap_or(UnitOfMoney::Unknown)
}

fn clue(draft: &mut Draft, record: &Record, file: &Arc<str>, entry: &Entry, field: Field) {
    let text = entry.content.to_string();
    let place = Some(record.place(file, entry));
    match field {
        Field::Unit => draft.clues.name(Source::Field, &text, place),
        Field::Year => {
            if let Some((year, ..)) = find_year(&super::label::plain(&text)) {
                draft.clues.year(Source::Field, year, place);
            }
        }
        Field::Code if !text.trim().is_empty() => draft.code = Some(text.trim().to_owned()),
        _ => {}
    }
}

/// The form that the record names, that its year has, or that knows most of its keys.
fn choose(
    record: &Record,
    vocabulary: &Vocabulary,
    stated: Option<&Entry>,
    year: Option<i32>,
) -> Option<usize> {
    let known: Vec<usize> = (vocabulary.forms.iter())
        .map(|labels| {
            (record.entries.iter())
                .filter(|entry| {
                    let parts: Vec<&str> = entry.path.iter().map(AsRef::as_ref).collect();
                    resolve(&parts, labels, vocabulary).is_some()
                })
                .count()
        })
        .collect();
    let most = known.iter().copied().max().filter(|n| *n > 0)?;
    let id = stated.map(|e| e.content.to_string());
    if let Some(f) = vocabulary
        .forms
        .iter()
        .position(|f| Some(&f.form.id) == id.as_ref())
    {
        return (known[f] > 0).then_some(f);
    }
    let best: Vec<usize> = (0..known.len()).filter(|f| known[*f] == most).collect();
    let of_year = |f: &&usize| year.is_some_and(|y| vocabulary.forms[**f].form.years.contains(y));
    best.iter().rfind(of_year).or(best.first()).copied()
}

fn unknown_key(record: &Record, file: &Arc<str>, entry: &Entry) -> Finding {
    let place = record.place(file, entry);
    let path = place.cell.to_string();
    let message = Text::new(
        format!(
            "{path} 不是格式中的指标，数值“{}”未采用；可用 huizong forms 查看全部指标",
            entry.content
        ),
        format!(
            "{path} is no key of the form; its value {} was not taken: see `huizong forms`",
            entry.content
        ),
    );
    Finding::new("key-unknown", Severity::Error, message)
        .at(Some(place))
        .saw(path, "a key of the form")
}
