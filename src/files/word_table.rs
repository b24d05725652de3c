//! Tables of Word: cells of varying width, merged downwards by marks in each row.

use std::sync::Arc;

use super::limits::{Limit, Limits, Over};
use crate::grid::{Addressing, Content, Grid};

/// Columns a table may have; Word itself stops at 63.
const COLUMNS: u32 = 1024;

/// A table under way.
#[derive(Default)]
pub(super) struct Builder {
    rows: Vec<Row>,
    row: Row,
    cell: Cell,
}

#[derive(Default)]
struct Row {
    cells: Vec<Cell>,
    /// Columns used so far.
    width: u32,
    deleted: bool,
    hidden: bool,
}

#[derive(Default)]
struct Cell {
    text: String,
    col: u32,
    cols: u32,
    merge: Merge,
    /// Continues the cell to its left, the old way.
    leftwards: bool,
    deleted: bool,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum Merge {
    #[default]
    None,
    Start,
    Continue,
}

impl Builder {
    pub fn begin_row(&mut self) {
        self.row = Row::default();
    }

    pub fn begin_cell(&mut self) {
        self.cell = Cell {
            cols: 1,
            ..Cell::default()
        };
    }

    /// Empty columns before the row's first cell.
    pub fn skip_columns(&mut self, columns: u32) {
        self.row.width = columns.min(COLUMNS);
    }

    pub fn span_columns(&mut self, columns: u32) {
        self.cell.cols = columns.clamp(1, COLUMNS);
    }

    pub fn merge_down(&mut self, start: bool) {
        self.cell.merge = if start { Merge::Start } else { Merge::Continue };
    }

    pub fn merge_left(&mut self) {
        self.cell.leftwards = true;
    }

    pub fn delete_cell(&mut self) {
        self.cell.deleted = true;
    }

    pub fn delete_row(&mut self) {
        self.row.deleted = true;
    }

    pub fn hide_row(&mut self) {
        self.row.hidden = true;
    }

    pub fn paragraph(&mut self, words: &str) {
        let words = words.trim();
        if words.is_empty() {
            return;
        }
        if !self.cell.text.is_empty() {
            self.cell.text.push('\n');
        }
        self.cell.text.push_str(words);
    }

    pub fn end_cell(&mut self) {
        let mut cell = std::mem::take(&mut self.cell);
        if cell.deleted || self.row.width >= COLUMNS {
            return;
        }
        cell.col = self.row.width;
        self.row.width += cell.cols;
        match self.row.cells.last_mut() {
            Some(left) if cell.leftwards => left.cols += cell.cols,
            _ => self.row.cells.push(cell),
        }
    }

    pub fn end_row(&mut self) {
        let row = std::mem::take(&mut self.row);
        if !row.deleted {
            self.rows.push(row);
        }
    }

    /// The finished table. A cell that continues another shows that other's content, as in Word.
    ///
    /// # Errors
    /// It goes beyond a limit.
    pub fn grid(self, name: Arc<str>, limits: &Limits) -> Result<Grid, Over> {
        let cols = self.rows.iter().map(|row| row.width).max().unwrap_or(0);
        let rows = self.rows.len() as u64;
        limits.check(Limit::Rows, rows)?;
        limits.check(Limit::Cells, rows * u64::from(cols))?;
        let mut grid = Grid::new(name, Addressing::RowColumn, self.rows.len() as u32, cols);
        // For each column: the merge of the cell that is being continued.
        let mut began: Vec<Option<usize>> = vec![None; cols as usize];
        let mut merges: Vec<(u32, u32, u32, u32)> = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            let at = at as u32;
            let mut next = vec![None; cols as usize];
            if row.hidden {
                grid.hidden_rows.push(at);
            }
            for cell in &row.cells {
                let from = began.get(cell.col as usize).copied().flatten();
                match (cell.merge, from) {
                    (Merge::Continue, Some(index)) => {
                        next[cell.col as usize] = Some(index);
                        let (first, _, rows, _) = &mut merges[index];
                        *rows = at - *first + 1;
                    }
                    (merge, _) => {
                        if merge != Merge::None {
                            next[cell.col as usize] = Some(merges.len());
                        }
                        grid.put(at, cell.col, Content::text(&cell.text));
                        merges.push((at, cell.col, 1, cell.cols));
                    }
                }
            }
            began = next;
        }
        let covered = merges
            .iter()
            .map(|(.., rows, cols)| u64::from(*rows) * u64::from(*cols));
        limits.check(Limit::SpanCells, covered.sum())?;
        grid.give(self.rows.iter().map(|row| row.width).collect());
        for (row, col, rows, cols) in merges {
            grid.merge(row, col, rows, cols);
        }
        Ok(grid)
    }
}
