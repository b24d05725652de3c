//! Reading a count or an amount from a cell, exactly, or saying why not.

use super::decimal::{Decimal, multiplied, of_float, of_text};
use super::label::{plain, squeezed};
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
    // No other character is written 元 when it is simplified.
    if !text.contains('元') {
        return None;
    }
    let plain = plain(text);
    let text = squeezed(&plain);
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
