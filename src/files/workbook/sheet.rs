//! One sheet's cells in any order → grids of reasonable size at their true addresses.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::limits::{Limit, Limits, Over};
use super::super::{ReadNote, note, tick};
use super::sheet_place;
use crate::grid::{Addressing, CellRef, Content, Grid, Place, Span};

/// A used range up to this size is one grid, however empty.
const AREA: u64 = 400_000;
/// In an oversized range, this many empty rows or columns part one block from the next.
const GAP: u32 = 50;
/// How far a merged cell with content may widen the used range.
const WIDEN: u32 = 64;

/// A sheet as its reader found it.
#[derive(Default)]
pub(super) struct Sheet {
    pub name: String,
    pub hidden: bool,
    /// Row, column, content; empty ones do no harm.
    pub cells: Vec<(u32, u32, Content)>,
    pub spans: Vec<Span>,
    /// First and last of each run of hidden rows.
    pub hidden_rows: Vec<(u32, u32)>,
    /// First and last of each run of hidden columns.
    pub hidden_cols: Vec<(u32, u32)>,
}

/// A rectangle of rows and columns, both ends included.
#[derive(Clone, Copy)]
struct Block {
    top: u32,
    left: u32,
    bottom: u32,
    right: u32,
}

impl Block {
    fn around(cells: &[(u32, u32, Content)]) -> Option<Self> {
        let mut cells = cells.iter();
        let (row, col, _) = cells.next()?;
        let mut block = Self {
            top: *row,
            left: *col,
            bottom: *row,
            right: *col,
        };
        for (row, col, _) in cells {
            block.top = block.top.min(*row);
            block.bottom = block.bottom.max(*row);
            block.left = block.left.min(*col);
            block.right = block.right.max(*col);
        }
        Some(block)
    }

    fn holds(&self, row: u32, col: u32) -> bool {
        (self.top..=self.bottom).contains(&row) && (self.left..=self.right).contains(&col)
    }

    fn area(&self) -> u64 {
        u64::from(self.bottom - self.top + 1) * u64::from(self.right - self.left + 1)
    }
}

impl Sheet {
    /// The sheet's grid; none where it is empty, several where its cells lie absurdly far apart.
    ///
    /// # Errors
    /// It goes beyond a limit.
    pub fn into_grids(
        mut self,
        file: &Arc<str>,
        limits: &Limits,
        notes: &mut Vec<ReadNote>,
    ) -> Result<Vec<Grid>, Over> {
        self.cells.retain(|(_, _, content)| !content.is_empty());
        let Some(whole) = Block::around(&self.cells) else {
            return Ok(Vec::new());
        };
        let sparse = whole.area() > AREA && whole.area() > self.cells.len() as u64 * 64;
        let pieces = if sparse {
            apart(std::mem::take(&mut self.cells))
        } else {
            vec![std::mem::take(&mut self.cells)]
        };
        limits.check(Limit::Sheets, pieces.len() as u64)?;
        self.notice_hidden(file, notes);
        let name: Arc<str> = self.name.as_str().into();
        let mut grids = Vec::with_capacity(pieces.len());
        for cells in pieces {
            let Some(block) = Block::around(&cells) else {
                continue;
            };
            let wide = self.widened(block, &cells);
            limits.check(Limit::Cells, wide.area())?;
            self.check_spans(&wide, limits)?;
            grids.push(self.grid(&name, wide, cells));
        }
        Ok(grids)
    }

    /// Every cell of every span is written to; spans that lie on each other many times would take for ever.
    fn check_spans(&self, block: &Block, limits: &Limits) -> Result<(), Over> {
        let mut covered = 0_u64;
        for span in &self.spans {
            if block.holds(span.row, span.col) {
                let rows = span.rows.min(block.bottom - span.row + 1);
                let cols = span.cols.min(block.right - span.col + 1);
                covered = covered.saturating_add(u64::from(rows) * u64::from(cols));
            }
        }
        limits.check(Limit::SpanCells, covered)
    }

    /// A header merged over columns that are blank throughout still spans them.
    fn widened(&self, block: Block, cells: &[(u32, u32, Content)]) -> Block {
        let mut wide = block;
        let mut filled: Option<HashSet<(u32, u32)>> = None;
        for span in &self.spans {
            let bottom = span.row.saturating_add(span.rows.saturating_sub(1));
            let right = span.col.saturating_add(span.cols.saturating_sub(1));
            let beyond = bottom > block.bottom || right > block.right;
            if beyond
                && block.holds(span.row, span.col)
                && filled
                    .get_or_insert_with(|| cells.iter().map(|(r, c, _)| (*r, *c)).collect())
                    .contains(&(span.row, span.col))
            {
                wide.bottom = wide.bottom.max(bottom.min(block.bottom + WIDEN));
                wide.right = wide.right.max(right.min(block.right + WIDEN));
            }
        }
        wide
    }

    fn grid(&self, name: &Arc<str>, block: Block, cells: Vec<(u32, u32, Content)>) -> Grid {
        let (rows, cols) = (block.bottom - block.top + 1, block.right - block.left + 1);
        let mut grid =
            Grid::new(name.clone(), Addressing::A1, rows, cols).starting_at(block.top, block.left);
        grid.hidden = self.hidden;
        for (at, (row, col, content)) in cells.into_iter().enumerate() {
            if at % 4096 == 0 {
                tick();
            }
            grid.put(row - block.top, col - block.left, content);
        }
        for span in &self.spans {
            if block.holds(span.row, span.col) {
                grid.merge(
                    span.row - block.top,
                    span.col - block.left,
                    span.rows,
                    span.cols,
                );
            }
        }
        grid.hidden_rows = within(&self.hidden_rows, block.top, block.bottom);
        grid.hidden_cols = within(&self.hidden_cols, block.left, block.right);
        grid
    }

    fn notice_hidden(&self, file: &Arc<str>, notes: &mut Vec<ReadNote>) {
        let (sheet, place) = (&self.name, || Some(sheet_place(file, &self.name)));
        if self.hidden {
            notes.push(note(
                "hidden-sheet",
                format!("{file}：工作表“{sheet}”是隐藏的，已照常读取，请确认是否应当计入"),
                format!("{file}, sheet \"{sheet}\": hidden, read all the same; check whether it should count"),
                place(),
            ));
        }
        for (runs, rule, zh, en) in [
            (&self.hidden_rows, "hidden-rows", "行", "row"),
            (&self.hidden_cols, "hidden-columns", "列", "column"),
        ] {
            let Some((first, _)) = runs.first() else {
                continue;
            };
            let at = if rule == "hidden-rows" {
                CellRef::A1(*first, 0)
            } else {
                CellRef::A1(0, *first)
            };
            notes.push(note(
                rule,
                format!("{file}：工作表“{sheet}”有隐藏的{zh}（从 {at} 起），其中的内容已照常读取"),
                format!("{file}, sheet \"{sheet}\": has hidden {en}s (from {at} on); what stands in them was read all the same"),
                Some(Place {
                    file: file.clone(),
                    sheet: sheet.as_str().into(),
                    cell: at,
                }),
            ));
        }
    }
}

/// The members of the runs that lie between two bounds, counted from the first. Runs may lie on each other.
fn within(runs: &[(u32, u32)], first: u32, last: u32) -> Vec<u32> {
    let mut runs: Vec<(u32, u32)> = (runs.iter())
        .map(|(from, to)| ((*from).max(first), (*to).min(last)))
        .filter(|(from, to)| from <= to)
        .collect();
    runs.sort_unstable();
    let mut all = Vec::new();
    let mut next = first;
    for (from, to) in runs {
        all.extend((from.max(next)..=to).map(|index| index - first));
        next = next.max(to + 1);
    }
    all
}

/// Cells parted where many rows, then many columns, are empty.
fn apart(cells: Vec<(u32, u32, Content)>) -> Vec<Vec<(u32, u32, Content)>> {
    split(cells, |(row, ..)| *row)
        .into_iter()
        .flat_map(|band| split(band, |(_, col, _)| *col))
        .collect()
}

fn split(
    mut cells: Vec<(u32, u32, Content)>,
    along: impl Fn(&(u32, u32, Content)) -> u32,
) -> Vec<Vec<(u32, u32, Content)>> {
    cells.sort_by_key(&along);
    let mut pieces: Vec<Vec<(u32, u32, Content)>> = Vec::new();
    let mut last = None;
    for cell in cells {
        let at = along(&cell);
        match pieces.last_mut() {
            Some(piece) if last.is_some_and(|last| at - last <= GAP) => piece.push(cell),
            _ => pieces.push(vec![cell]),
        }
        last = Some(at);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(cells: &[(u32, u32)]) -> Sheet {
        Sheet {
            name: "表".into(),
            cells: cells
                .iter()
                .map(|(row, col)| (*row, *col, Content::Number(1.0)))
                .collect(),
            ..Sheet::default()
        }
    }

    #[test]
    fn a_stray_cell_at_the_far_end_is_kept_without_the_desert_between() {
        let grids = sheet(&[(2, 1), (3, 2), (1_048_575, 16_383)])
            .into_grids(&"a.xlsx".into(), &Limits::default(), &mut Vec::new())
            .unwrap();
        let size = |g: &Grid| (g.rows(), g.cols());
        assert_eq!(grids.iter().map(size).collect::<Vec<_>>(), [(2, 2), (1, 1)]);
        assert_eq!(grids[1].cell_ref(0, 0).to_string(), "XFD1048576");
        assert_eq!(grids[0].cell_ref(0, 0).to_string(), "B3");
    }

    #[test]
    fn hidden_rows_are_counted_from_the_grid() {
        let mut sheet = sheet(&[(2, 0), (5, 0)]);
        sheet.hidden_rows = vec![(0, 0), (3, 4), (9, 1_000_000)];
        let mut notes = Vec::new();
        let grids = sheet
            .into_grids(&"a.xlsx".into(), &Limits::default(), &mut notes)
            .unwrap();
        assert_eq!(grids[0].hidden_rows, [1, 2]);
        assert_eq!(notes.len(), 1);
    }

    #[test]
    fn runs_of_hidden_rows_may_lie_on_each_other() {
        assert_eq!(
            within(&[(4, 6), (0, 2), (5, 9), (5, 5)], 1, 8),
            [0, 1, 3, 4, 5, 6, 7]
        );
        let runs = vec![(0, u32::MAX - 1); 200_000];
        assert_eq!(within(&runs, 0, 1_048_575).len(), 1_048_576);
    }

    #[test]
    fn a_sheet_beyond_a_limit_is_refused() {
        let mut limits = Limits::default();
        limits.set("cells", "99").unwrap();
        let refused = |sheet: Sheet| {
            sheet
                .into_grids(&"a.xlsx".into(), &limits, &mut Vec::new())
                .unwrap_err()
                .limit
        };
        assert_eq!(refused(sheet(&[(0, 0), (9, 9)])), Limit::Cells);
        limits.set("span-cells", "50").unwrap();
        let mut spans = sheet(&[(0, 0), (4, 4)]);
        let whole = Span {
            row: 0,
            col: 0,
            rows: 5,
            cols: 5,
        };
        spans.spans = vec![whole; 3];
        let refused = spans.into_grids(&"a.xlsx".into(), &limits, &mut Vec::new());
        assert_eq!(refused.unwrap_err().limit, Limit::SpanCells);
    }

    #[test]
    fn a_header_over_blank_columns_keeps_its_width() {
        let mut sheet = sheet(&[(0, 0), (1, 0)]);
        sheet.spans.push(Span {
            row: 0,
            col: 0,
            rows: 1,
            cols: 3,
        });
        let grids = sheet
            .into_grids(&"a.xlsx".into(), &Limits::default(), &mut Vec::new())
            .unwrap();
        assert_eq!((grids[0].cols(), grids[0].spans()[0].cols), (3, 3));
    }
}
