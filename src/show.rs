//! Numbers as people read them: grouped counts, money in 万元, percentages.

use crate::form::{Measure, MoneyUnit};

/// A whole number with thousands separators.
///
/// ```
/// assert_eq!(huizong::show::count(-1234567), "-1,234,567");
/// ```
pub fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        out.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// An amount of 分 in a unit of money, exact, with at least two decimals.
///
/// ```
/// use huizong::form::MoneyUnit;
/// use huizong::show::money;
/// assert_eq!(money(13_020_000, MoneyUnit::TenThousandYuan), "13.02");
/// assert_eq!(money(-1, MoneyUnit::TenThousandYuan), "-0.000001");
/// ```
pub fn money(fen: i64, unit: MoneyUnit) -> String {
    let size = unit.fen().unsigned_abs();
    let width = size.ilog10() as usize;
    let (whole, part) = (fen.unsigned_abs() / size, fen.unsigned_abs() % size);
    let decimals = format!("{part:0width$}");
    let kept = decimals.trim_end_matches('0').len().max(2);
    let sign = if fen < 0 { "-" } else { "" };
    let whole = i64::try_from(whole).map_or_else(|_| whole.to_string(), count);
    format!("{sign}{whole}.{}", &decimals[..kept])
}

/// A number of a key: a grouped count, or money in 万元 without its unit.
pub fn number(measure: Measure, number: i64) -> String {
    match measure {
        Measure::Count => count(number),
        Measure::Fen => money(number, MoneyUnit::TenThousandYuan),
    }
}

/// As [`number`], with `+` before an increase and a minus sign before a decrease.
pub fn change(measure: Measure, by: i64) -> String {
    let words = number(measure, by);
    match words.strip_prefix('-') {
        Some(rest) => format!("−{rest}"),
        None if by > 0 => format!("+{words}"),
        None => words,
    }
}

/// A percentage with two decimals.
pub fn percent(value: f64) -> String {
    format!("{value:.2}%").replace('-', "−")
}

/// As [`percent`], with `+` before an increase.
pub fn percent_change(value: f64) -> String {
    let words = percent(value);
    if value > 0.0 {
        format!("+{words}")
    } else {
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact_to_the_fen() {
        let wan = |fen| money(fen, MoneyUnit::TenThousandYuan);
        assert_eq!(wan(0), "0.00");
        assert_eq!(wan(25_100_000), "25.10");
        assert_eq!(wan(1_234_567_890_123), "1,234,567.890123");
        assert_eq!(wan(i64::MIN), "-9,223,372,036,854.775808");
        assert_eq!(money(12_345, MoneyUnit::Yuan), "123.45");
    }

    #[test]
    fn changes_carry_their_sign() {
        assert_eq!(change(Measure::Count, 1200), "+1,200");
        assert_eq!(change(Measure::Count, -3), "−3");
        assert_eq!(change(Measure::Count, 0), "0");
        assert_eq!(percent_change(-2.5), "−2.50%");
    }
}
