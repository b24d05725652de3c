//! A system of linear constraints over whole numbers, as the search sees it.

/// How the sum of a constraint stands to its constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sense {
    /// Equal to the constant.
    Equal,
    /// At least the constant.
    AtLeast,
}

/// Σ coefficient × variable, equal to or at least a constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// Variable and coefficient; no variable twice.
    pub terms: Vec<(usize, i64)>,
    /// Equality or inequality.
    pub sense: Sense,
    /// What the sum is held against.
    pub constant: i64,
}

impl Constraint {
    /// Σ terms = constant.
    pub fn equal(terms: impl Into<Vec<(usize, i64)>>, constant: i64) -> Self {
        Self {
            terms: terms.into(),
            sense: Sense::Equal,
            constant,
        }
    }

    /// Σ terms ≥ constant.
    pub fn at_least(terms: impl Into<Vec<(usize, i64)>>, constant: i64) -> Self {
        Self {
            terms: terms.into(),
            sense: Sense::AtLeast,
            constant,
        }
    }
}

/// One number of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its value; none where it is missing and may take any value within its bound at no cost.
    pub value: Option<i64>,
    /// It cannot be below this.
    pub least: Option<i64>,
    /// It is known to be right.
    pub fixed: bool,
    /// What changing it costs: the surer a value, the higher. Zero counts as one.
    pub weight: u32,
}

impl Variable {
    /// A count: never negative, as doubtful as any other.
    pub fn count(value: i64) -> Self {
        Self {
            value: Some(value),
            least: Some(0),
            fixed: false,
            weight: 1,
        }
    }

    /// A number that may be negative.
    pub fn signed(value: i64) -> Self {
        Self {
            least: None,
            ..Self::count(value)
        }
    }

    /// A missing number that is never negative.
    pub fn missing() -> Self {
        Self {
            value: None,
            ..Self::count(0)
        }
    }

    pub(super) fn base(&self) -> i128 {
        i128::from(self.value.unwrap_or(0))
    }
}

/// Numbers and what must hold between them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct System {
    /// The numbers.
    pub variables: Vec<Variable>,
    /// What must hold.
    pub constraints: Vec<Constraint>,
}

/// How much work a search may do. Steps are counted, not seconds: the answer is the same on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Partial sets looked at in one search.
    pub steps: usize,
    /// Sets kept; with more than this the count of alternatives is a lower bound.
    pub sets: usize,
    /// The most a set may cost: with weights of one, the most cells it may have.
    pub cost: u32,
}

/// A set of variables whose change makes everything hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repair {
    /// The variables, ascending.
    pub variables: Vec<usize>,
    /// The values they take, in the same order: the only ones possible when `unique`, else one example.
    pub values: Vec<i64>,
    /// No other values of these variables make everything hold.
    pub unique: bool,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Solution {
    /// Every cheapest repair, ordered by its variables. Empty when nothing is wrong (`cost` 0) or when none was
    /// found within the limits.
    pub repairs: Vec<Repair>,
    /// What the repairs cost.
    pub cost: u32,
    /// The search was exhaustive: no cheaper repair exists, and no other of the same cost. When false and
    /// without repairs, `cost` is the bound up to which none exists.
    pub complete: bool,
    /// How many steps it took.
    pub steps: usize,
    /// Constraints that only known-to-be-right values take part in, and that do not hold.
    pub contradictions: Vec<usize>,
}
