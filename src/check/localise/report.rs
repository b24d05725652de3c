//! A report whose rules failed → the cells that are wrong, as far as the rules can tell.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Severity;
use crate::form::{Check, Equation, Form, Relation};
use crate::report::{Report, Status};
use crate::text::Text;

use super::super::evaluate::{Instance, Outcome, Verdict};
use super::super::settings::{Settings, SlipKind};
use super::events::events;
use super::evidence::Evidence;
use super::search::solve;
use super::slips::explain;
use super::system::{Constraint, System, Variable};

/// How sure a repair is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Certainty {
    /// The only smallest repair there is, with the only values possible, and a slip that explains it.
    Certain,
    /// One repair stands out among several, or the only one is of several cells without a known slip.
    Likely,
    /// One of several, none of which stands out.
    OneOf,
    /// No repair was found within the bound.
    Nothing,
}

/// One cell with the value that would mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// Index in the form's keys.
    pub key: usize,
    /// The restored value.
    pub value: i64,
    /// The slip that explains what stands there now.
    pub slip: SlipKind,
    /// In words.
    pub reason: Text,
}

/// Cells that would mend everything together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its cells, ascending by key.
    pub cells: Vec<Mended>,
    /// One slip moved all of them: two cells swapped, a run of cells moved.
    pub is_event: bool,
    /// The values are the only ones possible for these cells.
    pub unique: bool,
    /// How implausible it is.
    pub score: u32,
}

/// What was made of failures that hang together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Localised {
    /// Failed instances, as indices into the outcomes.
    pub failed: Vec<usize>,
    /// How sure the first candidate is.
    pub certainty: Certainty,
    /// Repairs, most plausible first.
    pub candidates: Vec<Candidate>,
    /// All smallest repairs are among the candidates.
    pub complete: bool,
    /// No repair of fewer cells exists than this.
    pub cells: u32,
    /// How much work it took.
    pub steps: usize,
}

/// Localises the failures of exact rules: severity error, arithmetic within one year, and the domain of values.
///
/// Failures that share no cell, not even through rules that hold, are treated apart. Corrected values are held
/// fixed. The work is bounded by the settings, so that no report takes longer than a fixed number of steps.
pub fn localise(report: &Report, outcomes: &[Outcome], settings: &Settings) -> Vec<Localised> {
    // Only what failed is localised, and nearly everywhere nothing has.
    let failed = (outcomes.iter()).any(|outcome| {
        outcome.verdict == Verdict::Failed
            && (matches!(outcome.instance, Instance::Key(_)) || is_exact(&report.form, outcome))
    });
    if !failed {
        return Vec::new();
    }
    let exact = Exact::of(report, outcomes);
    (exact.components(outcomes).into_iter())
        .map(|component| component.localise(report, settings))
        .collect()
}

/// The exact rules of a report as constraints.
struct Exact {
    variables: Vec<Variable>,
    /// Constraint with the outcome it belongs to.
    constraints: Vec<(Constraint, usize)>,
}

impl Exact {
    fn of(report: &Report, outcomes: &[Outcome]) -> Self {
        let form = &report.form;
        let domain = (form.rules.iter())
            .any(|rule| rule.check == Check::Domain && rule.severity == Severity::Error);
        let variables = (form.keys.iter().zip(&report.values))
            .map(|(info, value)| Variable {
                value: value.number,
                least: (domain && !info.signed).then_some(0),
                fixed: value.status == Status::Corrected,
                weight: 1,
            })
            .collect();
        let mut constraints = Vec::new();
        for (index, outcome) in outcomes.iter().enumerate() {
            if let Some(equation) = outcome.equation_of(form)
                && is_exact(form, outcome)
                && let Some(constraint) = constraint(equation)
            {
                constraints.push((constraint, index));
            }
        }
        Self {
            variables,
            constraints,
        }
    }

    /// Parts of the system that share no variable, where something failed in them.
    fn components(&self, outcomes: &[Outcome]) -> Vec<Component> {
        let mut group: Vec<usize> = (0..self.variables.len()).collect();
        for (constraint, _) in &self.constraints {
            let open = (constraint.terms.iter().map(|t| t.0)).filter(|v| !self.variables[*v].fixed);
            let open: Vec<usize> = open.collect();
            for pair in open.windows(2) {
                let (a, b) = (root(&mut group, pair[0]), root(&mut group, pair[1]));
                group[a.max(b)] = a.min(b);
            }
        }
        let mut components: BTreeMap<usize, Component> = BTreeMap::new();
        let mut all_fixed = Component::default();
        for (constraint, outcome) in &self.constraints {
            let open = (constraint.terms.iter()).find(|(v, _)| !self.variables[*v].fixed);
            let component = match open {
                Some((variable, _)) => components.entry(root(&mut group, *variable)).or_default(),
                None => &mut all_fixed,
            };
            component.constraints.push(constraint.clone());
            if outcomes[*outcome].verdict == Verdict::Failed {
                component.failed.push(*outcome);
            }
        }
        for (index, outcome) in outcomes.iter().enumerate() {
            if let (Instance::Key(key), Verdict::Failed) = (outcome.instance, outcome.verdict)
                && self.variables[key].least.is_some_and(|least| {
                    self.variables[key].value.is_some_and(|value| value < least)
                })
                && !self.variables[key].fixed
            {
                let component = components.entry(root(&mut group, key)).or_default();
                component.failed.push(index);
                component.alone.push(key);
            }
        }
        let components = components.into_values().chain([all_fixed]);
        (components.filter(|component| !component.failed.is_empty()))
            .map(|component| component.with_variables(&self.variables))
            .collect()
    }
}

fn root(group: &mut [usize], mut of: usize) -> usize {
    while group[of] != of {
        group[of] = group[group[of]];
        of = group[of];
    }
    of
}

/// Whether an instance is evidence: an error, arithmetic, within the year.
fn is_exact(form: &Form, outcome: &Outcome) -> bool {
    form.rules[outcome.rule].severity == Severity::Error
        && outcome
            .equation_of(form)
            .is_some_and(|e| !e.crosses_years())
}

fn constraint(equation: &Equation) -> Option<Constraint> {
    let sign = match equation.relation {
        Relation::Equal | Relation::AtLeast => 1,
        Relation::AtMost => -1,
        Relation::BothOrNeither => return None,
    };
    let mut terms: BTreeMap<usize, i64> = BTreeMap::new();
    for (side, sign) in [(&equation.left, sign), (&equation.right, -sign)] {
        for term in side {
            let coefficient = terms.entry(term.key).or_default();
            *coefficient = coefficient.checked_add(term.factor.checked_mul(sign)?)?;
        }
    }
    let constant =
        (equation.right_constant.checked_sub(equation.left_constant))?.checked_mul(sign)?;
    let terms: Vec<(usize, i64)> = terms.into_iter().filter(|(_, c)| *c != 0).collect();
    Some(match equation.relation {
        Relation::Equal => Constraint::equal(terms, constant),
        _ => Constraint::at_least(terms, constant),
    })
}

/// Constraints that hang together, with variables numbered from 0.
#[derive(Default)]
struct Component {
    failed: Vec<usize>,
    constraints: Vec<Constraint>,
    /// Keys out of their domain.
    alone: Vec<usize>,
    system: System,
    /// Key of each variable of the system.
    keys: Vec<usize>,
}

impl Component {
    fn with_variables(mut self, variables: &[Variable]) -> Self {
        self.failed.sort_unstable();
        let keys: BTreeSet<usize> = (self.constraints.iter())
            .flat_map(|c| c.terms.iter().map(|t| t.0))
            .chain(self.alone.iter().copied())
            .collect();
        self.keys = keys.into_iter().collect();
        for constraint in &mut self.constraints {
            for term in &mut constraint.terms {
                term.0 = self.keys.binary_search(&term.0).unwrap_or_default();
            }
        }
        self.system = System {
            variables: self.keys.iter().map(|key| variables[*key]).collect(),
            constraints: std::mem::take(&mut self.constraints),
        };
        self
    }

    fn localise(self, report: &Report, settings: &Settings) -> Localised {
        let solution = solve(&self.system, settings.localise.limits);
        let mut candidates: Vec<Candidate> = (solution.repairs.iter())
            .map(|repair| {
                let cells = repair.variables.iter().zip(&repair.values);
                let cells = cells.map(|(variable, value)| (self.keys[*variable], *value));
                self.candidate(cells.collect(), repair.unique, None, report, settings)
            })
            .collect();
        if let [only] = candidates.as_mut_slice()
            && let [cell] = only.cells.as_mut_slice()
            && !only.unique
        {
            reverse_sign(cell, report, settings);
        }
        // With one cell that explains everything, nobody needs to suspect several.
        let settled =
            solution.complete && matches!(candidates.as_slice(), [c] if c.cells.len() == 1);
        if !settled {
            self.add_events(&mut candidates, report, settings);
        }
        candidates.sort_by_key(|c| (c.score, c.cells.len(), c.cells.first().map(|m| m.key)));
        Localised {
            certainty: certainty(&candidates, solution.complete, settings),
            failed: self.failed,
            candidates,
            complete: solution.complete,
            cells: solution.cost,
            steps: solution.steps,
        }
    }

    fn candidate(
        &self,
        cells: Vec<(usize, i64)>,
        unique: bool,
        event: Option<SlipKind>,
        report: &Report,
        settings: &Settings,
    ) -> Candidate {
        let event = event.and_then(|kind| settings.slip(kind));
        let mut score = event.map_or(0, |slip| slip.weight);
        let cells = (cells.into_iter())
            .map(|(key, value)| {
                let slip = event.or_else(|| explain(report, key, value, settings));
                if event.is_none() {
                    score += slip.map_or(0, |slip| slip.weight);
                }
                Mended {
                    key,
                    value,
                    slip: slip.map_or(SlipKind::Other, |slip| slip.kind),
                    reason: slip.map(|slip| slip.reason.clone()).unwrap_or_default(),
                }
            })
            .collect();
        Candidate {
            cells,
            is_event: event.is_some(),
            unique,
            score,
        }
    }

    /// Adds what a single slip over several cells explains; one that is a repair already takes its place where
    /// it is more plausible than so many slips.
    fn add_events(&self, candidates: &mut Vec<Candidate>, report: &Report, settings: &Settings) {
        let Some(evidence) = Evidence::new(&self.system) else {
            return;
        };
        let variables: BTreeMap<usize, usize> = (self.keys.iter().enumerate())
            .filter(|(at, _)| !self.system.variables[*at].fixed)
            .map(|(at, key)| (*key, at))
            .collect();
        for event in events(report, &variables, &evidence) {
            let candidate = self.candidate(
                event.cells.clone(),
                true,
                Some(event.kind()),
                report,
                settings,
            );
            let same = |c: &Candidate| {
                let cells = c.cells.iter().map(|m| (m.key, m.value));
                cells.eq(candidate.cells.iter().map(|m| (m.key, m.value)))
            };
            match candidates.iter_mut().find(|c| same(c)) {
                Some(known) if candidate.score < known.score => *known = candidate,
                Some(_) => {}
                None => candidates.push(candidate),
            }
        }
    }
}

/// A value that is only known to be out of its domain most likely has the wrong sign.
fn reverse_sign(cell: &mut Mended, report: &Report, settings: &Settings) {
    let reversed = report.values[cell.key].number.and_then(i64::checked_neg);
    if let (Some(value), Some(slip)) = (reversed, settings.slip(SlipKind::Sign)) {
        cell.value = value;
        cell.slip = slip.kind;
        cell.reason = slip.reason.clone();
    }
}

fn certainty(candidates: &[Candidate], complete: bool, settings: &Settings) -> Certainty {
    match candidates {
        [] => Certainty::Nothing,
        [only] if complete && only.unique => {
            let known = only.cells.iter().all(|m| m.slip != SlipKind::Other);
            // Several cells wrong in ways without a name could be more cells wrong in ways that conspire.
            if only.cells.len() == 1 || known {
                Certainty::Certain
            } else {
                Certainty::Likely
            }
        }
        [first, rest @ ..] => {
            let next = rest.iter().map(|c| c.score).min().unwrap_or(u32::MAX);
            let stands_out = first.score.saturating_add(settings.localise.margin) <= next;
            if first.unique && complete && stands_out {
                Certainty::Likely
            } else {
                Certainty::OneOf
            }
        }
    }
}
