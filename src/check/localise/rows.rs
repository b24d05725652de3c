//! Sparse rows of whole numbers and their elimination, without fractions and without overflow.

use std::rc::Rc;

/// Σ coefficient × change = residual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// Variable and coefficient, ascending by variable, no zeros.
    pub(super) terms: Vec<(usize, i128)>,
    /// What the changes have to add up to.
    pub(super) residual: i128,
}

impl Row {
    pub(super) fn coefficient(&self, variable: usize) -> i128 {
        self.terms
            .binary_search_by_key(&variable, |(v, _)| *v)
            .map_or(0, |at| self.terms[at].1)
    }

    /// `self × a − other × b`, reduced; none where a number grows beyond 128 bits.
    fn combine(&self, a: i128, other: &Self, b: i128) -> Option<Self> {
        let mut terms = Vec::with_capacity(self.terms.len() + other.terms.len());
        let (mut i, mut j) = (0, 0);
        while i < self.terms.len() || j < other.terms.len() {
            let left = self.terms.get(i).map_or(usize::MAX, |t| t.0);
            let right = other.terms.get(j).map_or(usize::MAX, |t| t.0);
            let variable = left.min(right);
            let mut coefficient = 0_i128;
            if left == variable {
                coefficient = self.terms[i].1.checked_mul(a)?;
                i += 1;
            }
            if right == variable {
                coefficient = coefficient.checked_sub(other.terms[j].1.checked_mul(b)?)?;
                j += 1;
            }
            if coefficient != 0 {
                terms.push((variable, coefficient));
            }
        }
        let residual =
            (self.residual.checked_mul(a)?).checked_sub(other.residual.checked_mul(b)?)?;
        let divisor = (terms.iter()).fold(gcd(residual, 0), |d, (_, c)| gcd(d, *c));
        if divisor > 1 {
            for term in &mut terms {
                term.1 /= divisor;
            }
        }
        Some(Self {
            terms,
            residual: if divisor > 1 {
                residual / divisor
            } else {
                residual
            },
        })
    }
}

/// Greatest common divisor, never negative.
pub(super) fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    i128::try_from(a).unwrap_or(1)
}

/// What is left to be explained once a variable may change freely, and the row that tells its change.
pub(super) struct Eliminated {
    pub(super) rows: Vec<Rc<Row>>,
    /// None where the variable stood in no row.
    pub(super) pivot: Option<Rc<Row>>,
}

/// Frees a variable. None where a number grows beyond 128 bits.
pub(super) fn eliminate(rows: &[Rc<Row>], variable: usize) -> Option<Eliminated> {
    let with: Vec<usize> = (0..rows.len())
        .filter(|at| rows[*at].coefficient(variable) != 0)
        .collect();
    let Some(pivot) = (with.iter().copied()).min_by_key(|at| (rows[*at].terms.len(), *at)) else {
        return Some(Eliminated {
            rows: rows.to_vec(),
            pivot: None,
        });
    };
    let pivot_row = rows[pivot].clone();
    let a = pivot_row.coefficient(variable);
    let mut left = Vec::with_capacity(rows.len() - 1);
    for (at, row) in rows.iter().enumerate() {
        let b = row.coefficient(variable);
        if at == pivot {
            continue;
        }
        if b == 0 {
            left.push(row.clone());
            continue;
        }
        let combined = row.combine(a, &pivot_row, b)?;
        if !combined.terms.is_empty() || combined.residual != 0 {
            left.push(Rc::new(combined));
        }
    }
    Some(Eliminated {
        rows: left,
        pivot: Some(pivot_row),
    })
}
