//! Rows with damaged labels, looked at again once their neighbours are known.

use super::{Damaged, Reason, Scanner};
use crate::report::header::nearest;
use crate::report::marks::Mark;
use crate::report::value::Matched;

impl Scanner<'_> {
    /// Rows with damaged labels, once all others are known: accepted where one row only can be meant and the rows
    /// above and below are its neighbours in the form.
    pub(super) fn mend(&mut self) {
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

    pub(super) fn guess(&self, entry: &Damaged) -> Option<usize> {
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
    pub(super) fn around(
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
