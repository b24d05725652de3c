//! The sentences of a made-up report, in keeping with its numbers.

use super::MadeUp;
use super::data::{data, fill};
use super::paper::{Paper, Section};
use super::random::Random;
use crate::report::Day;

/// The whole report of a made-up unit.
pub(super) fn paper(made: &MadeUp) -> Paper {
    let words = &data().words;
    let mut random = Random::new(made.seed, &[]);
    let call = (words.calls.iter())
        .find(|[ending, _]| made.unit.ends_with(ending.as_str()))
        .map_or("", |[_, call]| call);
    let day = 5 + random.below(20) as u8;
    let (year, next) = (made.year.to_string(), (made.year + 1).to_string());
    let day_text = day.to_string();
    let names = [
        ("unit", made.unit.as_str()),
        ("year", &year),
        ("next", &next),
        ("day", &day_text),
        ("call", call),
        ("source", &made.form.source),
    ];
    let pick = |random: &mut Random, list: &[String]| {
        fill(random.pick(list).map_or("", String::as_str), &names)
    };
    let title = pick(&mut random, &words.titles);
    let mut overview = vec![pick(&mut random, &words.overview_text)];
    for fact in &words.facts {
        let template = match made.told(&fact.key) {
            Some(0) => fact.none.as_deref(),
            Some(_) => Some(fact.some.as_str()),
            None => None,
        };
        if let (Some(template), Some(value)) = (template, made.told(&fact.key)) {
            overview.push(fill(
                &fill(template, &names),
                &[("value", &value.to_string())],
            ));
        }
    }
    let section = |heading: &str, words: Vec<String>, table| Section {
        heading: heading.to_owned(),
        words,
        table,
    };
    let mut sections = vec![section(&words.overview, overview, None)];
    for (number, table) in made.form.tables.iter().enumerate() {
        sections.push(section(&table.label.zh, Vec::new(), Some(number)));
    }
    let problems = vec![pick(&mut random, &words.problems_text)];
    sections.push(section(&words.problems, problems, None));
    let others = vec![pick(&mut random, &words.others_text)];
    sections.push(section(&words.others, others, None));
    Paper {
        unit: made.unit.clone(),
        year: made.year,
        form: made.form.clone(),
        title,
        introduction: fill(&words.introduction, &names),
        sections,
        signature: Some([made.unit.clone(), fill(&words.date, &names)]),
        signed: Day {
            year: made.year + 1,
            month: 1,
            day,
        },
        values: made.written(),
        instead: Vec::new(),
    }
}
