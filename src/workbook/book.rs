//! What all sheets of one workbook know: the dossier, the list of sheets, and where values stand.

use std::collections::BTreeMap;

use rust_xlsxwriter::utility::quote_sheet_name;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::sheet::{Cell, Shown, a1, in_unit};
use super::theme::{Kind, Mark};
use super::words::{Item, SheetWords, Words, fill};
use crate::finding::{Finding, Severity};
use crate::form::{Form, Library, Measure};
use crate::report::Value;
use crate::rollup::{Dossier, Member, Summary, Total};
use crate::text::Lang;

/// A sheet that the workbook will have.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub id: String,
    pub name: String,
    /// The name as formulas write it.
    quoted: String,
    pub title: String,
    pub about: String,
    pub table: String,
    /// Numbers of the notes that belong to it, from 1.
    pub notes: Vec<usize>,
    /// Lines under the title.
    pub lines: Vec<String>,
}

impl Plan {
    /// The row of the table's header, from 0: after the title, its notes and the way back.
    pub(super) fn head_row(&self) -> u32 {
        2 + self.lines.len() as u32
    }

    /// A place in the sheet as formulas and links write it.
    pub(super) fn at(&self, row: u32, col: u16) -> String {
        format!("{}!{}", self.quoted, a1(row, col))
    }

    /// Rows of a column as formulas write it.
    pub(super) fn rows(&self, first: u32, last: u32, col: u16) -> String {
        let name = &self.quoted;
        let letters = a1(0, col);
        let letters = letters.trim_end_matches('1');
        format!("{name}!${letters}${}:${letters}${}", first + 1, last + 1)
    }
}

/// A key of the form or a derived one, with what a sheet needs to show it.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    pub key: String,
    pub measure: Measure,
    /// Indices of the keys whose sum it is: itself, or its parts.
    pub parts: Vec<usize>,
    pub total: Total,
}

/// One workbook in the making.
pub(super) struct Book<'a> {
    pub dossier: &'a Dossier,
    pub summary: &'a Summary,
    pub library: &'a Library,
    pub lang: Lang,
    pub words: &'static Words,
    pub plans: Vec<Plan>,
    /// Units with a report, in order: the rows of the by-unit sheet.
    pub reporting: Vec<&'a Member>,
    /// By unit, then by key.
    doubts: BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a Finding>>>,
}

/// Columns of the by-unit sheet that stand before the keys.
pub(super) const UNIT_COLUMNS: u16 = 5;

impl<'a> Book<'a> {
    pub(super) fn new(
        dossier: &'a Dossier,
        summary: &'a Summary,
        library: &'a Library,
        lang: Lang,
    ) -> Self {
        let words = Words::embedded();
        let mut doubts: BTreeMap<&str, BTreeMap<&str, Vec<&Finding>>> = BTreeMap::new();
        for finding in &dossier.findings {
            let this_year = finding.year == Some(summary.year);
            if this_year && finding.severity != Severity::Note {
                for key in doubted_keys(finding) {
                    let of_unit = doubts.entry(&finding.unit).or_default();
                    of_unit.entry(key).or_default().push(finding);
                }
            }
        }
        let mut book = Self {
            dossier,
            summary,
            library,
            lang,
            words,
            plans: Vec::new(),
            reporting: (summary.members.iter())
                .filter(|member| member.report.is_some())
                .collect(),
            doubts,
        };
        book.plan_sheets();
        book
    }

    /// Decides which sheets there are, in their order.
    fn plan_sheets(&mut self) {
        let words = self.words;
        let form = &self.summary.form;
        let mut ids: Vec<(String, &SheetWords)> = Vec::new();
        let mut add = |id: &str| {
            if let Some(sheet) = words.sheets.get(id) {
                ids.push((id.to_owned(), sheet));
            }
        };
        add("cover");
        add("contents");
        for table in &form.tables {
            if let Some(sheet) = words.sheets.get("official") {
                ids.push((format!("official-{}", table.key), sheet));
            }
        }
        let mut add = |id: &str| {
            if let Some(sheet) = words.sheets.get(id) {
                ids.push((id.to_owned(), sheet));
            }
        };
        if super::charts::any(self) {
            add("charts");
        }
        for focus in &words.focus {
            if (focus.columns.iter()).all(|item| self.subject(&item.key).is_some()) {
                ids.push((format!("focus-{}", focus.id), &focus.sheet));
            }
        }
        let mut add = |id: &str, there: bool| {
            if let Some(sheet) = words.sheets.get(id).filter(|_| there) {
                ids.push((id.to_owned(), sheet));
            }
        };
        add("trend", true);
        add("comparison", !self.dossier.comparisons.is_empty());
        add("contributions", !self.dossier.contributions.is_empty());
        add("rates", !self.dossier.rates.is_empty());
        add("rankings", !self.dossier.rankings.is_empty());
        add("reconciled", !self.summary.reconciled.is_empty());
        for id in [
            "findings", "coverage", "sources", "totals", "units", "values",
        ] {
            add(id, true);
        }
        add("chart-data", super::charts::any(self));
        add("notes", true);
        let plans = (ids.into_iter())
            .map(|(id, sheet)| self.plan_of(id, sheet))
            .collect();
        self.plans = plans;
    }

    fn plan_of(&self, id: String, sheet: &SheetWords) -> Plan {
        let lang = self.lang;
        let year = self.summary.year.to_string();
        let table = (self.summary.form.tables.iter()).find(|t| id == format!("official-{}", t.key));
        let label = table.map_or("", |t| t.label.get(lang));
        let with = [
            ("area", self.dossier.area.name.as_str()),
            ("year", year.as_str()),
            ("table", label),
        ];
        let name = match table {
            Some(table) => (self.words.tables.get(&table.key))
                .map_or_else(|| tab_name(&table.key), |name| name.get(lang).to_owned()),
            None => sheet.name.get(lang).to_owned(),
        };
        let notes: Vec<usize> = (sheet.notes.iter())
            .filter_map(|id| self.words.notes.iter().position(|n| n.id == *id))
            .map(|at| at + 1)
            .collect();
        let about = fill(sheet.about.get(lang), &with);
        let markers: String = notes.iter().map(|n| self.note_marker(*n)).collect();
        let mut lines = vec![format!("{about}{markers}")];
        if matches!(id.as_str(), "units" | "values") || id.starts_with("focus-") {
            lines.push(self.word("legend").to_owned());
        }
        Plan {
            title: fill(sheet.title.get(lang), &with),
            table: sheet.table.clone(),
            id,
            quoted: quote_sheet_name(&name),
            name,
            about,
            notes,
            lines,
        }
    }

    /// `[注1]`.
    pub(super) fn note_marker(&self, number: usize) -> String {
        format!("[{}{number}]", self.word("note"))
    }

    /// A word or sentence by its id.
    pub(super) fn word(&self, id: &'static str) -> &'static str {
        self.words.say(id, self.lang)
    }

    pub(super) fn plan(&self, id: &str) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.id == id)
    }

    /// An empty sheet of the right name.
    pub(super) fn worksheet(&self, plan: &Plan) -> Result<Worksheet, XlsxError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(&plan.name)?;
        sheet.set_default_row_height(18);
        sheet.set_screen_gridlines(false);
        Ok(sheet)
    }

    /// What stands at the top of every printed page.
    pub(super) fn running_title(&self) -> String {
        format!("{} {}", self.dossier.area.name, self.summary.year)
    }

    pub(super) fn form(&self) -> &'a Form {
        &self.summary.form
    }

    /// A key or derived key of the form.
    pub(super) fn subject(&self, key: &str) -> Option<Subject> {
        let form = &self.summary.form;
        let total = self.summary.total(key)?;
        let (measure, parts) = match form.index(key) {
            Some(index) => (form.keys[index].measure, vec![index]),
            None => {
                let derived = form.derived.iter().find(|d| d.key == key)?;
                let first = *derived.parts.first()?;
                (form.keys[first].measure, derived.parts.clone())
            }
        };
        Some(Subject {
            key: key.to_owned(),
            measure,
            parts,
            total,
        })
    }

    /// Findings that doubt a value.
    pub(super) fn doubts(&self, unit: &str, key: &str) -> &[&'a Finding] {
        (self.doubts.get(unit))
            .and_then(|of_unit| of_unit.get(key))
            .map_or(&[], Vec::as_slice)
    }

    /// How a unit's value is marked.
    pub(super) fn mark(&self, member: &Member, key: usize) -> Mark {
        let doubted = !self
            .doubts(&member.name, &self.form().keys[key].key)
            .is_empty();
        let status = member.values.get(key).map(|value| value.status);
        Mark::of(status.unwrap_or_default(), doubted)
    }

    /// First and last row of the units, the header row's neighbour first; there is always one.
    fn unit_rows(&self) -> (u32, u32) {
        let head = self.plan("units").map_or(0, Plan::head_row);
        (head + 1, head + self.reporting.len().max(1) as u32)
    }

    /// The cell of a unit's value in the by-unit sheet.
    pub(super) fn unit_cell(&self, unit: usize, key: usize) -> String {
        let row = self.unit_rows().0 + unit as u32;
        let col = UNIT_COLUMNS + key as u16;
        self.plan("units")
            .map_or_else(String::new, |p| p.at(row, col))
    }

    /// The cells of all units for a key.
    pub(super) fn unit_range(&self, key: usize) -> String {
        let (first, last) = self.unit_rows();
        let col = UNIT_COLUMNS + key as u16;
        (self.plan("units")).map_or_else(String::new, |p| p.rows(first, last, col))
    }

    /// The row of a value in the sheet of values.
    pub(super) fn value_cell(&self, unit: usize, key: usize) -> String {
        let keys = self.form().keys.len();
        (self.plan("values")).map_or_else(String::new, |plan| {
            plan.at(plan.head_row() + 1 + (unit * keys + key) as u32, 6)
        })
    }

    /// The area's total as a formula over the units, with its result; 缺 where no unit has a number.
    ///
    /// Where the formula could not give the roll-up's own total (which would be a defect), the total
    /// is written as a number: what people read never depends on how a sheet was drawn.
    pub(super) fn total_cell(&self, subject: &Subject) -> Cell {
        let kind = Kind::people(subject.measure);
        let ranges: Vec<String> = subject.parts.iter().map(|k| self.unit_range(*k)).collect();
        let ranges = ranges.join(",");
        let missing = self.word("missing");
        let sum = sum_formula(&ranges, kind);
        let formula = format!("IF(COUNT({ranges})=0,\"{missing}\",{sum})");
        let cell = match (self.sum_of_units(&subject.parts), subject.total.sum) {
            (None, None) => Cell::formula(formula, Shown::Text(missing.to_owned())),
            (Some(ours), Some(sum)) if ours == sum => {
                Cell::formula(formula, Shown::Number(in_unit(sum, kind)))
            }
            (_, Some(sum)) => Cell::amount(sum, kind),
            (_, None) => Cell::text(missing),
        };
        let partial = subject.total.counted < self.reporting.len();
        cell.kind(kind).marked(Mark {
            partial,
            ..Mark::default()
        })
    }

    fn sum_of_units(&self, parts: &[usize]) -> Option<i64> {
        let numbers = (self.reporting.iter())
            .flat_map(|m| parts.iter().filter_map(|k| m.values.get(*k)))
            .filter_map(|value| value.number);
        numbers.fold(None, |sum: Option<i64>, n| {
            Some(sum.unwrap_or(0).saturating_add(n))
        })
    }

    /// A unit's value of a key or derived key as a formula over the by-unit sheet, in people's units.
    pub(super) fn unit_value_cell(&self, unit: usize, subject: &Subject) -> Cell {
        let member = self.reporting[unit];
        let kind = Kind::people(subject.measure);
        let cells: Vec<String> = subject
            .parts
            .iter()
            .map(|k| self.unit_cell(unit, *k))
            .collect();
        let list = cells.join(",");
        let sum = sum_formula(&list, kind);
        let formula = format!("IF(COUNT({list})<{},\"\",{sum})", cells.len());
        let numbers: Option<Vec<i64>> = (subject.parts.iter())
            .map(|k| member.values.get(*k).and_then(|v| v.number))
            .collect();
        let result = numbers.map_or(Shown::Empty, |numbers| {
            Shown::Number(in_unit(numbers.iter().sum(), kind))
        });
        let mark = match subject.parts.as_slice() {
            [one] => self.mark(member, *one),
            many => Mark {
                suspected: many.iter().any(|k| self.mark(member, *k).suspected),
                ..Mark::default()
            },
        };
        Cell::formula(formula, result).kind(kind).marked(mark)
    }

    /// `铜锣镇.xlsx · 表三 · F14`, or nothing.
    pub(super) fn place_of(value: &Value) -> String {
        value.place.as_ref().map_or_else(String::new, |place| {
            format!("{} · {} · {}", place.file, place.sheet, place.cell)
        })
    }

    /// The unit of a kind as it stands in a header: （件）, （万元）.
    pub(super) fn unit_of(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Yuan => self.word("unit-yuan"),
            Kind::Wan | Kind::WanChange => self.word("unit-wan"),
            Kind::Percent => self.word("unit-percent"),
            _ => self.word("unit-any"),
        }
    }

    /// The unit of a labelled key: what the words say it counts, else 件.
    pub(super) fn unit_of_item(&self, item: &Item, kind: Kind) -> String {
        match (&item.unit, kind) {
            (Some(unit), _) => {
                let unit = unit.get(self.lang);
                self.words
                    .tell("in-brackets", self.lang, &[("words", unit)])
            }
            (None, Kind::Count | Kind::Change) => self.word("unit-count").to_owned(),
            (None, kind) => self.unit_of(kind).to_owned(),
        }
    }

    /// The width that suits a column of unit names.
    pub(super) fn name_width(&self) -> f64 {
        use unicode_width::UnicodeWidthStr;
        let widest = self.summary.members.iter().map(|m| m.name.width()).max();
        (widest.unwrap_or(0) as f64 + 4.0).clamp(16.0, 36.0)
    }
}

/// The sum of by-unit cells in people's units: 元 becomes 万元, rounded to the 分 so that what floating
/// point adds in the last digit never shows.
fn sum_formula(cells: &str, kind: Kind) -> String {
    match kind {
        Kind::Wan => format!("ROUND(SUM({cells})/10000,6)"),
        _ => format!("SUM({cells})"),
    }
}

/// The keys a finding puts in doubt: those it would mend, else those it speaks of, where they are few.
/// A broken sum over twenty cells doubts no cell in particular.
pub(super) fn doubted_keys(finding: &Finding) -> Vec<&str> {
    const FEW: usize = 8;
    if !finding.suggestion.is_empty() {
        let mut keys: Vec<&str> = finding.suggestion.iter().map(|s| s.key.as_str()).collect();
        keys.dedup();
        keys
    } else if finding.keys.len() <= FEW {
        finding.keys.iter().map(String::as_str).collect()
    } else {
        Vec::new()
    }
}

/// What a finding says, with its suggestions, in one language.
pub(super) fn told(form: &Form, finding: &Finding, lang: Lang) -> String {
    let mut words = finding.message.get(lang).to_owned();
    for suggestion in &finding.suggestion {
        let label = form.label(&suggestion.key, lang);
        let label = label.as_deref().unwrap_or(&suggestion.key);
        let value = amount(form, &suggestion.key, suggestion.value, lang);
        words.push_str(&format!("\n{label} → {value}"));
        let reason = suggestion.reason.get(lang);
        if !reason.is_empty() {
            words.push_str(&format!("（{reason}）"));
        }
    }
    words
}

/// A key's number as people read it: a count as it is, money in 万元, down to the 分.
pub(super) fn amount(form: &Form, key: &str, number: i64, lang: Lang) -> String {
    let measure = form.index(key).map(|index| form.keys[index].measure);
    if measure != Some(Measure::Fen) {
        return number.to_string();
    }
    let (whole, rest) = (
        number.unsigned_abs() / 1_000_000,
        number.unsigned_abs() % 1_000_000,
    );
    let digits = format!("{rest:06}");
    let kept = digits.trim_end_matches('0').len().max(2);
    let sign = if number < 0 { "-" } else { "" };
    let unit = match lang {
        Lang::Zh => "万元",
        Lang::En => " × 10,000 yuan",
    };
    format!("{sign}{whole}.{}{unit}", &digits[..kept])
}

/// A tab name that Excel accepts, from anything.
fn tab_name(words: &str) -> String {
    (words.chars())
        .map(|c| if "[]:*?/\\'".contains(c) { '-' } else { c })
        .take(31)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_told_to_the_fen() {
        let form = Library::official().get("2021").unwrap();
        let told = |number| amount(form, "disclosure.fees.amount", number, Lang::Zh);
        assert_eq!(told(13_020_000), "13.02万元");
        assert_eq!(told(-1), "-0.000001万元");
        assert_eq!(told(5_000_000), "5.00万元");
        assert_eq!(amount(form, "appeals.review.total", 7, Lang::Zh), "7");
    }
}
