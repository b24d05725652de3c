//! Findings, grouped by unit, worst first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use maud::{Markup, html};

use super::context::{Page, place};
use crate::finding::{Finding, Severity};

/// Everything that was found.
pub(super) fn section(page: &Page<'_>) -> Markup {
    let groups = groups(page);
    let of = |severity| {
        page.dossier
            .findings
            .iter()
            .filter(|f| f.severity == severity)
            .count()
    };
    let with = [
        ("errors", of(Severity::Error).to_string()),
        ("warnings", of(Severity::Warning).to_string()),
        ("notes", of(Severity::Note).to_string()),
    ];
    let with: Vec<_> = with.iter().map(|(k, v)| (*k, v.as_str())).collect();
    html! {
        section #findings aria-labelledby="findings-h" {
            h2 #findings-h { (page.t("findings")) }
            @if groups.is_empty() { p { (page.t("no-findings")) } }
            @else { p.lead { (page.fill("findings-tally", &with)) } }
            div.findings { @for (unit, findings) in &groups { (group(page, unit, findings)) } }
        }
    }
}

/// Units with most errors first, then most warnings, then by name; inside a unit worst first.
fn groups<'a>(page: &Page<'a>) -> Vec<(&'a str, Vec<&'a Finding>)> {
    let mut by_unit: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &page.dossier.findings {
        by_unit.entry(&finding.unit).or_default().push(finding);
    }
    let mut groups: Vec<_> = by_unit.into_iter().collect();
    for (_, findings) in &mut groups {
        findings.sort_by_key(|f| (f.severity, Reverse(f.year)));
    }
    groups.sort_by_key(|(_, findings)| {
        [Severity::Error, Severity::Warning, Severity::Note]
            .map(|s| Reverse(findings.iter().filter(|f| f.severity == s).count()))
    });
    groups
}

fn group(page: &Page<'_>, unit: &str, findings: &[&Finding]) -> Markup {
    let worst = findings.iter().map(|f| f.severity).min();
    let count = findings.len().to_string();
    html! {
        details open[worst == Some(Severity::Error)] data-unit=(unit) {
            summary {
                h3 { (if unit.is_empty() { page.t("no-unit") } else { unit }) }
                " " span.count { (page.fill("finding-count", &[("n", &count)])) }
            }
            ul { @for finding in findings { (item(page, finding)) } }
        }
    }
}

/// The word of a severity.
fn severity(page: &Page<'_>, severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Error => ("error", page.t("error")),
        Severity::Warning => ("warning", page.t("warning")),
        Severity::Note => ("note", page.t("note-severity")),
    }
}

fn item(page: &Page<'_>, finding: &Finding) -> Markup {
    let (class, word) = severity(page, finding.severity);
    html! {
        li.finding.(class) data-rule=(finding.rule) {
            p {
                b.severity { (word) } " "
                @if let Some(year) = finding.year { span.year { (page.fill("finding-year", &[("year", &year.to_string())])) } " " }
                (page.text(&finding.message))
            }
            @if !finding.found.is_empty() || !finding.expected.is_empty() {
                p.detail {
                    @if !finding.found.is_empty() { (page.t("found")) (finding.found) " " }
                    @if !finding.expected.is_empty() { (page.t("expected")) (finding.expected) }
                }
            }
            @for suggestion in &finding.suggestion {
                p.detail {
                    (page.t("suggestion")) (page.label(&suggestion.key)) " → "
                    (page.with_unit(page.measure(&suggestion.key), suggestion.value))
                    @if !page.text(&suggestion.reason).is_empty() {
                        (page.fill("in-brackets", &[("x", page.text(&suggestion.reason))]))
                    }
                }
            }
            p.detail.where {
                (page.t("rule")) (rule(page, &finding.rule))
                @for at in &finding.places { " · " (place(at)) }
            }
        }
    }
}

/// The label of a rule of any form, with its id.
fn rule(page: &Page<'_>, id: &str) -> String {
    match (page.library.forms().iter().rev()).find_map(|form| form.rule(id)) {
        Some(rule) => {
            let id = page.fill("in-brackets", &[("x", id)]);
            format!("{}{id}", page.text(&rule.label))
        }
        None => id.to_owned(),
    }
}
