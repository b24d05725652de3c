//! The truth that rough files are made from.

use huizong::form::{Equation, Term};
use huizong::synth::{MadeUp, Options, Random, generate};

/// Half of the reports as offices have them, mostly zeros; half filled with numbers that differ from cell to
/// cell, so that a number read into the wrong place cannot pass for the right one.
pub fn pool() -> Vec<MadeUp> {
    let mut made = generate(&Options {
        units: 40,
        from: 2019,
        to: 2023,
        seed: 5,
        ..Options::default()
    });
    for (at, made) in made.iter_mut().enumerate().filter(|(at, _)| at % 2 == 0) {
        fill(made, &mut Random::new(97, &[at as u64]));
    }
    made
}

fn fill(made: &mut MadeUp, random: &mut Random) {
    let form = made.form.clone();
    for (value, info) in made.values.iter_mut().zip(&form.keys) {
        *value = match random.below(10) {
            0..3 => 0,
            3..7 => random.below(90) as i64 + 1,
            _ => random.skewed(60_000),
        };
        if info.signed {
            *value = random.below(41) as i64 - 20;
        }
        if info.measure == huizong::form::Measure::Fen {
            *value = random.skewed(900_000_000_000) / 10_000 * 10_000;
        }
    }
    for id in [
        "applicant-sum",
        "appeals-sum",
        "concluded-sum",
        "balance",
        "applicant-sum",
    ] {
        let equations = form
            .rule(id)
            .map(|rule| rule.equations())
            .unwrap_or_default();
        for equation in equations {
            settle(&mut made.values, equation);
        }
    }
}

/// Sets the first summand on the left so that the equation holds.
fn settle(values: &mut [i64], equation: &Equation) {
    let sum = |terms: &[Term]| terms.iter().map(|t| t.factor * values[t.key]).sum::<i64>();
    let (first, rest) = equation
        .left
        .split_first()
        .expect("an equation has a left side");
    let needed = sum(&equation.right) - sum(rest);
    if needed < 0 {
        // Only the balance can come out negative: then fewer were carried in.
        values[rest[0].key] += needed;
        values[first.key] = 0;
    } else {
        values[first.key] = needed;
    }
}
