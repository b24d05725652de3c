//! The accounts of a run: what was found must be what became of it.

use std::collections::HashSet;
use std::sync::Arc;

use super::gather::{Origin, Source};
use super::{Batch, End, Input};
use crate::report::Report;
use crate::text::Text;

/// What was read, counted before anything is decided about it.
#[derive(Debug, Clone, Default)]
pub struct Account {
    sources: Vec<Arc<str>>,
    pieces: usize,
}

impl Account {
    /// Counts sources (stores apart, whose entries are pieces) and the pieces that came of them.
    pub fn of(sources: &[Source], pieces: usize) -> Self {
        let files = sources
            .iter()
            .filter(|source| !matches!(source.origin, Origin::Store(_)));
        Self {
            sources: files.map(|source| source.name.clone()).collect(),
            pieces,
        }
    }

    /// The same sources, with so many pieces.
    #[must_use]
    pub fn with_pieces(self, pieces: usize) -> Self {
        Self { pieces, ..self }
    }

    /// Holds a batch against what was found: every source has an end, or the members of an archive have; every piece is
    /// one file; every file ends as its reports did; every report that counts stands where it is said to.
    ///
    /// # Errors
    /// It does not add up: a mistake of this program, and nothing of the batch can be trusted.
    pub fn check(&self, batch: &Batch) -> Result<(), Text> {
        self.add_up(&batch.inputs, batch.reports.len())?;
        fill_their_forms(&batch.reports)
    }

    /// The same of files and how many reports count, where no batch has them all at once.
    ///
    /// # Errors
    /// It does not add up.
    pub fn add_up(&self, inputs: &[Input], reports: usize) -> Result<(), Text> {
        let files = inputs.len();
        if files != self.pieces {
            return Err(wrong(format!("files {}, inputs {files}", self.pieces)));
        }
        // A member of an archive stands for it.
        let ended: HashSet<&str> = (inputs.iter())
            .flat_map(|input| {
                let archives = input
                    .file
                    .match_indices("!/")
                    .map(|(at, _)| &input.file[..at]);
                archives.chain([&*input.file])
            })
            .collect();
        if let Some(lost) = self
            .sources
            .iter()
            .find(|source| !ended.contains(&***source))
        {
            return Err(wrong(format!("{lost}: no end")));
        }
        let mut counting = 0;
        for input in inputs {
            let here = input
                .reports
                .iter()
                .filter(|found| found.superseded_by.is_none())
                .count();
            counting += here;
            let right = match input.end {
                End::Used => here > 0,
                End::Superseded => here == 0 && !input.reports.is_empty(),
                End::NotAReport | End::Unreadable => input.reports.is_empty(),
            };
            if !right {
                let (file, end) = (&input.file, input.end.as_str());
                return Err(wrong(format!("{file}: {end}, {here} reports count")));
            }
        }
        if counting != reports {
            return Err(wrong(format!(
                "reports {reports}, counted by file {counting}"
            )));
        }
        Ok(())
    }
}

/// Every report has a value for each key of its form.
///
/// # Errors
/// One has not.
pub fn fill_their_forms(reports: &[Arc<Report>]) -> Result<(), Text> {
    let short = (reports.iter()).find(|report| report.values.len() != report.form.keys.len());
    match short {
        Some(report) => Err(wrong(format!(
            "{}: {} values, {} keys",
            report.file,
            report.values.len(),
            report.form.keys.len()
        ))),
        None => Ok(()),
    }
}

/// What is told of accounts that do not add up.
pub fn wrong(what: String) -> Text {
    Text::new(
        format!("程序内部错误，文件账目不符（{what}）；没有写入文件，请把这句话反馈给开发者"),
        format!(
            "internal error: the files do not add up ({what}); no file was written, send this sentence to the developers"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Found;

    fn source(name: &str) -> Source {
        Source {
            name: name.into(),
            origin: Origin::Standard,
            modified: None,
        }
    }

    fn input(file: &str, end: End, reports: usize) -> Input {
        let found = Found {
            unit: "甲镇".into(),
            code: None,
            year: Some(2022),
            form: "2021".into(),
            tally: [0; 7],
            superseded_by: Some("b.xlsx".into()),
            identical: false,
        };
        Input {
            file: file.into(),
            end,
            why: Text::default(),
            reports: vec![found; reports],
        }
    }

    #[test]
    fn accounts_that_do_not_add_up_are_told() {
        let sources = [source("a.xlsx"), source("z.zip")];
        let account = Account::of(&sources, 2);
        let inputs = vec![
            input("a.xlsx", End::Superseded, 1),
            input("z.zip!/b.csv", End::NotAReport, 0),
        ];
        let with = |inputs: &[Input]| {
            let batch = Batch {
                inputs: inputs.to_vec(),
                ..Batch::default()
            };
            account.check(&batch)
        };
        assert_eq!(with(&inputs), Ok(()));
        // A file lost, one too many, one without an end, and ends that its reports contradict.
        assert!(with(&inputs[..1]).is_err());
        assert!(with(&[inputs.clone(), inputs.clone()].concat()).is_err());
        assert!(with(&[inputs[0].clone(), input("y.csv", End::NotAReport, 0)]).is_err());
        for (end, reports) in [
            (End::Used, 0),
            (End::Used, 1),
            (End::Superseded, 0),
            (End::Unreadable, 1),
        ] {
            let found = with(&[input("a.xlsx", end, reports), inputs[1].clone()]);
            assert!(found.is_err(), "{end:?} {reports}");
        }
    }
}
