//! Sheets over the years and over the units: trend, comparison, contributions, rates, rankings.

use rust_xlsxwriter::{Sparkline, SparklineType, XlsxError};

use super::book::{Book, Plan};
use super::sheet::{Cell, Column, Data, Sheet, data};
use super::theme::{self, Kind};
use super::units::bare;
use crate::form::{Display, Measure};
use crate::rollup::{Movement, Scope, Summary};

/// The number a key has in another year, where it means the same there.
///
/// Never by position: through the crosswalk, or not at all.
pub(super) fn in_year(book: &Book, summary: &Summary, key: &str) -> Option<i64> {
    if summary.form.id == book.form().id {
        return summary.total(key)?.sum;
    }
    let crosswalk = book.library.crosswalk(&summary.form, book.form())?;
    let sum = |parts: &[usize]| {
        (parts.iter())
            .map(|k| summary.totals.get(*k).and_then(|t| t.sum))
            .sum::<Option<i64>>()
    };
    let pair = crosswalk.pairs.iter().find(|pair| pair.key == key);
    if let Some(pair) = pair {
        let usable = pair.comparability.is_comparable() && !pair.from.is_empty();
        return if usable { sum(&pair.from) } else { None };
    }
    // A subtotal: comparable where each of its parts is.
    let subject = book.subject(key)?;
    let mut whole = 0;
    for part in &subject.parts {
        let part = &book.form().keys[*part].key;
        let pair = crosswalk.pairs.iter().find(|pair| pair.key == *part)?;
        if !pair.comparability.is_comparable() || pair.from.is_empty() || pair.to.len() != 1 {
            return None;
        }
        whole += sum(&pair.from)?;
    }
    Some(whole)
}

/// Headline figures over the years, with a line drawn in each row.
pub(super) fn trend(book: &Book, plan: &Plan) -> Result<Sheet, XlsxError> {
    let years = &book.dossier.years;
    let mut columns = vec![
        Column::new(book.word("indicator"), 34.0, Kind::Text),
        Column::new(book.word("measure-unit"), 10.0, Kind::Plain),
    ];
    for summary in years {
        columns.push(Column::new(
            year_header(book, summary.year),
            15.0,
            Kind::Count,
        ));
    }
    columns.push(Column::new(book.word("last-change"), 15.0, Kind::Change));
    columns.push(Column::new(book.word("last-percent"), 15.0, Kind::Percent));
    columns.push(Column::new(book.word("sparkline"), 22.0, Kind::Text));
    columns.push(Column::new(book.word("key"), 40.0, Kind::Text));
    let mut rows = Vec::new();
    for item in &book.words.headline {
        let Some(subject) = book.subject(&item.key) else {
            continue;
        };
        let kind = Kind::people(subject.measure);
        let numbers: Vec<Option<i64>> = (years.iter())
            .map(|summary| in_year(book, summary, &item.key))
            .collect();
        let mut row = vec![
            Cell::text(item.label(book.lang)),
            Cell::text(bare(&book.unit_of_item(item, kind))),
        ];
        let older = numbers.len().saturating_sub(1);
        row.extend(
            (numbers[..older].iter().zip(years)).map(|(number, summary)| {
                // Across the form change an empty year would look like a missing one.
                match (number, summary.form.id == book.form().id) {
                    (None, false) => Cell::text(book.word("not-comparable")),
                    _ => Cell::maybe(*number, kind),
                }
            }),
        );
        row.push(book.total_cell(&subject));
        row.extend(last_step(&numbers, subject.measure));
        row.push(Cell::empty());
        row.push(Cell::text(&item.key));
        rows.push(row);
    }
    let lines = rows.len();
    let mut sheet = data(book, plan, Data::new(columns, rows))?;
    let drawn = 2 + years.len() as u16 + 2;
    for line in 0..lines {
        let row = plan.head_row() + 1 + line as u32;
        let range = (plan.name.as_str(), row, 2, row, 1 + years.len() as u16);
        let sparkline = Sparkline::new()
            .set_range(range)
            .set_type(SparklineType::Line)
            .set_sparkline_color(theme::ACCENT)
            .set_line_weight(1.5)
            .show_markers(true);
        sheet.frame.add_sparkline(row, drawn, &sparkline)?;
    }
    Ok(sheet)
}

/// `2022年`: a header is text.
pub(super) fn year_header(book: &Book, year: i32) -> String {
    let year = year.to_string();
    book.words
        .tell("year-header", book.lang, &[("year", &year)])
}

fn last_step(numbers: &[Option<i64>], measure: Measure) -> [Cell; 2] {
    match numbers {
        [.., Some(from), Some(to)] => {
            let percent = (*from != 0).then(|| percent(*from, *to));
            [
                Cell::amount(to - from, Kind::change(measure)),
                Cell::float(percent),
            ]
        }
        _ => [Cell::empty(), Cell::empty()],
    }
}

/// The change in percent, rounded to two decimals.
fn percent(from: i64, to: i64) -> f64 {
    let exact = (to as f64 - from as f64) / (from as f64).abs() * 100.0;
    (exact * 100.0).round() / 100.0
}

/// Every comparison line.
pub(super) fn comparison(book: &Book, plan: &Plan) -> Result<Sheet, XlsxError> {
    let columns = vec![
        Column::new(book.word("indicator"), 52.0, Kind::Long),
        Column::new(book.word("scope"), 12.0, Kind::Plain),
        Column::new(book.word("measure-unit"), 10.0, Kind::Plain),
        Column::new(book.word("from-year"), 10.0, Kind::Plain),
        Column::new(book.word("to-year"), 10.0, Kind::Plain),
        Column::new(book.word("from"), 15.0, Kind::Count),
        Column::new(book.word("to"), 15.0, Kind::Count),
        Column::new(book.word("change"), 15.0, Kind::Change),
        Column::new(book.word("percent"), 12.0, Kind::Percent),
        Column::new(book.word("comparable"), 10.0, Kind::Plain),
        Column::new(book.word("remark"), 40.0, Kind::Long),
        Column::new(book.word("key"), 40.0, Kind::Text),
    ];
    let rows = (book.dossier.comparisons.iter()).map(|line| {
        let kind = Kind::people(line.measure);
        let scope = match line.scope {
            Scope::All => book.word("scope-all"),
            Scope::LikeForLike => book.word("scope-like"),
        };
        let comparable = match line.comparable {
            true => book.word("yes"),
            false => book.word("not-comparable"),
        };
        vec![
            Cell::text(line.label.get(book.lang)),
            Cell::text(scope),
            Cell::text(bare(book.unit_of(kind))),
            Cell::number(i64::from(line.from_year)),
            Cell::number(i64::from(line.to_year)),
            Cell::maybe(line.from, kind),
            Cell::maybe(line.to, kind),
            Cell::maybe(line.change, Kind::change(line.measure)),
            Cell::float(line.percent),
            Cell::text(comparable),
            Cell::text(line.note.get(book.lang)),
            Cell::text(&line.key),
        ]
    });
    data(book, plan, Data::new(columns, rows).frozen(2))
}

/// Which units a change comes from.
pub(super) fn contributions(book: &Book, plan: &Plan) -> Result<Sheet, XlsxError> {
    let columns = vec![
        Column::new(book.word("indicator"), 52.0, Kind::Long),
        Column::new(book.word("unit"), book.name_width(), Kind::Text),
        Column::new(book.word("measure-unit"), 10.0, Kind::Plain),
        Column::new(book.word("from"), 15.0, Kind::Count),
        Column::new(book.word("to"), 15.0, Kind::Count),
        Column::new(book.word("contribution"), 15.0, Kind::Change),
        Column::new(book.word("movement"), 14.0, Kind::Plain),
        Column::new(book.word("key"), 40.0, Kind::Text),
    ];
    let rows = (book.dossier.contributions.iter()).flat_map(|(key, units)| {
        let measure = (book.subject(key)).map_or(Measure::Count, |s| s.measure);
        let label = label_of(book, key);
        let kind = Kind::people(measure);
        // Of a change come only those that have changed, and those that came or went.
        let parts =
            (units.iter()).filter(|part| part.change != 0 || part.movement != Movement::Stayed);
        parts.map(move |part| {
            let movement = match part.movement {
                Movement::Stayed => book.word("stayed"),
                Movement::Joined => book.word("joined"),
                Movement::Left => book.word("left"),
            };
            vec![
                Cell::text(&label),
                Cell::text(&part.unit),
                Cell::text(bare(book.unit_of(kind))),
                Cell::maybe(part.from, kind),
                Cell::maybe(part.to, kind),
                Cell::amount(part.change, Kind::change(measure)),
                Cell::text(movement),
                Cell::text(key),
            ]
        })
    });
    data(book, plan, Data::new(columns, rows).frozen(2))
}

/// The label of a comparison key, which may be no key of the form.
fn label_of(book: &Book, key: &str) -> String {
    let compared = book.dossier.comparisons.iter().find(|line| line.key == key);
    (compared.map(|line| line.label.get(book.lang).to_owned()))
        .or_else(|| book.form().label(key, book.lang))
        .unwrap_or_else(|| key.to_owned())
}

/// Rates of the area and of every unit; the quotient is a formula.
pub(super) fn rates(book: &Book, plan: &Plan) -> Result<Sheet, XlsxError> {
    let columns = vec![
        Column::new(book.word("rate"), 28.0, Kind::Long),
        Column::new(book.word("unit"), book.name_width(), Kind::Text),
        Column::new(book.word("year"), 8.0, Kind::Plain),
        Column::new(book.word("value-of-rate"), 14.0, Kind::Percent),
        Column::new(book.word("measure-unit"), 12.0, Kind::Plain),
        Column::new(book.word("numerator"), 15.0, Kind::Count),
        Column::new(book.word("denominator"), 15.0, Kind::Count),
        Column::new(book.word("remark"), 26.0, Kind::Long),
        Column::new(book.word("formula"), 46.0, Kind::Long),
    ];
    let rows = book.dossier.rates.iter().map(|rate| {
        let (unit, kind, top) = match rate.display {
            Display::Percent => (book.word("unit-percent"), Kind::Percent, Kind::Count),
            Display::MoneyPer => (book.word("unit-wan"), Kind::Wan, Kind::Wan),
        };
        // Rates of money are in 分 for each thing; people read 万元.
        let shown = rate.value.map(|value| match rate.display {
            Display::Percent => value,
            Display::MoneyPer => (value / 100.0).round() / 10_000.0,
        });
        let remark = match (rate.value, rate.small_base) {
            (None, _) => book.word("no-rate"),
            (Some(_), true) => book.word("small-base"),
            (Some(_), false) => "",
        };
        vec![
            Cell::text(rate.label.get(book.lang)),
            Cell::text(rate.unit.as_deref().unwrap_or(&book.dossier.area.name)),
            Cell::number(i64::from(rate.year)),
            Cell::float(shown).kind(kind),
            Cell::text(bare(unit)),
            Cell::maybe(rate.numerator, top),
            Cell::maybe(rate.denominator, Kind::Count),
            Cell::text(remark),
            Cell::text(rate.formula.get(book.lang)),
        ]
    });
    data(book, plan, Data::new(columns, rows).frozen(2))
}

/// Units by size, for every ranked key.
pub(super) fn rankings(book: &Book, plan: &Plan) -> Result<Sheet, XlsxError> {
    let columns = vec![
        Column::new(book.word("indicator"), 46.0, Kind::Long),
        Column::new(book.word("rank"), 8.0, Kind::Plain),
        Column::new(book.word("unit"), book.name_width(), Kind::Text),
        Column::new(book.word("number-of"), 15.0, Kind::Count),
        Column::new(book.word("measure-unit"), 10.0, Kind::Plain),
        Column::new(book.word("share"), 12.0, Kind::Percent),
        Column::new(book.word("median"), 12.0, Kind::Count),
        Column::new(book.word("key"), 40.0, Kind::Text),
    ];
    let rows = book.dossier.rankings.iter().flat_map(|ranking| {
        let kind = Kind::people(ranking.measure);
        let sum: i64 = ranking.ranked.iter().map(|(_, _, n)| n).sum();
        let median = (ranking.quartiles).map(|[_, median, _]| match kind {
            Kind::Wan => median / 1_000_000.0,
            _ => median,
        });
        ranking.ranked.iter().map(move |(rank, unit, number)| {
            let share = (sum > 0 && *number >= 0)
                .then(|| (*number as f64 / sum as f64 * 10_000.0).round() / 100.0);
            vec![
                Cell::text(ranking.label.get(book.lang)),
                Cell::number(i64::from(*rank)),
                Cell::text(unit),
                Cell::amount(*number, kind),
                Cell::text(bare(book.unit_of(kind))),
                Cell::float(share),
                Cell::float(median).kind(kind),
                Cell::text(&ranking.key),
            ]
        })
    });
    data(book, plan, Data::new(columns, rows).frozen(3))
}
