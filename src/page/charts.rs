//! Which charts the page shows, each with the table it is drawn from.

use maud::{Markup, html};

use super::chart::{Bar, Column, Spoken, bars, columns};
use super::context::Page;
use super::plan::{Chart, Item, UnitChart, measure};
use super::series::{Point, points};
use crate::form::Measure;
use crate::show;

/// Bars by applicant, outcome and unit, and small multiples over the years.
pub(super) fn section(page: &Page<'_>) -> Markup {
    html! {
        section #charts aria-labelledby="charts-h" {
            h2 #charts-h { (page.t("charts")) }
            div.grid {
                @for chart in &page.plan.charts { (by_item(page, chart)) }
                @for chart in &page.plan.unit_charts { (by_unit(page, chart)) }
            }
            @if page.dossier.years.len() > 1 { (multiples(page)) }
        }
    }
}

fn by_item(page: &Page<'_>, chart: &Chart) -> Markup {
    let form = &page.latest.form;
    let lines: Vec<_> = (chart.items.iter())
        .filter_map(|item| {
            let total = page.latest.total(&item.key)?;
            let measure = measure(form, &item.key)?;
            Some(bar(page, page.text(&item.label), measure, total.sum))
        })
        .collect();
    figure(page, &chart.id, page.text(&chart.title), &lines)
}

fn by_unit(page: &Page<'_>, chart: &UnitChart) -> Markup {
    let form = &page.latest.form;
    let (Some(index), Some(measure)) = (form.index(&chart.key), measure(form, &chart.key)) else {
        return Markup::default();
    };
    let mut units: Vec<_> = (page.latest.members.iter())
        .map(|m| (m.name.as_str(), m.values.get(index).and_then(|v| v.number)))
        .collect();
    // Largest first, those without a number last; a stable sort keeps the order of ties.
    units.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let keep = page.plan.limits.unit_bars;
    let (shown, rest) = units.split_at(if units.len() > keep + 1 {
        keep
    } else {
        units.len()
    });
    let mut lines: Vec<_> = (shown.iter())
        .map(|(name, number)| bar(page, name, measure, *number))
        .collect();
    if !rest.is_empty() {
        lines.push(rest_bar(page, rest, measure));
    }
    figure(page, &chart.id, page.text(&chart.title), &lines)
}

fn bar(page: &Page<'_>, label: &str, measure: Measure, number: Option<i64>) -> Bar {
    Bar {
        label: label.to_owned(),
        value: number,
        shown: page.or_missing(measure, number),
        rest: false,
    }
}

/// All other units together: named as such, drawn without a length, since a sum beside single units
/// would dwarf them.
fn rest_bar(page: &Page<'_>, rest: &[(&str, Option<i64>)], measure: Measure) -> Bar {
    let sum = (rest.iter().filter_map(|(_, n)| *n)).try_fold(0_i64, i64::checked_add);
    let (count, without) = (
        rest.len().to_string(),
        rest.iter().filter(|(_, n)| n.is_none()).count(),
    );
    let mut label = page.fill("other-units", &[("n", &count)]);
    if without > 0 {
        label += &page.fill("of-which-missing", &[("n", &without.to_string())]);
    }
    Bar {
        label,
        value: None,
        shown: page.or_missing(measure, sum),
        rest: true,
    }
}

fn figure(page: &Page<'_>, id: &str, title: &str, lines: &[Bar]) -> Markup {
    if lines.is_empty() {
        return Markup::default();
    }
    let description = (lines.iter())
        .map(|b| format!("{} {}", b.label, b.shown))
        .collect::<Vec<_>>()
        .join(page.t("list-semicolon"));
    let spoken = Spoken {
        id,
        title,
        description: &description,
    };
    html! {
        figure #{ (id) "-f" } {
            figcaption { (title) }
            (bars(&spoken, lines))
            details.data {
                summary { (page.t("data-table")) }
                table { tbody {
                    @for line in lines { tr { th scope="row" { (line.label) } td.n { (line.shown) } } }
                } }
            }
        }
    }
}

fn multiples(page: &Page<'_>) -> Markup {
    let series: Vec<_> = (page.plan.series.iter())
        .map(|item| (item, points(page, &item.key)))
        .filter(|(_, points)| points.iter().any(|p| p.sum.is_some()))
        .collect();
    html! {
        h3 #years-h { (page.t("over-years")) }
        p.hint { (page.t("over-years-hint")) }
        div.multiples {
            @for (item, points) in &series { (multiple(page, item, points)) }
        }
        details.data {
            summary { (page.t("data-table")) }
            div.scroll role="region" tabindex="0" aria-labelledby="years-h" {
                table {
                    thead { tr {
                        th scope="col" { (page.t("indicator")) }
                        @for summary in &page.dossier.years { th.n scope="col" { (summary.year) } }
                    } }
                    tbody {
                        @for (item, points) in &series {
                            tr {
                                th scope="row" { (page.text(&item.label)) }
                                @for point in points { td.n { (point_words(page, point)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn multiple(page: &Page<'_>, item: &Item, points: &[Point]) -> Markup {
    let title = page.text(&item.label);
    let lines: Vec<_> = points.iter().map(|p| column(page, p)).collect();
    let description = (points.iter())
        .map(|p| format!("{} {}", p.year, point_words(page, p)))
        .collect::<Vec<_>>()
        .join(page.t("list-semicolon"));
    let id = format!("years-{}", item.key.replace('.', "-"));
    let spoken = Spoken {
        id: &id,
        title,
        description: &description,
    };
    html! {
        figure { figcaption { (title) } (columns(&spoken, &lines)) }
    }
}

fn column(page: &Page<'_>, point: &Point) -> Column {
    let shown = match (point.comparable, point.sum) {
        (false, _) => page.t("incomparable-short").to_owned(),
        (true, None) => page.t("missing").to_owned(),
        // A column has room for about six digits; money is rounded to whole 万元 here only.
        (true, Some(sum)) => match point.measure {
            Measure::Count => show::count(sum),
            Measure::Fen => show::count((sum as f64 / 1e6).round() as i64),
        },
    };
    Column {
        label: point.year.to_string(),
        value: if point.comparable { point.sum } else { None },
        shown,
        partial: point.counted < point.expected,
    }
}

fn point_words(page: &Page<'_>, point: &Point) -> String {
    if !point.comparable {
        return page.t("incomparable").to_owned();
    }
    let mut words = page.or_missing(point.measure, point.sum);
    if point.counted < point.expected {
        let basis = format!("{}/{}", point.counted, point.expected);
        words += &page.fill("in-brackets", &[("x", &basis)]);
    }
    words
}
