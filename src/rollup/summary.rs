//! What the roll-up gives to the presentation: plain data, nothing of polars.

use std::ops::Deref;
use std::sync::Arc;

use crate::batch::Input;
use crate::finding::{Finding, Severity};
use crate::form::{Form, Measure};
use crate::report::{Report, Value};
use crate::text::Text;

/// A county, or whatever is rolled up.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Area {
    /// Its name.
    pub name: String,
    /// Its code in the registry.
    pub code: Option<String>,
    /// Its kind in the registry (`county`, `city`, …); empty without a registry.
    pub kind: String,
}

/// One unit of an area in one year: expected, reporting, or both.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its name in that year.
    pub name: String,
    /// Its code in the registry.
    pub code: Option<String>,
    /// Its kind in the registry; empty without one.
    pub kind: String,
    /// The registry expects a report of it this year (without a registry: every unit that reports).
    pub expected: bool,
    /// A rename, a merger, a report on another form; empty when there is nothing to say.
    pub note: Text,
    /// Its report.
    pub report: Option<Arc<Report>>,
    /// Its values in the order of the summary's form; empty without a report. They differ from the
    /// report's own where that was made on another form.
    pub values: Values,
}

/// Values in the order of a form: those of a report on it, or others made from one.
///
/// ```
/// use huizong::report::Value;
/// use huizong::rollup::Values;
/// let values = Values::from(vec![Value::reported(3)]);
/// assert_eq!(values.first().and_then(|value| value.number), Some(3));
/// ```
#[derive(Debug, Clone)]
pub enum Values {
    /// A report's own.
    Own(Arc<Report>),
    /// Made from a report on another form.
    Made(Vec<Value>),
}

impl Default for Values {
    fn default() -> Self {
        Self::Made(Vec::new())
    }
}

impl From<Vec<Value>> for Values {
    fn from(values: Vec<Value>) -> Self {
        Self::Made(values)
    }
}

impl Deref for Values {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        match self {
            Self::Own(report) => &report.values,
            Self::Made(values) => values,
        }
    }
}

/// The sum over the units of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Total {
    /// The exact sum of the numbers there are; none where no unit has a number.
    pub sum: Option<i64>,
    /// How many units it rests on.
    pub counted: usize,
    /// How many units it should rest on.
    pub expected: usize,
}

impl Total {
    /// Whether every expected unit is in it.
    pub fn is_complete(&self) -> bool {
        self.counted >= self.expected
    }
}

/// A parent's own published figure against the sum of its units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciled {
    /// Key.
    pub key: String,
    /// What the consolidated report says.
    pub published: Option<i64>,
    /// The sum of the units.
    pub sum: Option<i64>,
    /// published − sum.
    pub difference: Option<i64>,
    /// Units are missing, so the difference is only what they would have to have between them.
    pub bound: bool,
    /// In words.
    pub note: Text,
}

/// What one area amounts to in one year.
#[derive(Debug, Clone)]
pub struct Summary {
    /// The area.
    pub area: Area,
    /// The year.
    pub year: i32,
    /// The form of that year.
    pub form: Arc<Form>,
    /// Every unit, in registry order, else by name.
    pub members: Vec<Member>,
    /// One total per key of the form.
    pub totals: Vec<Total>,
    /// One total per derived key of the form.
    pub derived: Vec<Total>,
    /// The area's own consolidated report, where one was found among the inputs.
    pub consolidated: Option<Arc<Report>>,
    /// Its figures against the sums; empty without one.
    pub reconciled: Vec<Reconciled>,
}

impl Summary {
    /// Units that reported.
    pub fn reported(&self) -> usize {
        self.members.iter().filter(|m| m.report.is_some()).count()
    }

    /// Units that had to report, or did.
    pub fn expected(&self) -> usize {
        self.members.len()
    }

    /// The total of a key or derived key.
    pub fn total(&self, key: &str) -> Option<Total> {
        match self.form.index(key) {
            Some(index) => self.totals.get(index).copied(),
            None => (self.form.derived.iter().position(|d| d.key == key))
                .and_then(|index| self.derived.get(index).copied()),
        }
    }
}

/// Which units a comparison takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Every unit of either year.
    All,
    /// Units present in both years (同口径).
    LikeForLike,
}

impl Scope {
    /// The word of an export.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::LikeForLike => "like_for_like",
        }
    }
}

/// One line of a comparison between two years.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Units taken.
    pub scope: Scope,
    /// Area name.
    pub area: String,
    /// Key.
    pub key: String,
    /// Its label.
    pub label: Text,
    /// What the numbers count.
    pub measure: Measure,
    /// Earlier year.
    pub from_year: i32,
    /// Later year.
    pub to_year: i32,
    /// Earlier number.
    pub from: Option<i64>,
    /// Later number.
    pub to: Option<i64>,
    /// to − from; none where not comparable or a side is missing.
    pub change: Option<i64>,
    /// Change in percent of `from`, rounded to two decimals; none where not comparable or the base is zero.
    pub percent: Option<f64>,
    /// Whether the two sides mean the same.
    pub comparable: bool,
    /// Why not, what to keep in mind, or what is missing; empty when there is nothing to say.
    pub note: Text,
}

/// A derived indicator for an area or a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Rate {
    /// Indicator id.
    pub id: String,
    /// Its name.
    pub label: Text,
    /// Its formula in words.
    pub formula: Text,
    /// Year.
    pub year: i32,
    /// The unit, or none for the whole area.
    pub unit: Option<String>,
    /// Numerator; none where a part is missing.
    pub numerator: Option<i64>,
    /// Denominator; none where a part is missing.
    pub denominator: Option<i64>,
    /// How it is shown, and in what unit `value` is.
    pub display: crate::form::Display,
    /// Percent, or 分 for each thing; none where it cannot be computed.
    pub value: Option<f64>,
    /// The denominator is too small for the rate to be steady.
    pub small_base: bool,
}

/// One unit's part of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    /// Unit, by its later name.
    pub unit: String,
    /// Earlier number; 0 contributes where the unit had not joined yet.
    pub from: Option<i64>,
    /// Later number.
    pub to: Option<i64>,
    /// Its part of the change.
    pub change: i64,
    /// Whether it was there in both years, joined, or left.
    pub movement: Movement,
    /// The part of the change that comes from units present in both years (同口径); these parts add up to the
    /// change of that scope.
    pub like_for_like: i64,
}

/// Whether a unit was there in both years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Movement {
    /// A number in both years.
    Stayed,
    /// A number only in the later year.
    Joined,
    /// A number only in the earlier year.
    Left,
}

/// Rank and spread of one key over the units of a year.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// Key or indicator id.
    pub key: String,
    /// Label.
    pub label: Text,
    /// What the numbers count.
    pub measure: Measure,
    /// Year.
    pub year: i32,
    /// Units with their number and rank (1 = largest; ties share a rank), largest first.
    pub ranked: Vec<(u32, String, i64)>,
    /// Lower quartile, median, upper quartile, of the numbers.
    pub quartiles: Option<[f64; 3]>,
    /// Units whose number is zero.
    pub zeros: usize,
    /// Share of the largest unit, the largest three, in percent of the sum; none where the sum is not positive.
    pub concentration: Option<[f64; 2]>,
}

/// Rank of one indicator over the units of a year; units with a small base are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct RateRanking {
    /// Indicator id.
    pub id: String,
    /// Its name.
    pub label: Text,
    /// How its values are shown, and in what unit they are.
    pub display: crate::form::Display,
    /// Year.
    pub year: i32,
    /// Units with their value and rank (1 = largest; ties share a rank), largest first.
    pub ranked: Vec<(u32, String, f64)>,
    /// Units left out because their base is too small.
    pub small_base: usize,
}

/// A unit over the years of a dossier: one line, whatever it was called and merged from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Stable id: a code of the registry, or the name.
    pub id: String,
    /// The name under which it is shown: its last.
    pub name: String,
    /// Renames and mergers; empty when there were none.
    pub note: Text,
    /// For each year of the dossier, the indices of its members in [`Summary::members`]: none while it did
    /// not exist, several before a merger.
    pub members: Vec<Vec<usize>>,
}

/// When and from what a result was made. The command layer fills it; nothing below reads the clock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// Local date and time, `2026-01-28 18:30`; fixed by the caller for repeatable output.
    pub at: String,
    /// The inputs as given.
    pub from: String,
    /// Program name and version.
    pub by: String,
}

/// Everything about one area: what the workbook, the page and the tables are written from.
#[derive(Debug, Clone, Default)]
pub struct Dossier {
    /// The area.
    pub area: Area,
    /// One summary a year, ascending; the last is the one reported on.
    pub years: Vec<Summary>,
    /// Comparisons of each year with the one before, and of the last with the first where there are more.
    pub comparisons: Vec<Comparison>,
    /// Indicators of the area and of each unit, for every year.
    pub rates: Vec<Rate>,
    /// Rankings for the last year.
    pub rankings: Vec<Ranking>,
    /// Rankings of indicators for the last year.
    pub rate_rankings: Vec<RateRanking>,
    /// Every unit over the years.
    pub lines: Vec<Line>,
    /// Contributions to the change from the year before to the last, by comparison key.
    pub contributions: Vec<(String, Vec<Contribution>)>,
    /// Findings about the area's units, for all its years, worst first.
    pub findings: Vec<Finding>,
    /// Every input of the run.
    pub inputs: Vec<Input>,
    /// When and from what it was made.
    pub made: Made,
}

impl Dossier {
    /// How many errors and warnings of a year speak of any of some keys: what a headline figure must not hide.
    pub fn doubts<S: AsRef<str>>(&self, year: i32, keys: &[S]) -> usize {
        let named = |key: &String| keys.iter().any(|wanted| wanted.as_ref() == key);
        (self.findings.iter())
            .filter(|f| f.severity != Severity::Note && f.year == Some(year))
            .filter(|f| f.keys.iter().any(named))
            .count()
    }

    /// The summary of the year reported on.
    pub fn latest(&self) -> Option<&Summary> {
        self.years.last()
    }
}
