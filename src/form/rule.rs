//! Edit rules, expanded to the cells they speak of.

use serde::{Deserialize, Serialize};

use crate::finding::Severity;
use crate::text::Text;

/// How the two sides of an equation must stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Relation {
    /// Equal.
    #[serde(rename = "=")]
    Equal,
    /// Left at most right.
    #[serde(rename = "<=")]
    AtMost,
    /// Left at least right.
    #[serde(rename = ">=")]
    AtLeast,
    /// Both zero or both positive.
    #[serde(rename = "both-or-neither")]
    BothOrNeither,
}

/// One summand: `factor` × the value of a key, this year's or the year's before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// Index in the form's keys.
    pub key: usize,
    /// What the value is multiplied by.
    pub factor: i64,
    /// The value is last year's.
    pub previous: bool,
}

/// One instance of a rule: left side, relation, right side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Equation {
    /// What this instance is about: the element of `each`, such as `natural_person`; empty for a rule
    /// with one instance.
    pub instance: String,
    /// Summands on the left.
    pub left: Vec<Term>,
    /// A constant added to the left.
    pub left_constant: i64,
    /// The relation.
    pub relation: Relation,
    /// Summands on the right.
    pub right: Vec<Term>,
    /// A constant added to the right.
    pub right_constant: i64,
}

impl Equation {
    /// Every summand of both sides.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.left.iter().chain(&self.right)
    }

    /// Whether it needs the year before.
    pub fn crosses_years(&self) -> bool {
        self.terms().any(|term| term.previous)
    }

    /// The total and its parts, when the equation says that one key is the plain sum of others.
    pub fn as_total(&self) -> Option<(usize, &[Term])> {
        let plain = |term: &Term| term.factor == 1 && !term.previous;
        match self.left.as_slice() {
            [total]
                if self.relation == Relation::Equal
                    && self.left_constant == 0
                    && self.right_constant == 0
                    && self.right.len() > 1
                    && plain(total)
                    && self.right.iter().all(plain) =>
            {
                Some((total.key, &self.right))
            }
            _ => None,
        }
    }
}

/// What a rule checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// Arithmetic between cells; one equation per instance.
    Equations(Vec<Equation>),
    /// Every number is whole and, unless signed, not negative.
    Domain,
    /// A value moved by a power of ten against the year before.
    PowerOfTen,
    /// The narrative's count of requests against the table.
    TextRequests,
    /// The narrative's period against the title's year.
    TextPeriod,
    /// The sign-off date against the end of the period.
    SignedTooEarly,
    /// What the narrative calls its unit.
    TextUnitKind,
}

/// When a rule applies at all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Kinds of unit; empty for every kind.
    #[serde(default)]
    pub kind: Vec<String>,
}

/// An edit rule of a form (勾稽关系, continuity, plausibility).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// Its name.
    pub label: Text,
    /// How bad it is when it fails.
    pub severity: Severity,
    /// Why it must hold.
    pub reason: Text,
    /// Where it was laid down.
    pub source: String,
    /// When it applies.
    pub when: Condition,
    /// What it checks.
    pub check: Check,
}

impl Rule {
    /// Its equations; none for a rule that is not arithmetic.
    pub fn equations(&self) -> &[Equation] {
        match &self.check {
            Check::Equations(equations) => equations,
            _ => &[],
        }
    }
}
