//! Tables that are no official form: one row per unit (wide), or one row per value (tidy).

use std::collections::HashMap;
use std::sync::Arc;

use super::clues::Source;
use super::draft::Draft;
use super::identity::find_year;
use super::words::Field;
use crate::finding::Finding;
use crate::grid::{Grid, Place};

/// Rows that may stand above a header.
pub(super) const LATEST: u32 = 8;

/// What a flat table gave.
pub struct Flat {
    /// One report per unit and year.
    pub drafts: Vec<Draft>,
    /// What was noticed about the table itself.
    pub findings: Vec<Finding>,
}

/// The text that shows at a cell, if any.
pub(super) fn words_at(grid: &Grid, row: u32, col: u32) -> Option<&str> {
    grid.seen(row, col)
        .as_text()
        .map(str::trim)
        .filter(|t| !t.is_empty())
}

/// The place of a cell.
pub(super) fn place(grid: &Grid, file: &Arc<str>, row: u32, col: u32) -> Place {
    grid.place(file, row, col)
}

/// What the fields of a row say of its unit and year.
pub(super) fn clues_of_row(
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
