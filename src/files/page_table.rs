//! The table model of HTML: where each cell stands once row and column spans are laid out.

use scraper::ElementRef;

use super::limits::{Limit, Limits, Over};
use super::page::{cell_text, is_invisible};
use super::tick;
use crate::grid::{Addressing, Content, Grid};

/// The cells of one table.
pub(super) struct Table<'a> {
    cells: Vec<Cell<'a>>,
    rows: u32,
    hidden_rows: Vec<u32>,
    /// Cells covered so far.
    covered: u64,
    /// For each row, how far its own cells and those reaching down into it go.
    given: Vec<u32>,
}

struct Cell<'a> {
    element: ElementRef<'a>,
    row: u32,
    col: u32,
    rows: u32,
    cols: u32,
}

impl<'a> Table<'a> {
    /// Lays a table out.
    ///
    /// # Errors
    /// It goes beyond a limit: in rows, columns, cells, or in what its spans cover.
    pub fn lay_out(table: ElementRef<'a>, limits: &Limits) -> Result<Self, Over> {
        let mut laid = Self {
            cells: Vec::new(),
            rows: 0,
            hidden_rows: Vec::new(),
            covered: 0,
            given: Vec::new(),
        };
        for group in groups(table) {
            laid.group(&group, limits)?;
        }
        let (rows, cols) = (u64::from(laid.rows), u64::from(laid.cols()));
        limits.check(Limit::Rows, rows)?;
        limits.check(Limit::Cells, rows * cols)?;
        Ok(laid)
    }

    /// Spans end with their row group; a span of 0 rows reaches that end.
    fn group(&mut self, rows: &[ElementRef<'a>], limits: &Limits) -> Result<(), Over> {
        let first = self.rows;
        let end = first + rows.len() as u32;
        // For each column: the first row in which it is free again.
        let mut free: Vec<u32> = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            tick();
            let at = first + index as u32;
            let mut col = 0_usize;
            let mut filled = false;
            for element in row
                .child_elements()
                .filter(|e| matches!(e.value().name(), "td" | "th"))
            {
                if is_invisible(element.value()) {
                    continue;
                }
                while free.get(col).is_some_and(|until| *until > at) {
                    col += 1;
                }
                limits.check(Limit::Columns, col as u64 + 1)?;
                // The standard lets one cell span 1000 columns, whatever it claims.
                let cols = span(element, "colspan").clamp(1, 1000);
                let rows = match span(element, "rowspan") {
                    0 => end - at,
                    rows => rows.min(end - at),
                };
                self.covered += u64::from(rows) * u64::from(cols);
                limits.check(Limit::SpanCells, self.covered)?;
                let until = col + cols as usize;
                if free.len() < until {
                    free.resize(until, 0);
                }
                // Overlapping spans are an error of the page: the later cell keeps the columns it reaches first.
                free[col..until]
                    .iter_mut()
                    .for_each(|f| *f = (*f).max(at + rows));
                filled = true;
                self.cells.push(Cell {
                    element,
                    row: at,
                    col: col as u32,
                    rows,
                    cols,
                });
                col = until;
            }
            let reached = free.iter().rposition(|until| *until > at);
            self.given.push(reached.map_or(0, |col| col as u32 + 1));
            if filled && is_invisible(row.value()) {
                self.hidden_rows.push(at);
            }
        }
        self.rows = end;
        Ok(())
    }

    /// Columns in which a cell begins; those behind come from spans that are too long.
    fn cols(&self) -> u32 {
        (self.cells.iter().map(|cell| cell.col + 1).max()).unwrap_or(0)
    }

    /// Tables inside the cells, in order, without those that are deeper still.
    pub fn nested(&self) -> Vec<ElementRef<'a>> {
        self.cells
            .iter()
            .flat_map(|cell| tables_within(cell.element))
            .collect()
    }

    /// The cells' elements, in order.
    pub fn elements(&self) -> impl Iterator<Item = ElementRef<'a>> {
        self.cells.iter().map(|cell| cell.element)
    }

    /// Whether the table only arranges the page: a single cell, or cells of which most that have content contain tables.
    pub fn is_layout(&self) -> bool {
        let filled: Vec<bool> = self
            .cells
            .iter()
            .filter_map(|cell| {
                let holds = !tables_within(cell.element).is_empty();
                (holds || !cell_text(cell.element).is_empty()).then_some(holds)
            })
            .collect();
        let holding = filled.iter().filter(|holds| **holds).count();
        filled.len() <= 1 || (holding > 0 && (filled.len() <= 6 || holding * 2 >= filled.len()))
    }

    /// The grid; none where the table has no cells.
    pub fn grid(&self, name: String) -> Option<Grid> {
        let cols = Some(self.cols()).filter(|cols| *cols > 0)?;
        let mut grid = Grid::new(name, Addressing::RowColumn, self.rows, cols);
        for cell in &self.cells {
            grid.put(cell.row, cell.col, Content::text(&cell_text(cell.element)));
            grid.merge(cell.row, cell.col, cell.rows, cell.cols);
        }
        grid.hidden_rows.clone_from(&self.hidden_rows);
        grid.give(self.given.iter().map(|given| (*given).min(cols)).collect());
        Some(grid)
    }

    /// Whether there is anything to read in it.
    pub fn is_empty(&self) -> bool {
        self.elements().all(|element| cell_text(element).is_empty())
    }
}

/// Row groups in the order in which they are shown: head, bodies, foot.
fn groups(table: ElementRef<'_>) -> Vec<Vec<ElementRef<'_>>> {
    let mut ordered: Vec<(u8, Vec<ElementRef<'_>>)> = Vec::new();
    for child in table.child_elements() {
        let rank = match child.value().name() {
            "thead" => 0,
            "tbody" => 1,
            "tfoot" => 2,
            _ => continue,
        };
        let group = child
            .child_elements()
            .filter(|e| e.value().name() == "tr")
            .collect();
        ordered.push((rank, group));
    }
    ordered.sort_by_key(|(rank, _)| *rank);
    ordered.into_iter().map(|(_, rows)| rows).collect()
}

/// The outermost tables below an element.
pub(super) fn tables_within(element: ElementRef<'_>) -> Vec<ElementRef<'_>> {
    let mut found = Vec::new();
    let mut inside = None;
    for edge in element.traverse() {
        match edge {
            ego_tree::iter::Edge::Open(node) => {
                if inside.is_none()
                    && node.id() != element.id()
                    && let Some(table) =
                        ElementRef::wrap(node).filter(|e| e.value().name() == "table")
                {
                    inside = Some(node.id());
                    found.push(table);
                }
            }
            ego_tree::iter::Edge::Close(node) => {
                if inside == Some(node.id()) {
                    inside = None;
                }
            }
        }
    }
    found
}

/// The leading number of a span attribute, as browsers read it; 1 where there is none.
fn span(element: ElementRef<'_>, key: &str) -> u32 {
    let Some(words) = element.attr(key) else {
        return 1;
    };
    let words = words.trim();
    let digits = words
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(words.len());
    words[..digits]
        .parse()
        .unwrap_or(if digits == 0 { 1 } else { u32::MAX })
}
