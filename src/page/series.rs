//! One key over the years, carried across a change of form only as the crosswalk allows.

use super::context::Page;
use super::plan::measure;
use crate::form::{Crosswalk, Measure};
use crate::rollup::Summary;

/// One year of a series.
pub(super) struct Point {
    pub year: i32,
    pub sum: Option<i64>,
    pub measure: Measure,
    /// It means the same as in the year reported on.
    pub comparable: bool,
    pub counted: usize,
    pub expected: usize,
}

/// A key or derived key for every year of the dossier; empty where the latest form lacks it.
pub(super) fn points(page: &Page<'_>, key: &str) -> Vec<Point> {
    let Some(measure) = measure(&page.latest.form, key) else {
        return Vec::new();
    };
    (page.dossier.years.iter())
        .map(|summary| point(page, summary, key, measure))
        .collect()
}

fn point(page: &Page<'_>, summary: &Summary, key: &str, measure: Measure) -> Point {
    let mut point = Point {
        year: summary.year,
        sum: None,
        measure,
        comparable: false,
        counted: 0,
        expected: summary.expected(),
    };
    if summary.form.id == page.latest.form.id {
        let total = summary.total(key).unwrap_or_default();
        (point.sum, point.counted, point.comparable) = (total.sum, total.counted, true);
        return point;
    }
    if let Some(keys) = keys_in(page, summary, key) {
        let totals = || keys.iter().filter_map(|at| summary.totals.get(*at));
        point.comparable = true;
        point.sum = totals().try_fold(0_i64, |sum, t| sum.checked_add(t.sum?));
        point.counted = totals().map(|t| t.counted).min().unwrap_or(0);
    }
    point
}

/// The keys of a year's form that add up to what a key or derived key of the latest form means; none
/// where the two forms do not compare.
pub(super) fn keys_in(page: &Page<'_>, summary: &Summary, key: &str) -> Option<Vec<usize>> {
    let latest = &page.latest.form;
    let parts = match latest.index(key) {
        Some(index) => vec![index],
        None => (latest.derived.iter().find(|d| d.key == key))?
            .parts
            .clone(),
    };
    if summary.form.id == latest.id {
        return Some(parts);
    }
    let crosswalk = page.library.crosswalk(&summary.form, latest)?;
    earlier_parts(&crosswalk, key, &parts)
}

/// The keys of the earlier form that mean the same together; none where there are none.
fn earlier_parts(crosswalk: &Crosswalk, key: &str, parts: &[usize]) -> Option<Vec<usize>> {
    let comparable =
        |pair: &&crate::form::Pair| pair.comparability.is_comparable() && !pair.from.is_empty();
    if let Some(pair) = (crosswalk.pairs.iter().filter(comparable)).find(|p| p.key == key) {
        return Some(pair.from.clone());
    }
    let mut earlier = Vec::new();
    for part in parts {
        let pair = (crosswalk.pairs.iter().filter(comparable)).find(|p| p.to == [*part])?;
        earlier.extend(&pair.from);
    }
    (!earlier.is_empty()).then_some(earlier)
}
