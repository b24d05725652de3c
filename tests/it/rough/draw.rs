//! Tables as they arrive: shuffled, split over pages, turned on their side, one beside the other.

use huizong::form::{LayoutContent, Role, Table, layout};
use huizong::synth::Random;

use super::values::Written;

/// One cell with its span.
#[derive(Debug, Clone)]
pub struct Cell {
    pub row: usize,
    pub col: usize,
    pub row_span: usize,
    pub col_span: usize,
    pub text: String,
    pub number: bool,
    pub value: bool,
}

/// A table, or a whole sheet.
#[derive(Debug, Clone, Default)]
pub struct Drawn {
    pub rows: usize,
    pub cols: usize,
    pub cells: Vec<Cell>,
    /// Rows that repeat when the table is split; 0 where it must not be.
    pub header_rows: usize,
    /// Rows to be hidden, where the format can.
    pub hidden: Vec<usize>,
}

/// What a document is made of.
#[derive(Debug, Clone)]
pub enum Piece {
    Words(String),
    Heading(String),
    Table(Drawn),
}

impl Drawn {
    pub fn from_rows(rows: Vec<Vec<Written>>) -> Self {
        let mut drawn = Self {
            rows: rows.len(),
            cols: rows.iter().map(Vec::len).max().unwrap_or(0),
            ..Self::default()
        };
        for (r, row) in rows.into_iter().enumerate() {
            for (c, written) in row.into_iter().enumerate() {
                drawn.cells.push(Cell {
                    row: r,
                    col: c,
                    row_span: 1,
                    col_span: 1,
                    text: written.text,
                    number: written.number,
                    value: false,
                });
            }
        }
        drawn
    }

    /// A table of the form with its numbers.
    pub fn table(table: &Table, written: &[Written]) -> Self {
        let plan = layout(table);
        let blocks = table.blocks.len();
        let mut drawn = Self {
            rows: plan.rows,
            cols: plan.cols,
            // Several blocks have several headers: splitting one does not repeat the right one.
            header_rows: if blocks == 1 { plan.header_rows } else { 0 },
            ..Self::default()
        };
        for cell in plan.cells {
            let (text, number) = match &cell.content {
                LayoutContent::Label(text) => (text.zh.clone(), false),
                LayoutContent::Key(key) => (written[*key].text.clone(), written[*key].number),
                LayoutContent::Blank => (String::new(), false),
            };
            drawn.cells.push(Cell {
                row: cell.row,
                col: cell.col,
                row_span: cell.row_span,
                col_span: cell.col_span,
                text,
                number,
                value: cell.role == Role::Value,
            });
        }
        drawn
    }

    /// Rows become columns.
    pub fn transposed(&self) -> Self {
        let mut turned = Self {
            rows: self.cols,
            cols: self.rows,
            ..Self::default()
        };
        for cell in &self.cells {
            turned.cells.push(Cell {
                row: cell.col,
                col: cell.row,
                row_span: cell.col_span,
                col_span: cell.row_span,
                ..cell.clone()
            });
        }
        turned.cells.sort_by_key(|cell| (cell.row, cell.col));
        turned
    }

    /// Two or three parts, each under the same header; labels of groups that go on are written again.
    pub fn split(&self, random: &mut Random) -> Vec<Self> {
        let body = self.rows - self.header_rows;
        if self.header_rows == 0 || body < 4 {
            return vec![self.clone()];
        }
        let first = 1 + random.index(body - 2);
        let mut cuts = vec![0, first, body];
        if random.chance(400) {
            cuts.insert(1, 1 + random.index(first));
            cuts.dedup();
        }
        cuts.windows(2)
            .map(|cut| self.part(cut[0], cut[1]))
            .collect()
    }

    /// The header and some rows of the body.
    fn part(&self, from: usize, to: usize) -> Self {
        let head = self.header_rows;
        let mut part = Self {
            rows: head + to - from,
            cols: self.cols,
            header_rows: head,
            ..Self::default()
        };
        for cell in &self.cells {
            if cell.row < head {
                part.cells.push(cell.clone());
                continue;
            }
            let (start, end) = (cell.row - head, cell.row - head + cell.row_span);
            let (start, end) = (start.max(from), end.min(to));
            if start < end {
                part.cells.push(Cell {
                    row: head + start - from,
                    row_span: end - start,
                    ..cell.clone()
                });
            }
        }
        part
    }

    /// The parts of a split one below the other in one table: the header stands in the middle of it.
    pub fn below(parts: &[Self]) -> Self {
        let mut whole = Self::default();
        for part in parts {
            whole.append_below(part, 0);
        }
        whole
    }

    pub fn append_below(&mut self, other: &Self, gap: usize) {
        let top = self.rows + gap;
        self.cells.extend(other.cells.iter().map(|cell| Cell {
            row: cell.row + top,
            ..cell.clone()
        }));
        self.hidden.extend(other.hidden.iter().map(|row| row + top));
        self.rows = top + other.rows;
        self.cols = self.cols.max(other.cols);
    }

    pub fn append_beside(&mut self, other: &Self, gap: usize) {
        let left = if self.cols == 0 { 0 } else { self.cols + gap };
        self.cells.extend(other.cells.iter().map(|cell| Cell {
            col: cell.col + left,
            ..cell.clone()
        }));
        self.cells.sort_by_key(|cell| (cell.row, cell.col));
        self.rows = self.rows.max(other.rows);
        self.cols = left + other.cols;
    }

    pub fn line(&mut self, text: &str) {
        self.cells.push(Cell {
            row: self.rows,
            col: 0,
            row_span: 1,
            col_span: 1,
            text: text.to_owned(),
            number: false,
            value: false,
        });
        self.rows += 1;
        self.cols = self.cols.max(1);
    }

    /// Empty rows above and empty columns on the left.
    pub fn moved(mut self, down: usize, right: usize) -> Self {
        for cell in &mut self.cells {
            cell.row += down;
            cell.col += right;
        }
        self.hidden.iter_mut().for_each(|row| *row += down);
        self.rows += down;
        self.cols += right;
        self
    }

    /// Merged cells become single ones; their other places are empty.
    pub fn without_spans(mut self) -> Self {
        for cell in &mut self.cells {
            cell.row_span = 1;
            cell.col_span = 1;
        }
        self
    }

    /// Text by row and column, spans lost.
    pub fn flat(&self) -> Vec<Vec<String>> {
        let mut rows = vec![vec![String::new(); self.cols]; self.rows];
        for cell in &self.cells {
            rows[cell.row][cell.col].clone_from(&cell.text);
        }
        rows
    }
}

/// The same table with its rows in another order, groups staying together, and for each of its keys in that
/// order the index it really has.
pub fn shuffled(table: &Table, random: &mut Random) -> (Table, Vec<(usize, usize)>) {
    let mut mixed = table.clone();
    let mut moved = Vec::new();
    for (block, clean) in mixed.blocks.iter_mut().zip(&table.blocks) {
        let mut order: Vec<usize> = (0..clean.rows.len()).collect();
        // Neighbours that are leaves of the same group change places.
        for _ in 0..clean.rows.len() {
            let at = random.index(clean.rows.len().saturating_sub(1).max(1));
            if at + 1 >= order.len() {
                continue;
            }
            let group = |row: usize| {
                let path = &clean.rows[row].path;
                path[..path.len().saturating_sub(1)].to_vec()
            };
            if group(order[at]) == group(order[at + 1]) {
                order.swap(at, at + 1);
            }
        }
        block.rows = order.iter().map(|row| clean.rows[*row].clone()).collect();
        for (now, was) in order.into_iter().enumerate() {
            for column in 0..clean.columns.len() {
                moved.push((block.key_at(now, column), clean.key_at(was, column)));
            }
        }
    }
    (mixed, moved)
}
