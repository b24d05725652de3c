//! Values far outside their unit's own history and its peers, robustly: median and median absolute deviation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::finding::{Finding, Severity};
use crate::form::{Form, Library, Measure};
use crate::report::{Report, Scope};
use crate::text::Text;
use crate::units::Registry;

use super::evaluate::Bridge;
use super::failure::amount;
use super::lineage::{self, Counties};
use super::settings::{Outlier, Settings};

/// The id under which these findings stand.
const RULE: &str = "outlier";

/// A note for every value far outside, in the order of the reports.
pub(super) fn findings(
    reports: &[Arc<Report>],
    registry: &Registry,
    library: &Library,
    settings: &Settings,
    counties: &Counties,
) -> Vec<Finding> {
    let mut by_unit: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut by_peers: BTreeMap<(Option<i32>, String, String, String), Vec<usize>> = BTreeMap::new();
    let mut bridges: BTreeMap<(String, String), Bridge> = BTreeMap::new();
    let peers_of = |report: &Report| {
        let kind = super::kind(report, registry, settings).to_owned();
        // Of one county: what is said of a unit does not depend on what other counties are looked at with it.
        let county = lineage::county(report, registry)
            .unwrap_or_else(|| counties.get(&report.file).cloned().unwrap_or_default());
        (report.year, report.form.id.clone(), kind, county)
    };
    for (index, report) in reports
        .iter()
        .enumerate()
        .filter(|(_, r)| r.scope == Scope::Own)
    {
        by_unit
            .entry(lineage::descent(report, registry, counties))
            .or_default()
            .push(index);
        by_peers.entry(peers_of(report)).or_default().push(index);
    }
    let mut findings = Vec::new();
    for (index, report) in reports
        .iter()
        .enumerate()
        .filter(|(_, r)| r.scope == Scope::Own)
    {
        let history = &by_unit[&lineage::descent(report, registry, counties)];
        if history.len() <= settings.outlier.least_history {
            continue;
        }
        for other in history {
            let pair = (reports[*other].form.id.clone(), report.form.id.clone());
            bridges
                .entry(pair)
                .or_insert_with(|| Bridge::new(library, &reports[*other].form, &report.form));
        }
        let peers = &by_peers[&peers_of(report)];
        for key in telling_keys(&report.form) {
            let Some(now) = report.values[key].number else {
                continue;
            };
            let past = history
                .iter()
                .filter(|other| **other != index && reports[**other].year != report.year);
            let past = past.filter_map(|other| {
                let pair = (reports[*other].form.id.clone(), report.form.id.clone());
                bridges.get(&pair)?.number(&reports[*other], key)
            });
            let measure = report.form.keys[key].measure;
            let past: Vec<i64> = past.collect();
            let least = settings.outlier.least_history;
            let Some(median) = far(now, &past, least, measure, &settings.outlier) else {
                continue;
            };
            // There are many peers; they are asked only about what the history doubts.
            let peers: Vec<i64> = (peers.iter())
                .filter(|other| **other != index)
                .filter_map(|other| reports[*other].values[key].number)
                .collect();
            let least = settings.outlier.least_peers;
            // Too few peers to speak of leave the judgement to the history.
            if peers.len() < least || far(now, &peers, least, measure, &settings.outlier).is_some()
            {
                findings.push(finding(report, key, now, median));
            }
        }
    }
    findings
}

/// Keys that are no part of a total: a part that is far outside shows in its total.
fn telling_keys(form: &Form) -> Vec<usize> {
    let parts: BTreeSet<usize> = (form.rules.iter().flat_map(|rule| rule.equations()))
        .filter_map(|equation| equation.as_total())
        .flat_map(|(_, parts)| parts.iter().map(|part| part.key))
        .collect();
    (0..form.keys.len())
        .filter(|key| !parts.contains(key))
        .collect()
}

/// The median, where the value lies far from it.
fn far(
    now: i64,
    others: &[i64],
    least: usize,
    measure: Measure,
    settings: &Outlier,
) -> Option<i64> {
    if others.len() < least {
        return None;
    }
    // The floors are meant for counts; one of money is that many 万元.
    let unit: i128 = match measure {
        Measure::Count => 1,
        Measure::Fen => 1_000_000,
    };
    let others: Vec<i128> = others.iter().map(|n| i128::from(*n)).collect();
    let middle = median(others.clone())?;
    let deviation = median(others.iter().map(|n| (n - middle).abs()).collect())?;
    let floor = (i128::from(settings.floor) * unit)
        .max(middle.abs() * i128::from(settings.floor_percent) / 100);
    // 3/2 is near enough to the 1.4826 that makes the deviation one of a normal distribution.
    let deviation = (deviation * 3 / 2).max(floor);
    let distance = (i128::from(now) - middle).abs();
    let beyond = distance > deviation * i128::from(settings.deviations)
        && distance >= i128::from(settings.least_change) * unit;
    beyond.then(|| i64::try_from(middle).ok())?
}

fn median(mut numbers: Vec<i128>) -> Option<i128> {
    numbers.sort_unstable();
    let half = numbers.len() / 2;
    match numbers.len() {
        0 => None,
        n if n % 2 == 1 => Some(numbers[half]),
        _ => Some((numbers[half - 1] + numbers[half]) / 2),
    }
}

fn finding(report: &Report, key: usize, now: i64, median: i64) -> Finding {
    let info = &report.form.keys[key];
    let show = |n: i64| amount(i128::from(n), info.measure);
    let (now, median) = (show(now), show(median));
    let message = Text::new(
        format!(
            "“{}”为 {now}，该单位其他年度的中位数为 {median}，同类单位也无此水平；请核实",
            info.label.zh
        ),
        format!(
            "“{}” is {now}; the median of the unit's other years is {median}, and its peers are far off too. Confirm it",
            info.label.en
        ),
    );
    Finding::new(RULE, Severity::Note, message)
        .about(&report.unit, report.year)
        .key(&info.key)
        .at(report.values[key].place.clone())
        .saw(now, format!("≈ {median}"))
}
