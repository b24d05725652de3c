//! Whether a row fits a header: by place where the columns stand under their labels, by order where spans were lost.

use super::{Fit, Header, Reason, Scanner, Trouble};
use crate::report::header::{Column, Layout, Line, width_at};
use crate::report::marks::Mark;
use crate::report::value::Matched;
use crate::report::vocabulary::Term;

impl Scanner<'_> {
    pub(super) fn fit(&self, header: &Header, row: u32, cells: &[(u32, Mark)]) -> Fit {
        let Some(layout) = &header.layout else {
            return Fit::Nothing;
        };
        let view = self.view(header.view);
        if view.unlabelled {
            return self.fit_unlabelled(header, layout, row, cells);
        }
        let by_place = self.fit_by_place(header, layout, row);
        if matches!(by_place, Fit::Row { .. } | Fit::Damaged { .. }) {
            return by_place;
        }
        // Where spans are known none was lost, and numbers beside the headers are not under them by another count.
        if matches!(&by_place, Fit::Trouble(t) if t.reason == Reason::Misaligned)
            && self.grid.has_spans()
        {
            return by_place;
        }
        match self.fit_by_order(header, layout, row) {
            Fit::Nothing => by_place,
            by_order => by_order,
        }
    }

    /// First column of a row's labels: what stands left of the columns, as far as the numbers of a table beside it.
    pub(super) fn zone_start(&self, row: u32, first: u32) -> u32 {
        (0..first)
            .rev()
            .take_while(|col| self.marks.own(row, *col) != Mark::Number)
            .last()
            .unwrap_or(first)
    }

    pub(super) fn fit_by_place(&self, header: &Header, layout: &Layout, row: u32) -> Fit {
        let view = self.view(header.view);
        let Some(first) = layout.columns.first() else {
            return Fit::Nothing;
        };
        let start = self.zone_start(row, first.col);
        let misaligned = self.strays(row, start, header, layout);
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
        if misaligned {
            return match self.mark_at(label) {
                Mark::Label(term) if view.rows.knows(term) => Fit::Trouble(Trouble {
                    reason: Reason::Misaligned,
                    row,
                    col: label.1,
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
    pub(super) fn is_amid(&self, header: &Header, row: u32) -> bool {
        let view = self.view(header.view);
        let near = header
            .rows_found
            .last()
            .map_or(header.last_line(), |(r, _)| *r);
        row <= near + 3 && header.rows_found.len() < view.rows.leaves.len()
    }

    /// Whether a number stands where no column is: between labels and columns, between the columns, or behind them:
    /// anywhere, where not every column was found, else right beside them and under no words.
    fn strays(&self, row: u32, start: u32, header: &Header, layout: &Layout) -> bool {
        let (Some(first), Some(last)) = (layout.columns.first(), layout.columns.last()) else {
            return false;
        };
        let whole = layout.columns.len() == self.view(header.view).cols.leaves.len();
        let lines = &header.lines;
        let end = if whole {
            last.col
        } else {
            self.grid.cols().saturating_sub(1)
        };
        let number = |col: u32| self.marks.own(row, col) == Mark::Number;
        let words = (start..first.col).any(|col| self.marks.own(row, col).is_words());
        // Left of the label stands a running number or another table; right of it there is only this one.
        !words && start > 0 && start < first.col && number(start - 1)
            || (first.col..=end)
                .any(|col| number(col) && !layout.columns.iter().any(|c| c.col == col))
            || whole && number(last.col + 1) && self.is_bare(lines, last.col + 1)
    }

    /// Whether no header names a column, whatever it is for.
    fn is_bare(&self, lines: &[Line], col: u32) -> bool {
        let covers = |header: &Header| {
            let (first, last) = header.range();
            (first..=last).contains(&col)
        };
        !self.headers.iter().any(covers)
            && (lines.iter()).all(|line| !self.mark_at(self.grid.anchor(line.row, col)).is_words())
    }

    /// The labels of a row from group to innermost, as anchors; none where the row itself has no label.
    pub(super) fn label_path(&self, row: u32, start: u32, end: u32) -> Option<Vec<(u32, u32)>> {
        let mut path: Vec<(u32, u32)> = Vec::new();
        for col in start..end {
            let anchor = self.grid.anchor(row, col);
            if self.mark_at(anchor).is_words() && path.last() != Some(&anchor) {
                path.push(anchor);
            }
        }
        (path.last()?.0 == row).then_some(path)
    }

    pub(super) fn mark_at(&self, (row, col): (u32, u32)) -> Mark {
        self.marks.own(row, col)
    }

    /// The row a label stands for, told apart by the groups beside and above it.
    pub(super) fn row_of(
        &self,
        header: &Header,
        term: Term,
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
    pub(super) fn fit_by_order(&self, header: &Header, layout: &Layout, row: u32) -> Fit {
        let view = self.view(header.view);
        let Some(order) = &layout.order else {
            return Fit::Nothing;
        };
        let mut path: Vec<(u32, u32)> = Vec::new();
        for col in 0..self.grid.cols() {
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

    pub(super) fn fit_unlabelled(
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
            let (from, to) = header.range();
            let stray = !whole
                && cells.iter().any(|(col, mark)| {
                    *mark == Mark::Number
                        && (from..=to).contains(col)
                        && !columns().any(|c| c == *col)
                });
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
            // Every line begins at the margin, so that spans were lost and blanks were kept: the fields of this line
            // are the columns in turn. A blank in front could itself have been lost, unless none is missing.
            Some(order)
                if (*first == 0 || self.grid.given(row) as usize == n)
                    && (header.lines.iter())
                        .all(|l| l.tokens.first().is_some_and(|t| t.col == 0))
                    && cells
                        .iter()
                        .all(|(col, mark)| mark.is_value() && (*col as usize) < n) =>
            {
                Fit::Row {
                    row: 0,
                    matched: Matched::Label,
                    cells: order.iter().copied().zip(0..).collect(),
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
}
