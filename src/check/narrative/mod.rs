//! What a report says in words against what its tables say.

mod numerals;
mod period;
mod phrases;
mod requests;
mod selves;

pub use phrases::{Phrases, SelfName};

use std::collections::HashSet;

use crate::finding::Finding;
use crate::form::Check;
use crate::grid::Place;
use crate::report::{Report, Sentence};
use crate::text::Text;

use super::evaluate::{Outcome, Verdict};
use super::settings::Settings;

/// Names of units that a text might have been copied from.
#[derive(Debug, Clone, Default)]
pub struct Names {
    all: HashSet<Box<str>>,
    /// Bytes of the longest.
    longest: usize,
}

impl Names {
    /// The names of all units; the same name may come several times.
    pub fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut known = Self::default();
        for name in names.filter(|name| !name.is_empty()) {
            if !known.all.contains(name) {
                known.longest = known.longest.max(name.len());
                known.all.insert(name.into());
            }
        }
        known
    }

    /// The names that end where a text ends, longest first.
    pub(super) fn at_the_end_of<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let first = text.len().saturating_sub(self.longest);
        (text.char_indices().map(|(at, _)| at))
            .skip_while(move |at| *at < first)
            .map(|at| &text[at..])
            .filter(|name| self.all.contains(*name))
    }
}

/// What came of reading the text for one rule.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub(super) verdict: Verdict,
    /// The sentence that decided it.
    evidence: Option<Box<str>>,
    place: Option<Place>,
    found: String,
    expected: String,
    note: Text,
    keys: Vec<String>,
}

impl Reading {
    fn new(verdict: Verdict) -> Self {
        Self {
            verdict,
            evidence: None,
            place: None,
            found: String::new(),
            expected: String::new(),
            note: Text::default(),
            keys: Vec::new(),
        }
    }

    fn because(mut self, sentence: &Sentence) -> Self {
        self.evidence = Some(sentence.words.clone());
        self.place = Some(sentence.place.clone());
        self
    }
}

/// Reads the text for one rule.
pub(super) fn judge(check: &Check, report: &Report, settings: &Settings, names: &Names) -> Reading {
    match check {
        Check::TextRequests => requests::judge(report, &settings.narrative),
        Check::TextPeriod => period::judge(report, &settings.narrative),
        Check::SignedTooEarly => period::signed(report),
        Check::TextUnitKind => selves::judge(report, settings, names),
        Check::Equations(_) | Check::Domain | Check::PowerOfTen => {
            Reading::new(Verdict::Unverifiable)
        }
    }
}

/// The finding of a text that does not agree, with the sentence as evidence.
pub(super) fn finding(
    report: &Report,
    outcome: &Outcome,
    settings: &Settings,
    names: &Names,
) -> Option<Finding> {
    const LONGEST: usize = 80;
    let rule = outcome.rule_of(&report.form);
    let reading = judge(&rule.check, report, settings, names);
    if reading.verdict != Verdict::Failed {
        return None;
    }
    let words = reading.evidence.as_deref().unwrap_or_default();
    let mut quote: String = words.trim().chars().take(LONGEST).collect();
    if words.trim().chars().count() > LONGEST {
        quote.push('…');
    }
    let (zh_quote, en_quote) = if quote.is_empty() {
        (String::new(), String::new())
    } else {
        (
            format!("正文：“{quote}”。"),
            format!("The text: “{quote}”. "),
        )
    };
    let message = Text::new(
        format!(
            "{}：{zh_quote}{}。请核对正文与表格",
            rule.label.zh, reading.note.zh
        ),
        format!(
            "{}: {en_quote}{}. Check the text against the tables",
            rule.label.en, reading.note.en
        ),
    );
    let mut finding = Finding::new(&rule.id, rule.severity, message)
        .about(&report.unit, report.year)
        .at(reading.place)
        .saw(reading.found, reading.expected);
    for key in reading.keys {
        if let Some(value) = report.value(&key) {
            finding = finding.at(value.place.clone());
        }
        finding = finding.key(key);
    }
    Some(finding)
}
