//! `units.csv` → [`Registry`], with every mistake named by its line.

use std::collections::{BTreeMap, BTreeSet};

use super::words::Words;
use super::{Registry, Unit};
use crate::text::Text;

/// Why a registry was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {}", .problem.en)]
pub struct UnitsError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// What is wrong and what to do about it.
    pub problem: Text,
}

impl UnitsError {
    /// The whole message.
    pub fn message(&self) -> Text {
        Text::new(
            format!("{}第{}行：{}", self.file, self.line, self.problem.zh),
            format!("{}, line {}: {}", self.file, self.line, self.problem.en),
        )
    }
}

impl Registry {
    /// Reads a registry. Columns, in any order: code, name, kind, parent, aliases, from, to; the last four may
    /// be missing. Aliases are separated by `;` or `、`.
    ///
    /// # Errors
    /// A missing or unknown column, an empty or unknown field, a code on two lines of the same years, a parent
    /// that does not exist, units that belong to each other in a circle, a `from` after its `to`; with the line.
    ///
    /// ```
    /// use huizong::units::{Registry, Resolution};
    /// let text = "code,name,kind,parent\n1,样例县,county,\n2,甲镇,township,1\n";
    /// let registry = Registry::parse("units.csv", text).unwrap();
    /// assert_eq!(registry.resolve("样例县甲镇人民政府", Some(2022)), Resolution::Found(1));
    /// ```
    pub fn parse(file_name: &str, csv_text: &str) -> Result<Self, UnitsError> {
        let fail = |line: u64, problem: Text| UnitsError {
            file: file_name.to_owned(),
            line,
            problem,
        };
        let text = csv_text.trim_start_matches('\u{FEFF}');
        let mut reader = (csv::ReaderBuilder::new().flexible(true))
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let unreadable = |e: csv::Error| {
            let line = e.position().map_or(1, csv::Position::line);
            fail(line, Text::new(format!("无法读取：{e}"), e.to_string()))
        };
        let header = reader.headers().map_err(unreadable)?.clone();
        let columns = Columns::find(&header).map_err(|problem| fail(1, problem))?;
        let (mut units, mut bytes) = (Vec::new(), Vec::new());
        for record in reader.records() {
            let record = record.map_err(unreadable)?;
            if record.iter().all(str::is_empty) {
                continue;
            }
            let byte = record.position().map_or(0, csv::Position::byte);
            let unit =
                (columns.unit(&record)).map_err(|problem| fail(line_of(text, byte), problem))?;
            units.push(unit);
            bytes.push(byte);
        }
        if let Some((at, problem)) = contradiction(&units) {
            return Err(fail(line_of(text, bytes[at]), problem));
        }
        Ok(Self::new(units))
    }
}

/// The line of the record that starts at or after a byte. The reader's own count does not take empty lines before it into account.
fn line_of(text: &str, byte: u64) -> u64 {
    let byte = usize::try_from(byte).unwrap_or(usize::MAX);
    let newlines = |part: &[u8]| part.iter().filter(|b| **b == b'\n').count() as u64;
    let (before, after) = text.as_bytes().split_at(byte.min(text.len()));
    let empty = (after.iter())
        .take_while(|b| b.is_ascii_whitespace())
        .count();
    newlines(before) + newlines(&after[..empty]) + 1
}

/// Which field of a record is which column.
struct Columns {
    code: usize,
    name: usize,
    kind: usize,
    parent: Option<usize>,
    aliases: Option<usize>,
    from: Option<usize>,
    to: Option<usize>,
}

impl Columns {
    fn find(header: &csv::StringRecord) -> Result<Self, Text> {
        let known = &Words::get().columns;
        let all = [
            &known.code,
            &known.name,
            &known.kind,
            &known.parent,
            &known.aliases,
            &known.from,
            &known.to,
        ];
        let mut found = [None; 7];
        for (at, heading) in header.iter().enumerate().filter(|(_, h)| !h.is_empty()) {
            let heading = heading.to_lowercase();
            let Some(column) = all.iter().position(|names| names.contains(&heading)) else {
                return Err(Text::new(
                    format!("不认识的列“{heading}”；可用的列：{}", first(&all)),
                    format!(
                        "unknown column \"{heading}\"; the columns are {}",
                        first(&all)
                    ),
                ));
            };
            if found[column].replace(at).is_some() {
                return Err(Text::new(
                    format!("列“{heading}”出现两次"),
                    format!("column \"{heading}\" stands twice"),
                ));
            }
        }
        let need = |column: usize| {
            found[column].ok_or_else(|| {
                let name = &all[column][0];
                Text::new(
                    format!("缺少列“{name}”；可用的列：{}", first(&all)),
                    format!(
                        "column \"{name}\" is missing; the columns are {}",
                        first(&all)
                    ),
                )
            })
        };
        Ok(Self {
            code: need(0)?,
            name: need(1)?,
            kind: need(2)?,
            parent: found[3],
            aliases: found[4],
            from: found[5],
            to: found[6],
        })
    }

    fn unit(&self, record: &csv::StringRecord) -> Result<Unit, Text> {
        let field = |at: usize| record.get(at).unwrap_or_default();
        let optional = |at: Option<usize>| at.map_or("", field);
        let (code, name) = (field(self.code), field(self.name));
        if code.is_empty() || name.is_empty() {
            return Err(Text::new(
                "单位须有代码和名称",
                "a unit needs a code and a name",
            ));
        }
        let kind = Words::get().kind(field(self.kind)).ok_or_else(|| {
            let (given, ids) = (field(self.kind), kind_ids());
            Text::new(
                format!("不认识的类别“{given}”；可用的类别：{ids}"),
                format!("unknown kind \"{given}\"; the kinds are {ids}"),
            )
        })?;
        let unit = Unit {
            code: code.to_owned(),
            name: name.to_owned(),
            kind: kind.id.clone(),
            parent: optional(self.parent).to_owned(),
            aliases: (optional(self.aliases).split([';', '；', '、']))
                .map(|alias| alias.trim().to_owned())
                .filter(|alias| !alias.is_empty())
                .collect(),
            from: year(optional(self.from))?,
            to: year(optional(self.to))?,
        };
        match (unit.from, unit.to) {
            (Some(from), Some(to)) if from > to => Err(Text::new(
                format!("起始年{from}晚于终止年{to}"),
                format!("`from` {from} is after `to` {to}"),
            )),
            _ => Ok(unit),
        }
    }
}

fn first(all: &[&Vec<String>]) -> String {
    let names: Vec<&str> = all.iter().map(|names| names[0].as_str()).collect();
    names.join(", ")
}

fn kind_ids() -> String {
    let ids: Vec<&str> = (Words::get().kinds.iter()).map(|k| k.id.as_str()).collect();
    ids.join(", ")
}

fn year(field: &str) -> Result<Option<i32>, Text> {
    if field.is_empty() {
        return Ok(None);
    }
    match field.trim_end_matches('年').parse() {
        Ok(year @ 1900..=2999) => Ok(Some(year)),
        _ => Err(Text::new(
            format!("“{field}”不是年份"),
            format!("\"{field}\" is no year"),
        )),
    }
}

/// The first line that cannot stand beside the others, with the reason.
fn contradiction(units: &[Unit]) -> Option<(usize, Text)> {
    let mut by_code: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, unit) in units.iter().enumerate() {
        let earlier = by_code.entry(&unit.code).or_default();
        if earlier.iter().any(|other| overlap(&units[*other], unit)) {
            let code = &unit.code;
            return Some((
                index,
                Text::new(
                    format!("代码“{code}”重复；更名请用同一代码、年份不重叠的两行"),
                    format!(
                        "code \"{code}\" is taken; a rename is two lines of one code whose years do not overlap"
                    ),
                ),
            ));
        }
        earlier.push(index);
    }
    for (index, unit) in units.iter().enumerate() {
        if !unit.parent.is_empty() && !by_code.contains_key(unit.parent.as_str()) {
            let parent = &unit.parent;
            return Some((
                index,
                Text::new(
                    format!("上级代码“{parent}”不在登记表中"),
                    format!("there is no unit with the code \"{parent}\" for it to belong to"),
                ),
            ));
        }
    }
    circle(units, &by_code)
}

fn overlap(one: &Unit, other: &Unit) -> bool {
    let starts = |unit: &Unit| unit.from.unwrap_or(i32::MIN);
    let ends = |unit: &Unit| unit.to.unwrap_or(i32::MAX);
    starts(one) <= ends(other) && starts(other) <= ends(one)
}

fn circle(units: &[Unit], by_code: &BTreeMap<&str, Vec<usize>>) -> Option<(usize, Text)> {
    let mut harmless: BTreeSet<&str> = BTreeSet::new();
    for (index, unit) in units.iter().enumerate() {
        let mut above: BTreeSet<&str> = BTreeSet::new();
        let mut queue = vec![unit.parent.as_str()];
        while let Some(code) = queue.pop() {
            if code == unit.code {
                let code = &unit.code;
                return Some((
                    index,
                    Text::new(
                        format!("“{code}”的上级最终又是它自己"),
                        format!("\"{code}\" belongs, in the end, to itself"),
                    ),
                ));
            }
            if code.is_empty() || harmless.contains(code) || !above.insert(code) {
                continue;
            }
            for line in by_code.get(code).into_iter().flatten() {
                queue.push(&units[*line].parent);
            }
        }
        harmless.extend(above);
    }
    None
}
