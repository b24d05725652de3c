//! Bars and columns as SVG.
//!
//! Drawn here and not by a chart crate: those at hand fix colours, fonts and width when they write, and
//! these follow the reader's colour scheme, are sized in percent so that text keeps its size on a
//! telephone, and carry the title and description that a screen reader speaks.

use maud::{Markup, html};

/// One bar with its number.
pub(super) struct Bar {
    pub label: String,
    /// Its length; none where there is no number.
    pub value: Option<i64>,
    /// The number in words.
    pub shown: String,
    /// It stands for several.
    pub rest: bool,
}

/// One year of a small multiple.
pub(super) struct Column {
    pub label: String,
    pub value: Option<i64>,
    pub shown: String,
    /// It does not rest on every unit.
    pub partial: bool,
}

const BAR_STEP: usize = 38;
const COLUMN_TOP: f64 = 22.0;
const COLUMN_FLOOR: f64 = 96.0;
/// More columns than this and only the ends and the highest are written out.
const COLUMNS_WITH_NUMBERS: usize = 6;

/// Names for the parts of a chart that are read out.
pub(super) struct Spoken<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub description: &'a str,
}

/// A bar for each line, label above it, number at its right.
pub(super) fn bars(spoken: &Spoken<'_>, bars: &[Bar]) -> Markup {
    let most = bars.iter().filter_map(|b| b.value).max().unwrap_or(0);
    html! {
        svg class="bars" role="img" aria-labelledby={ (spoken.id) "-t " (spoken.id) "-d" }
            width="100%" height=(bars.len() * BAR_STEP) {
            title id={ (spoken.id) "-t" } { (spoken.title) }
            desc id={ (spoken.id) "-d" } { (spoken.description) }
            @for (line, bar) in bars.iter().enumerate() {
                @let top = line * BAR_STEP;
                text x="0" y=(top + 15) { (bar.label) }
                text class="n" x="100%" y=(top + 15) text-anchor="end" { (bar.shown) }
                rect class="track" x="0" y=(top + 22) width="100%" height="6" {}
                @if let Some(share) = share(bar.value, most) {
                    rect class=(if bar.rest { "bar rest" } else { "bar" })
                        x="0" y=(top + 22) width={ (percent(share)) } height="6" {}
                }
            }
        }
    }
}

/// A column for each year.
pub(super) fn columns(spoken: &Spoken<'_>, columns: &[Column]) -> Markup {
    let most = columns.iter().filter_map(|c| c.value).max().unwrap_or(0);
    let step = 100.0 / columns.len().max(1) as f64;
    let width = step * if columns.len() > 4 { 0.68 } else { 0.46 };
    let highest = columns.iter().position(|c| c.value == Some(most));
    html! {
        svg class="columns" role="img" aria-labelledby={ (spoken.id) "-t " (spoken.id) "-d" }
            width="100%" height="116" {
            title id={ (spoken.id) "-t" } { (spoken.title) }
            desc id={ (spoken.id) "-d" } { (spoken.description) }
            line class="floor" x1="0" x2="100%" y1=(COLUMN_FLOOR) y2=(COLUMN_FLOOR) {}
            @for (at, column) in columns.iter().enumerate() {
                @let middle = step * (at as f64 + 0.5);
                @let tall = share(column.value, most)
                    .map_or(0.0, |s| (COLUMN_FLOOR - COLUMN_TOP) * s / 100.0);
                @if column.value.is_some() {
                    rect class=(if column.partial { "bar partial" } else { "bar" })
                        x=(percent(middle - width / 2.0)) y=(length(COLUMN_FLOOR - tall))
                        width=(percent(width)) height=(length(tall)) {}
                }
                @let ends = at == 0 || at + 1 == columns.len() || Some(at) == highest;
                @if columns.len() <= COLUMNS_WITH_NUMBERS || ends || column.value.is_none() {
                    text class=(if column.value.is_some() { "n" } else { "n none" })
                        x=(percent(middle)) y=(length(COLUMN_FLOOR - tall - 6.0))
                        text-anchor="middle" { (column.shown) }
                }
                @if columns.len() <= COLUMNS_WITH_NUMBERS || at % 2 == 0 {
                    text class="year" x=(percent(middle)) y="112" text-anchor="middle" { (column.label) }
                }
            }
        }
    }
}

/// Percent of the longest; numbers below zero have no length.
fn share(value: Option<i64>, most: i64) -> Option<f64> {
    let value = value?;
    (most > 0 && value > 0).then(|| value as f64 * 100.0 / most as f64)
}

fn percent(value: f64) -> String {
    format!("{value:.2}%")
}

fn length(value: f64) -> String {
    format!("{value:.1}")
}
