//! Values that moved by a power of ten against the year before while their neighbours did not.

use crate::form::Measure;
use crate::report::Report;

use super::evaluate::{Past, Verdict};
use super::settings::PowerOfTen;

/// The power of ten by which a number moved: `3` for ×1000, `-2` for ÷100; none for any other move.
pub(super) fn exponent(
    before: i64,
    now: i64,
    measure: Measure,
    settings: &PowerOfTen,
) -> Option<i32> {
    let (before, now) = (i128::from(before), i128::from(now));
    if before <= 0 || now <= 0 {
        return None;
    }
    let (small, large) = (before.min(now), before.max(now));
    let (spread, least) = match measure {
        Measure::Count => (settings.count_spread_percent, settings.least_count),
        Measure::Fen => (settings.money_spread_percent, settings.least_fen),
    };
    if small < i128::from(least) {
        return None;
    }
    let spread = i128::from(spread);
    let found = settings.exponents.iter().find(|exponent| {
        // Compares large / small with 10^e, both ways, without leaving the whole numbers.
        10_i128.checked_pow(**exponent).is_some_and(|power| {
            let scaled = small.saturating_mul(power);
            large.saturating_mul(100) <= scaled.saturating_mul(spread)
                && scaled.saturating_mul(100) <= large.saturating_mul(spread)
        })
    })?;
    let exponent = i32::try_from(*found).ok()?;
    Some(if now > before { exponent } else { -exponent })
}

/// A verdict for every key that can be compared with the year before.
pub(super) fn judge(
    report: &Report,
    past: Option<Past<'_>>,
    settings: &PowerOfTen,
) -> Vec<(usize, Verdict)> {
    let form = &report.form;
    let pairs: Vec<Option<(i64, i64)>> = (0..form.keys.len())
        .map(|key| past?.number(key).zip(report.values.get(key)?.number))
        .collect();
    let slipped: Vec<Option<i32>> = (pairs.iter().zip(&form.keys))
        .map(|(pair, info)| pair.and_then(|(b, n)| exponent(b, n, info.measure, settings)))
        .collect();
    (0..form.keys.len())
        .filter(|key| past.is_none_or(|past| past.is_comparable(*key)))
        .map(|key| {
            let verdict = match (pairs[key], slipped[key]) {
                (None, _) => Verdict::Unverifiable,
                (Some(_), None) => Verdict::Held,
                (Some(_), Some(_)) if follows_its_parts(report, key, &slipped) => Verdict::Held,
                (Some(_), Some(_)) if neighbours_moved(report, key, &pairs) => Verdict::Held,
                (Some(_), Some(_)) => Verdict::Failed,
            };
            (key, verdict)
        })
        .collect()
}

/// A total that moved because one of its parts did says nothing new.
fn follows_its_parts(report: &Report, key: usize, slipped: &[Option<i32>]) -> bool {
    (report.form.rules.iter().flat_map(|rule| rule.equations()))
        .filter_map(|equation| equation.as_total())
        .any(|(total, parts)| total == key && parts.iter().any(|p| slipped[p.key] == slipped[key]))
}

/// Whether most of the other cells of its row and column moved tenfold or more in the same direction.
fn neighbours_moved(report: &Report, key: usize, pairs: &[Option<(i64, i64)>]) -> bool {
    let Some((before, now)) = pairs[key] else {
        return false;
    };
    let at = report.form.keys[key].at;
    let (mut moved, mut still) = (0, 0);
    for (other, info) in report.form.keys.iter().enumerate() {
        let neighbour = info.at[..2] == at[..2] && (info.at[2] == at[2] || info.at[3] == at[3]);
        let is_part = (report.form.rules.iter().flat_map(|rule| rule.equations()))
            .filter_map(|equation| equation.as_total())
            .any(|(total, parts)| total == other && parts.iter().any(|p| p.key == key));
        if other == key || !neighbour || is_part {
            continue;
        }
        match pairs[other] {
            Some((b, n)) if b > 0 && n > 0 => {
                let (from, to) = if now > before { (b, n) } else { (n, b) };
                if i128::from(to) >= i128::from(from) * 10 {
                    moved += 1;
                } else {
                    still += 1;
                }
            }
            _ => {}
        }
    }
    moved > still
}
