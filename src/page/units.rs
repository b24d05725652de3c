//! A line for each unit: its values with their status, and how they spread.

use maud::{Markup, html};

use super::context::{Page, place};
use super::plan::{Item, UnitTable};
use super::series::keys_in;
use crate::form::Measure;
use crate::report::{Status, Value};
use crate::rollup::{Member, Ranking, Summary};
use crate::show;

/// Tables by unit, and the spread of what is ranked.
pub(super) fn section(page: &Page<'_>) -> Markup {
    html! {
        section #units aria-labelledby="units-h" {
            h2 #units-h { (page.t("units")) }
            p.hint { (page.t("units-hint")) }
            @for table in &page.plan.unit_tables { (one(page, table)) }
            @if page.dossier.years.len() > 1 {
                @for item in &page.plan.unit_years { (over_years(page, item)) }
            }
            (rankings(page))
        }
    }
}

/// One line for each unit over the years, whatever it was called and merged from.
fn over_years(page: &Page<'_>, item: &Item) -> Markup {
    let years = &page.dossier.years;
    let keys: Vec<_> = years.iter().map(|y| keys_in(page, y, &item.key)).collect();
    let measure = page.measure(&item.key);
    let id = format!("units-years-{}", item.key.replace('.', "-"));
    if page.dossier.lines.is_empty() {
        return Markup::default();
    }
    html! {
        div.scroll role="region" tabindex="0" aria-labelledby={ (id) "-c" } {
            table.sortable id=(id) {
                caption id={ (id) "-c" } {
                    (page.fill("units-years", &[("label", page.text(&item.label))]))
                }
                thead { tr {
                    th scope="col" { (page.t("unit")) }
                    @for year in years { th.n scope="col" { (year.year) } }
                    th scope="col" { (page.t("note")) }
                } }
                tbody { @for line in &page.dossier.lines { tr {
                    th scope="row" { (line.name) }
                    @for ((year, keys), members) in years.iter().zip(&keys).zip(&line.members) {
                        (year_cell(page, year, keys.as_deref(), members, measure))
                    }
                    td.wrap { (page.text(&line.note)) }
                } } }
            }
        }
    }
}

/// What the members of a line have in a year, together; one that lacks a number leaves the whole missing.
fn year_cell(
    page: &Page<'_>,
    year: &Summary,
    keys: Option<&[usize]>,
    members: &[usize],
    measure: Measure,
) -> Markup {
    let Some(keys) = keys else {
        return html! { td.n.not { (page.t("incomparable-short")) } };
    };
    if members.is_empty() {
        return html! { td.n { (page.t("not-there")) } };
    }
    let members = || members.iter().filter_map(|at| year.members.get(*at));
    let sum = members()
        .flat_map(|member| keys.iter().map(|key| member.values.get(*key)?.number))
        .try_fold(0_i64, |sum, number| sum.checked_add(number?));
    match sum {
        Some(sum) => html! { td.n data-v=(sum) { (show::number(measure, sum)) } },
        None if members().all(|m| m.report.is_none()) => {
            html! { td.n.missing { (page.t("no-report")) } }
        }
        None => html! { td.n.missing { (page.t("missing")) } },
    }
}

fn one(page: &Page<'_>, table: &UnitTable) -> Markup {
    let form = &page.latest.form;
    let columns: Vec<(&Item, usize)> = (table.columns.iter())
        .filter_map(|item| Some((item, form.index(&item.key)?)))
        .collect();
    let caption = format!("{}-c", table.id);
    html! {
        div.scroll role="region" tabindex="0" aria-labelledby=(caption) {
            table.sortable id=(table.id) {
                caption id=(caption) { (page.text(&table.title)) }
                thead { tr {
                    th scope="col" { (page.t("unit")) }
                    @for (item, _) in &columns { th.n scope="col" { (page.text(&item.label)) } }
                } }
                tbody { @for member in &page.latest.members { tr {
                    th scope="row" { (member.name) }
                    @for (_, index) in &columns { (cell(page, member, *index)) }
                } } }
                tfoot { tr {
                    th scope="row" { (page.t("sum")) }
                    @for (_, index) in &columns { (sum(page, *index)) }
                } }
            }
        }
    }
}

fn sum(page: &Page<'_>, index: usize) -> Markup {
    let info = &page.latest.form.keys[index];
    let total = page.latest.totals.get(index).copied().unwrap_or_default();
    html! { td.n title=(super::figures::basis(page, total)) {
        (page.or_missing(info.measure, total.sum))
    } }
}

fn cell(page: &Page<'_>, member: &Member, index: usize) -> Markup {
    let info = &page.latest.form.keys[index];
    match member.values.get(index) {
        None => html! { td.n.missing { (page.t("no-report")) } },
        Some(value) => html! {
            td.n data-v=[value.number] data-status=(value.status.as_str()) title=[source(page, value)] {
                (marked(page, value, info.measure))
            }
        },
    }
}

/// Name of the mark of a status; none for a plain reported number.
pub(super) fn mark(status: Status) -> Option<&'static str> {
    match status {
        Status::Reported => None,
        Status::Blank => Some("mark-blank"),
        Status::BlankAsZero => Some("mark-blank-as-zero"),
        Status::Derived => Some("mark-derived"),
        Status::NotApplicable => Some("mark-not-applicable"),
        Status::Unreadable => Some("mark-unreadable"),
        Status::Corrected => Some("mark-corrected"),
    }
}

/// The number with its mark; the mark alone where there is no number.
fn marked(page: &Page<'_>, value: &Value, measure: Measure) -> Markup {
    let mark = mark(value.status).map(|name| page.t(name));
    html! {
        @match (value.number, mark) {
            (Some(number), None) => (show::number(measure, number)),
            (Some(number), Some(mark)) => { (show::number(measure, number)) sup { (mark) } },
            (None, mark) => span.missing { (mark.unwrap_or_else(|| page.t("missing"))) },
        }
    }
}

/// File, sheet and cell with what stood there.
fn source(page: &Page<'_>, value: &Value) -> Option<String> {
    let at = place(value.place.as_ref()?);
    Some(match &value.raw {
        Some(raw) => format!("{at}{}{raw}", page.t("colon")),
        None => at,
    })
}

fn rankings(page: &Page<'_>) -> Markup {
    if page.dossier.rankings.is_empty() {
        return Markup::default();
    }
    html! {
        div.scroll role="region" tabindex="0" aria-labelledby="spread-c" {
            table.sortable #spread {
                caption #spread-c { (page.t("spread")) }
                thead { tr {
                    th scope="col" { (page.t("indicator")) }
                    th scope="col" { (page.t("top-three")) }
                    th.n scope="col" { (page.t("lower-quartile")) }
                    th.n scope="col" { (page.t("median")) }
                    th.n scope="col" { (page.t("upper-quartile")) }
                    th.n scope="col" { (page.t("zeros")) }
                    th.n scope="col" { (page.t("top-share")) }
                } }
                tbody { @for ranking in &page.dossier.rankings { (ranking_line(page, ranking)) } }
            }
        }
    }
}

fn ranking_line(page: &Page<'_>, ranking: &Ranking) -> Markup {
    let top: Vec<_> = (ranking
        .ranked
        .iter()
        .take_while(|(rank, ..)| *rank <= 3)
        .take(5))
    .map(|(rank, unit, number)| {
        format!(
            "{rank}. {unit} {}",
            page.with_unit(ranking.measure, *number)
        )
    })
    .collect();
    let quartile = |at: usize| match (ranking.quartiles, ranking.measure) {
        (None, _) => page.t("missing").to_owned(),
        (Some(q), Measure::Count) => format!("{:.1}", q[at]),
        (Some(q), Measure::Fen) => format!("{:.2}", q[at] / 1e6),
    };
    html! { tr {
        th scope="row" { (page.text(&ranking.label)) }
        td.wrap { (top.join(page.t("list-semicolon"))) }
        @for at in 0..3 { td.n { (quartile(at)) } }
        td.n { (ranking.zeros) }
        td.n { @match ranking.concentration {
            Some([one, three]) => { (show::percent(one)) " / " (show::percent(three)) }
            None => (page.t("missing")),
        } }
    } }
}
