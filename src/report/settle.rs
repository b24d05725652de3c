//! Blanks: zero only where the identities then hold, totals from their parts, and otherwise missing.
//!
//! A blank part of a total counts as zero where the parts that are given already make up a total that is given;
//! a blank on either side of a balance where both sides are given in part and are then equal. A blank total is the
//! sum of its parts once they all have numbers. What leads to a failing identity is taken back.

use super::value::{Status, Value};
use crate::finding::Severity;
use crate::form::{Equation, Form, Relation};

/// Settles the blanks of one report's values in place. Only cells that exist are settled: a row that was left out
/// of the report stays missing, though a missing total is still derived.
pub fn settle(form: &Form, values: &mut [Value]) {
    if values.iter().all(|v| v.status != Status::Blank) {
        return;
    }
    let identities: Vec<&Equation> = (form.rules.iter())
        .filter(|rule| rule.severity == Severity::Error && rule.when.kind.is_empty())
        .flat_map(|rule| rule.equations())
        .filter(|e| e.relation == Relation::Equal && !e.crosses_years())
        .collect();
    // What is itself a total is derived from its parts, or stays blank: a balance says too little about it.
    let mut total = vec![false; values.len()];
    for (key, _) in identities.iter().filter_map(|e| e.as_total()) {
        total[key] = true;
    }
    let mut barred = vec![false; values.len()];
    // Each round bars at least one cell, so this ends.
    loop {
        spread(&identities, values, &barred, &total);
        if !take_back(&identities, values, &mut barred) {
            return;
        }
    }
}

fn spread(identities: &[&Equation], values: &mut [Value], barred: &[bool], total: &[bool]) {
    let mut changed = true;
    while changed {
        changed = false;
        for equation in identities {
            changed |= match equation.as_total() {
                Some((sum, _)) if values[sum].number.is_none() => {
                    derive(equation, sum, values, barred)
                }
                Some(_) => zeros(equation, values, barred),
                None if equation
                    .terms()
                    .any(|t| total[t.key] && values[t.key].number.is_none()) =>
                {
                    false
                }
                None => zeros(equation, values, barred),
            };
        }
    }
}

/// A blank total whose parts all have numbers.
fn derive(equation: &Equation, total: usize, values: &mut [Value], barred: &[bool]) -> bool {
    if values[total].status != Status::Blank || barred[total] {
        return false;
    }
    let mut sum = 0_i64;
    for term in &equation.right {
        match values[term.key].number.and_then(|n| sum.checked_add(n)) {
            Some(next) => sum = next,
            None => return false,
        }
    }
    values[total].settle(Status::Derived, Some(sum));
    true
}

/// Blanks of an identity that holds when they are zero. Both sides must say something on their own: blanks that
/// make 0 = 0 say nothing.
fn zeros(equation: &Equation, values: &mut [Value], barred: &[bool]) -> bool {
    let mut blanks = Vec::new();
    let mut sums = [0_i128; 2];
    let mut told = [false; 2];
    for (side, terms) in [&equation.left, &equation.right].into_iter().enumerate() {
        for term in terms {
            let value = &values[term.key];
            match (value.number, value.status) {
                (Some(number), _) => {
                    sums[side] += i128::from(number) * i128::from(term.factor);
                    told[side] = true;
                }
                (None, Status::Blank) if value.place.is_some() && !barred[term.key] => {
                    blanks.push(term.key);
                }
                // Not applicable is none of something; it adds nothing and settles nothing.
                (None, Status::NotApplicable) => {}
                _ => return false,
            }
        }
    }
    let constants = i128::from(equation.left_constant) - i128::from(equation.right_constant);
    let balanced = sums[0] - sums[1] + constants == 0;
    // A total of zero settles its parts without any of them being given.
    let spoken = told[0] && (told[1] || equation.as_total().is_some());
    if blanks.is_empty() || !balanced || !spoken {
        return false;
    }
    for key in blanks {
        values[key].settle(Status::BlankAsZero, Some(0));
    }
    true
}

/// Takes back what was settled in identities that now fail. Returns whether anything was.
fn take_back(identities: &[&Equation], values: &mut [Value], barred: &mut [bool]) -> bool {
    let settled = |v: &Value| matches!(v.status, Status::BlankAsZero | Status::Derived);
    let mut any = false;
    for equation in identities {
        let mut difference =
            i128::from(equation.left_constant) - i128::from(equation.right_constant);
        let mut whole = true;
        for (terms, sign) in [(&equation.left, 1), (&equation.right, -1)] {
            for term in terms {
                match values[term.key].number {
                    Some(n) => difference += i128::from(n) * i128::from(term.factor) * sign,
                    None => whole = false,
                }
            }
        }
        if !whole || difference == 0 {
            continue;
        }
        // A derived total is right if its parts are; only the zeros were a guess.
        let keys: Vec<usize> = equation.terms().map(|t| t.key).collect();
        let guesses: Vec<usize> = (keys.iter().copied())
            .filter(|k| values[*k].status == Status::BlankAsZero)
            .collect();
        for key in guesses {
            barred[key] = true;
            any = true;
        }
    }
    if any {
        // What rests on a withdrawn zero is withdrawn with it.
        for value in values.iter_mut().filter(|v| settled(v)) {
            value.settle(Status::Blank, None);
        }
    }
    any
}
