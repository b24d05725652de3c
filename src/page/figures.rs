//! The key figures.

use maud::{Markup, html};

use super::context::Page;
use super::plan::{Figure, measure, total_of};
use crate::form::{Display, MoneyUnit};
use crate::rollup::{Comparison, Rate, Scope, Total};
use crate::show;

/// The key figures of the year, each with what it rests on and how it moved.
pub(super) fn section(page: &Page<'_>) -> Markup {
    html! {
        section #figures aria-labelledby="figures-h" {
            h2 #figures-h { (page.t("figures")) }
            ul.figures { @for figure in &page.plan.figures { (card(page, figure)) } }
        }
    }
}

fn card(page: &Page<'_>, figure: &Figure) -> Markup {
    match &figure.rate {
        Some(id) => rate_card(page, figure, id),
        None => total_of(page.latest, &figure.keys)
            .map(|total| total_card(page, figure, total))
            .unwrap_or_default(),
    }
}

fn total_card(page: &Page<'_>, figure: &Figure, total: Total) -> Markup {
    let measure = (figure.keys.first())
        .and_then(|key| measure(&page.latest.form, key))
        .unwrap_or_default();
    let shown = page.or_missing(measure, total.sum);
    let unit = match measure {
        crate::form::Measure::Fen => page.t("wan-yuan"),
        crate::form::Measure::Count => page.t("pieces"),
    };
    let moved: Vec<_> = match figure.keys.as_slice() {
        [key] => [Scope::All, Scope::LikeForLike]
            .into_iter()
            .filter_map(|scope| last_change(page, key, scope))
            .collect(),
        _ => Vec::new(),
    };
    html! {
        li data-keys=(figure.keys.join(" ")) {
            p.name { (page.text(&figure.label)) }
            p.value { span.big { (shown) } @if total.sum.is_some() { " " span.unit { (unit) } } }
            p.basis { (basis(page, total)) }
            (doubts(page, figure))
            @for line in moved { p.moved { (change_words(page, line)) } }
        }
    }
}

/// A word of caution where findings speak of the figure.
fn doubts(page: &Page<'_>, figure: &Figure) -> Markup {
    let count = page.dossier.doubts(page.latest.year, &figure.keys);
    let words = page.fill("figure-doubts", &[("n", &count.to_string())]);
    html! { @if count > 0 { p.doubt { a href="#findings" { (words) } } } }
}

/// How many units a total rests on.
pub(super) fn basis(page: &Page<'_>, total: Total) -> String {
    let (counted, expected) = (total.counted.to_string(), total.expected.to_string());
    let name = if total.is_complete() {
        "basis-complete"
    } else {
        "basis-partial"
    };
    page.fill(name, &[("n", &counted), ("of", &expected)])
}

/// The change from the year before to the year reported on.
fn last_change<'a>(page: &Page<'a>, key: &str, scope: Scope) -> Option<&'a Comparison> {
    let (latest, before) = match page.dossier.years.as_slice() {
        [.., before, latest] => (latest.year, before.year),
        _ => return None,
    };
    (page.dossier.comparisons.iter())
        .find(|c| c.key == key && c.scope == scope && c.to_year == latest && c.from_year == before)
}

fn change_words(page: &Page<'_>, line: &Comparison) -> String {
    let scope = page.t(match line.scope {
        Scope::All => "scope-all",
        Scope::LikeForLike => "scope-like",
    });
    let year = line.from_year.to_string();
    let change = match (line.comparable, line.change) {
        (false, _) => page.t("incomparable").to_owned(),
        (true, None) => page.t("no-change-known").to_owned(),
        (true, Some(by)) => {
            let mut words = show::change(line.measure, by);
            if let Some(percent) = line.percent {
                words += &page.fill("in-brackets", &[("x", &show::percent_change(percent))]);
            }
            words
        }
    };
    let with = [
        ("scope", scope),
        ("year", year.as_str()),
        ("change", change.as_str()),
    ];
    page.fill("moved", &with)
}

fn rate_card(page: &Page<'_>, figure: &Figure, id: &str) -> Markup {
    let rate = (page.dossier.rates.iter())
        .find(|r| r.id == id && r.unit.is_none() && r.year == page.latest.year);
    let Some(rate) = rate else {
        return Markup::default();
    };
    html! {
        li data-rate=(id) {
            p.name { (page.text(&figure.label)) }
            p.value { span.big { (rate_value(page, rate)) } }
            p.basis { (rate_parts(page, rate)) }
            @if rate.small_base { p.basis { (page.t("small-base")) } }
        }
    }
}

/// The quotient, or the word for a missing one.
pub(super) fn rate_value(page: &Page<'_>, rate: &Rate) -> String {
    match rate.value {
        None => page.t("missing").to_owned(),
        Some(value) => quotient(page, rate.display, value),
    }
}

/// A quotient in words: a percentage, or money in 万元 for each thing.
pub(super) fn quotient(page: &Page<'_>, display: Display, value: f64) -> String {
    match display {
        Display::Percent => show::percent(value),
        Display::MoneyPer => {
            let wan = value / MoneyUnit::TenThousandYuan.fen() as f64;
            format!("{wan:.2} {}", page.t("wan-yuan"))
        }
    }
}

/// Numerator and denominator.
pub(super) fn rate_parts(page: &Page<'_>, rate: &Rate) -> String {
    let numerator = page.or_missing(rate_measure(rate), rate.numerator);
    let denominator = page.or_missing(crate::form::Measure::Count, rate.denominator);
    format!("{numerator} ÷ {denominator}")
}

fn rate_measure(rate: &Rate) -> crate::form::Measure {
    match rate.display {
        Display::Percent => crate::form::Measure::Count,
        Display::MoneyPer => crate::form::Measure::Fen,
    }
}
