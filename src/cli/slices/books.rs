//! What became of every file, while slices go by.

use std::collections::BTreeSet;

use super::Sliced;
use crate::batch::{self, Batch, End, Input};
use crate::cli::failure::Failure;
use crate::cli::{Ending, wording};
use crate::text::Text;

/// How every file of a run ended.
#[derive(Debug)]
pub(in crate::cli) struct Ledger {
    pub inputs: Vec<Input>,
}

/// The ends of the files while slices go by.
pub(super) struct Books {
    entered: Vec<Option<Input>>,
    /// Reports that count, in all slices so far.
    counting: usize,
}

impl Books {
    pub(super) fn new(sliced: &Sliced) -> Self {
        Self {
            entered: (0..sliced.survey.papers.len()).map(|_| None).collect(),
            counting: 0,
        }
    }

    /// Takes down what became of the files of a slice.
    ///
    /// # Errors
    /// The slice has other files than it should, or a report with too few values.
    pub(super) fn enter(
        &mut self,
        sliced: &Sliced,
        number: usize,
        batch: &Batch,
    ) -> Result<(), Failure> {
        batch::fill_their_forms(&batch.reports).map_err(Failure::Stage)?;
        let of_slice: BTreeSet<u32> = (sliced.slices[number].iter())
            .map(|report| sliced.survey.known[*report as usize].piece)
            .collect();
        let silent = (0..sliced.home.len() as u32).filter(|piece| {
            sliced.home[*piece as usize] == number as u32
                && !sliced.survey.papers[*piece as usize].has_reports
        });
        let pieces: BTreeSet<u32> = of_slice.into_iter().chain(silent).collect();
        // Both are in the order of the files.
        let names = (pieces.iter()).map(|piece| &sliced.survey.papers[*piece as usize].piece.name);
        if !names.eq(batch.inputs.iter().map(|input| &input.file)) {
            let what = format!("files {}, inputs {}", pieces.len(), batch.inputs.len());
            return Err(Failure::Stage(batch::wrong(what)));
        }
        self.counting += batch.reports.len();
        for (piece, more) in pieces.into_iter().zip(batch.inputs.iter().cloned()) {
            match &mut self.entered[piece as usize] {
                Some(input) => join(input, more),
                empty => *empty = Some(more),
            }
        }
        Ok(())
    }

    /// Every file in its order.
    ///
    /// # Errors
    /// What became of files and reports is not what was found.
    pub(super) fn close(self, sliced: &Sliced) -> Result<Ledger, Failure> {
        let inputs: Vec<Input> = self.entered.into_iter().flatten().collect();
        let reports: usize = inputs.iter().map(|input| input.reports.len()).sum();
        let known = sliced.survey.known.len();
        if reports != known {
            let what = format!("reports {known}, in files {reports}");
            return Err(Failure::Stage(batch::wrong(what)));
        }
        (sliced.account)
            .add_up(&inputs, self.counting)
            .map_err(Failure::Stage)?;
        Ok(Ledger { inputs })
    }
}

/// Two parts of what is said of one file.
fn join(input: &mut Input, more: Input) {
    if more.end == End::Used {
        input.end = End::Used;
    }
    input.reports.extend(more.reports);
    for (why, more, stop) in [
        (&mut input.why.zh, more.why.zh, "；"),
        (&mut input.why.en, more.why.en, "; "),
    ] {
        if !why.is_empty() && !more.is_empty() {
            why.push_str(stop);
        }
        why.push_str(&more);
    }
}

impl Ledger {
    /// How many files ended in each way, in the order of [`End::ALL`].
    pub fn ends(&self) -> [usize; End::ALL.len()] {
        let mut ends = [0; End::ALL.len()];
        for input in &self.inputs {
            ends[input.end as usize] += 1;
        }
        ends
    }

    /// The same in words.
    pub fn words(&self) -> Text {
        wording::ends(&self.inputs)
    }

    /// How a run ends in which something is wrong, or not.
    pub fn ending(&self, is_wrong: bool) -> Ending {
        if is_wrong || self.ends()[End::Unreadable as usize] > 0 {
            Ending::WithErrors
        } else {
            Ending::Clean
        }
    }
}
