//! A report's text and findings as JSON.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::place::Spot;
use crate::finding::{Finding, Severity, Suggestion};
use crate::report::{Day, Narrative, Sentence};
use crate::text::Text;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NarrativeWords {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<(Box<str>, Spot)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sentences: Vec<(Box<str>, Spot)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signed: Option<(i32, u8, u8, Spot)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
}

/// A report's text; none where it has none.
pub(super) fn encode_narrative(narrative: &Narrative, file: &str) -> Option<String> {
    if *narrative == Narrative::default() {
        return None;
    }
    let sentence = |s: &Sentence| (s.words.clone(), Spot::of(&s.place, file));
    let words = NarrativeWords {
        title: narrative.title.as_ref().map(sentence),
        sentences: narrative.sentences.iter().map(sentence).collect(),
        signed: (narrative.signed.as_ref())
            .map(|(day, place)| (day.year, day.month, day.day, Spot::of(place, file))),
        names: narrative.names.clone(),
    };
    serde_json::to_string(&words).ok()
}

/// The reverse of [`encode_narrative`]; none where the words are damaged.
pub(super) fn decode_narrative(words: Option<&str>, file: &Arc<str>) -> Option<Narrative> {
    let Some(words) = words else {
        return Some(Narrative::default());
    };
    let words: NarrativeWords = serde_json::from_str(words).ok()?;
    let sentence = |(words, spot): (Box<str>, Spot)| Sentence {
        words,
        place: spot.place(file),
    };
    Some(Narrative {
        title: words.title.map(sentence),
        sentences: words.sentences.into_iter().map(sentence).collect(),
        signed: (words.signed)
            .map(|(year, month, day, spot)| (Day { year, month, day }, spot.place(file))),
        names: words.names,
    })
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FindingWords {
    rule: String,
    severity: Severity,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    unit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    year: Option<i32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    keys: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    places: Vec<Spot>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    found: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    expected: String,
    message: Text,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    suggestion: Vec<(String, i64, Text)>,
}

/// Findings; none where there are none.
pub(super) fn encode_findings(findings: &[Finding], file: &str) -> Option<String> {
    if findings.is_empty() {
        return None;
    }
    let words: Vec<FindingWords> = (findings.iter())
        .map(|f| FindingWords {
            rule: f.rule.clone(),
            severity: f.severity,
            unit: f.unit.clone(),
            year: f.year,
            keys: f.keys.clone(),
            places: f.places.iter().map(|place| Spot::of(place, file)).collect(),
            found: f.found.clone(),
            expected: f.expected.clone(),
            message: f.message.clone(),
            suggestion: (f.suggestion.iter())
                .map(|s| (s.key.clone(), s.value, s.reason.clone()))
                .collect(),
        })
        .collect();
    serde_json::to_string(&words).ok()
}

/// The reverse of [`encode_findings`]; none where the words are damaged.
pub(super) fn decode_findings(words: Option<&str>, file: &Arc<str>) -> Option<Vec<Finding>> {
    let Some(words) = words else {
        return Some(Vec::new());
    };
    let words: Vec<FindingWords> = serde_json::from_str(words).ok()?;
    let findings = words.into_iter().map(|f| Finding {
        rule: f.rule,
        severity: f.severity,
        unit: f.unit,
        year: f.year,
        keys: f.keys,
        places: f.places.into_iter().map(|spot| spot.place(file)).collect(),
        found: f.found,
        expected: f.expected,
        message: f.message,
        suggestion: (f.suggestion.into_iter())
            .map(|(key, value, reason)| Suggestion { key, value, reason })
            .collect(),
    });
    Some(findings.collect())
}
