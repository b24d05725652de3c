//! Blank workbooks to hand out: one per unit, in the official arrangement, that check themselves while
//! they are filled in.

mod rules;

use std::collections::BTreeMap;

use rust_xlsxwriter::{
    DataValidation, DataValidationRule, ProtectionOptions, Workbook, Worksheet, XlsxError,
};

use super::finish::finished;
use super::official::{Drawing, finish, heading};
use super::sheet::{Cell, Shown, a1, in_unit, lines, paper, put};
use super::theme::{self, Kind};
use super::words::Words;
use super::{WorkbookError, properties};
use crate::filename::FileNames;
use crate::form::{Equation, Form, KeyInfo, Measure, Relation, Rule};
use crate::text::Lang;
use crate::units::Unit;
use rules::ranges;

/// Last year's numbers by unit name and key, as far as they are known (counts, or 分).
pub type Previous = BTreeMap<String, BTreeMap<String, i64>>;

/// One blank workbook for each unit, as file name and bytes, in the order of the units.
///
/// Totals are formulas that stay empty while nothing is filled in, inputs are validated, and a line
/// under each table says for every rule whether it holds and by how much it does not. What the form
/// carries over from last year is filled in where `previous` knows it.
///
/// # Errors
/// [`WorkbookError::Xlsx`] where the form has more than a sheet can hold.
///
/// ```
/// use huizong::form::Library;
/// use huizong::text::Lang;
/// use huizong::units::Unit;
/// use huizong::workbook::{Previous, templates};
/// let form = Library::official().get("2021").unwrap();
/// let unit = Unit {
///     code: "430603100".into(),
///     name: "铜锣镇".into(),
///     kind: "township".into(),
///     parent: String::new(),
///     aliases: Vec::new(),
///     from: None,
///     to: None,
/// };
/// let files = templates(form, &[unit], 2025, &Previous::new(), Lang::Zh).unwrap();
/// assert_eq!(files[0].0, "430603100-铜锣镇-2025.xlsx");
/// ```
pub fn templates(
    form: &Form,
    units: &[Unit],
    year: i32,
    previous: &Previous,
    lang: Lang,
) -> Result<Vec<(String, Vec<u8>)>, WorkbookError> {
    let nothing = BTreeMap::new();
    let mut names = FileNames::default();
    let mut files = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        let known = previous.get(&unit.name).unwrap_or(&nothing);
        let identity = format!("{} {} {at}", unit.code, unit.name);
        let stem = names.give(&identity, &stem(unit, year), ".xlsx");
        let template = Template {
            form,
            unit,
            year,
            known,
            lang,
            words: Words::embedded(),
        };
        files.push((format!("{stem}.xlsx"), template.write()?));
    }
    Ok(files)
}

fn stem(unit: &Unit, year: i32) -> String {
    match unit.code.as_str() {
        "" => format!("{}-{year}", unit.name),
        code => format!("{code}-{}-{year}", unit.name),
    }
}

struct Template<'a> {
    form: &'a Form,
    unit: &'a Unit,
    year: i32,
    known: &'a BTreeMap<String, i64>,
    lang: Lang,
    words: &'static Words,
}

impl Template<'_> {
    fn word(&self, id: &'static str) -> &'static str {
        self.words.say(id, self.lang)
    }

    fn title(&self) -> String {
        let year = self.year.to_string();
        let with = [("unit", self.unit.name.as_str()), ("year", year.as_str())];
        self.words.tell("report-title", self.lang, &with)
    }

    fn write(&self) -> Result<Vec<u8>, WorkbookError> {
        let mut out = Workbook::new();
        out.set_properties(&properties(&self.title(), &self.unit.name, "")?);
        out.push_worksheet(self.instructions()?);
        for table in &self.form.tables {
            let name = (self.words.tables.get(&table.key)).map(|name| name.get(self.lang));
            let mut sheet = Worksheet::new();
            sheet.set_name(name.unwrap_or(&table.key))?;
            sheet.set_screen_gridlines(false);
            self.table(&mut sheet, &Drawing::new(table, 3, self.lang))?;
            out.push_worksheet(sheet);
        }
        Ok(finished(&out.save_to_buffer()?, &[], self.lang)?)
    }

    /// What to do with the workbook.
    fn instructions(&self) -> Result<Worksheet, XlsxError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(self.word("how-to"))?;
        sheet.set_screen_gridlines(false);
        sheet.set_column_width(0, 18)?;
        sheet.set_column_width(1, 70)?;
        sheet.write_string_with_format(0, 0, self.title(), &theme::title())?;
        let text = theme::paragraph(11.0);
        let label = theme::words(11.0).set_font_color(theme::QUIET);
        let mut row = 2;
        for (id, words) in [
            ("unit", self.unit.name.as_str()),
            ("code", self.unit.code.as_str()),
        ] {
            put(
                &mut sheet,
                (row, 0),
                &Cell::text(self.words.say(id, self.lang)),
                &label,
            )?;
            put(&mut sheet, (row, 1), &Cell::text(words), &text)?;
            row += 1;
        }
        row += 1;
        for (number, id) in ["how-to-1", "how-to-2", "how-to-3", "how-to-4", "how-to-5"]
            .into_iter()
            .enumerate()
        {
            let words = self.words.say(id, self.lang);
            put(
                &mut sheet,
                (row, 0),
                &Cell::text(format!("{}.", number + 1)),
                &label,
            )?;
            put(&mut sheet, (row, 1), &Cell::text(words), &text)?;
            sheet.set_row_height(row, 18.0 * lines(words, 70.0) as f64 + 4.0)?;
            row += 1;
        }
        sheet.set_print_area(0, 0, row, 1)?;
        sheet.set_print_fit_to_pages(1, 1);
        paper(&mut sheet, &self.title(), self.lang);
        self.protect(&mut sheet);
        Ok(sheet)
    }

    /// Everything but the inputs is locked, against slips and not against people: there is no password.
    fn protect(&self, sheet: &mut Worksheet) {
        let mut allowed = ProtectionOptions::new();
        allowed.format_columns = true;
        allowed.format_rows = true;
        sheet.protect_with_options(&allowed);
    }

    fn table(&self, sheet: &mut Worksheet, drawing: &Drawing) -> Result<(), XlsxError> {
        let cells: BTreeMap<usize, (u32, u16)> = drawing.key_cells().collect();
        heading(sheet, &self.title(), drawing.last_col())?;
        let label = drawing.table.label.get(self.lang);
        sheet.write_string_with_format(1, 0, label, &theme::words(12.0).set_bold())?;
        sheet.set_row_height(1, 22)?;
        let formulas = self.totals(&cells);
        let given = self.carried();
        drawing.draw(sheet, |key| {
            let kind = Kind::people(self.form.keys[key].measure);
            match (formulas.get(&key), given.get(&key)) {
                (Some((formula, parts)), _) => {
                    let result = (parts.iter().filter_map(|part| given.get(part)))
                        .fold(None, |sum: Option<i64>, n| Some(sum.unwrap_or(0) + n))
                        .map_or(Shown::Text(String::new()), |n| {
                            Shown::Number(in_unit(n, kind))
                        });
                    (
                        Cell::formula(formula.clone(), result),
                        theme::computed(kind),
                    )
                }
                (None, Some(number)) => (Cell::amount(*number, kind), theme::input(kind)),
                (None, None) => (Cell::empty(), theme::input(kind)),
            }
        })?;
        for (key, at) in &cells {
            if !formulas.contains_key(key) {
                let rule = self.validation(&self.form.keys[*key])?;
                sheet.add_data_validation(at.0, at.1, at.0, at.1, &rule)?;
            }
        }
        let last = self.rule_lines(sheet, drawing, &cells)?;
        finish(sheet, drawing, last);
        paper(sheet, &self.title(), self.lang);
        self.protect(sheet);
        Ok(())
    }

    /// The totals that are computed, each as the formula over its parts: empty while they are.
    fn totals(&self, cells: &BTreeMap<usize, (u32, u16)>) -> BTreeMap<usize, (String, Vec<usize>)> {
        let mut formulas = BTreeMap::new();
        for equation in self.form.rules.iter().flat_map(Rule::equations) {
            let Some((total, parts)) = equation.as_total() else {
                continue;
            };
            let keys: Vec<usize> = parts.iter().map(|term| term.key).collect();
            let parts: Option<Vec<String>> = (keys.iter())
                .map(|key| cells.get(key).map(|at| a1(at.0, at.1)))
                .collect();
            if let (Some(parts), true) = (parts, cells.contains_key(&total)) {
                let parts = ranges(&parts);
                let formula = format!("IF(COUNT({parts})=0,\"\",SUM({parts}))");
                formulas.insert(total, (formula, keys));
            }
        }
        formulas
    }

    /// What the form carries over from last year: for every rule `this = that of last year`.
    fn carried(&self) -> BTreeMap<usize, i64> {
        let mut given = BTreeMap::new();
        for equation in self.form.rules.iter().flat_map(Rule::equations) {
            if let Some((key, number)) = self.carried_by(equation) {
                given.insert(key, number);
            }
        }
        given
    }

    fn carried_by(&self, equation: &Equation) -> Option<(usize, i64)> {
        let ([left], [right]) = (equation.left.as_slice(), equation.right.as_slice()) else {
            return None;
        };
        let plain = equation.relation == Relation::Equal
            && equation.left_constant == 0
            && equation.right_constant == 0
            && (left.factor, right.factor) == (1, 1)
            && !left.previous
            && right.previous;
        let last_year = self.known.get(&self.form.keys[right.key].key)?;
        plain.then_some((left.key, *last_year))
    }

    fn validation(&self, info: &KeyInfo) -> Result<DataValidation, XlsxError> {
        let validation = DataValidation::new().ignore_blank(true);
        let (validation, id) = match (info.measure, info.signed) {
            (Measure::Count, false) => {
                let rule = DataValidationRule::GreaterThanOrEqualTo(0);
                (validation.allow_whole_number(rule), "only-whole")
            }
            (Measure::Count, true) => {
                let rule = DataValidationRule::Between(-1_000_000_000, 1_000_000_000);
                (validation.allow_whole_number(rule), "only-signed")
            }
            (Measure::Fen, false) => {
                let rule = DataValidationRule::GreaterThanOrEqualTo(0.0);
                (validation.allow_decimal_number(rule), "only-money")
            }
            (Measure::Fen, true) => {
                let rule = DataValidationRule::Between(-1e12, 1e12);
                (validation.allow_decimal_number(rule), "only-money")
            }
        };
        let words = self.words.say(id, self.lang);
        validation
            .set_error_title(self.word("not-accepted"))?
            .set_error_message(words)?
            .set_input_message(words)
    }
}
