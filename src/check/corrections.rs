//! `corrections.csv`: an analyst's overrides and sign-offs, applied on every run.
//!
//! Columns `unit,year,key,value,reason,by,on`, and optionally `was`: the value reported when the line was written.
//! `value` is a count, an amount in 分 or with its unit (`13.02万元`), or the word `accepted`. An accepted line's
//! `key` is a key, `rule:ID` for every finding of a rule, or `rule:ID KEY` for one of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::finding::{Finding, Severity};
use crate::form::{Measure, MoneyUnit};
use crate::report::{Report, Status};
use crate::text::Text;
use crate::units::plain_name;

use super::failure::amount;

/// A report as far as the corrections need to know of it.
#[derive(Debug, Clone, Copy)]
pub struct Known<'r> {
    /// Name of its unit.
    pub unit: &'r str,
    /// Code of its unit.
    pub code: Option<&'r str>,
    /// Its year.
    pub year: Option<i32>,
}

/// What a line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// A number as it is kept: a count, or 分.
    Number(i64),
    /// An amount written with its unit, in 分.
    Money(i64),
    /// The findings are known and accepted.
    Accepted,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Correction {
    line: u64,
    unit: String,
    year: i32,
    key: String,
    order: Order,
    reason: String,
    by: String,
    on: String,
    was: Option<Order>,
}

/// The lines of `corrections.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Corrections {
    lines: Vec<Correction>,
}

/// A line that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {}", problem.en)]
pub struct CorrectionsError {
    /// Its number in the file, from 1.
    pub line: u64,
    /// What is wrong with it, and what to write instead.
    pub problem: Text,
}

const COLUMNS: [&str; 7] = ["unit", "year", "key", "value", "reason", "by", "on"];

impl Corrections {
    /// Reads the text of `corrections.csv`.
    ///
    /// # Errors
    /// The first line that cannot be understood: a column missing or unknown, a year or value that is none, no
    /// reason, or a cell that was corrected before.
    pub fn parse(csv_text: &str) -> Result<Self, CorrectionsError> {
        let text = csv_text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .flexible(true)
            .from_reader(text.as_bytes());
        let headers = reader.headers().cloned().map_err(|e| broken(1, &e))?;
        for name in COLUMNS {
            if !headers.iter().any(|h| h == name) {
                return Err(problem(
                    1,
                    format!("缺少“{name}”列"),
                    format!("the column `{name}` is missing"),
                ));
            }
        }
        if let Some(unknown) = headers.iter().find(|h| !COLUMNS.contains(h) && *h != "was") {
            return Err(problem(
                1,
                format!("不认识“{unknown}”列"),
                format!("there is no column `{unknown}`"),
            ));
        }
        let mut lines: Vec<Correction> = Vec::new();
        let mut seen = BTreeSet::new();
        for record in reader.records() {
            let record =
                record.map_err(|e| broken(e.position().map_or(0, csv::Position::line), &e))?;
            let number = record.position().map_or(0, csv::Position::line);
            if record.iter().all(str::is_empty) {
                continue;
            }
            let field = |name: &str| {
                let at = headers.iter().position(|h| h == name);
                at.and_then(|at| record.get(at))
                    .unwrap_or_default()
                    .to_owned()
            };
            let line = line(number, field)?;
            if !seen.insert((plain_name(&line.unit), line.year, line.key.clone())) {
                return Err(problem(
                    number,
                    format!(
                        "{} {} 年的“{}”前面已有一行，请只留一行",
                        line.unit, line.year, line.key
                    ),
                    format!(
                        "`{}` of {} in {} stands in an earlier line; keep one",
                        line.key, line.unit, line.year
                    ),
                ));
            }
            lines.push(line);
        }
        Ok(Self { lines })
    }

    /// Whether there is nothing to apply.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Applies the overrides: the number changes, its status becomes corrected, the reported number stays beside it.
    ///
    /// Returns what should be known: a line that changes nothing, that speaks of a unit, year or key that is not
    /// there, whose value does not fit, or whose reported value is no longer what it `was`.
    pub fn apply(&self, reports: &mut [Arc<Report>]) -> Vec<Finding> {
        let mut findings = self.apply_known(reports);
        let known = reports.iter().map(|report| Known {
            unit: &report.unit,
            code: report.code.as_deref(),
            year: report.year,
        });
        findings.extend(self.unmet(known));
        findings
    }

    /// Applies the overrides to some of the reports there are: [`Corrections::apply`] without the lines that speak
    /// of a unit or year that is not there, which only [`Corrections::unmet`] can tell from all of them.
    pub fn apply_known(&self, reports: &mut [Arc<Report>]) -> Vec<Finding> {
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, report) in reports.iter().enumerate() {
            let names = [Some(plain_name(&report.unit)), report.code.clone()];
            for name in names.into_iter().flatten() {
                by_name.entry(name).or_default().push(at);
            }
        }
        let mut findings = Vec::new();
        for line in self
            .lines
            .iter()
            .filter(|line| line.order != Order::Accepted)
        {
            let mut about: Vec<usize> = (line.names().iter())
                .flat_map(|name| by_name.get(name).into_iter().flatten().copied())
                .filter(|at| line.is_about(&reports[*at]))
                .collect();
            about.sort_unstable();
            about.dedup();
            for at in about {
                findings.extend(line.apply(Arc::make_mut(&mut reports[at])));
            }
        }
        findings
    }

    /// A finding for every line that speaks of a unit or year of which there is no report.
    pub fn unmet<'r>(&self, reports: impl Iterator<Item = Known<'r>>) -> Vec<Finding> {
        if self.lines.is_empty() {
            return Vec::new();
        }
        let mut years: BTreeMap<String, BTreeSet<Option<i32>>> = BTreeMap::new();
        let mut seen: BTreeSet<(&str, Option<&str>, Option<i32>)> = BTreeSet::new();
        for known in reports {
            if seen.insert((known.unit, known.code, known.year)) {
                let names = [Some(plain_name(known.unit)), known.code.map(str::to_owned)];
                for name in names.into_iter().flatten() {
                    years.entry(name).or_default().insert(known.year);
                }
            }
        }
        (self.lines.iter())
            .filter_map(|line| {
                let names = line.names();
                let known: Vec<_> = names.iter().filter_map(|name| years.get(name)).collect();
                let met = known.iter().any(|years| years.contains(&Some(line.year)));
                (!met).then(|| line.unmet(!known.is_empty()))
            })
            .collect()
    }

    /// Marks what was accepted: the finding stays, as a note that says by whom and why. A finding whose value is
    /// no longer what it `was` comes back as it is. Notes stay as they are.
    pub fn accept(&self, findings: &mut [Finding]) {
        for line in self
            .lines
            .iter()
            .filter(|line| line.order == Order::Accepted)
        {
            let accepted = (findings.iter_mut())
                .filter(|finding| finding.severity != Severity::Note && line.covers(finding));
            for finding in accepted {
                finding.severity = Severity::Note;
                let (reason, by, on) = (&line.reason, &line.by, &line.on);
                finding.message.zh =
                    format!("已认可（{reason}；{by} {on}）：{}", finding.message.zh);
                finding.message.en =
                    format!("Accepted ({reason}; {by} {on}): {}", finding.message.en);
            }
        }
    }
}

fn problem(line: u64, zh: String, en: String) -> CorrectionsError {
    CorrectionsError {
        line,
        problem: Text::new(zh, en),
    }
}

fn broken(line: u64, error: &csv::Error) -> CorrectionsError {
    problem(
        line,
        format!("这一行读不出来：{error}"),
        format!("cannot be read: {error}"),
    )
}

fn line(number: u64, field: impl Fn(&str) -> String) -> Result<Correction, CorrectionsError> {
    let needed = |name: &str| match field(name) {
        words if words.is_empty() => Err(problem(
            number,
            format!("“{name}”不能为空"),
            format!("`{name}` is empty"),
        )),
        words => Ok(words),
    };
    let year = needed("year")?;
    let year = year.parse().map_err(|_| {
        problem(
            number,
            format!("“{year}”不是年份，请写如 2021"),
            format!("`{year}` is no year; write one like 2021"),
        )
    })?;
    let order = |words: String| {
        order(&words).ok_or_else(|| {
            problem(
                number,
                format!("“{words}”不是数值，请写整数、带单位的金额（13.02万元）或 accepted"),
                format!("`{words}` is no value; write a whole number, an amount with its unit (13.02万元) or accepted"),
            )
        })
    };
    let was = match field("was") {
        words if words.is_empty() => None,
        words => Some(order(words)?),
    };
    Ok(Correction {
        line: number,
        unit: needed("unit")?,
        year,
        key: needed("key")?,
        order: order(needed("value")?)?,
        reason: needed("reason")?,
        by: field("by"),
        on: field("on"),
        was,
    })
}

fn order(words: &str) -> Option<Order> {
    if words.eq_ignore_ascii_case("accepted") {
        return Some(Order::Accepted);
    }
    let units = [
        MoneyUnit::HundredMillionYuan,
        MoneyUnit::TenThousandYuan,
        MoneyUnit::Yuan,
    ];
    for unit in units {
        if let Some(number) = words.strip_suffix(unit.as_str()) {
            return fen(number.trim(), unit).map(Order::Money);
        }
    }
    words.replace(',', "").parse().ok().map(Order::Number)
}

/// A decimal number of a unit of money in 分; none where it is not a whole number of 分.
fn fen(words: &str, unit: MoneyUnit) -> Option<i64> {
    let (sign, words) = words
        .strip_prefix('-')
        .map_or((1, words), |rest| (-1, rest));
    let words = words.replace(',', "");
    let (whole, fraction) = words.split_once('.').unwrap_or((&words, ""));
    if whole.is_empty() || !(whole.bytes().chain(fraction.bytes())).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let scale = i128::from(unit.fen());
    let divisor = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let part = if fraction.is_empty() {
        0
    } else {
        fraction.parse::<i128>().ok()?.checked_mul(scale)?
    };
    if part % divisor != 0 {
        return None;
    }
    let fen = (whole.parse::<i128>().ok()?.checked_mul(scale)?).checked_add(part / divisor)?;
    i64::try_from(fen * sign).ok()
}

impl Correction {
    /// What it may mean: a plain name, or a code.
    fn names(&self) -> [String; 2] {
        [plain_name(&self.unit), self.unit.clone()]
    }

    fn is_about(&self, report: &Report) -> bool {
        report.year == Some(self.year)
            && (report.code.as_deref() == Some(self.unit.as_str())
                || plain_name(&report.unit) == plain_name(&self.unit))
    }

    fn covers(&self, finding: &Finding) -> bool {
        if finding.year != Some(self.year) || plain_name(&finding.unit) != plain_name(&self.unit) {
            return false;
        }
        let (rule, key) = match self.key.strip_prefix("rule:") {
            Some(rest) => match rest.split_once(' ') {
                Some((rule, key)) => (Some(rule), Some(key.trim())),
                None => (Some(rest), None),
            },
            None => (None, Some(self.key.as_str())),
        };
        let same = match self.was {
            None | Some(Order::Accepted) => true,
            Some(Order::Number(was)) => {
                finding.found == was.to_string()
                    || finding.found == amount(was.into(), Measure::Fen)
            }
            Some(Order::Money(was)) => finding.found == amount(was.into(), Measure::Fen),
        };
        same && rule.is_none_or(|rule| finding.rule == rule)
            && key.is_none_or(|key| finding.keys.iter().any(|k| k == key))
    }

    fn apply(&self, report: &mut Report) -> Option<Finding> {
        let Some(at) = report.form.index(&self.key) else {
            let form = &report.form.id;
            return Some(self.finding(
                "correction-unknown-key",
                format!("{form} 年格式没有“{}”", self.key),
                format!("form {form} has no key `{}`", self.key),
            ));
        };
        let info = &report.form.keys[at];
        let fit = |order| match (order, info.measure) {
            (Order::Number(number), _) | (Order::Money(number), Measure::Fen) => Some(number),
            _ => None,
        };
        let number = fit(self.order).filter(|number| info.signed || *number >= 0);
        let Some(number) = number else {
            return Some(self.finding(
                "correction-unfit",
                format!("此值不能用于“{}”", info.label.zh),
                format!("the value does not fit “{}”", info.label.en),
            ));
        };
        let (measure, label) = (info.measure, info.label.clone());
        let value = &mut report.values[at];
        let reported = value.number;
        let show = |n: Option<i64>| n.map_or_else(|| "—".to_owned(), |n| amount(n.into(), measure));
        let changed = self.was.is_some_and(|was| fit(was) != reported);
        let finding = if reported == Some(number) {
            Some(self.finding(
                "correction-no-effect",
                format!(
                    "“{}”填报的已是 {}，此更正不再改变任何数值，可以删去",
                    label.zh,
                    show(reported)
                ),
                format!(
                    "“{}” already says {}; the correction changes nothing and can go",
                    label.en,
                    show(reported)
                ),
            ))
        } else if changed {
            let was = show(self.was.and_then(fit));
            Some(self.finding(
                "correction-outdated",
                format!(
                    "“{}”填报值原为 {was}，现为 {}；仍按更正值 {number} 计，请重新核对",
                    label.zh,
                    show(reported)
                ),
                format!(
                    "“{}” was {was} and is now {}; {number} still stands, check again",
                    label.en,
                    show(reported)
                ),
            ))
        } else {
            None
        };
        value.reported = reported;
        value.settle(Status::Corrected, Some(number));
        let place = value.place.clone();
        finding.map(|f| f.at(place).saw(show(reported), show(Some(number))))
    }

    fn unmet(&self, unit_is_known: bool) -> Finding {
        if unit_is_known {
            return self.finding(
                "correction-unknown-year",
                format!("没有 {} {} 年的年报", self.unit, self.year),
                format!("there is no report of {} for {}", self.unit, self.year),
            );
        }
        self.finding(
            "correction-unknown-unit",
            format!("没有名为“{}”的单位的年报", self.unit),
            format!("there is no report of a unit called {}", self.unit),
        )
    }

    fn finding(&self, rule: &str, zh: String, en: String) -> Finding {
        let line = self.line;
        Finding::new(
            rule,
            Severity::Warning,
            Text::new(
                format!("更正表第 {line} 行：{zh}"),
                format!("corrections, line {line}: {en}"),
            ),
        )
        .about(&self.unit, Some(self.year))
        .key(&self.key)
    }
}
