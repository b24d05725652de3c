//! Locating the tables of a form in a grid and tying every cell to its key, by labels only.

use super::header::{Column, Layout, Line, Token, nearest, width_at};
use super::marks::{Mark, Marks};
use super::value::Matched;
use super::vocabulary::{FormLabels, View};
use crate::form::MoneyUnit;
use crate::grid::Grid;

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
#[derive(Debug, Default)]
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
    fn range(&self) -> (u32, u32) {
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

struct Damaged {
    header: usize,
    row: u32,
    col: u32,
    cells: Vec<(Column, u32)>,
}

struct Scanner<'a> {
    grid: &'a Grid,
    marks: &'a Marks,
    labels: &'a FormLabels,
    headers: Vec<Header>,
    damaged: Vec<Damaged>,
    scan: Scan,
}

/// Finds every table of a form in a grid.
pub fn scan(grid: &Grid, marks: &Marks, labels: &FormLabels) -> Scan {
    let mut scanner = Scanner {
        grid,
        marks,
        labels,
        headers: Vec::new(),
        damaged: Vec::new(),
        scan: Scan {
            rows: vec![false; grid.rows() as usize],
            ..Scan::default()
        },
    };
    for row in 0..grid.rows() {
        scanner.row(row);
    }
    scanner.mend();
    scanner.scan
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
        self.data(row, &cells, headed);
    }

    fn awaits_values(&self, header: &Header) -> bool {
        self.view(header.view).unlabelled && !header.done
    }

    fn view(&self, index: usize) -> &View {
        &self.labels.views[index]
    }

    /// Adds the row to the headers it is a line of. Gives the columns it covers as a header.
    fn header_lines(&mut self, row: u32, cells: &[(u32, Mark)]) -> Option<(u32, u32)> {
        let mut range: Option<(u32, u32)> = None;
        for v in 0..self.labels.views.len() {
            let tokens = self.tokens(v, row, cells);
            if !self.is_header_line(v, &tokens, cells) {
                continue;
            }
            let first = tokens[0].col;
            let last = tokens.last().map_or(first, |t| t.col + t.width - 1);
            range = Some(range.map_or((first, last), |(a, b)| (a.min(first), b.max(last))));
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
        if let Some((first, last)) = range {
            self.scan.rows[row as usize] = true;
            // What a newer header stands over no longer belongs to an older one.
            for header in &mut self.headers {
                let (a, b) = header.range();
                if header.layout.is_some() && a <= last && first <= b {
                    header.done = true;
                }
            }
        }
        range
    }

    fn tokens(&self, v: usize, row: u32, cells: &[(u32, Mark)]) -> Vec<Token> {
        let tree = &self.view(v).cols;
        (cells.iter())
            .filter_map(|(col, mark)| {
                let Mark::Label(term) = mark else { return None };
                let nodes = tree.nodes_of(*term);
                let first = *nodes.first()?;
                Some(Token {
                    col: *col,
                    width: width_at(self.grid, row, *col),
                    nodes: nodes.to_vec(),
                    matched: tree.quality(first, *term),
                })
            })
            .collect()
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
        let numbers = cells.iter().any(|(_, mark)| *mark == Mark::Number);
        let labels = cells.iter().filter_map(|(_, mark)| match mark {
            Mark::Label(term) => Some(*term),
            _ => None,
        });
        let row_label = |term| {
            (self.labels.views.iter())
                .filter(|view| !view.transposed)
                .any(|view| view.rows.knows(term))
        };
        !numbers && !labels.into_iter().any(row_label)
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

    fn data(&mut self, row: u32, cells: &[(u32, Mark)], headed: Option<(u32, u32)>) {
        self.close(row);
        let mut best: Option<(usize, Fit, usize)> = None;
        let mut second: Option<(usize, Fit)> = None;
        let mut tied = false;
        let mut placed: Vec<(u32, u32)> = headed.into_iter().collect();
        for at in 0..self.headers.len() {
            let header = &self.headers[at];
            if header.done || header.layout.is_none() || header.last_line() >= row {
                continue;
            }
            let (first, last) = header.range();
            if placed.iter().any(|(a, b)| *a <= last && first <= *b) {
                continue;
            }
            match self.fit(header, row, cells) {
                Fit::Nothing => {}
                Fit::Row {
                    row: r,
                    matched,
                    cells,
                } => {
                    let weight = cells.len();
                    // Tables side by side each take their part of the row.
                    if let Some((other, ..)) = &best
                        && !overlap(self.headers[*other].range(), (first, last))
                    {
                        self.place(
                            at,
                            row,
                            Fit::Row {
                                row: r,
                                matched,
                                cells,
                            },
                        );
                        placed.push((first, last));
                        continue;
                    }
                    match &best {
                        Some((_, _, known)) if *known > weight => {}
                        Some((_, _, known)) if *known == weight => tied = true,
                        _ => {
                            best = Some((
                                at,
                                Fit::Row {
                                    row: r,
                                    matched,
                                    cells,
                                },
                                weight,
                            ));
                            tied = false;
                        }
                    }
                }
                other => {
                    if second.is_none() || matches!(other, Fit::Damaged { .. }) {
                        second = Some((at, other));
                    }
                }
            }
        }
        match (best, second) {
            (Some((at, Fit::Row { .. }, _)), _) if tied => {
                let col = cells.first().map_or(0, |c| c.0);
                let table = Some(self.view(self.headers[at].view).table);
                self.trouble(Reason::AmbiguousRow, row, col, table);
            }
            (Some((at, fit, _)), _) | (None, Some((at, fit))) => self.place(at, row, fit),
            (None, None) if headed.is_none() => self.orphan(row, cells),
            _ => {}
        }
    }

    fn trouble(&mut self, reason: Reason, row: u32, col: u32, table: Option<usize>) {
        self.scan.rows[row as usize] = true;
        self.scan.troubles.push(Trouble {
            reason,
            row,
            col,
            table,
        });
    }

    fn place(&mut self, at: usize, row: u32, fit: Fit) {
        match fit {
            Fit::Row {
                row: r,
                matched,
                cells,
            } => {
                self.scan.rows[row as usize] = true;
                self.tie(at, row, (r, matched), &cells);
                let header = &mut self.headers[at];
                header.rows_found.push((row, r));
                if self.labels.views[header.view].unlabelled {
                    header.done = true;
                }
                self.carry(at, row);
            }
            Fit::Trouble(t) => self.trouble(t.reason, t.row, t.col, t.table),
            Fit::Damaged { col, cells } => {
                self.scan.rows[row as usize] = true;
                self.damaged.push(Damaged {
                    header: at,
                    row,
                    col,
                    cells,
                });
            }
            Fit::Nothing => {}
        }
    }

    fn tie(
        &mut self,
        at: usize,
        row: u32,
        (r, matched): (usize, Matched),
        cells: &[(Column, u32)],
    ) {
        let view = self.view(self.headers[at].view);
        let mut found = Vec::with_capacity(cells.len());
        for (column, col) in cells {
            let anchor = self.grid.anchor(row, *col);
            let covers =
                |other: &(Column, u32)| other.1 != *col && self.grid.anchor(row, other.1) == anchor;
            let shared = anchor.0 != row || cells.iter().any(covers);
            found.push(Found {
                key: view.key(&self.labels.form, r, column.leaf),
                row,
                col: *col,
                matched: matched.max(column.matched),
                unit: column.unit,
                shared: shared && !self.grid.own(anchor.0, anchor.1).is_empty(),
            });
        }
        self.scan.found.extend(found);
    }

    /// Remembers the groups named in the label columns, for rows below whose spans were lost.
    fn carry(&mut self, at: usize, row: u32) {
        let tree = &self.labels.views[self.headers[at].view].rows;
        let mut groups: Vec<usize> = Vec::new();
        for col in 0..self.grid.cols() {
            if let Mark::Label(term) = self.marks.own(row, col) {
                groups.extend(
                    tree.nodes_of(term)
                        .iter()
                        .filter(|n| tree.nodes[**n].leaf.is_none()),
                );
            }
        }
        let carried = &mut self.headers[at].carried;
        for group in groups {
            carried.retain(|g| {
                !tree.is_above(group, *g) && tree.nodes[*g].parent != tree.nodes[group].parent
            });
            carried.push(group);
        }
    }

    /// A row that no header wants: worth a word when it has a label of the form and numbers.
    fn orphan(&mut self, row: u32, cells: &[(u32, Mark)]) {
        let numbers = cells.iter().any(|(_, mark)| *mark == Mark::Number);
        let label = cells.iter().find_map(|(col, mark)| match mark {
            Mark::Label(term) => {
                let view = (self.labels.views.iter()).find(|v| {
                    !v.transposed
                        && v.rows
                            .nodes_of(*term)
                            .iter()
                            .any(|n| v.rows.nodes[*n].leaf.is_some())
                })?;
                Some((*col, view.table))
            }
            _ => None,
        });
        if let (true, Some((col, table))) = (numbers, label) {
            self.trouble(Reason::NoHeader, row, col, Some(table));
        }
    }

    fn fit(&self, header: &Header, row: u32, cells: &[(u32, Mark)]) -> Fit {
        let Some(layout) = &header.layout else {
            return Fit::Nothing;
        };
        let view = self.view(header.view);
        if view.unlabelled {
            return self.fit_unlabelled(header, layout, row, cells);
        }
        let start = self.zone_start(header);
        let by_place = self.fit_by_place(header, layout, row, start);
        if matches!(by_place, Fit::Row { .. } | Fit::Damaged { .. }) {
            return by_place;
        }
        match self.fit_by_order(header, layout, row, start) {
            Fit::Nothing => by_place,
            by_order => by_order,
        }
    }

    /// First column of a table's labels: right behind the table to its left.
    fn zone_start(&self, header: &Header) -> u32 {
        let (first, _) = header.range();
        let table = self.view(header.view).table;
        (self.headers.iter())
            .filter(|h| self.view(h.view).table != table && !h.done)
            .map(|h| h.range().1 + 1)
            .filter(|end| *end <= first)
            .max()
            .unwrap_or(0)
    }

    fn fit_by_place(&self, header: &Header, layout: &Layout, row: u32, start: u32) -> Fit {
        let view = self.view(header.view);
        let (Some(first), Some(last)) = (layout.columns.first(), layout.columns.last()) else {
            return Fit::Nothing;
        };
        let whole = layout.columns.len() == view.cols.leaves.len();
        let misaligned = self.strays(row, start, first.col, last.col, layout, whole);
        let numbers = (layout.columns.iter()).any(|c| self.marks.own(row, c.col) == Mark::Number);
        let table = Some(view.table);
        let trouble = |reason, col| {
            if numbers {
                Fit::Trouble(Trouble {
                    reason,
                    row,
                    col,
                    table,
                })
            } else {
                Fit::Nothing
            }
        };
        let Some(path) = self.label_path(row, start, first.col) else {
            return trouble(Reason::NoLabel, first.col);
        };
        let cells: Vec<(Column, u32)> = layout.columns.iter().map(|c| (*c, c.col)).collect();
        let label = path[path.len() - 1];
        if let Some(col) = misaligned {
            return match self.mark_at(label) {
                Mark::Label(term) if view.rows.knows(term) => Fit::Trouble(Trouble {
                    reason: Reason::Misaligned,
                    row,
                    col,
                    table,
                }),
                _ => Fit::Nothing,
            };
        }
        match self.mark_at(label) {
            Mark::Label(term) if view.rows.knows(term) => match self.row_of(header, term, &path) {
                Ok((r, matched)) => Fit::Row {
                    row: r,
                    matched,
                    cells,
                },
                Err(reason) => trouble(reason, label.1),
            },
            // A label of another table or group: another header may want it.
            Mark::Label(_) if !numbers => Fit::Nothing,
            Mark::Label(_) => trouble(Reason::UnknownRow, label.1),
            _ if numbers || self.is_amid(header, row) => Fit::Damaged {
                col: label.1,
                cells,
            },
            _ => Fit::Nothing,
        }
    }

    /// Whether rows of the block are still to come: a row of blanks here may be one of them.
    fn is_amid(&self, header: &Header, row: u32) -> bool {
        let view = self.view(header.view);
        let near = header
            .rows_found
            .last()
            .map_or(header.last_line(), |(r, _)| *r);
        row <= near + 3 && header.rows_found.len() < view.rows.leaves.len()
    }

    /// The first number that stands where no column is: between labels and columns, between the columns, or, where
    /// not every column was found, behind them.
    fn strays(
        &self,
        row: u32,
        start: u32,
        first: u32,
        last: u32,
        layout: &Layout,
        whole: bool,
    ) -> Option<u32> {
        let mut words = false;
        let end = if whole {
            last
        } else {
            self.grid.cols().saturating_sub(1)
        };
        for col in start..=end {
            let mark = self.marks.own(row, col);
            if col < first {
                // A running number may stand left of the label, never between label and columns.
                words |= mark.is_words();
                if words && mark == Mark::Number {
                    return Some(col);
                }
            } else if mark == Mark::Number && !layout.columns.iter().any(|c| c.col == col) {
                return Some(col);
            }
        }
        None
    }

    /// The labels of a row from group to innermost, as anchors; none where the row itself has no label.
    fn label_path(&self, row: u32, start: u32, end: u32) -> Option<Vec<(u32, u32)>> {
        let mut path: Vec<(u32, u32)> = Vec::new();
        for col in start..end {
            let anchor = self.grid.anchor(row, col);
            if self.mark_at(anchor).is_words() && path.last() != Some(&anchor) {
                path.push(anchor);
            }
        }
        (path.last()?.0 == row).then_some(path)
    }

    fn mark_at(&self, (row, col): (u32, u32)) -> Mark {
        self.marks.own(row, col)
    }

    /// The row a label stands for, told apart by the groups beside and above it.
    fn row_of(
        &self,
        header: &Header,
        term: super::vocabulary::Term,
        path: &[(u32, u32)],
    ) -> Result<(usize, Matched), Reason> {
        let tree = &self.view(header.view).rows;
        let leaves: Vec<usize> = (tree.nodes_of(term).iter().copied())
            .filter(|n| tree.nodes[*n].leaf.is_some())
            .collect();
        let beside: Vec<usize> = (path[..path.len() - 1].iter())
            .filter_map(|at| match self.mark_at(*at) {
                Mark::Label(term) => Some(tree.nodes_of(term)),
                _ => None,
            })
            .flatten()
            .copied()
            .filter(|n| tree.nodes[*n].leaf.is_none())
            .collect();
        let under = |groups: &[usize], leaf: usize| groups.iter().any(|g| tree.is_above(*g, leaf));
        let pick = |leaf: usize| {
            let row = tree.nodes[leaf].leaf.unwrap_or_default();
            Ok((row, tree.quality(leaf, term)))
        };
        match leaves.as_slice() {
            [] => Err(Reason::Subtotal),
            [leaf] if beside.is_empty() || under(&beside, *leaf) => pick(*leaf),
            [_] => Err(Reason::AmbiguousRow),
            several => {
                let groups = if beside.is_empty() {
                    &header.carried
                } else {
                    &beside
                };
                let fitting: Vec<usize> = several
                    .iter()
                    .copied()
                    .filter(|leaf| under(groups, *leaf))
                    .collect();
                match fitting.as_slice() {
                    [leaf] => pick(*leaf),
                    _ => Err(Reason::AmbiguousRow),
                }
            }
        }
    }

    /// A table whose spans were lost: the label is the last text, the values follow it in the header's order.
    fn fit_by_order(&self, header: &Header, layout: &Layout, row: u32, start: u32) -> Fit {
        let view = self.view(header.view);
        let Some(order) = &layout.order else {
            return Fit::Nothing;
        };
        let mut path: Vec<(u32, u32)> = Vec::new();
        for col in start..self.grid.cols() {
            match self.marks.own(row, col) {
                Mark::Label(term) if view.rows.knows(term) => path.push((row, col)),
                Mark::Text if !path.is_empty() => path.push((row, col)),
                Mark::Number | Mark::NotApplicable if !path.is_empty() => break,
                _ => {}
            }
        }
        let Some(label) = path.last().copied() else {
            return Fit::Nothing;
        };
        let Mark::Label(term) = self.mark_at(label) else {
            return Fit::Nothing;
        };
        let from = label.1 + width_at(self.grid, row, label.1);
        let end = from + order.len() as u32;
        let spare = (end..self.grid.cols()).any(|col| self.marks.own(row, col).is_value());
        let short = end > self.grid.cols();
        let table = Some(view.table);
        if spare || short {
            return Fit::Trouble(Trouble {
                reason: Reason::Misaligned,
                row,
                col: label.1,
                table,
            });
        }
        match self.row_of(header, term, &path) {
            Ok((r, matched)) => {
                let cells = (order.iter().zip(from..))
                    .map(|(c, col)| (*c, col))
                    .collect();
                Fit::Row {
                    row: r,
                    matched,
                    cells,
                }
            }
            Err(reason) => Fit::Trouble(Trouble {
                reason,
                row,
                col: label.1,
                table,
            }),
        }
    }

    fn fit_unlabelled(
        &self,
        header: &Header,
        layout: &Layout,
        row: u32,
        cells: &[(u32, Mark)],
    ) -> Fit {
        let n = self.view(header.view).cols.leaves.len();
        let table = Some(self.view(header.view).table);
        let wordy = |cols: &mut dyn Iterator<Item = u32>| {
            let mut values = 0;
            let mut words = 0;
            for col in cols {
                let mark = self.marks.own(row, col);
                values += usize::from(mark.is_value());
                words += usize::from(mark.is_words());
            }
            words > values
        };
        if !layout.columns.is_empty() {
            let columns = || layout.columns.iter().map(|c| c.col);
            let whole = layout.columns.len() == n;
            let stray = !whole
                && cells
                    .iter()
                    .any(|(col, mark)| *mark == Mark::Number && !columns().any(|c| c == *col));
            if !stray {
                let values_below = cells.is_empty()
                    && columns().any(|col| self.marks.own(row + 1, col) == Mark::Number);
                if values_below || wordy(&mut columns()) {
                    return Fit::Nothing;
                }
                let cells = layout.columns.iter().map(|c| (*c, c.col)).collect();
                return Fit::Row {
                    row: 0,
                    matched: Matched::Label,
                    cells,
                };
            }
        }
        let numbers: Vec<u32> = (cells.iter())
            .filter(|(_, mark)| mark.is_value())
            .map(|(col, _)| *col)
            .collect();
        let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else {
            return Fit::Nothing;
        };
        match &layout.order {
            Some(order) if numbers.len() == n && (last - first) as usize == n - 1 => {
                let cells = order.iter().copied().zip(numbers).collect();
                Fit::Row {
                    row: 0,
                    matched: Matched::Label,
                    cells,
                }
            }
            _ => Fit::Trouble(Trouble {
                reason: Reason::Misaligned,
                row,
                col: *first,
                table,
            }),
        }
    }

    /// Rows with damaged labels, once all others are known: accepted where one row only can be meant and the rows
    /// above and below are its neighbours in the form.
    fn mend(&mut self) {
        let damaged = std::mem::take(&mut self.damaged);
        let guesses: Vec<Option<usize>> = damaged.iter().map(|d| self.guess(d)).collect();
        for (at, entry) in damaged.iter().enumerate() {
            let tree = &self.view(self.headers[entry.header].view).rows;
            let rows = tree.leaves.len();
            let twice = || {
                (damaged.iter().zip(&guesses).enumerate()).any(|(other, (d, guess))| {
                    other != at && d.header == entry.header && *guess == guesses[at]
                })
            };
            let accepted = guesses[at].filter(|guess| {
                let (above, below) = self.around(entry, &damaged, &guesses);
                let fits_above = above.map_or(*guess == 0, |a| a + 1 == *guess);
                let fits_below = below.map_or(guess + 1 == rows, |b| guess + 1 == b);
                let known = self.headers[entry.header]
                    .rows_found
                    .iter()
                    .any(|(_, r)| r == guess);
                !known
                    && !twice()
                    && (fits_above && (fits_below || below.is_none())
                        || fits_below && above.is_none())
            });
            match accepted {
                Some(row) => {
                    self.tie(entry.header, entry.row, (row, Matched::Fuzzy), &entry.cells);
                }
                None => {
                    let numbers = entry
                        .cells
                        .iter()
                        .any(|(_, col)| self.marks.own(entry.row, *col) == Mark::Number);
                    let table = self.view(self.headers[entry.header].view).table;
                    if numbers {
                        self.trouble(Reason::UnknownRow, entry.row, entry.col, Some(table));
                    } else {
                        self.scan.rows[entry.row as usize] = false;
                    }
                }
            }
        }
    }

    fn guess(&self, entry: &Damaged) -> Option<usize> {
        let header = &self.headers[entry.header];
        let tree = &self.view(header.view).rows;
        let text = self.grid.own(entry.row, entry.col).as_text()?;
        let free = (tree.leaves.iter().copied()).filter(|n| {
            !header
                .rows_found
                .iter()
                .any(|(_, r)| tree.nodes[*n].leaf == Some(*r))
        });
        nearest(text, free, tree).and_then(|node| tree.nodes[node].leaf)
    }

    /// The rows of the block directly above and below, damaged ones as guessed.
    fn around(
        &self,
        entry: &Damaged,
        damaged: &[Damaged],
        guesses: &[Option<usize>],
    ) -> (Option<usize>, Option<usize>) {
        let found = self.headers[entry.header]
            .rows_found
            .iter()
            .map(|(row, r)| (*row, Some(*r)));
        let guessed = (damaged.iter().zip(guesses))
            .filter(|(d, _)| d.header == entry.header)
            .map(|(d, guess)| (d.row, *guess));
        let all: Vec<(u32, Option<usize>)> = found.chain(guessed).collect();
        let above = all
            .iter()
            .filter(|(row, _)| *row < entry.row)
            .max_by_key(|(row, _)| *row);
        let below = all
            .iter()
            .filter(|(row, _)| *row > entry.row)
            .min_by_key(|(row, _)| *row);
        // An unknown neighbour is no neighbour: it must not pass for the edge of the table.
        let or_none =
            |at: Option<&(u32, Option<usize>)>| at.map(|(_, r)| r.unwrap_or(usize::MAX - 1));
        (or_none(above), or_none(below))
    }
}

fn overlap(a: (u32, u32), b: (u32, u32)) -> bool {
    a.0 <= b.1 && b.0 <= a.1
}
