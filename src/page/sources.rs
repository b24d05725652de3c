//! Every input with its end, and how to read the page.

use maud::{Markup, html};

use super::context::Page;
use super::units::mark;
use crate::batch::{End, Input};
use crate::report::Status;

/// The inputs: none is left out.
pub(super) fn section(page: &Page<'_>) -> Markup {
    let inputs = &page.dossier.inputs;
    let tally: Vec<_> = [End::Used, End::Superseded, End::NotAReport, End::Unreadable]
        .into_iter()
        .map(|end| {
            let count = inputs.iter().filter(|i| i.end == end).count();
            format!("{} {count}", page.text(&end.label()))
        })
        .collect();
    let total = inputs.len().to_string();
    html! {
        section #sources aria-labelledby="sources-h" {
            h2 #sources-h { (page.t("sources")) }
            p.lead { (page.fill("sources-tally", &[("n", &total), ("ends", &tally.join(page.t("list-comma")))])) }
            @if !inputs.is_empty() {
                div.scroll role="region" tabindex="0" aria-labelledby="sources-h" {
                    table.sortable #inputs {
                        thead { tr {
                            th scope="col" { (page.t("file")) }
                            th scope="col" { (page.t("end")) }
                            th scope="col" { (page.t("reports")) }
                            th scope="col" { (page.t("why")) }
                        } }
                        tbody { @for input in inputs { (line(page, input)) } }
                    }
                }
            }
        }
    }
}

fn line(page: &Page<'_>, input: &Input) -> Markup {
    html! { tr data-end=(input.end.as_str()) {
        th.wrap scope="row" { (input.file) }
        td { (page.text(&input.end.label())) }
        td.wrap { @for (at, found) in input.reports.iter().enumerate() {
            @if at > 0 { (page.t("list-semicolon")) }
            (found.unit) @if let Some(year) = found.year { " " (year) }
            @if let Some(by) = &found.superseded_by {
                (page.fill("superseded-by", &[("file", by)]))
            }
        } }
        td.wrap { (page.text(&input.why)) }
    } }
}

/// Marks of the statuses, and what the words mean.
pub(super) fn notes(page: &Page<'_>) -> Markup {
    html! {
        section #notes aria-labelledby="notes-h" {
            h2 #notes-h { (page.t("notes")) }
            table.legend {
                caption { (page.t("legend")) }
                thead { tr {
                    th scope="col" { (page.t("mark")) }
                    th scope="col" { (page.t("status")) }
                    th scope="col" { (page.t("meaning")) }
                } }
                tbody { @for status in Status::ALL { tr data-status=(status.as_str()) {
                    td { (mark(status).map_or_else(|| page.t("no-mark"), |name| page.t(name))) }
                    th scope="row" { (status_name(page, status)) }
                    td.wrap { (status_meaning(page, status)) }
                } } }
            }
            ul.notes {
                @for name in ["note-sum", "note-like", "note-incomparable", "note-small-base", "note-money"] {
                    li { (page.t(name)) }
                }
            }
        }
    }
}

fn status_name(page: &Page<'_>, status: Status) -> &'static str {
    page.t(match status {
        Status::Reported => "status-reported",
        Status::Blank => "status-blank",
        Status::BlankAsZero => "status-blank-as-zero",
        Status::Derived => "status-derived",
        Status::NotApplicable => "status-not-applicable",
        Status::Unreadable => "status-unreadable",
        Status::Corrected => "status-corrected",
    })
}

fn status_meaning(page: &Page<'_>, status: Status) -> &'static str {
    page.t(match status {
        Status::Reported => "meaning-reported",
        Status::Blank => "meaning-blank",
        Status::BlankAsZero => "meaning-blank-as-zero",
        Status::Derived => "meaning-derived",
        Status::NotApplicable => "meaning-not-applicable",
        Status::Unreadable => "meaning-unreadable",
        Status::Corrected => "meaning-corrected",
    })
}
