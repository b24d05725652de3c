//! Who reported, who did not, over the years.

use maud::{Markup, html};

use super::context::Page;
use crate::rollup::Summary;

/// Coverage of the year reported on with the missing named, and of every year.
pub(super) fn section(page: &Page<'_>) -> Markup {
    let missing = missing(page.latest);
    html! {
        section #coverage aria-labelledby="coverage-h" {
            h2 #coverage-h { (page.t("coverage")) }
            p.lead { (sentence(page, page.latest)) }
            @if !missing.is_empty() {
                p { (page.t("missing-units")) }
                ul.names { @for name in &missing { li { (name) } } }
            }
            (notes(page))
            @if page.dossier.years.len() > 1 { (over_years(page)) }
        }
    }
}

/// `n of N units reported`.
pub(super) fn sentence(page: &Page<'_>, summary: &Summary) -> String {
    let (reported, expected) = (summary.reported(), summary.expected());
    let name = if reported >= expected {
        "coverage-complete"
    } else {
        "coverage-partial"
    };
    let with = [
        ("year", summary.year.to_string()),
        ("n", reported.to_string()),
        ("of", expected.to_string()),
        ("missing", expected.saturating_sub(reported).to_string()),
    ];
    let with: Vec<_> = with.iter().map(|(k, v)| (*k, v.as_str())).collect();
    page.fill(name, &with)
}

/// Units without a report.
pub(super) fn missing(summary: &Summary) -> Vec<&str> {
    (summary.members.iter())
        .filter(|m| m.report.is_none())
        .map(|m| m.name.as_str())
        .collect()
}

fn notes(page: &Page<'_>) -> Markup {
    let noted: Vec<_> = (page.latest.members.iter())
        .filter_map(|m| match page.text(&m.note) {
            "" if !m.expected => Some((m.name.as_str(), page.t("not-expected"))),
            "" => None,
            note => Some((m.name.as_str(), note)),
        })
        .collect();
    html! {
        @if !noted.is_empty() {
            p { (page.t("unit-notes")) }
            ul { @for (name, note) in noted { li { b { (name) } (page.t("colon")) (note) } } }
        }
    }
}

fn over_years(page: &Page<'_>) -> Markup {
    html! {
        div.scroll role="region" tabindex="0" aria-labelledby="coverage-c" {
            table #coverage-years {
                caption #coverage-c { (page.t("coverage-years")) }
                thead { tr {
                    th scope="col" { (page.t("year")) }
                    th scope="col" { (page.t("form")) }
                    th.n scope="col" { (page.t("reported-expected")) }
                    th scope="col" { (page.t("missing-units")) }
                } }
                tbody {
                    @for summary in page.dossier.years.iter().rev() {
                        tr {
                            th scope="row" { (summary.year) }
                            td.wrap { (page.text(&summary.form.name)) }
                            td.n { (summary.reported()) "/" (summary.expected()) }
                            td.wrap { (join(page, &missing(summary))) }
                        }
                    }
                }
            }
        }
    }
}

fn join(page: &Page<'_>, names: &[&str]) -> String {
    match names {
        [] => page.t("none").to_owned(),
        names => names.join(page.t("list-comma")),
    }
}
