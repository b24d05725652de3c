//! What the page shows of a form: chosen in data, by key.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::form::{Form, Measure};
use crate::rollup::{Summary, Total};
use crate::text::Text;

/// The choice of figures, charts and tables.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plan {
    pub figures: Vec<Figure>,
    pub charts: Vec<Chart>,
    pub unit_charts: Vec<UnitChart>,
    pub series: Vec<Item>,
    pub unit_tables: Vec<UnitTable>,
    pub unit_years: Vec<Item>,
    pub comparison: ComparisonPlan,
    pub limits: Limits,
}

/// A key figure: a sum of keys, or a rate.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Figure {
    pub label: Text,
    #[serde(default)]
    pub keys: Vec<String>,
    pub rate: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chart {
    pub id: String,
    pub title: Text,
    pub items: Vec<Item>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnitChart {
    pub id: String,
    pub title: Text,
    pub key: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnitTable {
    pub id: String,
    pub title: Text,
    pub columns: Vec<Item>,
}

/// A key under a short name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Item {
    pub key: String,
    pub label: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ComparisonPlan {
    pub highlights: Vec<String>,
    pub contributions: Vec<String>,
    pub movers: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub unit_bars: usize,
}

impl Plan {
    /// The plan that is built in.
    pub fn built_in() -> &'static Self {
        static PLAN: LazyLock<Plan> = LazyLock::new(|| {
            toml::from_str(include_str!("../../data/page/content.toml"))
                .unwrap_or_else(|e| panic!("data/page/content.toml: {e}"))
        });
        &PLAN
    }
}

/// What the number of a key or derived key counts; none where the form has no such key.
pub(super) fn measure(form: &Form, key: &str) -> Option<Measure> {
    let at = match form.index(key) {
        Some(index) => index,
        None => *(form.derived.iter().find(|d| d.key == key)?.parts.first()?),
    };
    Some(form.keys[at].measure)
}

/// The total of several keys together; none where the form lacks one of them. It rests on as many
/// units as the least of them.
pub(super) fn total_of(summary: &Summary, keys: &[String]) -> Option<Total> {
    let mut totals = keys.iter().map(|key| summary.total(key));
    let mut all = totals.next()??;
    for total in totals {
        let total = total?;
        all = Total {
            sum: (all.sum.zip(total.sum)).and_then(|(a, b)| a.checked_add(b)),
            counted: all.counted.min(total.counted),
            expected: all.expected.max(total.expected),
        };
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Library;

    #[test]
    fn every_key_of_the_plan_is_a_key_of_some_form() {
        let plan = Plan::built_in();
        let library = Library::official();
        let known =
            |key: &String| (library.forms().iter()).any(|form| measure(form, key).is_some());
        let items = (plan.charts.iter().flat_map(|c| &c.items))
            .chain(&plan.series)
            .chain(&plan.unit_years)
            .chain(plan.unit_tables.iter().flat_map(|t| &t.columns))
            .map(|item| &item.key);
        let keys: Vec<_> = items
            .chain(plan.unit_charts.iter().map(|c| &c.key))
            .chain(plan.figures.iter().flat_map(|f| &f.keys))
            .chain(&plan.comparison.highlights)
            .chain(&plan.comparison.contributions)
            .filter(|key| !known(key))
            .collect();
        assert_eq!(keys, Vec::<&String>::new());
        for figure in &plan.figures {
            assert_ne!(figure.keys.is_empty(), figure.rate.is_none(), "{figure:?}");
        }
    }
}
