//! Rank and spread over the units of a year.

use std::sync::LazyLock;

use serde::Deserialize;

use super::exact::percent;
use super::{Ranking, Rate, RateRanking, Summary};
use crate::form::Form;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RankingsFile {
    keys: Vec<String>,
}

/// The keys that are ranked, as `data/rankings.toml` lists them.
fn ranked_keys(form: &Form) -> Vec<usize> {
    static KEYS: LazyLock<RankingsFile> = LazyLock::new(|| {
        toml::from_str(include_str!("../../data/rankings.toml"))
            .unwrap_or_else(|e| panic!("data/rankings.toml: {e}"))
    });
    let listed: Vec<usize> = KEYS.keys.iter().filter_map(|key| form.index(key)).collect();
    if listed.is_empty() {
        (0..form.keys.len()).collect()
    } else {
        listed
    }
}

/// Rankings of a year's members; a key for which nobody has a number is left out.
pub(super) fn rankings(summary: &Summary) -> Vec<Ranking> {
    (ranked_keys(&summary.form).into_iter())
        .filter_map(|key| ranking(summary, key))
        .collect()
}

fn ranking(summary: &Summary, key: usize) -> Option<Ranking> {
    let numbers: Vec<(String, i64)> = (summary.members.iter())
        .filter_map(|member| Some((member.name.clone(), member.values.get(key)?.number?)))
        .collect();
    if numbers.is_empty() {
        return None;
    }
    let info = &summary.form.keys[key];
    let ranked = rank(numbers, |a, b| a.cmp(b));
    let ascending: Vec<i64> = ranked.iter().rev().map(|(.., number)| *number).collect();
    Some(Ranking {
        key: info.key.clone(),
        label: info.label.clone(),
        measure: info.measure,
        year: summary.year,
        quartiles: Some([1, 2, 3].map(|quarter| quartile(&ascending, quarter))),
        zeros: ascending.iter().filter(|number| **number == 0).count(),
        concentration: concentration(&ascending),
        ranked,
    })
}

/// Largest first; equal ones share a rank and stay in the order given.
fn rank<T: Copy>(
    mut units: Vec<(String, T)>,
    order: impl Fn(&T, &T) -> std::cmp::Ordering,
) -> Vec<(u32, String, T)> {
    units.sort_by(|a, b| order(&b.1, &a.1));
    let mut ranked: Vec<(u32, String, T)> = Vec::with_capacity(units.len());
    for (at, (unit, number)) in units.into_iter().enumerate() {
        let rank = match ranked.last() {
            Some((rank, _, before)) if order(before, &number).is_eq() => *rank,
            _ => at as u32 + 1,
        };
        ranked.push((rank, unit, number));
    }
    ranked
}

/// The first, second or third quartile of ascending numbers, interpolated as spreadsheets do (QUARTILE.INC).
fn quartile(ascending: &[i64], quarter: usize) -> f64 {
    let at = (ascending.len() - 1) * quarter;
    let (below, part) = (ascending[at / 4], at % 4);
    let above = ascending[(at / 4 + 1).min(ascending.len() - 1)];
    below as f64 + (above as f64 - below as f64) * part as f64 / 4.0
}

/// Share of the largest and of the largest three; none where the sum is not positive or a number is negative.
fn concentration(ascending: &[i64]) -> Option<[f64; 2]> {
    if *ascending.first()? < 0 {
        return None;
    }
    let add = |numbers: &[i64]| -> Option<i64> {
        numbers.iter().try_fold(0_i64, |sum, n| sum.checked_add(*n))
    };
    let sum = add(ascending)?;
    let largest = |count: usize| add(&ascending[ascending.len().saturating_sub(count)..]);
    Some([percent(largest(1)?, sum)?, percent(largest(3)?, sum)?])
}

/// Rankings of a year's indicators over the units; those with a small base are counted and not ranked.
pub(super) fn rate_rankings(rates: &[Rate], year: i32) -> Vec<RateRanking> {
    let mut rankings = Vec::new();
    let of_year = |rate: &&Rate| rate.year == year;
    for area in rates
        .iter()
        .filter(of_year)
        .filter(|rate| rate.unit.is_none())
    {
        let units = || (rates.iter().filter(of_year)).filter(|rate| rate.id == area.id);
        let steady: Vec<(String, f64)> = units()
            .filter(|rate| !rate.small_base)
            .filter_map(|rate| Some((rate.unit.clone()?, rate.value?)))
            .collect();
        rankings.push(RateRanking {
            id: area.id.clone(),
            label: area.label.clone(),
            display: area.display,
            year,
            ranked: rank(steady, f64::total_cmp),
            small_base: units()
                .filter(|rate| rate.unit.is_some() && rate.small_base)
                .count(),
        });
    }
    rankings
}
