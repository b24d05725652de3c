//! Rules × report → held, failed or unverifiable.

use crate::form::{Check, Crosswalk, Equation, Form, Library, Relation, Rule, Term};
use crate::grid::Place;
use crate::report::Report;

use super::narrative;
use super::settings::Settings;
use super::slip;

/// What came of one instance of a rule. The three are never mixed: a rule whose numbers are missing has
/// neither held nor failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// Everything needed is there and the rule holds.
    Held,
    /// Everything needed is there and the rule does not hold.
    Failed,
    /// Something needed is missing.
    Unverifiable,
}

/// What one instance of a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Instance {
    /// Index in [`Rule::equations`].
    Equation(usize),
    /// Index in the form's keys: a rule about single cells.
    Key(usize),
    /// The report's text.
    Text,
}

/// One instance of a rule with its verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Index in the form's rules.
    pub rule: usize,
    /// Which instance of the rule.
    pub instance: Instance,
    /// What came of it.
    pub verdict: Verdict,
    /// Left side less right side, where both are known. For a rule about a single cell, its number.
    pub difference: Option<i128>,
}

impl Outcome {
    /// The rule, in the form the outcome was made with.
    pub fn rule_of<'f>(&self, form: &'f Form) -> &'f Rule {
        &form.rules[self.rule]
    }

    /// The equation, for a rule that is arithmetic.
    pub fn equation_of<'f>(&self, form: &'f Form) -> Option<&'f Equation> {
        match self.instance {
            Instance::Equation(at) => form.rules[self.rule].equations().get(at),
            Instance::Key(_) | Instance::Text => None,
        }
    }
}

/// How many instances of a rule held, failed or could not be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Instances that held.
    pub held: usize,
    /// Instances that failed.
    pub failed: usize,
    /// Instances that could not be evaluated.
    pub unverifiable: usize,
}

impl Tally {
    /// Counts one more.
    pub fn count(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Held => self.held += 1,
            Verdict::Failed => self.failed += 1,
            Verdict::Unverifiable => self.unverifiable += 1,
        }
    }

    /// One tally per rule of the form, in its order. Rules that do not apply stay at zero.
    pub fn of(form: &Form, outcomes: &[Outcome]) -> Vec<Self> {
        let mut tallies = vec![Self::default(); form.rules.len()];
        for outcome in outcomes {
            tallies[outcome.rule].count(outcome.verdict);
        }
        tallies
    }
}

/// For every key of a form, the keys of last year's form whose sum is comparable with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bridge {
    sources: Vec<Option<Vec<usize>>>,
}

impl Bridge {
    /// The way from the form of the year before to this year's; nothing is comparable where no crosswalk is known.
    pub(super) fn new(library: &Library, from: &Form, to: &Form) -> Self {
        let mut sources = vec![None; to.keys.len()];
        let crosswalk = if from.id == to.id {
            Some(Crosswalk::identity(to))
        } else {
            library.crosswalk(from, to)
        };
        for pair in crosswalk.iter().flat_map(|c| &c.pairs) {
            // A pair with several keys on this side compares their sum, not any one of them.
            if let ([key], true) = (pair.to.as_slice(), pair.comparability.is_comparable())
                && !pair.from.is_empty()
                && sources[*key].is_none()
            {
                sources[*key] = Some(pair.from.clone());
            }
        }
        Self { sources }
    }

    /// Keys of the earlier form that a key is to be compared with.
    pub(super) fn sources(&self, key: usize) -> Option<&[usize]> {
        self.sources.get(key)?.as_deref()
    }

    /// Last year's number for a key of this year's form.
    pub(super) fn number(&self, previous: &Report, key: usize) -> Option<i64> {
        self.sources(key)?.iter().try_fold(0_i64, |sum, source| {
            sum.checked_add(previous.values.get(*source)?.number?)
        })
    }
}

/// What went before a report: the same unit's report of the year before, or those of the units merged into it,
/// each with the way from its form to this year's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Past<'a> {
    reports: &'a [(&'a Report, &'a Bridge)],
}

impl<'a> Past<'a> {
    /// None where there is no report to look back to.
    pub(super) fn new(reports: &'a [(&'a Report, &'a Bridge)]) -> Option<Self> {
        (!reports.is_empty()).then_some(Self { reports })
    }

    /// Last year's number for a key of this year's form; none where any part of it is missing.
    pub(super) fn number(&self, key: usize) -> Option<i64> {
        (self.reports.iter()).try_fold(0_i64, |sum, (report, bridge)| {
            sum.checked_add(bridge.number(report, key)?)
        })
    }

    /// Whether a key can be compared at all.
    pub(super) fn is_comparable(&self, key: usize) -> bool {
        (self.reports.iter()).all(|(_, bridge)| bridge.sources(key).is_some())
    }

    /// Where last year's numbers for a key stand.
    pub(super) fn places(&self, key: usize) -> impl Iterator<Item = Place> {
        (self.reports.iter()).flat_map(move |(report, bridge)| {
            (bridge.sources(key).unwrap_or_default().iter())
                .filter_map(|source| report.values.get(*source)?.place.clone())
        })
    }
}

/// Evaluates every rule of the report's form.
///
/// `previous` is the same unit's report of the year before; its numbers are taken through the crosswalk when
/// it was made on another form. `kind` is the unit's kind in the registry, empty where unknown: rules for
/// other kinds are left out altogether. Anything missing makes an instance unverifiable, never failed.
///
/// ```
/// use huizong::check::{evaluate, Verdict};
/// use huizong::form::Library;
/// # use huizong::report::{Narrative, Report, Scope, Value};
/// # let library = Library::official();
/// # let form = library.get("2021").unwrap().clone();
/// # let report = Report { file: "a.xlsx".into(), values: vec![Value::reported(0); form.keys.len()], form,
/// #     unit: "甲镇".into(), code: None, year: Some(2021), scope: Scope::Own, narrative: Narrative::default(),
/// #     revision: 0, findings: Vec::new() };
/// let outcomes = evaluate(&report, None, "township", library);
/// assert!(outcomes.iter().all(|outcome| outcome.verdict != Verdict::Failed));
/// ```
pub fn evaluate(
    report: &Report,
    previous: Option<&Report>,
    kind: &str,
    library: &Library,
) -> Vec<Outcome> {
    let previous = previous.filter(|previous| follows(previous, report));
    let bridge = previous.map(|p| Bridge::new(library, &p.form, &report.form));
    let past: Vec<_> = previous.zip(bridge.as_ref()).into_iter().collect();
    let settings = Settings::embedded();
    evaluate_rules(
        report,
        Past::new(&past),
        kind,
        settings,
        &narrative::Names::default(),
    )
}

/// Whether a report is of the year right before another's. Unknown years are taken on trust.
pub(super) fn follows(previous: &Report, report: &Report) -> bool {
    match (previous.year, report.year) {
        (Some(before), Some(now)) => before.checked_add(1) == Some(now),
        _ => true,
    }
}

pub(super) fn evaluate_rules(
    report: &Report,
    past: Option<Past<'_>>,
    kind: &str,
    settings: &Settings,
    names: &narrative::Names,
) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (index, rule) in report.form.rules.iter().enumerate() {
        if !rule.when.kind.is_empty() && !rule.when.kind.iter().any(|k| k == kind) {
            continue;
        }
        let mut push = |instance, verdict, difference| {
            outcomes.push(Outcome {
                rule: index,
                instance,
                verdict,
                difference,
            });
        };
        match &rule.check {
            Check::Equations(equations) => {
                for (at, equation) in equations.iter().enumerate() {
                    let (verdict, difference) = judge(equation, report, past);
                    push(Instance::Equation(at), verdict, difference);
                }
            }
            Check::Domain => {
                for (key, info) in report.form.keys.iter().enumerate() {
                    let number = report.values.get(key).and_then(|v| v.number);
                    let verdict = match number {
                        None => Verdict::Unverifiable,
                        Some(number) if number < 0 && !info.signed => Verdict::Failed,
                        Some(_) => Verdict::Held,
                    };
                    push(Instance::Key(key), verdict, number.map(i128::from));
                }
            }
            Check::PowerOfTen => {
                for (key, verdict) in slip::judge(report, past, &settings.power_of_ten) {
                    let number = report.values.get(key).and_then(|v| v.number);
                    push(Instance::Key(key), verdict, number.map(i128::from));
                }
            }
            text => push(
                Instance::Text,
                narrative::judge(text, report, settings, names).verdict,
                None,
            ),
        }
    }
    outcomes
}

/// The sum of one side, where every number is there.
pub(super) fn side(
    terms: &[Term],
    constant: i64,
    report: &Report,
    past: Option<Past<'_>>,
) -> Option<i128> {
    terms.iter().try_fold(i128::from(constant), |sum, term| {
        let number = if term.previous {
            past?.number(term.key)?
        } else {
            report.values.get(term.key)?.number?
        };
        i128::from(term.factor)
            .checked_mul(i128::from(number))
            .and_then(|product| sum.checked_add(product))
    })
}

fn judge(equation: &Equation, report: &Report, past: Option<Past<'_>>) -> (Verdict, Option<i128>) {
    let left = side(&equation.left, equation.left_constant, report, past);
    let right = side(&equation.right, equation.right_constant, report, past);
    let (Some(left), Some(right)) = (left, right) else {
        return (Verdict::Unverifiable, None);
    };
    let held = match equation.relation {
        Relation::Equal => left == right,
        Relation::AtMost => left <= right,
        Relation::AtLeast => left >= right,
        Relation::BothOrNeither => (left == 0 && right == 0) || (left > 0 && right > 0),
    };
    let verdict = if held { Verdict::Held } else { Verdict::Failed };
    (verdict, left.checked_sub(right))
}

/// Whether an arithmetic instance that failed holds in a mended copy of its report.
pub(super) fn holds(mended: &Report, past: Option<Past<'_>>, outcome: &Outcome) -> bool {
    (outcome.equation_of(&mended.form))
        .is_some_and(|equation| judge(equation, mended, past).0 == Verdict::Held)
}
