//! Rows with damaged labels, looked at again once their neighbours are known.

use super::{Candidate, Damaged, Reason, Scanner};
use crate::report::header::nearest;
use crate::report::marks::Mark;
use crate::report::value::Matched;

/// What a damaged row may be: for each header it stands under, a row of the block.
type Guesses = Vec<Option<usize>>;

impl Scanner<'_> {
    /// Rows with damaged labels, once all others are known: accepted where one row only can be meant and the rows
    /// above and below are its neighbours in the form.
    pub(super) fn mend(&mut self) {
        let damaged = std::mem::take(&mut self.damaged);
        let guesses: Vec<Guesses> = (damaged.iter())
            .map(|d| d.candidates.iter().map(|c| self.guess(d.row, c)).collect())
            .collect();
        for (at, entry) in damaged.iter().enumerate() {
            let mut accepted = (entry.candidates.iter().zip(&guesses[at]))
                .filter_map(|(candidate, guess)| Some((candidate, (*guess)?)))
                .filter(|(candidate, guess)| {
                    self.accepts(at, candidate, *guess, &damaged, &guesses)
                });
            match (accepted.next(), accepted.next()) {
                (Some((candidate, row)), None) => {
                    let (header, cells) = (candidate.header, candidate.cells.clone());
                    drop(accepted);
                    self.tie(header, entry.row, (row, Matched::Fuzzy), &cells);
                }
                _ => {
                    drop(accepted);
                    self.leave_out(entry);
                }
            }
        }
    }

    /// Whether a guess is the only row that can be meant.
    fn accepts(
        &self,
        at: usize,
        candidate: &Candidate,
        guess: usize,
        damaged: &[Damaged],
        guesses: &[Guesses],
    ) -> bool {
        let header = candidate.header;
        let rows = self.view(self.headers[header].view).rows.leaves.len();
        let others: Vec<(u32, Option<usize>)> = (damaged.iter().zip(guesses).enumerate())
            .filter(|(other, _)| *other != at)
            .flat_map(|(_, (entry, guesses))| {
                (entry.candidates.iter().zip(guesses))
                    .filter(|(c, _)| c.header == header)
                    .map(|(_, guess)| (entry.row, *guess))
            })
            .collect();
        let twice = others.iter().any(|(_, other)| *other == Some(guess));
        let known = self.headers[header]
            .rows_found
            .iter()
            .any(|(_, r)| *r == guess);
        let (above, below) = self.around(header, damaged[at].row, &others);
        let fits_above = above.map_or(guess == 0, |a| a + 1 == guess);
        let fits_below = below.map_or(guess + 1 == rows, |b| guess + 1 == b);
        let neighbours =
            fits_above && (fits_below || below.is_none()) || fits_below && above.is_none();
        !known && !twice && neighbours
    }

    fn leave_out(&mut self, entry: &Damaged) {
        let Some(first) = entry.candidates.first() else {
            return;
        };
        let number = |col: u32| self.marks.own(entry.row, col) == Mark::Number;
        let numbers = first.cells.iter().any(|(_, col)| number(*col));
        let table = self.view(self.headers[first.header].view).table;
        if numbers {
            self.trouble(Reason::UnknownRow, entry.row, first.col, Some(table));
        } else {
            self.scan.rows[entry.row as usize] = false;
        }
    }

    fn guess(&self, row: u32, candidate: &Candidate) -> Option<usize> {
        let header = &self.headers[candidate.header];
        let tree = &self.view(header.view).rows;
        let text = self.grid.own(row, candidate.col).as_text()?;
        let taken = |node: usize| {
            (header.rows_found.iter()).any(|(_, found)| tree.nodes[node].leaf == Some(*found))
        };
        let free = tree.leaves.iter().copied().filter(|node| !taken(*node));
        nearest(text, free, tree).and_then(|node| tree.nodes[node].leaf)
    }

    /// The rows of the block directly above and below, damaged ones as guessed.
    fn around(
        &self,
        header: usize,
        row: u32,
        guessed: &[(u32, Option<usize>)],
    ) -> (Option<usize>, Option<usize>) {
        let found = self.headers[header]
            .rows_found
            .iter()
            .map(|(row, r)| (*row, Some(*r)));
        let all: Vec<(u32, Option<usize>)> = found.chain(guessed.iter().copied()).collect();
        let above = all
            .iter()
            .filter(|(at, _)| *at < row)
            .max_by_key(|(at, _)| *at);
        let below = all
            .iter()
            .filter(|(at, _)| *at > row)
            .min_by_key(|(at, _)| *at);
        // An unknown neighbour is no neighbour: it must not pass for the edge of the table.
        let row_of =
            |at: Option<&(u32, Option<usize>)>| at.map(|(_, r)| r.unwrap_or(usize::MAX - 1));
        (row_of(above), row_of(below))
    }
}
