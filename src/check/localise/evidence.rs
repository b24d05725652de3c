//! Whether a given change of values makes everything hold: asked many thousand times for one report.

use super::fit::Inequality;
use super::rows::Row;
use super::search::reduced;
use super::system::System;

/// What the rules say about changes, with missing values eliminated.
pub(super) struct Evidence {
    /// What the changes in each row have to add up to.
    residuals: Vec<i128>,
    /// Rows that do not hold as things are.
    failing: usize,
    /// For each variable its rows with the coefficients.
    rows: Vec<Vec<(usize, i128)>>,
    bounds: Vec<i128>,
    violated: usize,
    /// For each variable its inequalities with the coefficients.
    inequalities: Vec<Vec<(usize, i128)>>,
}

impl Evidence {
    /// None where a number grows beyond 128 bits.
    pub(super) fn new(system: &System) -> Option<Self> {
        let (rows, inequalities) = reduced(system)?;
        let rows: Vec<&Row> = rows.iter().map(AsRef::as_ref).collect();
        let residuals: Vec<i128> = rows.iter().map(|row| row.residual).collect();
        let bounds: Vec<i128> = inequalities.iter().map(|i| i.bound).collect();
        let count = system.variables.len();
        let inequality_terms = |i: &Inequality| i.terms.clone();
        Some(Self {
            failing: residuals.iter().filter(|residual| **residual != 0).count(),
            violated: bounds.iter().filter(|bound| **bound > 0).count(),
            rows: by_variable(rows.iter().map(|row| row.terms.clone()), count),
            inequalities: by_variable(inequalities.iter().map(inequality_terms), count),
            residuals,
            bounds,
        })
    }

    /// Whether everything holds once these changes are made.
    pub(super) fn holds(&self, changes: &[(usize, i128)]) -> bool {
        let Some(sums) = sums(&self.rows, changes) else {
            return false;
        };
        let touched = sums
            .iter()
            .filter(|(row, _)| self.residuals[*row] != 0)
            .count();
        if touched < self.failing || sums.iter().any(|(row, sum)| self.residuals[*row] != *sum) {
            return false;
        }
        let Some(sums) = self::sums(&self.inequalities, changes) else {
            return false;
        };
        let touched = sums.iter().filter(|(at, _)| self.bounds[*at] > 0).count();
        touched == self.violated && sums.iter().all(|(at, sum)| *sum >= self.bounds[*at])
    }

    /// The change of one variable that a row asks for, given the others.
    pub(super) fn settle(&self, variable: usize, others: &[(usize, i128)]) -> Option<i128> {
        let (row, own) = *self.rows[variable].first()?;
        let sums = sums(&self.rows, others)?;
        let others = sums
            .iter()
            .find(|(at, _)| *at == row)
            .map_or(0, |(_, sum)| *sum);
        let rest = self.residuals[row].checked_sub(others)?;
        (rest % own == 0).then_some(rest / own)
    }
}

fn by_variable(
    lines: impl Iterator<Item = Vec<(usize, i128)>>,
    variables: usize,
) -> Vec<Vec<(usize, i128)>> {
    let mut by_variable = vec![Vec::new(); variables];
    for (at, terms) in lines.enumerate() {
        for (variable, coefficient) in terms {
            by_variable[variable].push((at, coefficient));
        }
    }
    by_variable
}

/// What the changes add up to in every line they touch.
fn sums(lines: &[Vec<(usize, i128)>], changes: &[(usize, i128)]) -> Option<Vec<(usize, i128)>> {
    let mut sums: Vec<(usize, i128)> = Vec::new();
    for (variable, change) in changes {
        for (line, coefficient) in &lines[*variable] {
            let product = coefficient.checked_mul(*change)?;
            match sums.iter_mut().find(|(at, _)| at == line) {
                Some((_, sum)) => *sum = sum.checked_add(product)?,
                None => sums.push((*line, product)),
            }
        }
    }
    Some(sums)
}
