//! How the figures of one year are made: which are drawn, and which follow from the form's edit rules.
//!
//! The order is worked out once per pair of forms (last year's, this year's); making a report is then
//! a walk over the steps.

use std::collections::BTreeMap;

use super::data::{Draw, Settle, Spread, data};
use super::random::Random;
use crate::form::{Equation, Form, Relation};

/// The figures of one form in the order of their making.
#[derive(Debug)]
pub(super) struct Plan {
    keys: usize,
    steps: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Draw(Drawn),
    Solve(Solved),
    Settle(Vec<usize>, Vec<(usize, u64)>),
}

#[derive(Debug)]
struct Drawn {
    key: usize,
    all: Spread,
    kinds: BTreeMap<String, Spread>,
    /// This key in last year's form, when the number stays near it.
    steady: Option<usize>,
    signed: bool,
    not_below: Option<usize>,
    at_most: Option<usize>,
    at_most_previous: Option<usize>,
    plus: Vec<usize>,
    only_with: Option<usize>,
    steps: Vec<i64>,
}

/// A key as the sum of others: `(index, factor)` in this year's and in last year's values.
#[derive(Debug)]
struct Solved {
    key: usize,
    constant: i64,
    now: Vec<(usize, i64)>,
    before: Vec<(usize, i64)>,
}

/// A pattern such as `requests.received.{applicant}` for every name of its set; itself where it has none.
fn each<'f>(form: &'f Form, set: Option<&str>) -> Vec<Option<&'f str>> {
    match set {
        None => vec![None],
        Some(set) => (form.sets.get(set).into_iter().flatten())
            .map(|name| Some(name.as_str()))
            .collect(),
    }
}

fn named(pattern: &str, set: Option<&str>, name: Option<&str>) -> String {
    match (set, name) {
        (Some(set), Some(name)) => pattern.replace(&format!("{{{set}}}"), name),
        _ => pattern.to_owned(),
    }
}

impl Plan {
    /// Works out the order for a form whose reports follow those of `previous`, or follow nothing.
    pub fn new(form: &Form, previous: Option<&Form>) -> Self {
        let mut planner = Planner {
            form,
            previous,
            known: vec![false; form.keys.len()],
            steps: Vec::new(),
        };
        for draw in &data().draws.each {
            planner.draw(draw);
        }
        for settle in &data().draws.settle {
            planner.settle(settle);
        }
        planner.rest();
        Self {
            keys: form.keys.len(),
            steps: planner.steps,
        }
    }

    /// Makes the figures of one report.
    pub fn make(&self, kind: &str, previous: Option<&[i64]>, random: &mut Random) -> Vec<i64> {
        let mut values = vec![0; self.keys];
        let before = |index: usize| previous.map_or(0, |values| values[index]);
        for step in &self.steps {
            match step {
                Step::Draw(drawn) => {
                    values[drawn.key] = drawn.number(kind, &values, previous, random)
                }
                Step::Solve(solved) => {
                    let now = solved.now.iter().map(|(key, factor)| values[*key] * factor);
                    let then = solved
                        .before
                        .iter()
                        .map(|(key, factor)| before(*key) * factor);
                    values[solved.key] = solved.constant + now.sum::<i64>() + then.sum::<i64>();
                }
                Step::Settle(pool, into) => {
                    let whole: u64 = into.iter().map(|(_, weight)| weight).sum();
                    for _ in 0..pool.iter().map(|key| values[*key]).sum() {
                        let mut left = random.below(whole);
                        let end = into
                            .iter()
                            .find(|(_, weight)| match left.checked_sub(*weight) {
                                Some(rest) => {
                                    left = rest;
                                    false
                                }
                                None => true,
                            });
                        if let Some((key, _)) = end {
                            values[*key] += 1;
                        }
                    }
                }
            }
        }
        values
    }
}

impl Drawn {
    fn number(
        &self,
        kind: &str,
        now: &[i64],
        previous: Option<&[i64]>,
        random: &mut Random,
    ) -> i64 {
        let spread = self.kinds.get(kind).unwrap_or(&self.all);
        let last = self.steady.and_then(|key| Some(previous?[key]));
        let fresh = |random: &mut Random| {
            if random.chance(spread.none) {
                0
            } else {
                random.skewed(spread.most)
            }
        };
        let mut number = match last {
            Some(0) if !random.chance(80) => 0,
            Some(last) if last > 0 => (last * (70 + random.below(61) as i64) + 50) / 100,
            _ => fresh(random),
        };
        if let Some(step) = random.pick(&self.steps).filter(|_| number > 0) {
            number = (number / step).max(1) * step;
        }
        number += self.plus.iter().map(|key| now[*key]).sum::<i64>();
        if self.signed && random.chance(400) {
            number = -number;
        }
        if let Some(key) = self.not_below {
            number = number.max(-now[key]);
        }
        if let Some(key) = self.at_most {
            number = number.min(now[key]);
        }
        if let (Some(key), Some(previous)) = (self.at_most_previous, previous) {
            number = number.min(previous[key]);
        }
        match self.only_with {
            Some(key) if now[key] == 0 => 0,
            Some(_) => number.max(1),
            None => number,
        }
    }
}

struct Planner<'f> {
    form: &'f Form,
    previous: Option<&'f Form>,
    known: Vec<bool>,
    steps: Vec<Step>,
}

impl Planner<'_> {
    fn before(&self, key: usize) -> Option<usize> {
        self.previous?.index(&self.form.keys[key].key)
    }

    fn draw(&mut self, draw: &Draw) {
        let set = draw.each.as_deref();
        for name in each(self.form, set) {
            for pattern in &draw.keys {
                let Some(key) = self.form.index(&named(pattern, set, name)) else {
                    continue;
                };
                let find = |key: &Option<String>| self.form.index(key.as_deref()?);
                let drawn = Drawn {
                    key,
                    all: draw.all,
                    kinds: draw.kinds.clone(),
                    steady: self.before(key).filter(|_| draw.steady),
                    signed: draw.signed,
                    not_below: find(&draw.not_below),
                    at_most: find(&draw.at_most),
                    at_most_previous: (self.previous.zip(draw.at_most_previous.as_deref()))
                        .and_then(|(form, key)| form.index(key)),
                    plus: draw
                        .plus
                        .iter()
                        .filter_map(|k| self.form.index(k))
                        .collect(),
                    only_with: find(&draw.only_with),
                    steps: draw.steps.clone(),
                };
                self.place(drawn);
            }
        }
    }

    /// A key that already follows from the rules is not drawn.
    fn place(&mut self, drawn: Drawn) {
        let key = drawn.key;
        if self.known[key] {
            return;
        }
        let step = match self.solve(key) {
            Some(solved) => Step::Solve(solved),
            None => Step::Draw(drawn),
        };
        self.known[key] = true;
        self.steps.push(step);
    }

    fn settle(&mut self, settle: &Settle) {
        let set = Some(settle.each.as_str());
        for name in each(self.form, set) {
            let find = |pattern: &String| self.form.index(&named(pattern, set, name));
            let pool: Vec<usize> = settle.pool.iter().filter_map(find).collect();
            let into: Vec<_> = (settle.into.iter())
                .filter_map(|(pattern, weight)| Some((find(pattern)?, *weight)))
                .collect();
            for (key, _) in &into {
                self.known[*key] = true;
            }
            self.steps.push(Step::Settle(pool, into));
        }
    }

    /// Whatever follows from the rules; where nothing more follows, one number is drawn, and again.
    fn rest(&mut self) {
        loop {
            let mut moved = false;
            for key in 0..self.known.len() {
                if !self.known[key]
                    && let Some(solved) = self.solve(key)
                {
                    self.known[key] = true;
                    self.steps.push(Step::Solve(solved));
                    moved = true;
                }
            }
            if moved {
                continue;
            }
            let totals: Vec<usize> = (self.form.rules.iter().flat_map(|rule| rule.equations()))
                .filter_map(|equation| equation.as_total().map(|(total, _)| total))
                .collect();
            let open = |key: &usize| !self.known[*key];
            let part = (0..self.known.len())
                .filter(|key| !totals.contains(key))
                .find(open);
            let Some(key) = part.or_else(|| (0..self.known.len()).find(open)) else {
                return;
            };
            self.place(Drawn {
                key,
                all: data().draws.otherwise,
                kinds: BTreeMap::new(),
                steady: None,
                signed: false,
                not_below: None,
                at_most: None,
                at_most_previous: None,
                plus: Vec::new(),
                only_with: None,
                steps: Vec::new(),
            });
        }
    }

    /// The equation that gives a key from what is known, if there is one.
    fn solve(&self, key: usize) -> Option<Solved> {
        (self.form.rules.iter())
            .filter(|rule| rule.when.kind.is_empty())
            .flat_map(|rule| rule.equations())
            .filter(|equation| equation.relation == Relation::Equal)
            .find_map(|equation| self.rearrange(equation, key))
    }

    fn rearrange(&self, equation: &Equation, key: usize) -> Option<Solved> {
        // left − right = 0, so that the key's factor tells its side.
        let left = equation.left.iter().map(|term| (term, term.factor));
        let right = equation.right.iter().map(|term| (term, -term.factor));
        let (mut own, mut now, mut before) = (0, Vec::new(), Vec::new());
        for (term, factor) in left.chain(right) {
            if term.previous {
                before.push((self.before(term.key)?, factor));
            } else if term.key == key {
                own += factor;
            } else if self.known[term.key] {
                now.push((term.key, factor));
            } else {
                return None;
            }
        }
        if own.abs() != 1 {
            return None;
        }
        let turn =
            |terms: Vec<(usize, i64)>| terms.into_iter().map(|(k, f)| (k, -f * own)).collect();
        Some(Solved {
            key,
            constant: (equation.right_constant - equation.left_constant) * own,
            now: turn(now),
            before: turn(before),
        })
    }
}
