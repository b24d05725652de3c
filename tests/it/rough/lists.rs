//! Many units in one table: a row per unit, or a row per value.

use huizong::form::Table;
use huizong::synth::Random;

use super::draw::{Cell, Drawn};
use super::values::{Values, Written};

fn text(text: &str) -> Written {
    Written {
        text: text.to_owned(),
        number: false,
    }
}

fn year_cell(year: i32) -> Written {
    Written {
        text: year.to_string(),
        number: true,
    }
}

const UNIT: [&str; 4] = ["单位", "单位名称", "填报单位", "unit"];
const YEAR: [&str; 3] = ["年度", "年份", "year"];

/// The labels from the outside to the cell: row, then column.
fn paths(values: &Values, tables: &[Table], key: usize) -> [Vec<String>; 2] {
    let [table, block, row, column] = values.expected.form.keys[key].at;
    let block = &tables[table].blocks[block];
    let words = |path: &[huizong::text::Text]| path.iter().map(|text| text.zh.clone()).collect();
    [
        words(&block.rows[row].path),
        words(&block.columns[column].path),
    ]
}

fn body(reports: &[&Values], top: usize) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (at, values) in reports.iter().enumerate() {
        let unit = text(&values.expected.unit);
        let head = [unit, year_cell(values.expected.year)];
        for (col, written) in head.iter().chain(&values.written).enumerate() {
            cells.push(cell(top + at, col, [1, 1], written.clone(), col > 1));
        }
    }
    cells
}

fn cell(row: usize, col: usize, span: [usize; 2], written: Written, value: bool) -> Cell {
    Cell {
        row,
        col,
        row_span: span[0],
        col_span: span[1],
        text: written.text,
        number: written.number,
        value,
    }
}

/// A row per unit under `depth` header rows; 0 stands for one row of keys.
pub fn wide(reports: &[&Values], tables: &[Table], depth: usize, random: &mut Random) -> Drawn {
    let form = &reports[0].expected.form;
    let joint = [" / ", "/", "-", "－"][random.index(4)];
    let rows = depth.max(1);
    let mut columns: Vec<Vec<String>> = Vec::new();
    for (key, info) in form.keys.iter().enumerate() {
        let [row, column] = paths(reports[0], tables, key);
        let table = tables[info.at[0]].label.zh.clone();
        let whole = [vec![table.clone()], row.clone(), column.clone()].concat();
        let or_table = |path: &[String]| {
            if path.is_empty() {
                table.clone()
            } else {
                path.join(joint)
            }
        };
        let leaf = column.last().cloned().unwrap_or_default();
        let group = column[..column.len() - 1].join(joint);
        columns.push(match depth {
            0 => vec![info.key.clone()],
            1 => vec![whole.join(joint)],
            2 => vec![or_table(&row), column.join(joint)],
            3 => vec![table.clone(), row.join(joint), column.join(joint)],
            _ => vec![table.clone(), row.join(joint), group, leaf],
        });
    }
    let mut drawn = Drawn {
        rows: rows + reports.len(),
        cols: 2 + columns.len(),
        ..Drawn::default()
    };
    for (col, names) in [&UNIT[..], &YEAR[..]].into_iter().enumerate() {
        let name = text(names[random.index(names.len())]);
        drawn.cells.push(cell(0, col, [rows, 1], name, false));
    }
    for row in 0..rows {
        let mut at = 0;
        while at < columns.len() {
            // Neighbours under the same labels from the top down share a cell, but for the last row.
            let same =
                |other: &&Vec<String>| row + 1 < rows && other[..=row] == columns[at][..=row];
            let count = columns[at..].iter().take_while(same).count().max(1);
            // A level that has no label belongs to the cell above it.
            let empty = |row: usize| columns[at..at + count].iter().all(|c| c[row].is_empty());
            let high = if row + 1 < rows && empty(row + 1) {
                2
            } else {
                1
            };
            if !empty(row) {
                let label = text(&columns[at][row]);
                drawn
                    .cells
                    .push(cell(row, at + 2, [high, count], label, false));
            }
            at += count;
        }
    }
    drawn.cells.extend(body(reports, rows));
    drawn
}

/// A row per value: unit, year, indicator, value.
pub fn tidy(reports: &[&Values], tables: &[Table], by_key: bool, random: &mut Random) -> Drawn {
    let heads = [
        ["单位", "年度", "指标", "数值"],
        ["unit", "year", "key", "value"],
        ["单位名称", "年份", "指标名称", "值"],
    ];
    let head = heads[random.index(heads.len())];
    let mut rows = vec![head.map(text).to_vec()];
    for values in reports {
        for (key, info) in values.expected.form.keys.iter().enumerate() {
            let [row, column] = paths(values, tables, key);
            let table = vec![tables[info.at[0]].label.zh.clone()];
            let label = [table, row, column].concat().join(" / ");
            let indicator = if by_key {
                info.key.as_str()
            } else {
                label.as_str()
            };
            rows.push(vec![
                text(&values.expected.unit),
                year_cell(values.expected.year),
                text(indicator),
                values.written[key].clone(),
            ]);
        }
    }
    Drawn::from_rows(rows)
}
