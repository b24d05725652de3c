//! Tables that are no official form: one row per unit (wide), or one row per value (tidy).

use std::collections::HashMap;
use std::sync::Arc;

use super::draft::Draft;
use super::identity::{Source, find_year, is_consolidated, unit_name};
use super::number::{Reading, count, money_unit_in};
use super::read::UnitOfMoney;
use super::resolve::resolve;
use super::value::{Matched, Status, Value};
use super::vocabulary::{FormLabels, Vocabulary};
use super::words::{Field, Words};
use crate::finding::{Finding, Severity};
use crate::form::{Measure, MoneyUnit};
use crate::grid::{Grid, Place};
use crate::text::Text;

/// Header rows of a wide table at most.
const DEEPEST: u32 = 4;
/// Rows that may stand above a header.
const LATEST: u32 = 8;

/// What a flat table gave.
pub struct Flat {
    /// One report per unit and year.
    pub drafts: Vec<Draft>,
    /// What was noticed about the table itself.
    pub findings: Vec<Finding>,
}

struct WideColumn {
    col: u32,
    key: usize,
    matched: Matched,
    unit: Option<MoneyUnit>,
}

struct Wide<'l> {
    labels: &'l FormLabels,
    /// First row below the header.
    body: u32,
    columns: Vec<WideColumn>,
    fields: HashMap<Field, u32>,
    /// Headers that look like keys but are none, or stand twice.
    odd: Vec<u32>,
}

fn words_at(grid: &Grid, row: u32, col: u32) -> Option<&str> {
    grid.seen(row, col)
        .as_text()
        .map(str::trim)
        .filter(|t| !t.is_empty())
}

fn place(grid: &Grid, file: &Arc<str>, row: u32, col: u32) -> Place {
    grid.place(file, row, col)
}

/// Reads a grid as a wide table, if it is one.
pub fn wide(grid: &Grid, file: &Arc<str>, vocabulary: &Vocabulary) -> Option<Flat> {
    let mut best: Option<Wide> = None;
    for start in 0..LATEST.min(grid.rows()) {
        // Cheap first look: a header row names a unit, or has keys in it.
        let promising = (0..grid.cols()).any(|col| {
            words_at(grid, start, col).is_some_and(|text| {
                Words::get().field(text) == Some(Field::Unit)
                    || text.contains('.')
                        && vocabulary
                            .forms
                            .iter()
                            .any(|f| resolve(&[text], f, vocabulary).is_some())
            })
        });
        if !promising {
            continue;
        }
        for first in (start.saturating_sub(DEEPEST - 1)..=start).rev() {
            for last in start..(first + DEEPEST).min(grid.rows()) {
                for labels in &vocabulary.forms {
                    let Some(wide) = header(grid, first, last, labels, vocabulary) else {
                        continue;
                    };
                    if best
                        .as_ref()
                        .is_none_or(|b| wide.columns.len() > b.columns.len())
                    {
                        best = Some(wide);
                    }
                }
            }
        }
        if best.is_some() {
            break;
        }
    }
    best.map(|wide| read_wide(grid, file, &wide))
}

fn header<'l>(
    grid: &Grid,
    first: u32,
    last: u32,
    labels: &'l FormLabels,
    vocabulary: &Vocabulary,
) -> Option<Wide<'l>> {
    let mut wide = Wide {
        labels,
        body: last + 1,
        columns: Vec::new(),
        fields: HashMap::new(),
        odd: Vec::new(),
    };
    let mut carried: Vec<Option<String>> = vec![None; (last - first + 1) as usize];
    for col in 0..grid.cols() {
        let path = path_at(grid, first, last, col, &mut carried);
        if path.is_empty() {
            continue;
        }
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        match resolve(&parts, labels, vocabulary) {
            Some((key, _)) if wide.columns.iter().any(|c| c.key == key) => wide.odd.push(col),
            Some((key, matched)) => wide.columns.push(WideColumn {
                col,
                key,
                matched,
                unit: parts.iter().rev().find_map(|p| money_unit_in(p)),
            }),
            None => match parts.iter().rev().find_map(|p| Words::get().field(p)) {
                Some(field) => {
                    wide.fields.entry(field).or_insert(col);
                }
                None => wide.odd.push(col),
            },
        }
    }
    let enough = if wide.fields.contains_key(&Field::Unit) {
        1
    } else {
        3
    };
    (wide.columns.len() >= enough).then_some(wide)
}

/// The labels over a column; a group's label whose span was lost reaches right until the next one.
fn path_at(
    grid: &Grid,
    first: u32,
    last: u32,
    col: u32,
    carried: &mut [Option<String>],
) -> Vec<String> {
    let mut path: Vec<String> = Vec::new();
    for (level, row) in (first..=last).enumerate() {
        match words_at(grid, row, col) {
            Some(text) => {
                carried[level] = Some(text.to_owned());
                // A new group ends the groups carried below it.
                for below in &mut carried[level + 1..] {
                    *below = None;
                }
                if path.last().map(String::as_str) != Some(text) || grid.anchor(row, col).0 == row {
                    path.push(text.to_owned());
                }
            }
            None if row < last => path.extend(carried[level].clone()),
            None => {}
        }
    }
    let below_all = words_at(grid, last, col).is_some() || grid.anchor(last, col).0 < last;
    if below_all { path } else { Vec::new() }
}

fn read_wide(grid: &Grid, file: &Arc<str>, wide: &Wide<'_>) -> Flat {
    let mut flat = Flat {
        drafts: Vec::new(),
        findings: Vec::new(),
    };
    for row in wide.body..grid.rows() {
        let numbers = wide
            .columns
            .iter()
            .any(|c| !grid.own(row, c.col).is_empty());
        let name = (wide.fields.get(&Field::Unit)).and_then(|col| words_at(grid, row, *col));
        if !numbers && name.is_none() {
            continue;
        }
        if name.is_some_and(is_total_row) {
            flat.findings
                .push(total_row(grid, file, row, name.unwrap_or_default()));
            continue;
        }
        let mut draft = Draft::new(wide.labels.form.clone());
        clues_of_row(grid, file, row, &wide.fields, &mut draft);
        for column in &wide.columns {
            let money = column
                .unit
                .map_or(UnitOfMoney::Unknown, UnitOfMoney::Written);
            let at = place(grid, file, row, column.col);
            draft.put(
                column.key,
                grid.own(row, column.col),
                at,
                column.matched,
                money,
            );
        }
        flat.drafts.push(draft);
    }
    for col in &wide.odd {
        let filled = (wide.body..grid.rows())
            .any(|row| matches!(count(grid.own(row, *col)), Reading::Count(_)));
        if filled {
            flat.findings
                .push(odd_column(grid, file, wide.body - 1, *col));
        }
    }
    flat
}

fn is_total_row(name: &str) -> bool {
    let name = unit_name(name);
    ["合计", "总计", "小计", "total"].contains(&name.to_lowercase().as_str())
        || is_consolidated(&name)
}

fn total_row(grid: &Grid, file: &Arc<str>, row: u32, name: &str) -> Finding {
    let message = Text::new(
        format!("“{name}”行是合计，不作为单位汇总"),
        format!("the row \"{name}\" is a total and is not added as a unit"),
    );
    Finding::new("total-row", Severity::Note, message).at(Some(place(grid, file, row, 0)))
}

fn odd_column(grid: &Grid, file: &Arc<str>, row: u32, col: u32) -> Finding {
    let header = grid.seen(row, col).to_string();
    let message = Text::new(
        format!("列“{header}”有数字，但不是格式中的指标或重复出现，未采用"),
        format!(
            "the column \"{header}\" has numbers but is no indicator of the form, or stands twice; it was not taken"
        ),
    );
    Finding::new("column-unknown", Severity::Warning, message)
        .at(Some(place(grid, file, row, col)))
        .saw(header, "an indicator of the form")
}

fn clues_of_row(
    grid: &Grid,
    file: &Arc<str>,
    row: u32,
    fields: &HashMap<Field, u32>,
    draft: &mut Draft,
) {
    let text = |field: Field| {
        fields
            .get(&field)
            .map(|col| (*col, grid.seen(row, *col).to_string()))
    };
    if let Some((col, name)) = text(Field::Unit) {
        draft
            .clues
            .name(Source::Field, &name, Some(place(grid, file, row, col)));
    }
    if let Some((col, year)) = text(Field::Year)
        && let Some((year, ..)) = find_year(&super::label::plain(&year))
    {
        draft
            .clues
            .year(Source::Field, year, Some(place(grid, file, row, col)));
    }
    draft.code = text(Field::Code)
        .map(|(_, code)| code.trim().to_owned())
        .filter(|c| !c.is_empty());
}

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
    let money = match own(Field::MoneyUnit)
        .as_deref()
        .and_then(money_unit_in)
        .or_else(|| money_unit_in(&header))
    {
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
        },
    );
}
