//! Made-up reports: deterministic, consistent under every edit rule and from year to year, in every format.
//!
//! For trying the program, for tests that need to know the truth, and for benchmarks. The same options give
//! the same bytes on every machine.

mod data;
mod demo;
mod paper;
mod plan;
mod random;
mod roster;
mod sheet;
mod words;
mod write;
mod write_page;
mod write_text;
mod write_word;
mod write_xlsx;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use demo::{DemoFile, demo, demo_files};
pub use paper::{Paper, Section, amount, number_text};
pub use random::Random;
pub use sheet::{Sheet, SheetCell, one_sheet, sheet_per_table};
pub use write::{Format, SynthError, TRUTH, Written, registry_csv, truth_csv, write};
pub use write_page::page;
pub use write_text::{csv, json, json_value, rows_csv, tidy, txt};
pub use write_word::docx;
pub use write_xlsx::xlsx;

use crate::form::{Form, Library};
use crate::grid::{CellRef, Place};
use crate::report::{Narrative, Report, Sentence, Value};
use crate::units::{Registry, Unit};
use plan::Plan;

/// What to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Number of counties.
    pub counties: usize,
    /// Units in each county.
    pub units: usize,
    /// First year.
    pub from: i32,
    /// Last year.
    pub to: i32,
    /// The same seed gives the same reports.
    pub seed: u64,
    /// In a thousand, how many reports get a planted mistake.
    pub mistakes: u32,
    /// Whether units are renamed, join late and merge, where there are at least 8 units and 2 years.
    pub changes: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            counties: 1,
            units: 12,
            from: 2020,
            to: 2022,
            seed: 1,
            mistakes: 0,
            changes: true,
        }
    }
}

/// A number that is written other than it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planted {
    /// Index in the form's keys.
    pub key: usize,
    /// What stands in the report instead of the truth (a count, or 分).
    pub written: i64,
    /// It is the sentence that tells it wrongly, not the table.
    pub in_text: bool,
}

/// One made-up report with the truth about it.
#[derive(Debug, Clone)]
pub struct MadeUp {
    /// The county's name.
    pub county: String,
    /// The unit's name in that year.
    pub unit: String,
    /// The unit's code.
    pub code: String,
    /// The unit's kind, as in the registry.
    pub kind: String,
    /// The year reported on.
    pub year: i32,
    /// The form of that year.
    pub form: Arc<Form>,
    /// The true number of every key of the form (a count, or 分): consistent under every edit rule.
    pub values: Vec<i64>,
    /// Numbers that are written wrongly.
    pub planted: Vec<Planted>,
    /// What the sentences are drawn from.
    pub seed: u64,
}

impl MadeUp {
    /// The numbers as they are written: the truth but for what was planted.
    pub fn written(&self) -> Vec<i64> {
        let mut values = self.values.clone();
        for planted in self.planted.iter().filter(|planted| !planted.in_text) {
            values[planted.key] = planted.written;
        }
        values
    }

    /// The true number of a key; none where the form has no such key.
    pub fn value(&self, key: &str) -> Option<i64> {
        self.form.index(key).map(|index| self.values[index])
    }

    /// What the text says of a key: the truth, unless that was planted otherwise.
    fn told(&self, key: &str) -> Option<i64> {
        let index = self.form.index(key)?;
        let planted = (self.planted.iter()).find(|planted| planted.in_text && planted.key == index);
        Some(planted.map_or(self.values[index], |planted| planted.written))
    }

    /// The whole report as it would lie on a desk.
    pub fn paper(&self) -> Paper {
        words::paper(self)
    }

    /// The report as reading its file would give it, without having to write and read one. Its file is
    /// called after county, year and unit, and exists nowhere.
    pub fn report(&self) -> Report {
        let file: Arc<str> = format!("{}/{}/{}", self.county, self.year, self.unit).into();
        let paper = self.paper();
        let place = |line: usize| Place {
            file: file.clone(),
            sheet: Arc::from(""),
            cell: CellRef::Line(line as u32 + 1, 0),
        };
        let sentence = |line: usize, words: &str| Sentence {
            words: words.into(),
            place: place(line),
        };
        let last = paper.words().count();
        let words = std::iter::once(paper.title.as_str()).chain(paper.words());
        Report {
            form: self.form.clone(),
            unit: self.unit.clone(),
            code: Some(self.code.clone()),
            year: Some(self.year),
            scope: crate::report::Scope::Own,
            values: self.written().into_iter().map(Value::reported).collect(),
            narrative: Narrative {
                title: Some(sentence(0, &paper.title)),
                sentences: (words.enumerate().skip(1))
                    .map(|(line, words)| sentence(line, words))
                    .collect(),
                signed: Some((paper.signed, place(last))),
                ..Narrative::default()
            },
            revision: 0,
            findings: Vec::new(),
            file,
        }
    }
}

/// Every report, county by county, and in a county year by year in the order of the registry.
pub fn generate(options: &Options) -> Vec<MadeUp> {
    (0..options.counties)
        .flat_map(|number| county(options, number))
        .collect()
}

/// The reports of [`generate`] as reading would give them, made one county at a time.
pub fn reports(options: &Options) -> impl Iterator<Item = Report> {
    (0..options.counties).flat_map(|number| {
        let made = county(options, number);
        made.into_iter().map(|made| made.report())
    })
}

/// The registry of all counties, with the cities and provinces above them where there is more than one.
pub fn registry(options: &Options) -> Registry {
    let mut units: Vec<Unit> = Vec::new();
    for number in 0..options.counties {
        units.extend(roster::above(options, number));
        units.extend(county_registry(options, number).units);
    }
    Registry::new(units)
}

/// The registry of one county, by its number from 0.
pub fn county_registry(options: &Options, number: usize) -> Registry {
    let roster = roster::roster(options, number);
    let mut units = vec![roster.county];
    units.extend(roster.members.into_iter().flat_map(|member| member.lines));
    Registry::new(units)
}

/// The reports of one county, by its number from 0: year by year, in the order of the registry.
///
/// Counties do not depend on each other, so that many can be made at once.
pub fn county(options: &Options, number: usize) -> Vec<MadeUp> {
    let roster = roster::roster(options, number);
    let library = Library::official();
    let mut plans: BTreeMap<(String, Option<String>), Plan> = BTreeMap::new();
    let mut made: Vec<MadeUp> = Vec::new();
    let mut last: Vec<Option<(Arc<Form>, Vec<i64>)>> = vec![None; roster.members.len()];
    for year in options.from..=options.to {
        let Some(form) = library.for_year(year) else {
            continue;
        };
        let mut this = vec![None; roster.members.len()];
        for (at, member) in roster.members.iter().enumerate() {
            let Some(name) = member.name(year) else {
                continue;
            };
            let previous = before(&last, at, &member.merged);
            let plan = (plans)
                .entry((
                    form.id.clone(),
                    previous.as_ref().map(|(form, _)| form.id.clone()),
                ))
                .or_insert_with(|| {
                    Plan::new(form, previous.as_ref().map(|(form, _)| form.as_ref()))
                });
            let place = [number as u64, at as u64, year as u64];
            let mut random = Random::new(options.seed, &place);
            let earlier = previous.as_ref().map(|(_, values)| values.as_slice());
            let values = plan.make(&member.kind, earlier, &mut random);
            this[at] = Some((form.clone(), values.clone()));
            let mut report = MadeUp {
                county: roster.county.name.clone(),
                unit: name.to_owned(),
                code: member.code.clone(),
                kind: member.kind.clone(),
                year,
                form: form.clone(),
                values,
                planted: Vec::new(),
                seed: random.bits(),
            };
            if random.chance(options.mistakes) {
                report.planted.extend(mistake(&report, &mut random));
            }
            made.push(report);
        }
        last = this;
    }
    made
}

type Year = (Arc<Form>, Vec<i64>);

/// Last year's figures of a unit: its own, or those of the units merged into it together.
fn before(last: &[Option<Year>], at: usize, merged: &[usize]) -> Option<Year> {
    if let Some(own) = &last[at] {
        return Some(own.clone());
    }
    let mut together: Option<Year> = None;
    for part in merged {
        let (form, values) = last[*part].as_ref()?;
        together = Some(match together {
            None => (form.clone(), values.clone()),
            Some((form, sum)) => (form, sum.iter().zip(values).map(|(a, b)| a + b).collect()),
        });
    }
    together
}

/// Two neighbouring digits changed places, or, where no number has two different digits, one too many.
fn mistake(made: &MadeUp, random: &mut Random) -> Option<Planted> {
    let in_rule: Vec<usize> = (made.form.rules.iter())
        .flat_map(|rule| rule.equations())
        .filter_map(|equation| equation.as_total())
        .flat_map(|(total, parts)| parts.iter().map(|term| term.key).chain([total]))
        .collect();
    let swapped = |value: i64| (value % 100 / 10) + (value % 10) * 10 + value / 100 * 100;
    let mut candidates: Vec<(usize, i64)> = (in_rule.iter())
        .map(|key| (*key, swapped(made.values[*key])))
        .filter(|(key, written)| made.values[*key] > 11 && *written != made.values[*key])
        .collect();
    if candidates.is_empty() {
        candidates = in_rule
            .iter()
            .map(|key| (*key, made.values[*key] + 1))
            .collect();
    }
    (random.pick(&candidates)).map(|&(key, written)| Planted {
        key,
        written,
        in_text: false,
    })
}
