//! Tidy tables: one row per value. An exported list of values is one too.

use std::collections::HashMap;
use std::sync::Arc;

use super::draft::Draft;
use super::flat::{Flat, LATEST, clues_of_row, place, words_at};
use super::identity::find_year;
use super::number::{Reading, count, money_unit_in};
use super::read::UnitOfMoney;
use super::resolve::resolve;
use super::value::{Matched, Status, Value};
use super::vocabulary::Vocabulary;
use super::words::{Field, Words};
use crate::finding::{Finding, Severity};
use crate::form::Measure;
use crate::grid::Grid;
use crate::text::Text;

struct Tidy {
    body: u32,
    fields: HashMap<Field, u32>,
}

/// Reads a grid as a tidy table, if it is one: a column of keys or labels and a column of values.
pub fn tidy(
    grid: &Grid,
    file: &Arc<str>,
    vocabulary: &Vocabulary,
    year: Option<i32>,
) -> Option<Flat> {
    let found = (0..LATEST.min(grid.rows())).find_map(|row| {
        let mut fields = HashMap::new();
        for col in 0..grid.cols() {
            if let Some(field) = words_at(grid, row, col).and_then(|t| Words::get().field(t)) {
                fields.entry(field).or_insert(col);
            }
        }
        let both = fields.contains_key(&Field::Key) && fields.contains_key(&Field::Value);
        both.then_some(Tidy {
            body: row + 1,
            fields,
        })
    })?;
    let text = |row: u32, field: Field| {
        let col = *found.fields.get(&field)?;
        let text = grid.seen(row, col).to_string();
        (!text.trim().is_empty()).then(|| text.trim().to_owned())
    };
    let mut flat = Flat {
        drafts: Vec::new(),
        findings: Vec::new(),
    };
    let mut groups: HashMap<(String, String, usize), usize> = HashMap::new();
    let mut resolved: HashMap<(String, usize), Option<(usize, Matched)>> = HashMap::new();
    let mut known = 0_usize;
    for row in found.body..grid.rows() {
        let Some(label) = text(row, Field::Key) else {
            continue;
        };
        let name = text(row, Field::Unit).unwrap_or_default();
        let when = text(row, Field::Year).unwrap_or_default();
        let stated = text(row, Field::Form);
        let row_year = find_year(&when).map(|(y, ..)| y).or(year);
        let f = form_for(vocabulary, stated.as_deref(), row_year, &label);
        let labels = &vocabulary.forms[f];
        let tied = *(resolved.entry((label.clone(), f)))
            .or_insert_with(|| resolve(&[&label], labels, vocabulary));
        let Some((key, matched)) = tied else {
            flat.findings
                .push(odd_row(grid, file, row, found.fields[&Field::Key], &label));
            continue;
        };
        known += 1;
        let at = *(groups.entry((name, when, f))).or_insert_with(|| {
            let mut draft = Draft::new(labels.form.clone());
            clues_of_row(grid, file, row, &found.fields, &mut draft);
            flat.drafts.push(draft);
            flat.drafts.len() - 1
        });
        put_tidy(
            grid,
            file,
            row,
            &found,
            (key, matched),
            &mut flat.drafts[at],
        );
    }
    // Two columns with such names can be anything; a table that ties no row is none of ours.
    (known > 0).then_some(flat)
}

fn form_for(
    vocabulary: &Vocabulary,
    stated: Option<&str>,
    year: Option<i32>,
    label: &str,
) -> usize {
    let forms = &vocabulary.forms;
    let by_id = stated.and_then(|id| forms.iter().position(|f| f.form.id == id));
    let by_year = || year.and_then(|y| forms.iter().rposition(|f| f.form.years.contains(y)));
    let by_label = || {
        forms
            .iter()
            .position(|f| resolve(&[label], f, vocabulary).is_some())
    };
    by_id.or_else(by_year).or_else(by_label).unwrap_or(0)
}

fn odd_row(grid: &Grid, file: &Arc<str>, row: u32, col: u32, label: &str) -> Finding {
    let message = Text::new(
        format!("“{label}”不是格式中的指标，未采用"),
        format!("\"{label}\" is no indicator of the form and was not taken"),
    );
    Finding::new("row-unknown", Severity::Error, message)
        .at(Some(place(grid, file, row, col)))
        .saw(label, "an indicator of the form")
}

fn put_tidy(
    grid: &Grid,
    file: &Arc<str>,
    row: u32,
    tidy: &Tidy,
    tied: (usize, Matched),
    draft: &mut Draft,
) {
    let (key, matched) = tied;
    let own = |field: Field| {
        let text = grid.own(row, *tidy.fields.get(&field)?).to_string();
        (!text.is_empty()).then_some(text)
    };
    let col = tidy.fields[&Field::Value];
    let content = grid.own(row, col);
    let at = place(grid, file, row, col);
    let fen = own(Field::Measure).as_deref() == Some(Measure::Fen.as_str());
    let header = grid.seen(tidy.body - 1, col).to_string();
    let label = grid.seen(row, tidy.fields[&Field::Key]).to_string();
    let written = money_unit_in(&label)
        .or_else(|| own(Field::MoneyUnit).as_deref().and_then(money_unit_in))
        .or_else(|| money_unit_in(&header));
    let money = match written {
        _ if fen => UnitOfMoney::Fen,
        Some(unit) => UnitOfMoney::Written(unit),
        None => UnitOfMoney::Unknown,
    };
    let Some(status) = own(Field::Status).and_then(|word| Status::parse(word.trim())) else {
        draft.put(key, content, at, matched, money);
        return;
    };
    // An exported value: status, number and origin are told, and taken as told where they agree.
    draft.settled = true;
    let number = match (count(content), status.has_number()) {
        (Reading::Count(number), true) => Some(number),
        (Reading::Blank, false) => None,
        _ => {
            let why = Text::new(
                format!("状态“{}”与数值不符", status.as_str()),
                format!("the status {} does not fit the value", status.as_str()),
            );
            let form = draft.form.clone();
            draft
                .findings
                .push(super::read::unreadable(&form, key, content, &at, &why));
            draft.put_value(
                key,
                Value {
                    status: Status::Unreadable,
                    place: Some(at),
                    matched,
                    ..Value::default()
                },
            );
            return;
        }
    };
    draft.put_value(
        key,
        Value {
            status,
            number,
            raw: own(Field::Raw).map(Into::into),
            place: Some(at),
            matched,
            reported: None,
        },
    );
}
