//! Rates with what they are computed from.

use maud::{Markup, html};

use super::context::Page;
use super::figures::{quotient, rate_parts, rate_value};
use crate::rollup::{Rate, RateRanking};

/// The area's rates for every year, and each rate by unit for the year reported on.
pub(super) fn section(page: &Page<'_>) -> Markup {
    let rates = &page.dossier.rates;
    let area: Vec<_> = rates.iter().filter(|r| r.unit.is_none()).collect();
    let mut ids: Vec<&Rate> = Vec::new();
    for rate in area.iter().filter(|r| r.year == page.latest.year) {
        if !ids.iter().any(|known| known.id == rate.id) {
            ids.push(rate);
        }
    }
    html! {
        section #rates aria-labelledby="rates-h" {
            h2 #rates-h { (page.t("rates")) }
            p.hint { (page.t("rates-hint")) }
            (of_area(page, &area))
            (ranked(page))
            @if !ids.is_empty() { h3 { (page.t("rates-by-unit")) } }
            @for rate in ids { (by_unit(page, rate)) }
        }
    }
}

fn of_area(page: &Page<'_>, rates: &[&Rate]) -> Markup {
    html! {
        div.scroll role="region" tabindex="0" aria-labelledby="rates-c" {
            table.sortable #rates-area {
                caption #rates-c { (page.t("rates-area")) }
                thead { tr {
                    th scope="col" { (page.t("indicator")) }
                    th.n scope="col" { (page.t("year")) }
                    th.n scope="col" { (page.t("value")) }
                    th.n scope="col" { (page.t("numerator-denominator")) }
                    th scope="col" { (page.t("formula")) }
                    th scope="col" { (page.t("note")) }
                } }
                tbody { @for rate in rates { tr data-rate=(rate.id) {
                    th scope="row" { (page.text(&rate.label)) }
                    td.n data-v=(rate.year) { (rate.year) }
                    (value(page, rate))
                    td.n { (rate_parts(page, rate)) }
                    td.wrap { (page.text(&rate.formula)) }
                    td { @if rate.small_base { (page.t("small-base")) } }
                } } }
            }
        }
    }
}

/// Highest and lowest units of each rate.
fn ranked(page: &Page<'_>) -> Markup {
    let rankings = &page.dossier.rate_rankings;
    if rankings.iter().all(|r| r.ranked.is_empty()) {
        return Markup::default();
    }
    html! {
        div.scroll role="region" tabindex="0" aria-labelledby="rate-ranking-c" {
            table #rate-ranking {
                caption #rate-ranking-c { (page.t("rate-ranking")) }
                thead { tr {
                    th scope="col" { (page.t("indicator")) }
                    th scope="col" { (page.t("first-three")) }
                    th scope="col" { (page.t("last-three")) }
                    th.n scope="col" { (page.t("ranked-units")) }
                    th.n scope="col" { (page.t("left-out")) }
                } }
                tbody { @for ranking in rankings.iter().filter(|r| !r.ranked.is_empty()) { tr {
                    @let last = ranking.ranked.len().saturating_sub(3).max(3);
                    th scope="row" { (page.text(&ranking.label)) }
                    td.wrap { (ranks(page, ranking, ranking.ranked.iter().take(3))) }
                    td.wrap { (ranks(page, ranking, ranking.ranked.iter().skip(last))) }
                    td.n { (ranking.ranked.len()) }
                    td.n { (ranking.small_base) }
                } } }
            }
        }
    }
}

fn ranks<'a>(
    page: &Page<'_>,
    ranking: &RateRanking,
    units: impl Iterator<Item = &'a (u32, String, f64)>,
) -> String {
    units
        .map(|(rank, unit, value)| {
            format!("{rank}. {unit} {}", quotient(page, ranking.display, *value))
        })
        .collect::<Vec<_>>()
        .join(page.t("list-semicolon"))
}

fn value(page: &Page<'_>, rate: &Rate) -> Markup {
    html! { td.n data-v=[rate.value] { (rate_value(page, rate)) } }
}

fn by_unit(page: &Page<'_>, of: &Rate) -> Markup {
    let units: Vec<_> = (page.dossier.rates.iter())
        .filter(|r| r.id == of.id && r.year == page.latest.year && r.unit.is_some())
        .collect();
    if units.is_empty() {
        return Markup::default();
    }
    let id = format!("rate-{}", of.id.replace('.', "-"));
    html! {
        details {
            summary { (page.text(&of.label)) }
            div.scroll role="region" tabindex="0" aria-labelledby={ (id) "-c" } {
                table.sortable id=(id) {
                    caption id={ (id) "-c" } { (page.text(&of.label)) " · " (page.text(&of.formula)) }
                    thead { tr {
                        th scope="col" { (page.t("unit")) }
                        th.n scope="col" { (page.t("value")) }
                        th.n scope="col" { (page.t("numerator-denominator")) }
                        th scope="col" { (page.t("note")) }
                    } }
                    tbody { @for rate in units { tr {
                        th scope="row" { (rate.unit.as_deref().unwrap_or_default()) }
                        (value(page, rate))
                        td.n { (rate_parts(page, rate)) }
                        td { @if rate.small_base { (page.t("small-base")) } }
                    } } }
                }
            }
        }
    }
}
