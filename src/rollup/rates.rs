//! Derived indicators, of the area and of each of its units.

use super::areas::Plan;
use super::book::{Book, Year};
use super::exact::{each, percent};
use super::subject::number;
use super::summarise::held;
use super::{Rate, Summary};
use crate::form::{Display, Indicator, Library};
use crate::report::Value;

/// The indicators the year's form can express: first the area's, then each member's.
///
/// The area's rate takes the units that have every number it needs, so that numerator and denominator rest on
/// the same units.
pub(super) fn rates(
    book: &Book<'_>,
    plan: &Plan,
    year: &Year,
    summary: &Summary,
    library: &Library,
) -> Vec<Rate> {
    let mut rates = Vec::new();
    for indicator in library.indicators().for_form(&year.form) {
        let mut sides: Option<(i64, i64)> = None;
        for leaf in held(book, &plan.extent, year) {
            let Some((numerator, denominator)) = both(&indicator, &leaf.values) else {
                continue;
            };
            let (above, below) = sides.unwrap_or_default();
            sides = above
                .checked_add(numerator)
                .zip(below.checked_add(denominator));
        }
        rates.push(rate(&indicator, year.year, None, sides));
        for member in summary
            .members
            .iter()
            .filter(|member| member.report.is_some())
        {
            let sides = both(&indicator, &member.values);
            rates.push(rate(&indicator, year.year, Some(&member.name), sides));
        }
    }
    rates
}

fn both(indicator: &Indicator, values: &[Value]) -> Option<(i64, i64)> {
    number(values, &indicator.numerator).zip(number(values, &indicator.denominator))
}

fn rate(indicator: &Indicator, year: i32, unit: Option<&str>, sides: Option<(i64, i64)>) -> Rate {
    let quotient = match indicator.display {
        Display::Percent => percent,
        Display::MoneyPer => each,
    };
    Rate {
        id: indicator.id.clone(),
        label: indicator.label.clone(),
        formula: indicator.formula.clone(),
        year,
        unit: unit.map(str::to_owned),
        numerator: sides.map(|(numerator, _)| numerator),
        denominator: sides.map(|(_, denominator)| denominator),
        display: indicator.display,
        value: sides.and_then(|(numerator, denominator)| quotient(numerator, denominator)),
        small_base: sides.is_some_and(|(_, denominator)| denominator < indicator.small_base),
    }
}
