//! Numbers as people and spreadsheets write them, exactly.

use super::label::plain;
use super::words::Words;

/// A decimal number as written: `digits` × 10^−`scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// The digits, with their sign.
    pub digits: i128,
    /// Digits behind the decimal point.
    pub scale: u32,
}

impl Decimal {
    /// The number times a factor, where that is whole.
    pub fn times(self, factor: i64) -> Option<i64> {
        let scaled = self.digits.checked_mul(i128::from(factor))?;
        let divisor = 10_i128.checked_pow(self.scale)?;
        (scaled % divisor == 0)
            .then(|| i64::try_from(scaled / divisor).ok())
            .flatten()
    }
}

/// A float as a person sees it in a spreadsheet: fifteen significant digits.
pub fn of_float(number: f64) -> Option<Decimal> {
    if !number.is_finite() || number.abs() >= 9.0e15 {
        return None;
    }
    if number.fract() == 0.0 {
        return Some(Decimal {
            digits: number as i128,
            scale: 0,
        });
    }
    let written = format!("{number:.14e}");
    let (mantissa, exponent) = written.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let negative = mantissa.starts_with('-');
    let figures = mantissa.trim_start_matches('-').replace('.', "");
    let digits: i128 = figures.parse().ok()?;
    let mut decimal = Decimal {
        digits: if negative { -digits } else { digits },
        scale: u32::try_from(14 - exponent).ok()?,
    };
    while decimal.scale > 0 && decimal.digits % 10 == 0 {
        decimal.digits /= 10;
        decimal.scale -= 1;
    }
    Some(decimal)
}

/// The number at the beginning of a text and the rest of the text, both in plain characters.
pub fn of_text(text: &str) -> Option<(Decimal, String)> {
    if let Some(quick) = plain_digits(text) {
        return Some((quick, String::new()));
    }
    let squeezed: String = plain(text).chars().filter(|c| !c.is_whitespace()).collect();
    let (negative, body) = sign(&squeezed);
    let (decimal, rest) = arabic(body).or_else(|| numerals(body))?;
    let digits = if negative {
        -decimal.digits
    } else {
        decimal.digits
    };
    Some((Decimal { digits, ..decimal }, rest.to_owned()))
}

/// The commonest cell by far: a few ASCII digits and nothing else.
fn plain_digits(text: &str) -> Option<Decimal> {
    if text.is_empty() || text.len() > 15 {
        return None;
    }
    let mut digits = 0_i128;
    for byte in text.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        digits = digits * 10 + i128::from(byte - b'0');
    }
    Some(Decimal { digits, scale: 0 })
}

fn sign(text: &str) -> (bool, &str) {
    let words = Words::get();
    // A full-width or typographic dash before a digit is a minus; alone it is a mark of its own.
    for dash in ["-", "－", "–", "—"] {
        if let Some(rest) = text.strip_prefix(dash) {
            return (true, rest);
        }
    }
    for (list, negative) in [(&words.minus, true), (&words.plus, false)] {
        for word in list {
            if let Some(rest) = text.strip_prefix(word.as_str()) {
                return (negative, rest);
            }
        }
    }
    (false, text)
}

/// Arabic digits with thousands separators and decimals.
fn arabic(text: &str) -> Option<(Decimal, &str)> {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, ',' | '.' | '\'')))
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (number, ""),
    };
    if !fraction.bytes().all(|b| b.is_ascii_digit()) || whole.is_empty() {
        return None;
    }
    let groups: Vec<&str> = whole.split([',', '\'']).collect();
    let grouped = groups.len() > 1;
    let well_grouped =
        (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|g| g.len() == 3);
    if grouped && !well_grouped || groups[0].is_empty() {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let mut digits: i128 = 0;
    for byte in groups
        .iter()
        .flat_map(|g| g.bytes())
        .chain(fraction.bytes())
    {
        digits = digits
            .checked_mul(10)?
            .checked_add(i128::from(byte - b'0'))?;
    }
    let scale = u32::try_from(fraction.len()).ok()?;
    Some((Decimal { digits, scale }, rest))
}

/// Chinese numerals: 十二, 一百零三, 二〇, 两.
fn numerals(text: &str) -> Option<(Decimal, &str)> {
    let digit = |c: char| "零一二三四五六七八九".chars().position(|d| d == c);
    let mut total: i128 = 0;
    let mut pending: Option<i128> = None;
    let mut positional: Option<i128> = None;
    let mut end = 0;
    for (at, c) in text.char_indices() {
        let c = match c {
            '〇' | '○' => '零',
            '两' => '二',
            '壹' => '一',
            '贰' => '二',
            '叁' => '三',
            '肆' => '四',
            '伍' => '五',
            '陆' => '六',
            '柒' => '七',
            '捌' => '八',
            '玖' => '九',
            '拾' => '十',
            '佰' => '百',
            '仟' => '千',
            other => other,
        };
        if let Some(value) = digit(c) {
            let value = value as i128;
            // Two digits in a row are read place by place: 二〇二〇.
            positional = match (positional, pending) {
                (Some(number), _) => Some(number.checked_mul(10)?.checked_add(value)?),
                (None, Some(first)) if first != 0 && total == 0 => Some(first * 10 + value),
                _ => None,
            };
            pending = Some(value);
        } else if let Some(power) = "十百千".chars().position(|p| p == c) {
            if positional.is_some() {
                return None;
            }
            total += pending.take().unwrap_or(1) * 10_i128.pow(power as u32 + 1);
        } else {
            break;
        }
        end = at + text[at..].chars().next().map_or(1, char::len_utf8);
    }
    if end == 0 {
        return None;
    }
    let digits = positional.unwrap_or(total + pending.unwrap_or(0));
    Some((Decimal { digits, scale: 0 }, &text[end..]))
}

/// A multiplier behind a count: 1.2万件, 3千. Behind an amount 万 is the unit of money instead.
pub fn multiplied(decimal: Decimal, rest: &str) -> (Decimal, &str) {
    let factors = [
        ("万", 10_000_i128),
        ("亿", 100_000_000),
        ("千", 1_000),
        ("百", 100),
    ];
    for (word, factor) in factors {
        let Some(after) = rest.strip_prefix(word) else {
            continue;
        };
        if let Some(digits) = decimal.digits.checked_mul(factor) {
            return (Decimal { digits, ..decimal }, after);
        }
    }
    (decimal, rest)
}
