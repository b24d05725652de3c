//! Numbers as they arrive.

use huizong::form::{Form, Measure, MoneyUnit};
use huizong::synth::{MadeUp, Random, amount};

use super::{Expect, Expected, Kind, Kinds};

/// What is written into a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub text: String,
    /// It is stored as a number where the format has numbers.
    pub number: bool,
}

const MARKS: [&str; 9] = ["-", "—", "－", "/", "\\", "无", "空", "N/A", "*"];
const COUNT_WORDS: [&str; 4] = ["件", "项", "条", "宗"];

/// Where an amount's unit is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyPlace {
    Cell,
    Header,
    Nowhere,
}

/// All numbers of one report, and what reading them may give.
pub struct Values {
    pub written: Vec<Written>,
    pub expected: Expected,
    /// The unit of amounts, for the header.
    pub money: MoneyUnit,
    pub money_place: MoneyPlace,
}

/// `flat` is for layouts in which a blank cell leaves no trace, so that there must be none.
pub fn values(made: &MadeUp, kinds: &Kinds, random: &mut Random) -> Values {
    let form = &made.form;
    let has = |kind: Kind| kinds.contains(&kind);
    let money = match () {
        () if has(Kind::MoneyInYuan) => MoneyUnit::Yuan,
        () if has(Kind::MoneyInHundredMillions) => MoneyUnit::HundredMillionYuan,
        () => MoneyUnit::TenThousandYuan,
    };
    let money_place = match () {
        () if has(Kind::MoneyUnitInHeader) => MoneyPlace::Header,
        () if has(Kind::MoneyUnitNowhere) && money == MoneyUnit::TenThousandYuan => {
            MoneyPlace::Nowhere
        }
        () => MoneyPlace::Cell,
    };
    let mut values = Values {
        written: Vec::new(),
        expected: Expected {
            unit: made.unit.clone(),
            year: made.year,
            form: form.clone(),
            cells: Vec::new(),
        },
        money,
        money_place,
    };
    let totals = totals(form);
    for (key, value) in made.values.iter().copied().enumerate() {
        let (written, expect) = if totals.contains(&key) && has(Kind::BlankTotals) {
            (plain(String::new()), Expect::Blank(value))
        } else if value == 0 && has(Kind::BlankZeros) {
            (plain(String::new()), Expect::Blank(0))
        } else if value == 0 && has(Kind::NotApplicableMarks) && random.chance(60) {
            let mark = MARKS[random.index(MARKS.len())];
            (plain(mark.to_owned()), Expect::NotApplicable)
        } else if form.keys[key].measure == Measure::Fen {
            (
                written_money(value, money, money_place, kinds, random),
                Expect::Number(value),
            )
        } else {
            let signed = form.keys[key].signed;
            (
                written_count(value, signed, kinds, random),
                Expect::Number(value),
            )
        };
        values.written.push(written);
        values.expected.cells.push(expect);
    }
    values
}

fn plain(text: String) -> Written {
    Written {
        text,
        number: false,
    }
}

fn totals(form: &Form) -> Vec<usize> {
    (form.rules.iter().flat_map(|rule| rule.equations()))
        .filter_map(|equation| equation.as_total().map(|(total, _)| total))
        .filter(|key| form.keys[*key].key.ends_with(".total"))
        .collect()
}

fn written_money(
    fen: i64,
    unit: MoneyUnit,
    place: MoneyPlace,
    kinds: &Kinds,
    random: &mut Random,
) -> Written {
    let mut text = amount(fen, unit);
    let number = place != MoneyPlace::Cell && !kinds.contains(&Kind::NumbersAsText);
    if kinds.contains(&Kind::ThousandsSeparators) {
        text = thousands(&text, ',');
    }
    if kinds.contains(&Kind::FullWidthDigits) && random.chance(300) {
        text = text.chars().map(full_width).collect();
    }
    if place == MoneyPlace::Cell {
        text.push_str(unit.as_str());
    }
    let number = number && text.parse::<f64>().is_ok();
    Written { text, number }
}

fn written_count(value: i64, signed: bool, kinds: &Kinds, random: &mut Random) -> Written {
    let mut possible: Vec<Kind> = Vec::new();
    for kind in [
        Kind::FullWidthDigits,
        Kind::ThousandsSeparators,
        Kind::CountWords,
        Kind::DecimalZeros,
        Kind::ChineseNumerals,
    ] {
        let fits = match kind {
            Kind::ThousandsSeparators => value >= 1000,
            Kind::ChineseNumerals => (1..100).contains(&value),
            _ => true,
        };
        if kinds.contains(&kind) && fits {
            possible.push(kind);
        }
    }
    let mut text = value.to_string();
    if signed && value != 0 && kinds.contains(&Kind::Signs) {
        let forms = match value < 0 {
            true => ["－", "减", "-", "减少"],
            false => ["+", "＋", "增", "增加"],
        };
        text = format!("{}{}", forms[random.index(4)], value.abs());
        return plain(text);
    }
    if !signed && !possible.is_empty() && random.chance(350) {
        let word = COUNT_WORDS[random.index(COUNT_WORDS.len())];
        text = match possible[random.index(possible.len())] {
            Kind::FullWidthDigits => text.chars().map(full_width).collect(),
            Kind::ThousandsSeparators => thousands(&text, [',', '，'][random.index(2)]),
            Kind::CountWords => format!("{text}{word}"),
            Kind::DecimalZeros => format!("{text}.0"),
            _ => format!("{}{word}", chinese(value)),
        };
    }
    let clean = text == value.to_string();
    if kinds.contains(&Kind::SpacesInNumbers) && random.chance(300) {
        let space = [" ", "\u{3000}", "\u{a0}", "  "][random.index(4)];
        return plain(format!("{space}{text}{space}"));
    }
    let number = clean && !(kinds.contains(&Kind::NumbersAsText) && random.chance(500));
    Written { text, number }
}

fn full_width(sign: char) -> char {
    match sign {
        '0'..='9' => char::from_u32(sign as u32 - '0' as u32 + '０' as u32).unwrap(),
        '.' => '．',
        other => other,
    }
}

fn thousands(text: &str, separator: char) -> String {
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped + rest
}

/// A number from 1 to 99 in Chinese numerals.
fn chinese(value: i64) -> String {
    let digit = |n: i64| {
        "零一二三四五六七八九"
            .chars()
            .nth(n as usize)
            .unwrap()
            .to_string()
    };
    let (tens, ones) = (value / 10, value % 10);
    let mut text = match tens {
        0 => String::new(),
        1 => "十".to_owned(),
        _ => digit(tens) + "十",
    };
    if ones > 0 {
        text += &digit(ones);
    }
    text
}
