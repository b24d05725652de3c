//! The search for the cheapest sets of variables whose change makes everything hold.
//!
//! A row that does not add up must contain a variable of the set. So the search takes such a row, the shortest,
//! and tries each of its variables: the variable is eliminated from all rows, and what is left is again a system
//! of rows to be explained. When none is left, the values follow. A set whose values are impossible (negative,
//! fractional, against an inequality) is widened by what stands in a constraint with it. Costs are deepened step by
//! step, so the first sets found are the cheapest, and all of that cost are found.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::fit::{Inequality, fit};
use super::rows::{Row, eliminate};
use super::system::{Limits, Repair, Sense, Solution, System};

/// Finds every cheapest repair of a system.
///
/// Missing values cost nothing and are eliminated first: a constraint with a missing value says something only
/// together with others, or through its bound.
///
/// ```
/// use huizong::check::localise::{Constraint, Limits, System, Variable, solve};
/// // Parts 5 and 7, total 21: any of the three could be wrong.
/// let system = System {
///     variables: vec![Variable::count(5), Variable::count(7), Variable::count(21)],
///     constraints: vec![Constraint::equal([(0, 1), (1, 1), (2, -1)], 0)],
/// };
/// let found = solve(&system, Limits { steps: 1000, sets: 10, cost: 3 });
/// let values: Vec<i64> = found.repairs.iter().map(|repair| repair.values[0]).collect();
/// assert_eq!(values, [14, 16, 12]);
/// ```
pub fn solve(system: &System, limits: Limits) -> Solution {
    let Some(mut search) = Search::new(system, limits) else {
        return Solution::default();
    };
    let mut budget = 0;
    loop {
        search.next_budget = u32::MAX;
        search.budget = budget;
        let start = Node {
            rows: search.rows.clone(),
            set: Vec::new(),
            pivots: Vec::new(),
            cost: 0,
        };
        search.explore(&start);
        let stopped = search.steps >= limits.steps || search.overflow;
        let next = search.next_budget;
        if !search.found.is_empty() || stopped || next > limits.cost {
            let nothing = search.found.is_empty();
            let exhausted = next == u32::MAX && !stopped;
            return Solution {
                complete: !stopped && !search.overfull && (!nothing || exhausted),
                cost: match (nothing, stopped) {
                    (false, _) => budget,
                    (true, true) => budget.saturating_sub(1),
                    (true, false) => limits.cost.min(next - 1),
                },
                repairs: search
                    .found
                    .into_iter()
                    .filter(|r| !r.variables.is_empty())
                    .collect(),
                steps: search.steps,
                contradictions: search.contradictions,
            };
        }
        budget = next;
    }
}

struct Node {
    rows: Vec<Rc<Row>>,
    set: Vec<usize>,
    pivots: Vec<Option<Rc<Row>>>,
    cost: u32,
}

/// The rows and inequalities of a system, missing values eliminated; none where a number grows beyond 128 bits.
pub(super) fn reduced(system: &System) -> Option<(Vec<Rc<Row>>, Vec<Inequality>)> {
    let limits = Limits {
        steps: 0,
        sets: 0,
        cost: 0,
    };
    let search = Search::new(system, limits)?;
    Some((search.rows, search.inequalities))
}

struct Search<'a> {
    system: &'a System,
    limits: Limits,
    rows: Vec<Rc<Row>>,
    inequalities: Vec<Inequality>,
    /// Variables that must not be touched: fixed, missing, or tried already by a branch next door.
    closed: Vec<bool>,
    /// Variables below their bound: they are in every set.
    impossible: Vec<usize>,
    budget: u32,
    next_budget: u32,
    steps: usize,
    overflow: bool,
    overfull: bool,
    found: BTreeSet<Repair>,
    contradictions: Vec<usize>,
}

impl<'a> Search<'a> {
    fn new(system: &'a System, limits: Limits) -> Option<Self> {
        let variables = &system.variables;
        let mut search = Self {
            system,
            limits,
            rows: Vec::new(),
            inequalities: Vec::new(),
            closed: (variables.iter())
                .map(|v| v.fixed || v.value.is_none())
                .collect(),
            impossible: Vec::new(),
            budget: 0,
            next_budget: u32::MAX,
            steps: 0,
            overflow: false,
            overfull: false,
            found: BTreeSet::new(),
            contradictions: Vec::new(),
        };
        for (index, variable) in variables.iter().enumerate() {
            if let (Some(value), Some(least), false) =
                (variable.value, variable.least, variable.fixed)
            {
                search.inequalities.push(Inequality {
                    terms: vec![(index, 1)],
                    bound: i128::from(least) - i128::from(value),
                });
                if value < least {
                    search.impossible.push(index);
                }
            }
        }
        for index in 0..system.constraints.len() {
            search.add(index)?;
        }
        for (index, variable) in variables.iter().enumerate() {
            if variable.value.is_none() {
                search.rows = eliminate(&search.rows, index)?.rows;
            }
        }
        Some(search)
    }

    /// Adds a constraint as a row, or as inequalities with the missing values bounded away.
    fn add(&mut self, index: usize) -> Option<()> {
        let constraint = &self.system.constraints[index];
        let variables = &self.system.variables;
        let mut residual = i128::from(constraint.constant);
        let mut terms: Vec<(usize, i128)> = Vec::new();
        for (variable, coefficient) in &constraint.terms {
            let coefficient = i128::from(*coefficient);
            let known = &variables[*variable];
            residual = residual.checked_sub(coefficient.checked_mul(known.base())?)?;
            if coefficient != 0 && !known.fixed {
                terms.push((*variable, coefficient));
            }
        }
        terms.sort_unstable_by_key(|(variable, _)| *variable);
        let holds = match constraint.sense {
            Sense::Equal => residual == 0,
            Sense::AtLeast => residual <= 0,
        };
        if terms.is_empty() {
            if !holds {
                self.contradictions.push(index);
            }
            return Some(());
        }
        let bounded = |sign: i128| {
            let mut bound = residual.checked_mul(sign)?;
            let mut known = Vec::new();
            for (variable, coefficient) in &terms {
                let coefficient = coefficient * sign;
                let variable_is = &variables[*variable];
                match (variable_is.value, variable_is.least) {
                    (Some(_), _) => known.push((*variable, coefficient)),
                    (None, Some(least)) if coefficient < 0 => {
                        bound = bound.checked_sub(coefficient.checked_mul(i128::from(least))?)?;
                    }
                    (None, _) => return None,
                }
            }
            Some(Inequality {
                terms: known,
                bound,
            })
        };
        let missing = terms.iter().any(|(v, _)| variables[*v].value.is_none());
        if constraint.sense == Sense::AtLeast || missing {
            self.inequalities
                .extend(bounded(1).filter(|i| !i.terms.is_empty()));
        }
        if constraint.sense == Sense::Equal {
            if missing {
                self.inequalities
                    .extend(bounded(-1).filter(|i| !i.terms.is_empty()));
            }
            self.rows.push(Rc::new(Row { terms, residual }));
        }
        Some(())
    }

    fn explore(&mut self, node: &Node) {
        self.steps += 1;
        if self.steps >= self.limits.steps {
            return;
        }
        if let Some(variable) = (self.impossible.iter()).find(|v| !node.set.contains(v)) {
            self.branch(node, &[*variable]);
            return;
        }
        let failing: Vec<Vec<usize>> = (node.rows.iter())
            .filter(|row| row.residual != 0)
            .map(|row| {
                let open = row.terms.iter().map(|(v, _)| *v);
                open.filter(|v| !self.closed[*v]).collect()
            })
            .collect();
        if let Some(shortest) = failing.iter().min_by_key(|row| row.len()) {
            let bound = node.cost.saturating_add(self.still_needed(&failing));
            if bound > self.budget {
                self.next_budget = self.next_budget.min(bound);
            } else {
                self.branch(node, &shortest.clone());
            }
            return;
        }
        match fit(&node.set, &node.pivots, &self.inequalities) {
            Some(fit) => self.record(node, &fit.changes, fit.unique),
            None => {
                let around = self.around(&node.set);
                self.branch(node, &around);
            }
        }
    }

    /// The least that any widening costs: rows without a common variable need a variable each.
    fn still_needed(&self, failing: &[Vec<usize>]) -> u32 {
        let mut rows: Vec<&Vec<usize>> = failing.iter().collect();
        rows.sort_by_key(|row| row.len());
        let mut taken = vec![false; self.closed.len()];
        let mut needed = 0_u32;
        for row in rows {
            let Some(cheapest) = row.iter().map(|v| self.weight(*v)).min() else {
                return u32::MAX;
            };
            if row.iter().all(|v| !taken[*v]) {
                needed = needed.saturating_add(cheapest);
                for variable in row {
                    taken[*variable] = true;
                }
            }
        }
        needed
    }

    fn weight(&self, variable: usize) -> u32 {
        self.system.variables[variable].weight.max(1)
    }

    /// Tries each variable in turn; one that has been tried stays closed for those after it.
    fn branch(&mut self, node: &Node, variables: &[usize]) {
        let mut tried = Vec::new();
        for variable in variables {
            if self.closed[*variable] || node.set.contains(variable) {
                continue;
            }
            let cost = node.cost.saturating_add(self.weight(*variable));
            if cost > self.budget {
                self.next_budget = self.next_budget.min(cost);
                continue;
            }
            let Some(eliminated) = eliminate(&node.rows, *variable) else {
                self.overflow = true;
                continue;
            };
            let mut child = Node {
                rows: eliminated.rows,
                set: node.set.clone(),
                pivots: node.pivots.clone(),
                cost,
            };
            child.set.push(*variable);
            child.pivots.push(eliminated.pivot);
            self.explore(&child);
            if self.steps >= self.limits.steps {
                break;
            }
            self.closed[*variable] = true;
            tried.push(*variable);
        }
        for variable in tried {
            self.closed[variable] = false;
        }
    }

    /// Variables that can change what the set may be: those in a violated inequality, and those that share a
    /// constraint with the set.
    fn around(&self, set: &[usize]) -> Vec<usize> {
        let mut around = BTreeSet::new();
        let rows = self.rows.iter().map(|row| &row.terms);
        for terms in rows.chain(self.inequalities.iter().map(|i| &i.terms)) {
            if terms.iter().any(|(v, _)| set.contains(v)) {
                around.extend(terms.iter().map(|(v, _)| *v));
            }
        }
        for inequality in self.inequalities.iter().filter(|i| i.bound > 0) {
            around.extend(inequality.terms.iter().map(|(v, _)| *v));
        }
        around.into_iter().collect()
    }

    fn record(&mut self, node: &Node, changes: &[i128], unique: bool) {
        let mut pairs = Vec::new();
        for (variable, change) in node.set.iter().zip(changes) {
            let value = self.system.variables[*variable].base() + change;
            match i64::try_from(value) {
                Ok(value) => pairs.push((*variable, value)),
                Err(_) => self.overflow = true,
            }
        }
        if pairs.len() < node.set.len() {
            return;
        }
        if self.found.len() >= self.limits.sets {
            self.overfull = true;
            return;
        }
        pairs.sort_unstable();
        let (variables, values) = pairs.into_iter().unzip();
        self.found.insert(Repair {
            variables,
            values,
            unique,
        });
    }
}
