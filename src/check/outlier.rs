//! Values far outside their unit's own history and its peers, robustly: median and median absolute deviation.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;
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
    let (mut units, mut kinds) = (Groups::default(), Groups::default());
    let mut forms = Forms::default();
    let mut places: Vec<Option<(usize, usize, usize)>> = Vec::with_capacity(reports.len());
    for (index, report) in reports.iter().enumerate() {
        if report.scope != Scope::Own {
            places.push(None);
            continue;
        }
        let unit = units.put(lineage::descent(report, registry, counties), index);
        let kind = super::kind(report, registry, settings).to_owned();
        // Of one county: what is said of a unit does not depend on what other counties are looked at with it.
        let county = lineage::county(report, registry)
            .unwrap_or_else(|| counties.get(&report.file).cloned().unwrap_or_default());
        let form = forms.put(&report.form);
        let peers = kinds.put((report.year, form, kind, county), index);
        places.push(Some((unit, peers, form)));
    }
    let mut findings = Vec::new();
    let mut bridges: BTreeMap<(usize, usize), Bridge> = BTreeMap::new();
    for (index, report) in reports.iter().enumerate() {
        let Some((unit, peers, form)) = places[index] else {
            continue;
        };
        let history = &units.members[unit];
        if history.len() <= settings.outlier.least_history {
            continue;
        }
        let others = (history.iter().copied())
            .filter(|other| *other != index && reports[*other].year != report.year);
        let others: Vec<(usize, usize)> = others
            .filter_map(|other| Some((other, places[other]?.2)))
            .collect();
        for (other, from) in &others {
            bridges
                .entry((*from, form))
                .or_insert_with(|| Bridge::new(library, &reports[*other].form, &report.form));
        }
        let others: Vec<(&Report, &Bridge)> = (others.iter())
            .filter_map(|(other, from)| Some((&*reports[*other], bridges.get(&(*from, form))?)))
            .collect();
        for key in forms.telling[form].iter().copied() {
            let Some(now) = report.values[key].number else {
                continue;
            };
            let past: Vec<i64> = (others.iter())
                .filter_map(|(other, bridge)| bridge.number(other, key))
                .collect();
            let measure = report.form.keys[key].measure;
            let least = settings.outlier.least_history;
            let Some(median) = far(now, &past, least, measure, &settings.outlier) else {
                continue;
            };
            // There are many peers; they are asked only about what the history doubts.
            let peers: Vec<i64> = (kinds.members[peers].iter())
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

/// Indices of reports by what they have in common, each kind of which has a number.
struct Groups<K> {
    numbers: HashMap<K, usize>,
    members: Vec<Vec<usize>>,
}

impl<K> Default for Groups<K> {
    fn default() -> Self {
        Self {
            numbers: HashMap::new(),
            members: Vec::new(),
        }
    }
}

impl<K: Hash + Eq> Groups<K> {
    /// Puts a report into its group.
    fn put(&mut self, key: K, report: usize) -> usize {
        let next = self.members.len();
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.members.push(Vec::new());
        }
        self.members[number].push(report);
        number
    }
}

/// The forms met, with their telling keys.
#[derive(Default)]
struct Forms {
    ids: Vec<String>,
    telling: Vec<Vec<usize>>,
}

impl Forms {
    fn put(&mut self, form: &Form) -> usize {
        let known = self.ids.iter().position(|id| *id == form.id);
        known.unwrap_or_else(|| {
            self.ids.push(form.id.clone());
            self.telling.push(telling_keys(form));
            self.ids.len() - 1
        })
    }
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
