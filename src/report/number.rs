//! Reading a count or an amount from a cell, exactly, or saying why not.

use super::label::plain;
use super::words::Words;
use crate::form::MoneyUnit;
use crate::grid::Content;
use crate::text::Text;

/// What a cell says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Nothing stands there.
    Blank,
    /// It is marked as not applicable.
    NotApplicable,
    /// A count.
    Count(i64),
    /// An amount in 分, and whether the cell itself named the unit.
    Amount {
        /// 分.
        fen: i64,
        /// The unit written in the cell.
        written: Option<MoneyUnit>,
    },
    /// Something that is no number of the wanted kind, and why.
    Unreadable(Text),
}

/// A decimal number as written: `digits` × 10^−`scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    fn times(self, factor: i64) -> Option<i64> {
        let scaled = self.digits.checked_mul(i128::from(factor))?;
        let divisor = 10_i128.checked_pow(self.scale)?;
        (scaled % divisor == 0)
            .then(|| i64::try_from(scaled / divisor).ok())
            .flatten()
    }
}

/// Reads a count: a whole number, with its classifier, sign, separators and numerals of any kind.
pub fn count(content: &Content) -> Reading {
    match decimal_of(content) {
        Ok(Some((number, tail))) => {
            let (number, tail) = multiplied(number, &tail);
            if !is_classifier(tail) {
                return not_a_number(content);
            }
            match number.times(1) {
                Some(count) => Reading::Count(count),
                None => Reading::Unreadable(Text::new("不是整数", "not a whole number")),
            }
        }
        Ok(None) => blank_or_not(content),
        Err(why) => Reading::Unreadable(why),
    }
}

/// Reads an amount of money. `unit` is what the header or the form says; a unit in the cell outranks it.
pub fn amount(content: &Content, unit: MoneyUnit) -> Reading {
    match decimal_of(content) {
        Ok(Some((number, tail))) => {
            let written = match money_unit(tail.trim()) {
                Ok(written) => written,
                Err(()) => return not_a_number(content),
            };
            match number.times(written.unwrap_or(unit).fen()) {
                Some(fen) => Reading::Amount { fen, written },
                None => Reading::Unreadable(Text::new("金额不足一分", "not a whole number of fen")),
            }
        }
        Ok(None) => blank_or_not(content),
        Err(why) => Reading::Unreadable(why),
    }
}

/// Whether a cell looks like a value at all: a number, possibly with a unit behind it.
pub fn looks_like_number(content: &Content) -> bool {
    match content {
        Content::Number(_) => true,
        Content::Text(text) => {
            // Labels are long; nothing a person types as a number is.
            text.len() <= 60
                && matches!(decimal_of(content), Ok(Some((number, tail)))
                    if is_classifier(multiplied(number, &tail).1)
                        || matches!(money_unit(tail.trim()), Ok(Some(_))))
        }
        _ => false,
    }
}

fn is_classifier(tail: &str) -> bool {
    tail.is_empty() || Words::get().classifiers.iter().any(|c| c == tail)
}

/// The unit of money that stands alone in a text, such as the tail of a cell.
fn money_unit(tail: &str) -> Result<Option<MoneyUnit>, ()> {
    match tail
        .trim_end_matches("人民币")
        .trim_end_matches(['。', '.'])
    {
        "" => Ok(None),
        "元" | "圆" | "块" | "元整" => Ok(Some(MoneyUnit::Yuan)),
        "万元" | "万" | "万圆" | "万元整" => Ok(Some(MoneyUnit::TenThousandYuan)),
        "亿元" | "亿" => Ok(Some(MoneyUnit::HundredMillionYuan)),
        _ => Err(()),
    }
}

/// The unit of money that a header or title names, as in `采购总金额（万元）`.
pub fn money_unit_in(text: &str) -> Option<MoneyUnit> {
    let text = plain(text);
    // The longest first: 万元 contains 元.
    [
        ("亿元", MoneyUnit::HundredMillionYuan),
        ("万元", MoneyUnit::TenThousandYuan),
        ("元", MoneyUnit::Yuan),
    ]
    .into_iter()
    .find(|(word, _)| text.contains(word))
    .map(|(_, unit)| unit)
}

fn blank_or_not(content: &Content) -> Reading {
    match content.as_text() {
        Some(text) if Words::get().is_not_applicable(text) => Reading::NotApplicable,
        Some(text) if !text.trim().is_empty() => not_a_number(content),
        _ => Reading::Blank,
    }
}

fn not_a_number(content: &Content) -> Reading {
    Reading::Unreadable(Text::new(
        format!("“{content}”不是数字"),
        format!("\"{content}\" is no number"),
    ))
}

/// The number at the beginning of a cell and what follows it; none where the cell has no number at all.
fn decimal_of(content: &Content) -> Result<Option<(Decimal, String)>, Text> {
    match content {
        Content::Empty => Ok(None),
        Content::Number(number) => of_float(*number)
            .map(|decimal| Some((decimal, String::new())))
            .ok_or_else(|| Text::new("数值超出范围", "the number is out of range")),
        Content::Text(text) => Ok(of_text(text)),
        Content::Bool(_) => Err(Text::new("是逻辑值", "a logical value stands there")),
        Content::Date(_) => Err(Text::new("是日期", "a date stands there")),
        Content::Error(code) => Err(Text::new(
            format!("是错误值 {code}"),
            format!("an error value stands there: {code}"),
        )),
        Content::Uncalculated(_) => Err(Text::new(
            "公式没有保存结果，请在表格软件中打开并重新保存",
            "the formula has no saved result; open and save the file in a spreadsheet program",
        )),
        Content::Structure(_) => Err(Text::new(
            "是对象或数组，不是一个值",
            "an object or list stands where one value belongs",
        )),
    }
}

/// A float as a person sees it in a spreadsheet: fifteen significant digits.
fn of_float(number: f64) -> Option<Decimal> {
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
fn of_text(text: &str) -> Option<(Decimal, String)> {
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
fn multiplied(decimal: Decimal, rest: &str) -> (Decimal, &str) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Reading {
        count(&Content::text(text))
    }

    #[test]
    fn counts_in_every_dress() {
        for (text, number) in [
            ("12", 12),
            ("１２", 12),
            (" 1 2 ", 12),
            ("1,234", 1234),
            ("1，234，567", 1_234_567),
            ("0.0", 0),
            ("12.00", 12),
            ("12件", 12),
            ("3 宗", 3),
            ("+3", 3),
            ("－2", -2),
            ("—2", -2),
            ("减2", -2),
            ("增2项", 2),
            ("减少2", -2),
            ("十二件", 12),
            ("一百零三", 103),
            ("二十", 20),
            ("十", 10),
            ("两件", 2),
            ("二〇二〇", 2020),
            ("１.２万", 12000),
            ("1.2万件", 12000),
            ("3千", 3000),
            ("〇", 0),
            ("壹佰贰拾", 120),
        ] {
            assert_eq!(of(text), Reading::Count(number), "{text}");
        }
        assert_eq!(count(&Content::Number(5354.0)), Reading::Count(5354));
        assert_eq!(count(&Content::Number(-0.0)), Reading::Count(0));
    }

    #[test]
    fn what_is_no_count_is_never_a_number() {
        for text in [
            "n/k",
            "1,23",
            "12.5",
            "12,34,567",
            "约12",
            "12-15",
            "1.2.3",
            "5 6a",
            "见附件",
            "十二百a",
        ] {
            assert!(
                matches!(of(text), Reading::Unreadable(_)),
                "{text}: {:?}",
                of(text)
            );
        }
        for content in [
            Content::Number(0.5),
            Content::Number(f64::NAN),
            Content::Number(1e300),
            Content::Bool(true),
            Content::Date("2020-01-01".into()),
            Content::Error("#REF!".into()),
            Content::Uncalculated("A1+A2".into()),
        ] {
            assert!(
                matches!(count(&content), Reading::Unreadable(_)),
                "{content:?}"
            );
        }
    }

    #[test]
    fn blank_and_not_applicable_are_neither_zero_nor_each_other() {
        assert_eq!(of("  \n"), Reading::Blank);
        assert_eq!(count(&Content::Empty), Reading::Blank);
        for mark in [
            "-", "—", "－", "/", "\\", "无", "空", "N/A", "*", "無", "——",
        ] {
            assert_eq!(of(mark), Reading::NotApplicable, "{mark}");
        }
    }

    #[test]
    fn money_is_exact_to_the_fen() {
        let wan = MoneyUnit::TenThousandYuan;
        let fen = |text: &str, unit| match amount(&Content::text(text), unit) {
            Reading::Amount { fen, written } => (fen, written),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(fen("13.02万元", wan), (13_020_000, Some(wan)));
        assert_eq!(fen("13.02萬(wàn)元", wan), (13_020_000, Some(wan)));
        assert_eq!(fen("13万", MoneyUnit::Yuan), (13_000_000, Some(wan)));
        assert_eq!(fen("251000元", wan), (25_100_000, Some(MoneyUnit::Yuan)));
        assert_eq!(
            fen("0.5亿元", wan),
            (5_000_000_000, Some(MoneyUnit::HundredMillionYuan))
        );
        assert_eq!(fen("130,200.00", MoneyUnit::Yuan), (13_020_000, None));
        assert_eq!(fen("13.02", wan), (13_020_000, None));
        let number = |n, unit| amount(&Content::Number(n), unit);
        assert_eq!(
            number(13.02, wan),
            Reading::Amount {
                fen: 13_020_000,
                written: None
            }
        );
        // The sum of cells that a spreadsheet shows as 0.3.
        assert_eq!(
            number(0.1 + 0.2, wan),
            Reading::Amount {
                fen: 300_000,
                written: None
            }
        );
        assert!(matches!(number(0.000_000_1, wan), Reading::Unreadable(_)));
        assert!(matches!(
            amount(&Content::text("13.02美元"), wan),
            Reading::Unreadable(_)
        ));
        assert_eq!(money_unit_in("采购总金额（單位：萬元）"), Some(wan));
        assert_eq!(money_unit_in("采购总金额"), None);
    }
}
