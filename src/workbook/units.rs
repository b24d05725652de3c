//! Figures by unit: every indicator, where every value came from, the totals, and tables of a few keys.

use rust_xlsxwriter::XlsxError;

use super::body::{Body, Look, TextId};
use super::book::{Book, Plan, told};
use super::sheet::{Cell, Column, DEFAULT_HEIGHT, Data, Print, Sheet, Shown, around, data};
use super::theme::{Kind, Mark};
use super::words::Focus;
use crate::form::{KeyInfo, Measure};
use crate::report::{Status, Value};
use crate::rollup::Member;

/// Money by unit stands in 元: no reader takes it for anything else, and two decimals hold the 分.
fn wide_kind(measure: Measure) -> Kind {
    match measure {
        Measure::Count => Kind::Count,
        Measure::Fen => Kind::Yuan,
    }
}

/// Every indicator by unit: what all totals are computed from, and what huizong reads back.
pub(super) fn units(book: &Book, plan: &Plan) -> Result<Sheet, XlsxError> {
    let lang = book.lang;
    let mut columns = vec![
        Column::new(book.word("unit-name"), book.name_width(), Kind::Text),
        Column::new(book.word("code"), 12.0, Kind::Text),
        Column::new(book.word("kind"), 12.0, Kind::Text),
        Column::new(book.word("year"), 9.0, Kind::Plain),
        Column::new(book.word("form"), 9.0, Kind::Text),
    ];
    for info in &book.form().keys {
        let kind = wide_kind(info.measure);
        let header = format!(
            "{}{} [{}]",
            info.label.get(lang),
            book.unit_of(kind),
            info.key
        );
        columns.push(Column::new(header, 16.0, kind));
    }
    let rows =
        (book.reporting.iter().enumerate()).map(|(unit, member)| unit_row(book, unit, member));
    let mut sheet = Data::new(columns, rows);
    sheet.print = Print::Over(1);
    data(book, plan, sheet)
}

fn unit_row(book: &Book, unit: usize, member: &Member) -> Vec<Cell> {
    let first = Cell::text(&member.name).to(book.value_cell(unit, 0), book.word("to-values"));
    let mut row = vec![
        first,
        Cell::text(member.code.clone().unwrap_or_default()),
        Cell::text(&member.kind),
        Cell::number(i64::from(book.summary.year)),
        Cell::text(&book.form().id),
    ];
    for (index, info) in book.form().keys.iter().enumerate() {
        row.push(match member.values.get(index) {
            Some(value) => value_cell(book, (unit, index), member, info, value),
            None => Cell::empty(),
        });
    }
    row
}

fn value_cell(
    book: &Book,
    (unit, index): (usize, usize),
    member: &Member,
    info: &KeyInfo,
    value: &Value,
) -> Cell {
    let raw = value.raw.as_deref().unwrap_or_default();
    let cell = match (value.number, value.status) {
        (Some(number), _) => Cell::amount(number, wide_kind(info.measure)),
        (None, Status::NotApplicable) => Cell::text(if raw.is_empty() { "—" } else { raw }),
        (None, Status::Unreadable) => Cell::text(if raw.is_empty() { "？" } else { raw }),
        (None, _) => Cell::empty(),
    };
    let doubts = book.doubts(&member.name, &info.key);
    let note = (!doubts.is_empty()).then(|| {
        let told: Vec<String> = doubts
            .iter()
            .map(|f| told(book.form(), f, book.lang))
            .collect();
        told.join("\n\n")
    });
    let cell = cell.marked(book.mark(member, index)).noted(note);
    // A workbook keeps no more than 65,530 links; beyond, the unit's name alone leads to its values.
    if value.place.is_none() || book.reporting.len() * book.form().keys.len() > 60_000 {
        cell
    } else {
        cell.to(book.value_cell(unit, index), Book::place_of(value))
    }
}

/// One line a value: where it came from and how it was decided.
pub(super) fn values(book: &Book, plan: &Plan) -> Result<Sheet, XlsxError> {
    // huizong reads this sheet back by these headers and by the words of the status column.
    let columns = [
        ("unit-name", book.name_width(), Kind::Text),
        ("code", 12.0, Kind::Text),
        ("year", 9.0, Kind::Plain),
        ("form", 9.0, Kind::Text),
        ("key", 38.0, Kind::Text),
        ("indicator", 44.0, Kind::Text),
        ("value", 14.0, Kind::Count),
        ("measure", 10.0, Kind::Text),
        ("status", 16.0, Kind::Text),
        ("status-label", 16.0, Kind::Text),
        ("source-file", 32.0, Kind::Text),
        ("source-sheet", 18.0, Kind::Text),
        ("source-cell", 12.0, Kind::Text),
        ("raw", 16.0, Kind::Text),
    ]
    .map(|(word, width, kind)| Column::new(book.word(word), width, kind));
    let data = Data::new(columns.to_vec(), Vec::new());
    let mut body = Body::new(plan, data.columns.len());
    let keys: Vec<Known> = (book.form().keys.iter())
        .map(|info| Known {
            key: body.text(&info.key),
            label: body.text(info.label.get(book.lang)),
            measure: body.text(info.measure.as_str()),
            kind: match info.measure {
                Measure::Count => Kind::Count,
                Measure::Fen => Kind::Fen,
            },
        })
        .collect();
    for member in &book.reporting {
        values_of(book, member, &keys, &mut body);
    }
    around(book, plan, &data, book.worksheet(plan)?, body)
}

/// What all lines of a key have in common.
struct Known {
    key: TextId,
    label: TextId,
    measure: TextId,
    kind: Kind,
}

/// The lines of one unit. There is one for every key, whatever is known of it: places are counted ([`Book::value_cell`]).
fn values_of(book: &Book, member: &Member, keys: &[Known], body: &mut Body) {
    let plain = body.look(Look::Cell(Kind::Text, Mark::default()));
    let year_look = body.look(Look::Cell(Kind::Plain, Mark::default()));
    let unit = body.text(&member.name);
    let code = body.text(member.code.as_deref().unwrap_or_default());
    let year = f64::from(book.summary.year);
    let form = body.text(&book.form().id);
    let unknown = Value::default();
    // Most values of a unit stand in one sheet of one file.
    let (mut file, mut sheet) = (("", None), ("", None));
    for (index, known) in keys.iter().enumerate() {
        let value = member.values.get(index).unwrap_or(&unknown);
        body.put_text(plain, unit);
        body.put_text(plain, code);
        body.put_number(year_look, Some(year));
        body.put_text(plain, form);
        body.put_text(plain, known.key);
        body.put_text(plain, known.label);
        let look = body.look(Look::Cell(known.kind, book.mark(member, index)));
        body.put_number(look, value.number.map(|number| number as f64));
        body.put_text(plain, known.measure);
        for words in [value.status.as_str(), status_word(book, value.status)] {
            let words = body.text(words);
            body.put_text(plain, words);
        }
        let place = value.place.as_ref();
        for (last, words) in [
            (&mut file, place.map_or("", |p| &p.file)),
            (&mut sheet, place.map_or("", |p| &p.sheet)),
        ] {
            if last.0 != words {
                *last = (words, body.text(words));
            }
            body.put_text(plain, last.1);
        }
        let cell = place.map(|p| p.cell.to_string());
        let words = body.text(cell.as_deref().unwrap_or_default());
        body.put_text(plain, words);
        let words = body.text(value.raw.as_deref().unwrap_or_default());
        body.put_text(plain, words);
        body.end_row(DEFAULT_HEIGHT);
    }
}

/// A status in words.
pub(super) fn status_word(book: &Book, status: Status) -> &'static str {
    match status {
        Status::Reported => book.word("status-reported"),
        Status::Blank => book.word("status-blank"),
        Status::BlankAsZero => book.word("status-blank-as-zero"),
        Status::Derived => book.word("status-derived"),
        Status::NotApplicable => book.word("status-not-applicable"),
        Status::Unreadable => book.word("status-unreadable"),
        Status::Corrected => book.word("status-corrected"),
    }
}

/// Every indicator's total with how many units it rests on.
pub(super) fn totals(book: &Book, plan: &Plan) -> Result<Sheet, XlsxError> {
    let form = book.form();
    let columns = vec![
        Column::new(book.word("table"), 26.0, Kind::Long),
        Column::new(book.word("indicator"), 52.0, Kind::Long),
        Column::new(book.word("measure-unit"), 10.0, Kind::Plain),
        Column::new(book.word("area-total"), 18.0, Kind::Count),
        Column::new(book.word("counted"), 13.0, Kind::Count),
        Column::new(book.word("expected"), 13.0, Kind::Count),
        Column::new(book.word("completeness"), 18.0, Kind::Text),
        Column::new(book.word("key"), 42.0, Kind::Text),
    ];
    let keys = (form
        .keys
        .iter()
        .map(|k| (k.key.as_str(), k.at[0], &k.label)))
    .chain(form.derived.iter().filter_map(|d| {
        let table = form.keys[*d.parts.first()?].at[0];
        Some((d.key.as_str(), table, &d.label))
    }));
    let mut rows = Vec::new();
    for (key, table, label) in keys {
        let Some(subject) = book.subject(key) else {
            continue;
        };
        let total = subject.total;
        let complete = match (total.counted, total.expected.saturating_sub(total.counted)) {
            (_, 0) => book.word("complete").to_owned(),
            (0, _) => book.word("no-number").to_owned(),
            (_, missing) => {
                let missing = missing.to_string();
                book.words
                    .tell("missing-units", book.lang, &[("n", &missing)])
            }
        };
        let kind = Kind::people(subject.measure);
        let cell = book.total_cell(&subject);
        let cell = match subject.parts.as_slice() {
            [one] => cell.to(
                book.unit_range(*one).replace('$', ""),
                book.word("to-units"),
            ),
            _ => cell,
        };
        rows.push(vec![
            Cell::text(form.tables[table].label.get(book.lang)),
            Cell::text(label.get(book.lang)),
            Cell::text(bare(book.unit_of(kind))),
            cell,
            Cell::number(total.counted as i64),
            Cell::number(total.expected as i64),
            Cell::text(complete),
            Cell::text(key),
        ]);
    }
    data(book, plan, Data::new(columns, rows).frozen(2))
}

/// A unit without its brackets.
pub(super) fn bare(unit: &str) -> &str {
    unit.trim_matches(['（', '）', '(', ')', ' '])
}

/// A few keys by unit, with the area's total below.
pub(super) fn focus(book: &Book, plan: &Plan, focus: &Focus) -> Result<Sheet, XlsxError> {
    let subjects: Vec<_> = (focus.columns.iter())
        .filter_map(|item| book.subject(&item.key).map(|subject| (item, subject)))
        .collect();
    let mut columns = vec![Column::new(
        book.word("unit"),
        book.name_width(),
        Kind::Text,
    )];
    for (item, subject) in &subjects {
        let kind = Kind::people(subject.measure);
        let header = format!("{}{}", item.label(book.lang), book.unit_of_item(item, kind));
        columns.push(Column::new(header, 15.0, kind));
    }
    let mut rows = Vec::new();
    for (unit, member) in book.reporting.iter().enumerate() {
        let name = Cell::text(&member.name);
        let target = subjects.first().and_then(|(_, s)| s.parts.first());
        let name = match target {
            Some(key) => name.to(book.unit_cell(unit, *key), book.word("to-units")),
            None => name,
        };
        let values = subjects.iter().map(|(_, s)| book.unit_value_cell(unit, s));
        rows.push(std::iter::once(name).chain(values).collect());
    }
    let label = Cell {
        shown: Shown::Text(book.word("total").to_owned()),
        mark: Mark::default(),
        ..Cell::default()
    };
    let totals = subjects.iter().map(|(_, subject)| book.total_cell(subject));
    let mut sheet = Data::new(columns, rows);
    sheet.total = Some(std::iter::once(label).chain(totals).collect());
    data(book, plan, sheet)
}
