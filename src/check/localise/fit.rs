//! Which values a given set of variables may take so that everything holds.

use std::rc::Rc;

use super::rows::Row;

/// Σ coefficient × change ≥ bound.
#[derive(Debug, Clone)]
pub(super) struct Inequality {
    pub(super) terms: Vec<(usize, i128)>,
    pub(super) bound: i128,
}

/// How many values of one free variable are tried before giving up on an unbounded range.
const WINDOW: i128 = 512;

/// Changes of the variables of a set, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fit {
    pub(super) changes: Vec<i128>,
    pub(super) unique: bool,
}

/// An affine expression over the free variables: (constant + Σ factor × free) / divisor, divisor > 0.
#[derive(Clone)]
struct Affine {
    constant: i128,
    factors: Vec<i128>,
    divisor: i128,
}

/// The changes that make all rows and inequalities hold; `pivots` tells each variable's row, where it has one.
///
/// None where there are none, or where a number grows beyond 128 bits.
pub(super) fn fit(
    set: &[usize],
    pivots: &[Option<Rc<Row>>],
    inequalities: &[Inequality],
) -> Option<Fit> {
    let free: Vec<usize> = (0..set.len()).filter(|at| pivots[*at].is_none()).collect();
    let mut values: Vec<Option<Affine>> = vec![None; set.len()];
    for (nth, at) in free.iter().enumerate() {
        let mut factors = vec![0; free.len()];
        factors[nth] = 1;
        values[*at] = Some(Affine {
            constant: 0,
            factors,
            divisor: 1,
        });
    }
    // A pivot's row speaks of its own variable and of those chosen later.
    for at in (0..set.len()).rev() {
        if let Some(row) = &pivots[at] {
            values[at] = Some(solve_row(row, set, at, &values, free.len())?);
        }
    }
    let values: Vec<Affine> = values.into_iter().collect::<Option<_>>()?;
    let mut limits = Vec::new();
    for inequality in inequalities {
        if inequality.terms.iter().any(|(v, _)| set.contains(v)) {
            limits.push(substitute(inequality, set, &values, free.len())?);
        } else if inequality.bound > 0 {
            return None;
        }
    }
    let mut found = Vec::new();
    let mut exhaustive = true;
    enumerate(
        &limits,
        &values,
        &mut Vec::new(),
        free.len(),
        &mut found,
        &mut exhaustive,
    )?;
    let unique = found.len() == 1 && exhaustive;
    found
        .into_iter()
        .next()
        .map(|changes| Fit { changes, unique })
}

fn solve_row(
    row: &Row,
    set: &[usize],
    at: usize,
    values: &[Option<Affine>],
    free: usize,
) -> Option<Affine> {
    let mut sum = Affine {
        constant: row.residual,
        factors: vec![0; free],
        divisor: 1,
    };
    for (other, value) in set.iter().zip(values) {
        let coefficient = row.coefficient(*other);
        if let (Some(value), true) = (value, coefficient != 0 && *other != set[at]) {
            sum = add(&sum, value, coefficient.checked_neg()?)?;
        }
    }
    let own = row.coefficient(set[at]);
    let sign = own.signum();
    for factor in &mut sum.factors {
        *factor *= sign;
    }
    sum.constant *= sign;
    sum.divisor = sum.divisor.checked_mul(own.checked_abs()?)?;
    Some(sum)
}

/// `a + b × factor`
fn add(a: &Affine, b: &Affine, factor: i128) -> Option<Affine> {
    let scaled = |x: i128, y: i128| {
        (x.checked_mul(b.divisor)?).checked_add(y.checked_mul(a.divisor)?.checked_mul(factor)?)
    };
    Some(Affine {
        constant: scaled(a.constant, b.constant)?,
        factors: (a.factors.iter().zip(&b.factors))
            .map(|(x, y)| scaled(*x, *y))
            .collect::<Option<_>>()?,
        divisor: a.divisor.checked_mul(b.divisor)?,
    })
}

/// An inequality over the free variables: Σ factor × free ≥ bound.
type Limit = (Vec<i128>, i128);

fn substitute(
    inequality: &Inequality,
    set: &[usize],
    values: &[Affine],
    free: usize,
) -> Option<Limit> {
    let mut sum = Affine {
        constant: 0,
        factors: vec![0; free],
        divisor: 1,
    };
    for (variable, coefficient) in &inequality.terms {
        if let Some(at) = set.iter().position(|v| v == variable) {
            sum = add(&sum, &values[at], *coefficient)?;
        }
    }
    let bound = (inequality.bound.checked_mul(sum.divisor)?).checked_sub(sum.constant)?;
    Some((sum.factors, bound))
}

/// Tries whole values of the free variables one after the other; stops at the second answer.
fn enumerate(
    limits: &[Limit],
    values: &[Affine],
    chosen: &mut Vec<i128>,
    free: usize,
    found: &mut Vec<Vec<i128>>,
    exhaustive: &mut bool,
) -> Option<()> {
    if chosen.len() == free {
        let holds = limits.iter().all(|(_, bound)| *bound <= 0);
        if let (true, Some(changes)) = (holds, whole(values, chosen)?) {
            found.push(changes);
        }
        return Some(());
    }
    let (low, high) = range(limits)?;
    let (from, to) = match (low, high) {
        (Some(low), Some(high)) => (low, high.min(low.saturating_add(WINDOW))),
        (Some(low), None) => (low, low.saturating_add(WINDOW)),
        (None, Some(high)) => (high.saturating_sub(WINDOW), high),
        (None, None) => (-WINDOW, WINDOW),
    };
    *exhaustive &= (low, high) == (Some(from), Some(to));
    let mut value = from;
    while value <= to && found.len() < 2 {
        let rest = (limits.iter())
            .map(|(factors, bound)| {
                let bound = bound.checked_sub(factors[0].checked_mul(value)?)?;
                Some((factors[1..].to_vec(), bound))
            })
            .collect::<Option<Vec<_>>>()?;
        chosen.push(value);
        enumerate(&rest, values, chosen, free, found, exhaustive)?;
        chosen.pop();
        value += 1;
    }
    Some(())
}

/// The changes for chosen values of the free variables; the inner none where one is not whole.
#[expect(clippy::option_option)]
fn whole(values: &[Affine], chosen: &[i128]) -> Option<Option<Vec<i128>>> {
    let mut changes = Vec::with_capacity(values.len());
    for value in values {
        let mut sum = value.constant;
        for (factor, chosen) in value.factors.iter().zip(chosen) {
            sum = sum.checked_add(factor.checked_mul(*chosen)?)?;
        }
        if sum % value.divisor != 0 {
            return Some(None);
        }
        changes.push(sum / value.divisor);
    }
    Some(Some(changes))
}

/// The whole numbers between which the first free variable must lie (Fourier–Motzkin on the others).
fn range(limits: &[Limit]) -> Option<(Option<i128>, Option<i128>)> {
    let mut limits = limits.to_vec();
    while limits.first().is_some_and(|(factors, _)| factors.len() > 1) {
        let mut next: Vec<Limit> = Vec::new();
        let last = |limit: &Limit| limit.0[limit.0.len() - 1];
        for limit in limits.iter().filter(|l| last(l) == 0) {
            next.push((limit.0[..limit.0.len() - 1].to_vec(), limit.1));
        }
        for up in limits.iter().filter(|l| last(l) > 0) {
            for down in limits.iter().filter(|l| last(l) < 0) {
                let (a, b) = (last(down).checked_neg()?, last(up));
                let mix = |x: i128, y: i128| (x.checked_mul(a)?).checked_add(y.checked_mul(b)?);
                let factors = (up.0.iter().zip(&down.0))
                    .take(up.0.len() - 1)
                    .map(|(x, y)| mix(*x, *y))
                    .collect::<Option<Vec<_>>>()?;
                next.push((factors, mix(up.1, down.1)?));
            }
        }
        limits = next;
    }
    let (mut low, mut high) = (None::<i128>, None::<i128>);
    for (factors, bound) in &limits {
        match factors[0] {
            0 if *bound > 0 => return Some((Some(1), Some(0))),
            0 => {}
            factor if factor > 0 => {
                let least = bound.div_euclid(factor) + i128::from(bound.rem_euclid(factor) != 0);
                low = Some(low.map_or(least, |l| l.max(least)));
            }
            factor => {
                let most = bound.checked_neg()?.div_euclid(factor.checked_neg()?);
                high = Some(high.map_or(most, |h| h.min(most)));
            }
        }
    }
    Some((low, high))
}
