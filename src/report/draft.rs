//! A report while it is being put together.

use std::sync::Arc;

use super::clues::Clues;
use super::read::{self, UnitOfMoney};
use super::value::{Matched, Status, Value};
use super::{Narrative, Report, Scope};
use crate::finding::{Finding, Severity};
use crate::form::Form;
use crate::grid::{Content, Place};
use crate::text::Text;

/// Values and clues collected so far.
#[derive(Debug)]
pub struct Draft {
    /// The form.
    pub form: Arc<Form>,
    /// Values found so far, by index of the key.
    pub values: Vec<Option<Value>>,
    /// What names unit and year.
    pub clues: Clues,
    /// The registry's code, where a field gave it.
    pub code: Option<String>,
    /// The text.
    pub narrative: Narrative,
    /// What was noticed.
    pub findings: Vec<Finding>,
    /// Values come with their status: nothing is to be settled anew.
    pub settled: bool,
}

impl Draft {
    /// A report of which nothing is known.
    pub fn new(form: Arc<Form>) -> Self {
        let mut values = Vec::new();
        values.resize_with(form.keys.len(), || None);
        Self {
            values,
            form,
            clues: Clues::default(),
            code: None,
            narrative: Narrative::default(),
            findings: Vec::new(),
            settled: false,
        }
    }

    /// Reads a cell for a key. A second cell for the same key must say the same; if not, neither is believed.
    pub fn put(
        &mut self,
        key: usize,
        content: &Content,
        place: Place,
        matched: Matched,
        money: UnitOfMoney,
    ) {
        let form = self.form.clone();
        let value = read::value(
            &form,
            key,
            content,
            place,
            matched,
            money,
            &mut self.findings,
        );
        self.put_value(key, value);
    }

    /// Takes a value that has been read.
    pub fn put_value(&mut self, key: usize, value: Value) {
        match &mut self.values[key] {
            empty @ None => *empty = Some(value),
            Some(known) if known.number == value.number && known.status == value.status => {}
            Some(known) if value.status == Status::Blank => {
                let _ = known;
            }
            Some(known) if known.status == Status::Blank => *known = value,
            Some(known) => {
                let finding = contradiction(&self.form, key, known, &value);
                known.settle(Status::Unreadable, None);
                self.findings.push(finding);
            }
        }
    }

    /// How many keys have a cell.
    pub fn filled(&self) -> usize {
        self.values.iter().flatten().count()
    }

    /// The finished report.
    pub fn finish(mut self, file: &Arc<str>) -> Report {
        let names = self.clues.unit_names();
        let unit = names.first().cloned().unwrap_or_default();
        let year = self.clues.best_year();
        self.narrative.names = names;
        self.findings.extend(missing(&self.form, &self.values));
        self.findings.extend(self.clues.findings(&unit, year));
        if let Some(year) = year
            && !self.form.years.contains(year)
        {
            self.findings.push(wrong_year(&self.form, year));
        }
        let mut values: Vec<Value> = self
            .values
            .into_iter()
            .map(Option::unwrap_or_default)
            .collect();
        if !self.settled {
            super::settle::settle(&self.form, &mut values);
        }
        let mut report = Report {
            file: file.clone(),
            form: self.form,
            unit,
            code: self.code,
            year,
            scope: if self.clues.consolidated {
                Scope::Consolidated
            } else {
                Scope::Own
            },
            values,
            narrative: self.narrative,
            revision: self.clues.revision,
            findings: self.findings,
        };
        report.findings.extend(unsettled(&report));
        for finding in &mut report.findings {
            if finding.unit.is_empty() {
                finding.unit.clone_from(&report.unit);
            }
            finding.year = finding.year.or(report.year);
            if finding.places.is_empty() {
                finding.places.push(Place {
                    file: report.file.clone(),
                    sheet: Arc::from(""),
                    cell: crate::grid::CellRef::Path(Arc::from("")),
                });
            }
        }
        report
    }
}

fn contradiction(form: &Form, key: usize, a: &Value, b: &Value) -> Finding {
    let info = &form.keys[key];
    let raw = |v: &Value| v.raw.as_deref().unwrap_or("").to_owned();
    let message = Text::new(
        format!(
            "“{}”出现两次且数值不同：“{}”与“{}”，均未采用；请删去错误的一处",
            info.label.zh,
            raw(a),
            raw(b)
        ),
        format!(
            "{} stands twice with different values, \"{}\" and \"{}\"; neither was taken: remove the wrong one",
            info.label.en,
            raw(a),
            raw(b)
        ),
    );
    Finding::new("cell-contradicted", Severity::Error, message)
        .key(&info.key)
        .at(a.place.clone())
        .at(b.place.clone())
        .saw(format!("{} / {}", raw(a), raw(b)), "one value")
}

/// Keys that have no cell at all, in one finding a table.
fn missing(form: &Form, values: &[Option<Value>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (t, table) in form.tables.iter().enumerate() {
        let keys: Vec<&crate::form::KeyInfo> = (form.keys.iter().zip(values))
            .filter(|(info, value)| info.at[0] == t && value.is_none())
            .map(|(info, _)| info)
            .collect();
        if keys.is_empty() {
            continue;
        }
        let whole = form.keys.iter().filter(|k| k.at[0] == t).count();
        let message = if keys.len() == whole {
            Text::new(
                format!("没有找到表“{}”", table.label.zh),
                format!("the table \"{}\" was not found", table.label.en),
            )
        } else {
            let sample = |pick: fn(&Text) -> &str| {
                (keys.iter().take(3).map(|k| pick(&k.label)))
                    .collect::<Vec<_>>()
                    .join("；")
            };
            Text::new(
                format!(
                    "“{}”缺少 {} 个单元格：{}…；请对照格式补全行和列",
                    table.label.zh,
                    keys.len(),
                    sample(|t| &t.zh)
                ),
                format!(
                    "\"{}\" lacks {} cells: {}…; complete its rows and columns",
                    table.label.en,
                    keys.len(),
                    sample(|t| &t.en)
                ),
            )
        };
        let mut finding = Finding::new("cells-missing", Severity::Warning, message).saw(
            format!("{} of {whole} cells", whole - keys.len()),
            format!("{whole} cells"),
        );
        finding.keys = keys.iter().map(|k| k.key.clone()).collect();
        findings.push(finding);
    }
    findings
}

/// Blank cells that stay missing, in one finding a table.
fn unsettled(report: &Report) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (t, table) in report.form.tables.iter().enumerate() {
        let blank: Vec<usize> = (0..report.values.len())
            .filter(|k| report.form.keys[*k].at[0] == t)
            .filter(|k| {
                report.values[*k].status == Status::Blank && report.values[*k].place.is_some()
            })
            .collect();
        if blank.is_empty() {
            continue;
        }
        let message = Text::new(
            format!(
                "“{}”有 {} 个空白单元格无法确定，按缺失处理，不计为零；没有请填 0",
                table.label.zh,
                blank.len()
            ),
            format!(
                "\"{}\" has {} blank cells that nothing settles: they stay missing and are not zero; write 0 for none",
                table.label.en,
                blank.len()
            ),
        );
        let mut finding = Finding::new("blank-unsettled", Severity::Warning, message)
            .saw(format!("{} blank", blank.len()), "a number in every cell");
        finding.keys = blank
            .iter()
            .map(|k| report.form.keys[*k].key.clone())
            .collect();
        finding.places = blank
            .iter()
            .take(20)
            .filter_map(|k| report.values[*k].place.clone())
            .collect();
        findings.push(finding);
    }
    findings
}

fn wrong_year(form: &Form, year: i32) -> Finding {
    let message = Text::new(
        format!("{year} 年的报告使用了“{}”", form.name.zh),
        format!("the report of {year} is made on the {}", form.name.en),
    );
    Finding::new("form-year", Severity::Warning, message).saw(form.id.clone(), year.to_string())
}
