//! Blank workbooks to hand out: one per unit, in the official arrangement, that check themselves while
//! they are filled in.

use std::collections::{BTreeMap, BTreeSet};

use rust_xlsxwriter::{
    ConditionalFormatText, ConditionalFormatTextRule, DataValidation, DataValidationRule, Format,
    ProtectionOptions, Workbook, Worksheet, XlsxError,
};

use super::finish::finished;
use super::official::{Drawing, finish, heading};
use super::sheet::{Cell, Shown, a1, in_unit, lines, paper, put};
use super::theme::{self, Kind};
use super::words::Words;
use super::{WorkbookError, properties};
use crate::filename::FileNames;
use crate::form::{Equation, Form, KeyInfo, Measure, Relation, Rule, Term};
use crate::text::Lang;
use crate::units::Unit;

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

    /// One line for each rule: green while it holds, red with the difference where it does not.
    fn rule_lines(
        &self,
        sheet: &mut Worksheet,
        drawing: &Drawing,
        cells: &BTreeMap<usize, (u32, u16)>,
    ) -> Result<u32, XlsxError> {
        let mut row = drawing.below() + 1;
        let first = row;
        let last = drawing.last_col();
        for rule in &self.form.rules {
            if !rule.when.kind.is_empty() && !rule.when.kind.contains(&self.unit.kind) {
                continue;
            }
            let Some(formula) = self.rule_formula(rule, cells) else {
                continue;
            };
            let (formula, waits) = formula;
            let sign = if waits {
                self.word("rule-waits")
            } else {
                "✓ "
            };
            let result = format!("{sign}{}", rule.label.get(self.lang));
            let cell = Cell::formula(formula, Shown::Text(result));
            let format =
                theme::paragraph(10.0).set_align(rust_xlsxwriter::FormatAlign::VerticalCenter);
            if last > 0 {
                sheet.merge_range(row, 0, row, last, "", &format)?;
            }
            put(sheet, (row, 0), &cell, &format)?;
            sheet.set_row_height(row, 32)?;
            row += 1;
        }
        for (sign, color) in [("✓", theme::GOOD_INK), ("✗", theme::BAD_INK)] {
            let colored = ConditionalFormatText::new()
                .set_rule(ConditionalFormatTextRule::BeginsWith(sign.to_owned()))
                .set_format(Format::new().set_font_color(color).set_bold());
            if row > first {
                sheet.add_conditional_format(first, 0, row - 1, 0, &colored)?;
            }
        }
        Ok(row)
    }

    /// The line of a rule: what fails and by how much, or that it holds, or that it waits for numbers.
    /// With it, whether it waits while the sheet is as it is handed out.
    fn rule_formula(
        &self,
        rule: &Rule,
        cells: &BTreeMap<usize, (u32, u16)>,
    ) -> Option<(String, bool)> {
        let given = self.carried();
        let mut failures = Vec::new();
        let mut inputs = BTreeSet::new();
        for equation in rule.equations() {
            let own = (equation.terms()).all(|t| t.previous || cells.contains_key(&t.key));
            let known = (equation.terms().filter(|t| t.previous))
                .all(|t| self.known.contains_key(&self.form.keys[t.key].key));
            if !own || !known {
                continue;
            }
            let here = |t: &&Term| !t.previous;
            let used: Vec<String> = (equation.terms().filter(here))
                .map(|t| a1(cells[&t.key].0, cells[&t.key].1))
                .collect();
            inputs.extend(equation.terms().filter(here).map(|t| t.key));
            failures.push(self.failure(equation, &used, cells));
        }
        if failures.is_empty() {
            return None;
        }
        // What was filled in beforehand is nobody's answer yet.
        let used: Vec<String> = (inputs.iter().filter(|k| !given.contains_key(k)))
            .map(|k| a1(cells[k].0, cells[k].1))
            .collect();
        let name = format!(
            "{}（{}）",
            rule.label.get(self.lang),
            rule.reason.get(self.lang)
        );
        let waits = quoted(&format!(
            "{}{}",
            self.word("rule-waits"),
            rule.label.get(self.lang)
        ));
        let holds = quoted(&format!("✓ {}", rule.label.get(self.lang)));
        let fails = quoted(&format!("✗ {name}："));
        let all = failures.join("&");
        let settled = format!("IF(LEN({all})=0,{holds},{fails}&{all})");
        if used.is_empty() {
            return Some((settled, false));
        }
        let counted = ranges(&used);
        Some((format!("IF(COUNT({counted})=0,{waits},{settled})"), true))
    }

    /// An expression that is empty while the equation holds, and names it with the difference if not.
    fn failure(
        &self,
        equation: &Equation,
        used: &[String],
        cells: &BTreeMap<usize, (u32, u16)>,
    ) -> String {
        let side = |terms: &[Term], constant: i64| {
            let mut sum: Vec<String> = (terms.iter())
                .map(|term| {
                    let info = &self.form.keys[term.key];
                    let value = if term.previous {
                        let number = self.known.get(&info.key).copied().unwrap_or(0);
                        in_unit(number, Kind::people(info.measure)).to_string()
                    } else {
                        // N() makes an empty text of a waiting total a zero.
                        format!("N({})", a1(cells[&term.key].0, cells[&term.key].1))
                    };
                    match term.factor {
                        1 => value,
                        factor => format!("({factor})*{value}"),
                    }
                })
                .collect();
            if constant != 0 || sum.is_empty() {
                sum.push(constant.to_string());
            }
            sum.join("+")
        };
        let left = side(&equation.left, equation.left_constant);
        let right = side(&equation.right, equation.right_constant);
        let difference = format!("ROUND({left}-({right}),6)");
        let broken = match equation.relation {
            Relation::Equal => format!("{difference}<>0"),
            Relation::AtMost => format!("{difference}>0"),
            Relation::AtLeast => format!("{difference}<0"),
            Relation::BothOrNeither => format!("(({left})=0)<>(({right})=0)"),
        };
        let subject = quoted(&format!(
            "{} {} ",
            self.subject(equation),
            self.word("differs-by")
        ));
        let counted = ranges(used);
        format!("IF(COUNT({counted})=0,\"\",IF({broken},{subject}&{difference}&\"；\",\"\"))")
    }

    /// What an instance of a rule is about: the words its first key alone has among those of the rule.
    fn subject(&self, equation: &Equation) -> String {
        let Some(first) = equation.terms().find(|t| !t.previous) else {
            return String::new();
        };
        let info = &self.form.keys[first.key];
        let [table, block, row, column] = info.at;
        let block = &self.form.tables[table].blocks[block];
        let in_column = equation
            .terms()
            .all(|t| self.form.keys[t.key].at[3] == column);
        let axis = if in_column && block.columns.len() > 1 {
            &block.columns[column]
        } else {
            &block.rows[row]
        };
        let words: Vec<&str> = match axis.path.as_slice() {
            [] => block.columns[column]
                .path
                .iter()
                .map(|t| t.get(self.lang))
                .collect(),
            path => path.last().map(|t| t.get(self.lang)).into_iter().collect(),
        };
        words.join("·")
    }
}

/// Words as a formula writes them.
fn quoted(words: &str) -> String {
    format!("\"{}\"", words.replace('"', "\"\""))
}

/// Cells as a formula's arguments, neighbours in a column or row joined to ranges.
fn ranges(cells: &[String]) -> String {
    let parsed: Vec<(String, u32)> = (cells.iter())
        .map(|cell| {
            let at = cell
                .find(|c: char| c.is_ascii_digit())
                .unwrap_or(cell.len());
            (cell[..at].to_owned(), cell[at..].parse().unwrap_or(0))
        })
        .collect();
    let number =
        |letters: &str| (letters.bytes()).fold(0_u32, |n, b| n * 26 + u32::from(b - b'A') + 1);
    let follows = |a: &(String, u32), b: &(String, u32), down: bool| match down {
        true => a.0 == b.0 && a.1 + 1 == b.1,
        false => a.1 == b.1 && number(&a.0) + 1 == number(&b.0),
    };
    let mut joined = Vec::new();
    let mut start = 0;
    while start < parsed.len() {
        let mut end = start;
        for down in [true, false] {
            if end == start {
                while end + 1 < parsed.len() && follows(&parsed[end], &parsed[end + 1], down) {
                    end += 1;
                }
            }
        }
        joined.push(match end - start {
            0 => cells[start].clone(),
            _ => format!("{}:{}", cells[start], cells[end]),
        });
        start = end + 1;
    }
    joined.join(",")
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn neighbours_are_joined() {
        let cells = |all: &[&str]| all.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
        assert_eq!(ranges(&cells(&["D5", "D6", "D7", "F9"])), "D5:D7,F9");
        assert_eq!(ranges(&cells(&["Y4", "Z4", "AA4"])), "Y4:AA4");
        assert_eq!(ranges(&cells(&["D5", "E6"])), "D5,E6");
    }
}
