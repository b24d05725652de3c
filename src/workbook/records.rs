//! Sheets that list: contents, findings, coverage, sources, notes.

use std::collections::HashMap;

use rust_xlsxwriter::XlsxError;

use super::book::{Book, Plan, amount};
use super::sheet::{Cell, Column, Data, Sheet, data};
use super::theme::Kind;
use super::units::bare;
use crate::finding::{Finding, Severity};
use crate::form::Measure;

/// Every sheet with a link to it.
pub(super) fn contents(book: &Book, plan: &Plan) -> Result<Sheet, XlsxError> {
    let columns = vec![
        Column::new(book.word("number"), 8.0, Kind::Plain),
        Column::new(book.word("worksheet"), 22.0, Kind::Text),
        Column::new(book.word("content"), 76.0, Kind::Long),
        Column::new(book.word("notes"), 22.0, Kind::Text),
    ];
    let rows = (book.plans.iter().filter(|p| p.id != plan.id).enumerate()).map(|(i, sheet)| {
        let markers: String = sheet.notes.iter().map(|n| book.note_marker(*n)).collect();
        vec![
            Cell::number(i as i64 + 1),
            Cell::text(&sheet.name).to(sheet.at(0, 0), &sheet.title),
            Cell::text(&sheet.title),
            Cell::text(markers),
        ]
    });
    data(book, plan, Data::new(columns, rows).frozen(0))
}

/// A severity in words.
fn severity(book: &Book, severity: Severity) -> &'static str {
    match severity {
        Severity::Error => book.word("severity-error"),
        Severity::Warning => book.word("severity-warning"),
        Severity::Note => book.word("severity-note"),
    }
}

/// Every finding, worst first as the dossier has them.
pub(super) fn findings(book: &Book, plan: &Plan) -> Result<Sheet, XlsxError> {
    let columns = vec![
        Column::new(book.word("number"), 8.0, Kind::Plain),
        Column::new(book.word("severity"), 9.0, Kind::Plain),
        Column::new(book.word("unit"), book.name_width(), Kind::Long),
        Column::new(book.word("year"), 8.0, Kind::Plain),
        Column::new(book.word("finding"), 46.0, Kind::Long),
        Column::new(book.word("suggestion"), 34.0, Kind::Long),
        Column::new(book.word("found"), 11.0, Kind::Long),
        Column::new(book.word("should-be"), 11.0, Kind::Long),
        Column::new(book.word("where"), 30.0, Kind::Long),
        Column::new(book.word("rule"), 16.0, Kind::Long),
        Column::new(book.word("keys"), 28.0, Kind::Long),
    ];
    let rows = (book.dossier.findings.iter().enumerate())
        .map(|(i, finding)| finding_row(book, i, finding));
    data(book, plan, Data::new(columns, rows).frozen(3))
}

/// At most this many keys and places stand in a finding's line.
const LISTED: usize = 6;

fn finding_row(book: &Book, number: usize, finding: &Finding) -> Vec<Cell> {
    let lang = book.lang;
    let some = |all: Vec<String>| {
        let more = all.len().saturating_sub(LISTED);
        let mut listed = all.into_iter().take(LISTED).collect::<Vec<_>>().join("\n");
        if more > 0 {
            let more = more.to_string();
            listed.push('\n');
            listed.push_str(&book.words.tell("and-more", lang, &[("n", &more)]));
        }
        listed
    };
    let suggestions = (finding.suggestion.iter())
        .map(|s| {
            let label = book
                .form()
                .label(&s.key, lang)
                .unwrap_or_else(|| s.key.clone());
            let value = amount(book.form(), &s.key, s.value, lang);
            format!("{label} → {value}（{}）", s.reason.get(lang))
        })
        .collect();
    let places = (finding.places.iter())
        .map(|p| format!("{} · {} · {}", p.file, p.sheet, p.cell))
        .collect();
    vec![
        Cell::number(number as i64 + 1),
        Cell::text(severity(book, finding.severity)),
        Cell::text(&finding.unit),
        finding
            .year
            .map_or_else(Cell::empty, |y| Cell::number(i64::from(y))),
        Cell::text(finding.message.get(lang)),
        Cell::text(some(suggestions)),
        Cell::text(&finding.found),
        Cell::text(&finding.expected),
        Cell::text(some(places)),
        Cell::text(&finding.rule),
        Cell::text(some(finding.keys.clone())),
    ]
}

/// A kind of unit in words; one that nobody named here as it is.
fn kind_word<'k>(book: &Book, kind: &'k str) -> &'k str {
    match kind {
        "province" => book.word("kind-province"),
        "city" => book.word("kind-city"),
        "county" => book.word("kind-county"),
        "township" => book.word("kind-township"),
        "sub-district" => book.word("kind-sub-district"),
        "department" => book.word("kind-department"),
        other => other,
    }
}

/// Every unit expected or reporting, and what came of it.
pub(super) fn coverage(book: &Book, plan: &Plan) -> Result<Sheet, XlsxError> {
    let columns = vec![
        Column::new(book.word("unit"), book.name_width(), Kind::Text),
        Column::new(book.word("code"), 14.0, Kind::Text),
        Column::new(book.word("kind"), 14.0, Kind::Text),
        Column::new(book.word("has-reported"), 12.0, Kind::Plain),
        Column::new(book.word("with-number"), 14.0, Kind::Count),
        Column::new(book.word("without-number"), 14.0, Kind::Count),
        Column::new(book.word("errors"), 10.0, Kind::Count),
        Column::new(book.word("warnings"), 10.0, Kind::Count),
        Column::new(book.word("file"), 36.0, Kind::Long),
        Column::new(book.word("remark"), 40.0, Kind::Long),
    ];
    let year = book.summary.year;
    let mut counts: HashMap<(&str, Severity), usize> = HashMap::new();
    for finding in book
        .dossier
        .findings
        .iter()
        .filter(|f| f.year == Some(year))
    {
        *counts.entry((&finding.unit, finding.severity)).or_default() += 1;
    }
    let count = |unit, severity| counts.get(&(unit, severity)).copied().unwrap_or(0);
    let mut rows = Vec::new();
    for member in &book.summary.members {
        let numbers = member.values.iter().filter(|v| v.number.is_some()).count();
        let there = match (&member.report, member.expected) {
            (Some(_), _) => book.word("yes"),
            (None, _) => book.word("not-reported"),
        };
        let counted = |n: usize| match member.report {
            Some(_) => Cell::number(n as i64),
            None => Cell::empty(),
        };
        let file = member.report.as_ref().map_or("", |r| &r.file);
        rows.push(vec![
            Cell::text(&member.name),
            Cell::text(member.code.clone().unwrap_or_default()),
            Cell::text(kind_word(book, &member.kind)),
            Cell::text(there),
            counted(numbers),
            counted(member.values.len() - numbers),
            counted(count(member.name.as_str(), Severity::Error)),
            counted(count(member.name.as_str(), Severity::Warning)),
            Cell::text(file),
            Cell::text(member.note.get(book.lang)),
        ]);
    }
    data(book, plan, Data::new(columns, rows))
}

/// Every input file with its end.
pub(super) fn sources(book: &Book, plan: &Plan) -> Result<Sheet, XlsxError> {
    let columns = vec![
        Column::new(book.word("file"), 48.0, Kind::Long),
        Column::new(book.word("end"), 12.0, Kind::Text),
        Column::new(book.word("why"), 48.0, Kind::Long),
        Column::new(book.word("reports-in-it"), 52.0, Kind::Long),
    ];
    let rows = (book.dossier.inputs.iter()).map(|input| {
        let reports: Vec<String> = (input.reports.iter())
            .map(|found| {
                let year = found.year.map_or_else(|| "—".to_owned(), |y| y.to_string());
                let by = (found.superseded_by.as_ref())
                    .map(|by| book.words.tell("superseded-by", book.lang, &[("file", by)]));
                format!("{} {year}{}", found.unit, by.unwrap_or_default())
            })
            .collect();
        vec![
            Cell::text(input.file.as_ref()),
            Cell::text(input.end.label().get(book.lang)),
            Cell::text(input.why.get(book.lang)),
            Cell::text(reports.join("\n")),
        ]
    });
    data(book, plan, Data::new(columns, rows))
}

/// Notes with the sheets they stand on, then definitions, statuses, indicators and rules.
pub(super) fn notes(book: &Book, plan: &Plan) -> Result<Sheet, XlsxError> {
    let lang = book.lang;
    let columns = vec![
        Column::new(book.word("number"), 24.0, Kind::Text),
        Column::new(book.word("sort"), 12.0, Kind::Text),
        Column::new(book.word("content"), 84.0, Kind::Long),
        Column::new(book.word("stands-on"), 36.0, Kind::Long),
    ];
    let mut rows = Vec::new();
    let mut row = |number: String, sort: &str, text: String, on: String| {
        rows.push([number, sort.to_owned(), text, on].map(Cell::text).to_vec());
    };
    for (i, note) in book.words.notes.iter().enumerate() {
        let sheets = (book.plans.iter()).filter(|p| p.notes.contains(&(i + 1)));
        let on: Vec<&str> = sheets.map(|p| p.name.as_str()).collect();
        if !on.is_empty() {
            let text = note.text.get(lang).to_owned();
            row(
                book.note_marker(i + 1),
                book.word("note"),
                text,
                on.join("、"),
            );
        }
    }
    for definition in &book.words.definitions {
        let text = definition.text.get(lang).to_owned();
        row(
            definition.term.get(lang).to_owned(),
            book.word("definition"),
            text,
            String::new(),
        );
    }
    for indicator in book.library.indicators().for_form(book.form()) {
        let text = indicator.formula.get(lang).to_owned();
        row(
            indicator.label.get(lang).to_owned(),
            book.word("rate"),
            text,
            String::new(),
        );
    }
    for rule in &book.form().rules {
        let text = format!("{}（{}；{}）", rule.reason.get(lang), rule.id, rule.source);
        row(
            rule.label.get(lang).to_owned(),
            book.word("rule"),
            text,
            String::new(),
        );
    }
    let form = book.form();
    let text = format!("{}（{}）", form.name.get(lang), form.source);
    row(form.id.clone(), book.word("form"), text, String::new());
    data(book, plan, Data::new(columns, rows))
}

/// The area's own published figures against the sums of its units.
pub(super) fn reconciled(book: &Book, plan: &Plan) -> Result<Sheet, XlsxError> {
    let columns = vec![
        Column::new(book.word("indicator"), 56.0, Kind::Long),
        Column::new(book.word("measure-unit"), 10.0, Kind::Plain),
        Column::new(book.word("published"), 16.0, Kind::Count),
        Column::new(book.word("sum-of-units"), 16.0, Kind::Count),
        Column::new(book.word("difference"), 16.0, Kind::Change),
        Column::new(book.word("remark"), 44.0, Kind::Long),
        Column::new(book.word("key"), 42.0, Kind::Text),
    ];
    let form = book.form();
    let rows = (book.summary.reconciled.iter()).map(|line| {
        let measure = (form.index(&line.key)).map_or(Measure::Count, |i| form.keys[i].measure);
        let kind = Kind::people(measure);
        vec![
            Cell::text(form.label(&line.key, book.lang).unwrap_or_default()),
            Cell::text(bare(book.unit_of(kind))),
            Cell::maybe(line.published, kind),
            Cell::maybe(line.sum, kind),
            Cell::maybe(line.difference, Kind::change(measure)),
            Cell::text(line.note.get(book.lang)),
            Cell::text(&line.key),
        ]
    });
    data(book, plan, Data::new(columns, rows))
}
