//! Derived indicators, of the area and of each of its units.

use super::areas::Plan;
use super::book::{Book, Year};
use super::exact::{each, percent};
use super::subject::number;
use super::{Rate, Summary};
use crate::form::{Display, Indicator, Library};
use crate::report::Value;

/// Both sides of an area's rate: the sums over the units that have every number it needs, so that they rest on the same
/// units. None where there is no such unit.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Quotient(Option<(i128, i128)>);

impl Quotient {
    /// Adds what another part has.
    pub(super) fn add(&mut self, other: Self) {
        if let Some((numerator, denominator)) = other.0 {
            let (above, below) = self.0.unwrap_or_default();
            self.0 = Some((above + numerator, below + denominator));
        }
    }

    /// Both sides, where they can be represented.
    fn sides(self) -> Option<(i64, i64)> {
        let (numerator, denominator) = self.0?;
        let small = |number: i128| i64::try_from(number).ok();
        small(numerator).zip(small(denominator))
    }
}

/// The area's indicators, as far as they are in a book; one for each that the year's form can express.
pub(super) fn quotients(book: &Book<'_>, plan: &Plan, year: &Year) -> Vec<Quotient> {
    let indicators = book.library.indicators().for_form(&year.form);
    (indicators.iter())
        .map(|indicator| {
            let mut sum = Quotient::default();
            for leaf in book.held(&plan.extent, year) {
                let sides = both(indicator, &leaf.values);
                sum.add(Quotient(sides.map(|(a, b)| (a.into(), b.into()))));
            }
            sum
        })
        .collect()
}

/// The indicators the year's form can express: first the area's, then each member's.
pub(super) fn rates(summary: &Summary, areas: &[Quotient], library: &Library) -> Vec<Rate> {
    let mut rates = Vec::new();
    let indicators = library.indicators().for_form(&summary.form);
    for (indicator, area) in indicators.iter().zip(areas) {
        rates.push(rate(indicator, summary.year, None, area.sides()));
        let members = summary.members.iter();
        for member in members.filter(|member| member.report.is_some()) {
            let sides = both(indicator, &member.values);
            rates.push(rate(indicator, summary.year, Some(&member.name), sides));
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
