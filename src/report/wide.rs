//! Wide tables: one row per unit, one column per value.

use std::collections::HashMap;
use std::sync::Arc;

use super::draft::Draft;
use super::flat::{Flat, LATEST, clues_of_row, place, words_at};
use super::identity::{is_consolidated, unit_name};
use super::number::{Reading, count, money_unit_in};
use super::read::UnitOfMoney;
use super::resolve::resolve;
use super::value::Matched;
use super::vocabulary::{FormLabels, Vocabulary};
use super::words::{Field, Words};
use crate::finding::{Finding, Severity};
use crate::form::MoneyUnit;
use crate::grid::Grid;
use crate::text::Text;

/// Header rows of a wide table at most.
const DEEPEST: u32 = 4;
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
        let parts: Vec<&str> = path.iter().map(|(text, _)| text.as_str()).collect();
        match resolve_carried(&path, labels, vocabulary) {
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

/// Resolves a path, first as it is, then without the innermost labels that were only carried over: a group may have
/// ended before this column.
fn resolve_carried(
    path: &[(String, bool)],
    labels: &FormLabels,
    vocabulary: &Vocabulary,
) -> Option<(usize, Matched)> {
    let mut kept: Vec<&(String, bool)> = path.iter().collect();
    loop {
        let parts: Vec<&str> = kept.iter().map(|(text, _)| text.as_str()).collect();
        if let Some(found) = resolve(&parts, labels, vocabulary) {
            return Some(found);
        }
        kept.remove(kept.iter().rposition(|(_, carried)| *carried)?);
    }
}

/// The labels over a column. A group's label whose span was lost reaches right until the next one; a label whose
/// span down was lost stands above blanks. Each with whether it was carried over from the left.
fn path_at(
    grid: &Grid,
    first: u32,
    last: u32,
    col: u32,
    carried: &mut [Option<String>],
) -> Vec<(String, bool)> {
    let Some(lowest) = (first..=last).rfind(|row| words_at(grid, *row, col).is_some()) else {
        return Vec::new();
    };
    let mut path: Vec<(String, bool)> = Vec::new();
    for (level, row) in (first..=lowest).enumerate() {
        let Some(text) = words_at(grid, row, col) else {
            path.extend(carried[level].clone().map(|text| (text, true)));
            continue;
        };
        // A new label ends what was carried at its level and below.
        carried[level..].fill(None);
        carried[level] = Some(text.to_owned());
        if grid.anchor(row, col).0 == row || path.last().is_none_or(|(last, _)| last != text) {
            path.push((text.to_owned(), false));
        }
    }
    path
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
