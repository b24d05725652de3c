//! The lines of a blank workbook that say for every rule whether it holds, as formulas.

use std::collections::{BTreeMap, BTreeSet};

use rust_xlsxwriter::{
    ConditionalFormatText, ConditionalFormatTextRule, Format, Worksheet, XlsxError,
};

use super::Template;
use crate::form::{Equation, Relation, Rule, Term};
use crate::workbook::official::Drawing;
use crate::workbook::sheet::{Cell, Shown, a1, in_unit, put};
use crate::workbook::theme::{self, Kind};

impl Template<'_> {
    /// One line for each rule: green while it holds, red with the difference where it does not.
    pub(super) fn rule_lines(
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
pub(super) fn ranges(cells: &[String]) -> String {
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
