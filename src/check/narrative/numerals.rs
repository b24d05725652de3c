//! Numbers in sentences: 12, 14,069, 1.2万, 十二, 一千零五.

use std::borrow::Cow;

/// A number as a text gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numeral {
    /// Its value.
    pub(super) value: i64,
    /// What the last digit written is worth: 1.2万 says nothing below a thousand.
    pub(super) precision: i64,
}

impl Numeral {
    /// Whether it may have been written for this number.
    pub(super) fn means(self, number: i64) -> bool {
        number == self.value
            || (self.precision > 1 && (number - self.value).abs() <= self.precision / 2)
    }
}

/// The number at the beginning of a text, with its length in bytes.
pub(super) fn leading(text: &str) -> Option<(Numeral, usize)> {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        arabic(text)
    } else {
        chinese(text)
    }
}

/// Removes the separators of thousands, so that a comma is only ever the end of a clause.
pub(super) fn without_separators(text: &str) -> Cow<'_, str> {
    // Three digits follow a separator.
    if text.bytes().filter(u8::is_ascii_digit).count() < 4 {
        return Cow::Borrowed(text);
    }
    let chars: Vec<char> = text.chars().collect();
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let is_separator = |at: usize| {
        matches!(chars[at], ',' | '，')
            && at > 0
            && digit(at - 1)
            && digit(at + 1)
            && digit(at + 2)
            && digit(at + 3)
            && !digit(at + 4)
    };
    if !(0..chars.len()).any(is_separator) {
        return Cow::Borrowed(text);
    }
    let kept = (0..chars.len()).filter(|at| !is_separator(*at));
    Cow::Owned(kept.map(|at| chars[at]).collect())
}

fn scale(text: &str) -> (i64, usize) {
    [
        ("万", 10_000),
        ("千", 1000),
        ("百", 100),
        ("亿", 100_000_000),
    ]
    .into_iter()
    .find(|(word, _)| text.starts_with(word))
    .map_or((1, 0), |(word, value)| (value, word.len()))
}

fn arabic(text: &str) -> Option<(Numeral, usize)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let whole: i64 = text[..end].parse().ok()?;
    let rest = &text[end..];
    let fraction = rest.strip_prefix('.').map_or("", |rest| {
        &rest[..rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len())]
    });
    let used = end
        + if fraction.is_empty() {
            0
        } else {
            1 + fraction.len()
        };
    let (scale, scale_length) = scale(&text[used..]);
    let divisor = 10_i64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let digits = match fraction {
        "" => 0,
        fraction => fraction.parse::<i64>().ok()?.checked_mul(scale)? / divisor,
    };
    let numeral = Numeral {
        value: whole.checked_mul(scale)?.checked_add(digits)?,
        precision: (scale / divisor).max(1),
    };
    Some((numeral, used + scale_length))
}

fn chinese(text: &str) -> Option<(Numeral, usize)> {
    let (mut total, mut section, mut digit, mut used) = (0_i64, 0_i64, None::<i64>, 0);
    for c in text.chars() {
        let plain = "零一二三四五六七八九".chars().position(|d| d == c);
        let plain = match c {
            '〇' | '○' => Some(0),
            '两' => Some(2),
            _ => plain.and_then(|d| i64::try_from(d).ok()),
        };
        let unit = match c {
            '十' => Some(10),
            '百' => Some(100),
            '千' => Some(1000),
            _ => None,
        };
        if let Some(value) = plain {
            // 二〇二一 is a year written digit by digit, not a sum.
            digit = Some(match digit {
                Some(before) if before != 0 || value == 0 => {
                    before.checked_mul(10)?.checked_add(value)?
                }
                _ => value,
            });
        } else if let Some(unit) = unit {
            section = section.checked_add(digit.unwrap_or(1).checked_mul(unit)?)?;
            digit = None;
        } else if matches!(c, '万' | '亿') && used > 0 {
            let unit = if c == '万' { 10_000 } else { 100_000_000 };
            section = section.checked_add(digit.unwrap_or(0))?;
            total = total.checked_add(section)?.checked_mul(unit)?;
            (section, digit) = (0, None);
        } else {
            break;
        }
        used += c.len_utf8();
    }
    if used == 0 {
        return None;
    }
    let value = total
        .checked_add(section)?
        .checked_add(digit.unwrap_or(0))?;
    Some((
        Numeral {
            value,
            precision: 1,
        },
        used,
    ))
}

/// Every year of a text written as `2021年`, with its place in bytes.
pub(super) fn years(text: &str) -> Vec<(i32, usize)> {
    let bytes = text.as_bytes();
    (text.match_indices('年'))
        .filter_map(|(at, _)| {
            let start = at.checked_sub(4)?;
            let digits = text.get(start..at)?;
            let standalone = start == 0 || !bytes[start - 1].is_ascii_digit();
            let year = digits
                .bytes()
                .all(|b| b.is_ascii_digit())
                .then(|| digits.parse().ok())??;
            (standalone && (1990..2100).contains(&year)).then_some((year, start))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_texts_write_them() {
        for (text, value) in [
            ("12件", 12),
            ("0件", 0),
            ("十二件", 12),
            ("二十件", 20),
            ("两件", 2),
            ("一百零五件", 105),
            ("三千二百件", 3200),
            ("一万二千件", 12_000),
            ("1.2万件", 12_000),
            ("3万件", 30_000),
            ("零件", 0),
        ] {
            let (found, length) = leading(text).unwrap();
            assert_eq!(found.value, value, "{text}");
            assert_eq!(&text[length..], "件");
        }
        assert_eq!(leading("件"), None);
        assert_eq!(leading("万件"), None);
        let (rounded, _) = leading("1.2万件").unwrap();
        assert!(rounded.means(12_300) && !rounded.means(12_800));
        assert!(!leading("12件").unwrap().0.means(13));
        assert_eq!(
            without_separators("收到14,069件，其中3,5件"),
            "收到14069件，其中3,5件"
        );
        assert_eq!(years("2020年和12021年、2021年"), [(2020, 0), (2021, 21)]);
    }
}
