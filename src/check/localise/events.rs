//! One slip that makes several cells wrong at once: two cells swapped, a run of cells moved by one.

use std::collections::{BTreeMap, BTreeSet};

use crate::form::Form;
use crate::report::Report;

use super::super::settings::SlipKind;
use super::evidence::Evidence;
use super::slips::beside;

/// Cells with the values they should have had, and the slip that moved them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    /// Index in the form's keys and right value, ascending.
    pub(super) cells: Vec<(usize, i64)>,
    pub(super) is_shift: bool,
    pub(super) is_beside: bool,
}

impl Event {
    pub(super) fn kind(&self) -> SlipKind {
        match (self.is_shift, self.is_beside) {
            (true, _) => SlipKind::Shift,
            (false, true) => SlipKind::SwapNeighbours,
            (false, false) => SlipKind::Swap,
        }
    }
}

/// Every single event that makes everything hold. `variables` maps a key to its variable in the evidence.
pub(super) fn events(
    report: &Report,
    variables: &BTreeMap<usize, usize>,
    evidence: &Evidence,
) -> BTreeSet<Event> {
    let mut found = BTreeSet::new();
    for line in lines(&report.form, variables) {
        let open =
            |key: &usize| variables.contains_key(key) && report.values[*key].number.is_some();
        for (at, a) in line.iter().enumerate().filter(|(_, k)| open(k)) {
            for b in line[at + 1..].iter().filter(|k| open(k)) {
                swap(report, *a, *b, variables, evidence, &mut found);
            }
        }
        if line.iter().all(open) {
            shifts(report, &line, variables, evidence, &mut found);
        }
    }
    found
}

/// Rows and columns of the blocks that have variables here.
fn lines(form: &Form, variables: &BTreeMap<usize, usize>) -> Vec<Vec<usize>> {
    let mut lines = Vec::new();
    for block in form.tables.iter().flat_map(|table| &table.blocks) {
        if !block.keys().any(|key| variables.contains_key(&key)) {
            continue;
        }
        let (rows, columns) = (block.rows.len(), block.columns.len());
        for row in 0..rows {
            lines.push(
                (0..columns)
                    .map(|column| block.key_at(row, column))
                    .collect(),
            );
        }
        for column in 0..columns {
            lines.push((0..rows).map(|row| block.key_at(row, column)).collect());
        }
    }
    lines
}

fn swap(
    report: &Report,
    a: usize,
    b: usize,
    variables: &BTreeMap<usize, usize>,
    evidence: &Evidence,
    found: &mut BTreeSet<Event>,
) {
    let (Some(left), Some(right)) = (report.values[a].number, report.values[b].number) else {
        return;
    };
    let cells = vec![(a, right), (b, left)];
    if left != right && holds(&cells, report, variables, evidence) {
        found.insert(Event {
            cells,
            is_shift: false,
            is_beside: beside(&report.form, a).contains(&b),
        });
    }
}

/// Runs `first..=last` of a line whose values were all typed one cell too far, in either direction.
fn shifts(
    report: &Report,
    line: &[usize],
    variables: &BTreeMap<usize, usize>,
    evidence: &Evidence,
    found: &mut BTreeSet<Event>,
) {
    let values: Vec<i64> = (line.iter())
        .filter_map(|key| report.values[*key].number)
        .collect();
    for first in 0..line.len() {
        for last in first + 2..line.len() {
            for forward in [true, false] {
                let (lost, moved): (usize, Vec<(usize, i64)>) = if forward {
                    (
                        last,
                        (first..last).map(|at| (line[at], values[at + 1])).collect(),
                    )
                } else {
                    let moved = (first + 1..=last).map(|at| (line[at], values[at - 1]));
                    (first, moved.collect())
                };
                let pushed_out = if forward { values[first] } else { values[last] };
                let mut candidates = BTreeSet::from([0, pushed_out]);
                candidates.extend(settled(
                    line[lost],
                    values[lost],
                    &moved,
                    report,
                    variables,
                    evidence,
                ));
                for candidate in candidates {
                    let mut cells = moved.clone();
                    cells.push((line[lost], candidate));
                    cells.retain(|(key, value)| report.values[*key].number != Some(*value));
                    cells.sort_unstable();
                    if cells.len() > 2 && holds(&cells, report, variables, evidence) {
                        found.insert(Event {
                            cells,
                            is_shift: true,
                            is_beside: true,
                        });
                    }
                }
            }
        }
    }
}

fn changes(
    cells: &[(usize, i64)],
    report: &Report,
    variables: &BTreeMap<usize, usize>,
) -> Option<Vec<(usize, i128)>> {
    (cells.iter())
        .map(|(key, value)| {
            let now = report.values[*key].number?;
            Some((*variables.get(key)?, i128::from(*value) - i128::from(now)))
        })
        .collect()
}

fn holds(
    cells: &[(usize, i64)],
    report: &Report,
    variables: &BTreeMap<usize, usize>,
    evidence: &Evidence,
) -> bool {
    changes(cells, report, variables).is_some_and(|changes| evidence.holds(&changes))
}

/// The value that a row settles for the cell whose own value was lost.
fn settled(
    key: usize,
    now: i64,
    moved: &[(usize, i64)],
    report: &Report,
    variables: &BTreeMap<usize, usize>,
    evidence: &Evidence,
) -> Option<i64> {
    let changes = changes(moved, report, variables)?;
    let change = evidence.settle(*variables.get(&key)?, &changes)?;
    i64::try_from(i128::from(now).checked_add(change)?).ok()
}
