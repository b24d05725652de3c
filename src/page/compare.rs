//! Comparisons: both scopes side by side, what cannot be compared, and where a change comes from.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::context::Page;
use crate::rollup::{Comparison, Contribution, Movement, Reconciled, Scope};
use crate::show;

/// One key between two years, in both scopes.
struct Line<'a> {
    all: Option<&'a Comparison>,
    like: Option<&'a Comparison>,
}

impl<'a> Line<'a> {
    fn either(&self) -> Option<&'a Comparison> {
        self.all.or(self.like)
    }
}

/// Comparison tables, contributions, and the published figures against the sums.
pub(super) fn section(page: &Page<'_>) -> Markup {
    let pairs = pairs(page);
    html! {
        section #comparison aria-labelledby="comparison-h" {
            h2 #comparison-h { (page.t("comparison")) }
            @if pairs.is_empty() { p { (page.t("one-year-only")) } }
            @else { p.hint { (page.t("comparison-hint")) } }
            @for (years, lines) in pairs.iter().rev() { (pair(page, *years, lines)) }
            (contributions(page))
            (reconciled(page))
        }
    }
}

type Pairs<'a> = BTreeMap<(i32, i32), Vec<Line<'a>>>;

/// Lines by pair of years, later pairs last, keys in the order they come.
fn pairs<'a>(page: &Page<'a>) -> Pairs<'a> {
    let mut pairs: BTreeMap<(i32, i32), Vec<Line<'a>>> = BTreeMap::new();
    let mut at: BTreeMap<(i32, i32, &str), usize> = BTreeMap::new();
    for row in &page.dossier.comparisons {
        let years = (row.to_year, row.from_year);
        let lines = pairs.entry(years).or_default();
        let index = *at
            .entry((years.0, years.1, row.key.as_str()))
            .or_insert_with(|| {
                lines.push(Line {
                    all: None,
                    like: None,
                });
                lines.len() - 1
            });
        match row.scope {
            Scope::All => lines[index].all = Some(row),
            Scope::LikeForLike => lines[index].like = Some(row),
        }
    }
    pairs
}

fn pair(page: &Page<'_>, (to, from): (i32, i32), lines: &[Line<'_>]) -> Markup {
    let highlights = &page.plan.comparison.highlights;
    let short: Vec<_> = (lines.iter())
        .filter(|l| l.either().is_some_and(|c| highlights.contains(&c.key)))
        .collect();
    let is_last = to == page.latest.year
        && (page.dossier.years.iter().rev().nth(1)).is_some_and(|before| before.year == from);
    let id = format!("compare-{from}-{to}");
    let title = page.fill(
        "compare-years",
        &[("from", &from.to_string()), ("to", &to.to_string())],
    );
    html! {
        @if is_last {
            h3 { (title) }
            (table(page, &id, &title, &short))
            details {
                summary { (page.fill("every-key", &[("n", &lines.len().to_string())])) }
                (table(page, &format!("{id}-all"), &title, &lines.iter().collect::<Vec<_>>()))
            }
        } @else {
            details { summary { (title) } (table(page, &id, &title, &short)) }
        }
    }
}

fn table(page: &Page<'_>, id: &str, title: &str, lines: &[&Line<'_>]) -> Markup {
    let parts = ["from", "to", "change", "percent"];
    html! {
        div.scroll role="region" tabindex="0" aria-labelledby={ (id) "-c" } {
            table.sortable.compare id=(id) {
                caption.unseen id={ (id) "-c" } { (title) }
                thead {
                    tr {
                        th scope="col" rowspan="2" data-sort { (page.t("indicator")) }
                        th scope="colgroup" colspan="4" { (page.t("scope-all")) }
                        th scope="colgroup" colspan="4" { (page.t("scope-like")) }
                        th scope="col" rowspan="2" { (page.t("note")) }
                    }
                    tr { @for _ in 0..2 { @for part in parts {
                        th.n scope="col" data-sort { (page.t(part)) }
                    } } }
                }
                tbody { @for line in lines { (row(page, line)) } }
            }
        }
    }
}

fn row(page: &Page<'_>, line: &Line<'_>) -> Markup {
    let Some(any) = line.either() else {
        return Markup::default();
    };
    let comparable = any.comparable;
    html! {
        tr data-key=(any.key) class=[(!comparable).then_some("incomparable")] {
            th scope="row" {
                (page.text(&any.label))
                @if page.needs_unit(&any.key) { (page.t("in-wan")) }
            }
            (side(page, line.all))
            (side(page, line.like))
            td.wrap { (page.text(&any.note)) }
        }
    }
}

fn side(page: &Page<'_>, side: Option<&Comparison>) -> Markup {
    let Some(side) = side else {
        return html! { td.n.missing colspan="4" { (page.t("missing")) } };
    };
    let shown = |number| page.or_missing(side.measure, number);
    html! {
        td.n data-v=[side.from] { (shown(side.from)) }
        td.n data-v=[side.to] { (shown(side.to)) }
        @if side.comparable {
            td.n data-v=[side.change] {
                @match side.change {
                    Some(by) => (show::change(side.measure, by)),
                    None => (page.t("dash")),
                }
            }
            td.n data-v=[side.percent] {
                @match side.percent {
                    Some(percent) => (show::percent_change(percent)),
                    None => (page.t("dash")),
                }
            }
        } @else {
            td.n.not { (page.t("incomparable")) }
            td.n.not { (page.t("incomparable")) }
        }
    }
}

fn contributions(page: &Page<'_>) -> Markup {
    let wanted: Vec<_> = (page.plan.comparison.contributions.iter())
        .filter_map(|key| page.dossier.contributions.iter().find(|(k, _)| k == key))
        .filter(|(_, parts)| !parts.is_empty())
        .collect();
    html! {
        @if !wanted.is_empty() {
            h3 { (page.t("contributions")) }
            p.hint { (page.t("contributions-hint")) }
            @for (key, parts) in wanted { (contribution(page, key, parts)) }
        }
    }
}

fn contribution(page: &Page<'_>, key: &str, parts: &[Contribution]) -> Markup {
    let measure = page.measure(key);
    let mut sorted: Vec<_> = parts.iter().collect();
    sorted.sort_by_key(|part| std::cmp::Reverse(part.change.unsigned_abs()));
    let sum = |movement: Movement| -> i64 {
        (parts.iter().filter(|p| p.movement == movement))
            .fold(0, |sum, p| sum.saturating_add(p.change))
    };
    let (stayed, joined, left) = (
        sum(Movement::Stayed),
        sum(Movement::Joined),
        sum(Movement::Left),
    );
    let show = |by| show::change(measure, by);
    let whole = stayed.saturating_add(joined).saturating_add(left);
    let with = [
        ("label", page.label(key)),
        ("whole", show(whole)),
        ("stayed", show(stayed)),
        ("joined", show(joined)),
        ("left", show(left)),
    ];
    let with: Vec<_> = with.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let moved: Vec<_> = (sorted.iter().filter(|p| p.change != 0))
        .take(page.plan.comparison.movers)
        .map(|p| format!("{} {}", p.unit, show(p.change)))
        .collect();
    html! {
        p.contribution data-key=(key) {
            (page.fill("contribution", &with))
            @if page.needs_unit(key) { (page.t("in-wan")) }
            @if !moved.is_empty() {
                " " (page.fill("movers", &[("units", &moved.join(page.t("list-semicolon")))]))
            }
        }
    }
}

fn reconciled(page: &Page<'_>) -> Markup {
    let lines = &page.latest.reconciled;
    if lines.is_empty() {
        return Markup::default();
    }
    let differing: Vec<_> = lines.iter().filter(|r| r.difference != Some(0)).collect();
    let equal = (lines.len() - differing.len()).to_string();
    html! {
        h3 #reconciled-h { (page.t("reconciled")) }
        p.hint { (page.fill("reconciled-hint", &[("n", &equal), ("of", &lines.len().to_string())])) }
        @if !differing.is_empty() {
            div.scroll role="region" tabindex="0" aria-labelledby="reconciled-h" {
                table.sortable #reconciled {
                    thead { tr {
                        th scope="col" { (page.t("indicator")) }
                        th.n scope="col" { (page.t("published")) }
                        th.n scope="col" { (page.t("sum-of-units")) }
                        th.n scope="col" { (page.t("difference")) }
                        th scope="col" { (page.t("note")) }
                    } }
                    tbody { @for line in differing { (reconciled_line(page, line)) } }
                }
            }
        }
    }
}

fn reconciled_line(page: &Page<'_>, line: &Reconciled) -> Markup {
    let measure = page.measure(&line.key);
    html! { tr {
        th scope="row" { (page.label(&line.key)) }
        td.n data-v=[line.published] { (page.or_missing(measure, line.published)) }
        td.n data-v=[line.sum] { (page.or_missing(measure, line.sum)) }
        td.n data-v=[line.difference] {
            @match line.difference {
                Some(by) => { (show::change(measure, by)) @if line.bound { " " (page.t("bound")) } }
                None => (page.t("dash")),
            }
        }
        td.wrap { (page.text(&line.note)) }
    } }
}
