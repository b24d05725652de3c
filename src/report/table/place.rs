//! Giving a row to the header it fits best, and tying its cells to their keys.

use super::{Candidate, Damaged, Fit, Found, Reason, Scanner, Trouble};
use crate::report::header::Column;
use crate::report::marks::Mark;
use crate::report::value::Matched;

impl Scanner<'_> {
    /// Gives a row to the headers it fits. Tables side by side each take their part of the row; of headers over the
    /// same columns the one that explains most of it counts.
    pub(super) fn data(&mut self, row: u32, cells: &[(u32, Mark)], headed: &[(u32, u32)]) {
        self.close(row);
        let mut taken: Vec<(u32, u32)> = headed.to_vec();
        let free = |taken: &[(u32, u32)], range: (u32, u32)| {
            !taken.iter().any(|known| overlap(*known, range))
        };
        let mut rows: Vec<(usize, Fit, usize)> = Vec::new();
        let mut damaged: Vec<Candidate> = Vec::new();
        let mut troubles: Vec<(usize, Trouble)> = Vec::new();
        for (at, header) in self.headers.iter().enumerate() {
            let waiting = header.layout.is_none() || header.last_line() >= row;
            if header.done || waiting || !free(&taken, header.range()) {
                continue;
            }
            match self.fit(header, row, cells) {
                Fit::Nothing => {}
                Fit::Row {
                    row,
                    matched,
                    cells,
                } => {
                    let weight = cells.len();
                    rows.push((
                        at,
                        Fit::Row {
                            row,
                            matched,
                            cells,
                        },
                        weight,
                    ));
                }
                Fit::Damaged { col, cells } => damaged.push(Candidate {
                    header: at,
                    col,
                    cells,
                }),
                Fit::Trouble(trouble) => troubles.push((at, trouble)),
            }
        }
        rows.sort_by_key(|(_, _, weight)| std::cmp::Reverse(*weight));
        let rivals: Vec<(usize, usize)> =
            rows.iter().map(|(at, _, weight)| (*at, *weight)).collect();
        for (at, fit, weight) in rows {
            let range = self.headers[at].range();
            if !free(&taken, range) {
                continue;
            }
            taken.push(range);
            let tied = rivals.iter().any(|(other, known)| {
                *other != at && *known == weight && overlap(self.headers[*other].range(), range)
            });
            if tied {
                let table = Some(self.view(self.headers[at].view).table);
                self.trouble(Reason::AmbiguousRow, row, range.0, table);
            } else {
                self.place(at, row, fit);
            }
        }
        while let Some(first) = damaged
            .iter()
            .position(|d| free(&taken, self.headers[d.header].range()))
        {
            let range = self.headers[damaged[first].header].range();
            let (same, rest): (Vec<_>, Vec<_>) = damaged
                .into_iter()
                .partition(|d| overlap(self.headers[d.header].range(), range));
            taken.push(range);
            self.scan.rows[row as usize] = true;
            self.damaged.push(Damaged {
                row,
                candidates: same,
            });
            damaged = rest;
        }
        for (at, trouble) in troubles {
            let range = self.headers[at].range();
            if free(&taken, range) {
                taken.push(range);
                self.trouble(trouble.reason, trouble.row, trouble.col, trouble.table);
            }
        }
        if taken.is_empty() {
            self.orphan(row, cells);
        }
    }

    pub(super) fn trouble(&mut self, reason: Reason, row: u32, col: u32, table: Option<usize>) {
        self.scan.rows[row as usize] = true;
        self.scan.troubles.push(Trouble {
            reason,
            row,
            col,
            table,
        });
    }

    pub(super) fn place(&mut self, at: usize, row: u32, fit: Fit) {
        match fit {
            Fit::Row {
                row: r,
                matched,
                cells,
            } => {
                self.scan.rows[row as usize] = true;
                self.tie(at, row, (r, matched), &cells);
                self.notice_short(at, row, &cells);
                let header = &mut self.headers[at];
                header.rows_found.push((row, r));
                if self.labels.views[header.view].unlabelled {
                    header.done = true;
                }
                self.carry(at, row);
            }
            Fit::Trouble(_) | Fit::Damaged { .. } | Fit::Nothing => {}
        }
    }

    /// A row that ends before its table does has lost a cell somewhere, perhaps not its last one.
    fn notice_short(&mut self, at: usize, row: u32, cells: &[(Column, u32)]) {
        let last = cells.iter().map(|(_, col)| *col).max().unwrap_or(0);
        let number = |(_, col): &(Column, u32)| self.marks.own(row, *col) == Mark::Number;
        if self.grid.given(row) <= last && cells.iter().any(number) {
            let first = (0..self.grid.cols()).find(|col| self.marks.own(row, *col) != Mark::Empty);
            let table = Some(self.view(self.headers[at].view).table);
            self.trouble(Reason::Short, row, first.unwrap_or(0), table);
        }
    }

    pub(super) fn tie(
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
    pub(super) fn carry(&mut self, at: usize, row: u32) {
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
    pub(super) fn orphan(&mut self, row: u32, cells: &[(u32, Mark)]) {
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
}

fn overlap(a: (u32, u32), b: (u32, u32)) -> bool {
    a.0 <= b.1 && b.0 <= a.1
}
