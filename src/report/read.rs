//! From a cell to a value, with the findings a doubtful cell deserves.

use super::number::{Reading, amount, count};
use super::value::{Matched, Status, Value};
use crate::finding::{Finding, Severity};
use crate::form::{Form, Measure, MoneyUnit};
use crate::grid::{Content, Place};
use crate::text::Text;

/// What is known about the unit of money of a cell before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitOfMoney {
    /// The header, the table or the file says so.
    Written(MoneyUnit),
    /// The number is already in 分.
    Fen,
    /// Nobody says.
    Unknown,
}

/// Reads one cell for a key. Whatever could not be read is a finding.
pub fn value(
    form: &Form,
    key: usize,
    content: &Content,
    place: Place,
    matched: Matched,
    money: UnitOfMoney,
    findings: &mut Vec<Finding>,
) -> Value {
    let info = &form.keys[key];
    let reading = match (info.measure, money) {
        (Measure::Count, _) | (Measure::Fen, UnitOfMoney::Fen) => count(content),
        (Measure::Fen, UnitOfMoney::Written(unit)) => amount(content, unit),
        (Measure::Fen, UnitOfMoney::Unknown) => {
            let unit = info
                .assumed_unit
                .or(info.stated_unit)
                .unwrap_or(MoneyUnit::Yuan);
            amount(content, unit)
        }
    };
    let raw = (!content.is_empty()).then(|| content.shown().into_boxed_str());
    let (status, number) = match reading {
        Reading::Blank => (Status::Blank, None),
        Reading::NotApplicable => (Status::NotApplicable, None),
        Reading::Count(number) => (Status::Reported, Some(number)),
        Reading::Amount { fen, written } => {
            if written.is_none() && money == UnitOfMoney::Unknown && fen != 0 {
                findings.push(assumed(form, key, content, &place));
            }
            (Status::Reported, Some(fen))
        }
        Reading::Unreadable(why) => {
            findings.push(unreadable(form, key, content, &place, &why));
            (Status::Unreadable, None)
        }
    };
    Value {
        status,
        number,
        raw,
        place: Some(place),
        matched,
        reported: None,
    }
}

/// The finding for a cell that was not understood.
pub fn unreadable(
    form: &Form,
    key: usize,
    content: &Content,
    place: &Place,
    why: &Text,
) -> Finding {
    let info = &form.keys[key];
    let wanted = match info.measure {
        Measure::Count => Text::new("整数", "a count"),
        Measure::Fen => Text::new("金额", "an amount of money"),
    };
    let message = Text::new(
        format!(
            "“{}”应为{}，实为“{content}”（{}）；请更正该单元格，不适用的填“-”",
            info.label.zh, wanted.zh, why.zh
        ),
        format!(
            "{}: expected {}, found \"{content}\" ({}); correct the cell, or write \"-\" where it does not apply",
            info.label.en, wanted.en, why.en
        ),
    );
    Finding::new("cell-unreadable", Severity::Error, message)
        .key(&info.key)
        .at(Some(place.clone()))
        .saw(content.to_string(), wanted.en)
}

fn assumed(form: &Form, key: usize, content: &Content, place: &Place) -> Finding {
    let info = &form.keys[key];
    let unit = info
        .assumed_unit
        .or(info.stated_unit)
        .unwrap_or(MoneyUnit::Yuan)
        .as_str();
    let message = Text::new(
        format!(
            "“{}”填“{content}”，没有写明单位，按{unit}读取；请核实",
            info.label.zh
        ),
        format!(
            "{}: \"{content}\" has no unit and was read as {unit}; please confirm",
            info.label.en
        ),
    );
    Finding::new("money-unit-assumed", Severity::Warning, message)
        .key(&info.key)
        .at(Some(place.clone()))
        .saw(content.to_string(), unit)
}
