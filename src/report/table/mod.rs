//! Locating the tables of a form in a grid and tying every cell to its key, by labels only.

mod fit;
mod mend;
mod place;
mod seen;

pub use seen::scan_again;

use crate::form::MoneyUnit;
use crate::grid::Grid;
use crate::report::header::{Column, Layout, Line, Token, width_at};
use crate::report::marks::{Mark, Marks};
use crate::report::value::Matched;
use crate::report::vocabulary::{FormLabels, Term, View};

/// A cell that belongs to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Index in the form's keys.
    pub key: usize,
    /// Grid row.
    pub row: u32,
    /// Grid column.
    pub col: u32,
    /// How row and column were recognised; the weaker of the two.
    pub matched: Matched,
    /// Unit of money that the header names.
    pub unit: Option<MoneyUnit>,
    /// The cell is merged with cells of other keys.
    pub shared: bool,
}

/// Why a row with numbers was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Its label is no row of the table.
    UnknownRow,
    /// Its label could be several rows.
    AmbiguousRow,
    /// It has no label.
    NoLabel,
    /// It has a label of the form, but no header tells what its numbers are.
    NoHeader,
    /// Its numbers do not stand under the headers.
    Misaligned,
    /// It has fewer cells than the table has columns; its numbers were taken all the same.
    Short,
    /// It gives a subtotal, which is always computed and never read.
    Subtotal,
}

/// A row with numbers that were not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trouble {
    /// Why.
    pub reason: Reason,
    /// Grid row.
    pub row: u32,
    /// Grid column of its label, else of its first number.
    pub col: u32,
    /// Table it seems to belong to.
    pub table: Option<usize>,
}

/// What was found in one grid.
#[derive(Debug, Clone, Default)]
pub struct Scan {
    /// Cells tied to keys, in reading order.
    pub found: Vec<Found>,
    /// Rows that were left out.
    pub troubles: Vec<Trouble>,
    /// Rows that belong to tables (labels, headers, values): the rest is text.
    pub rows: Vec<bool>,
}

#[derive(Debug)]
struct Header {
    view: usize,
    lines: Vec<Line>,
    layout: Option<Layout>,
    /// Last row tied to a row of the block, and which.
    rows_found: Vec<(u32, usize)>,
    /// Groups last seen in the label columns.
    carried: Vec<usize>,
    done: bool,
}

impl Header {
    /// Grid columns it stands over: those it was found to have, else those of its labels.
    fn range(&self) -> (u32, u32) {
        if let Some([first, .., last]) = self.layout.as_ref().map(|l| l.columns.as_slice()) {
            return (first.col, last.col);
        }
        let tokens = || self.lines.iter().flat_map(|l| &l.tokens);
        let first = tokens().map(|t| t.col).min().unwrap_or(0);
        let last = tokens().map(|t| t.col + t.width - 1).max().unwrap_or(0);
        (first, last)
    }

    fn last_line(&self) -> u32 {
        self.lines.last().map_or(0, |l| l.row)
    }
}

/// How a row fits a header.
enum Fit {
    /// It is this row of the block; its values stand here.
    Row {
        row: usize,
        matched: Matched,
        cells: Vec<(Column, u32)>,
    },
    /// It has numbers under the header but could not be tied to a row.
    Trouble(Trouble),
    /// It has a damaged label: to be looked at again when its neighbours are known.
    Damaged { col: u32, cells: Vec<(Column, u32)> },
    /// Nothing of this header stands in it.
    Nothing,
}

/// A row whose label is damaged.
struct Damaged {
    row: u32,
    candidates: Vec<Candidate>,
}

/// A header that a damaged row stands under.
struct Candidate {
    header: usize,
    /// Grid column of the damaged label.
    col: u32,
    cells: Vec<(Column, u32)>,
}

struct Scanner<'a> {
    grid: &'a Grid,
    marks: &'a Marks,
    labels: &'a FormLabels,
    headers: Vec<Header>,
    damaged: Vec<Damaged>,
    /// Rows that are lines of a header: their words are looked at.
    headed: Vec<u32>,
    scan: Scan,
}

/// Finds every table of a form in a grid. With it, the rows whose words were looked at, where no others were.
pub fn scan(grid: &Grid, marks: &Marks, labels: &FormLabels) -> (Scan, Option<Vec<u32>>) {
    let mut scanner = Scanner {
        grid,
        marks,
        labels,
        headers: Vec::new(),
        damaged: Vec::new(),
        headed: Vec::new(),
        scan: Scan {
            rows: vec![false; grid.rows() as usize],
            ..Scan::default()
        },
    };
    for row in 0..grid.rows() {
        scanner.row(row);
    }
    let whole = scanner.damaged.is_empty();
    scanner.mend();
    (scanner.scan, whole.then_some(scanner.headed))
}

impl Scanner<'_> {
    fn row(&mut self, row: u32) {
        let cells: Vec<(u32, Mark)> = (0..self.grid.cols())
            .map(|col| (col, self.marks.own(row, col)))
            .filter(|(_, mark)| *mark != Mark::Empty)
            .collect();
        if cells.is_empty() && !self.headers.iter().any(|h| self.awaits_values(h)) {
            return;
        }
        let headed = self.header_lines(row, &cells);
        self.data(row, &cells, &headed);
    }

    fn awaits_values(&self, header: &Header) -> bool {
        self.view(header.view).unlabelled && !header.done
    }

    fn view(&self, index: usize) -> &View {
        &self.labels.views[index]
    }

    /// Adds the row to the headers it is a line of. Gives the columns it covers as a header: several ranges where
    /// tables stand side by side.
    fn header_lines(&mut self, row: u32, cells: &[(u32, Mark)]) -> Vec<(u32, u32)> {
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        // Most rows name no column at all.
        let named = (cells.iter()).fold(0_u64, |named, (_, mark)| match mark {
            Mark::Label(term) => named | self.labels.with_column(*term),
            _ => named,
        });
        if named == 0 {
            return ranges;
        }
        for v in 0..self.labels.views.len() {
            if named >> (v % 64) & 1 == 0 {
                continue;
            }
            let tokens = self.tokens(v, row, cells);
            if !self.is_header_line(v, &tokens, cells) {
                continue;
            }
            let first = tokens[0].col;
            let last = tokens.last().map_or(first, |t| t.col + t.width - 1);
            ranges.push((first, last));
            let line = Line { row, tokens };
            let open = (self.headers.iter_mut())
                .find(|h| h.view == v && h.layout.is_none() && h.lines.len() < 6);
            match open {
                Some(header) => header.lines.push(line),
                None => {
                    self.headers.retain(|h| h.view != v || h.layout.is_some());
                    self.headers.push(Header {
                        view: v,
                        lines: vec![line],
                        layout: None,
                        rows_found: Vec::new(),
                        carried: Vec::new(),
                        done: false,
                    });
                }
            }
        }
        if !ranges.is_empty() {
            self.scan.rows[row as usize] = true;
            self.headed.push(row);
        }
        // What a newer header stands over no longer belongs to an older one.
        for header in &mut self.headers {
            let (a, b) = header.range();
            if header.layout.is_some()
                && ranges.iter().any(|(first, last)| a <= *last && *first <= b)
            {
                header.done = true;
            }
        }
        ranges
    }

    fn tokens(&self, v: usize, row: u32, cells: &[(u32, Mark)]) -> Vec<Token> {
        let tree = &self.view(v).cols;
        let mut tokens: Vec<Token> = Vec::new();
        // For every cell with words: its token, and whether no other table has such a column.
        let mut own: Vec<(Option<usize>, bool)> = Vec::new();
        for (col, mark) in cells {
            let Mark::Label(term) = mark else {
                own.push((None, false));
                continue;
            };
            let nodes = tree.nodes_of(*term);
            let Some(first) = nodes.first() else {
                own.push((None, false));
                continue;
            };
            own.push((Some(tokens.len()), !self.elsewhere(v, *term)));
            tokens.push(Token {
                col: *col,
                width: width_at(self.grid, row, *col),
                nodes: nodes.to_vec(),
                matched: tree.quality(*first, *term),
            });
        }
        let mine = beside_own(&own);
        let mut keep = mine.iter();
        tokens.retain(|_| keep.next().copied().unwrap_or(false));
        tokens
    }

    /// Whether a term is also a column of another table.
    fn elsewhere(&self, v: usize, term: Term) -> bool {
        let table = self.view(v).table;
        (self.labels.views.iter())
            .any(|other| !other.transposed && other.table != table && other.cols.knows(term))
    }

    /// A header line names columns, and has no numbers between them. One label alone is a header only where it
    /// cannot be a row's.
    fn is_header_line(&self, v: usize, tokens: &[Token], cells: &[(u32, Mark)]) -> bool {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
            return false;
        };
        let inside = |col: u32| (first.col..last.col + last.width).contains(&col);
        if cells
            .iter()
            .any(|(col, mark)| inside(*col) && mark.is_value())
        {
            return false;
        }
        let view = self.view(v);
        let parents = |t: &Token| {
            t.nodes
                .iter()
                .map(|n| view.cols.nodes[*n].parent)
                .collect::<Vec<_>>()
        };
        let siblings = tokens.iter().enumerate().any(|(i, a)| {
            tokens[i + 1..]
                .iter()
                .any(|b| a.nodes != b.nodes && parents(a).iter().any(|p| parents(b).contains(p)))
        });
        if siblings {
            return true;
        }
        if view.transposed {
            return false;
        }
        tokens.len() == 1 && self.is_lone_header(first.col, cells)
    }

    /// Whether a single column label is a header: it is no row's label, and no number stands beside it.
    fn is_lone_header(&self, col: u32, cells: &[(u32, Mark)]) -> bool {
        let Some(at) = cells.iter().position(|(c, _)| *c == col) else {
            return false;
        };
        let is_row = |mark: &Mark| match mark {
            Mark::Label(term) => (self.labels.views.iter())
                .filter(|view| !view.transposed)
                .any(|view| view.rows.knows(*term)),
            _ => false,
        };
        let number = |cell: Option<&(u32, Mark)>| cell.is_some_and(|(_, m)| *m == Mark::Number);
        let before = at.checked_sub(1).and_then(|b| cells.get(b));
        !is_row(&cells[at].1) && !number(before) && !number(cells.get(at + 1))
            // A label of a row to its left makes it a remark in that row's first column.
            && !before.is_some_and(|(_, mark)| is_row(mark))
    }

    fn close(&mut self, row: u32) {
        for at in 0..self.headers.len() {
            let header = &mut self.headers[at];
            if header.layout.is_none() && header.last_line() < row {
                let tree = &self.labels.views[header.view].cols;
                header.layout = Some(Layout::of(&mut header.lines, tree, self.grid));
            }
        }
    }
}

/// Which tokens belong to a table, when another table beside it has columns of the same name: those that only this
/// table has, and those that follow or precede them without anything between. All, where none is this table's alone.
fn beside_own(cells: &[(Option<usize>, bool)]) -> Vec<bool> {
    let count = cells.iter().filter(|(token, _)| token.is_some()).count();
    let mut mine = vec![false; count];
    if !cells.iter().any(|(_, alone)| *alone) {
        mine.fill(true);
        return mine;
    }
    let mut spread = |cells: &mut dyn Iterator<Item = &(Option<usize>, bool)>| {
        let mut inside = false;
        for (token, alone) in cells {
            inside = token.is_some() && (*alone || inside);
            if let Some(token) = token.filter(|_| inside) {
                mine[token] = true;
            }
        }
    };
    spread(&mut cells.iter());
    spread(&mut cells.iter().rev());
    mine
}
