//! Whom the text speaks as: a 镇 that writes 我乡, or another unit's name, was copied from elsewhere.

use crate::report::{Report, Sentence};
use crate::text::Text;

use super::super::evaluate::Verdict;
use super::super::settings::Settings;
use super::phrases::has;
use super::{Names, Reading};

pub(super) fn judge(report: &Report, settings: &Settings, names: &Names) -> Reading {
    let phrases = &settings.narrative;
    let own = (phrases.selves.iter())
        .filter(|s| report.unit.ends_with(&s.ending))
        .max_by_key(|s| s.ending.len())
        .map(|s| s.word.as_str());
    let Some(own) = own else {
        return Reading::new(Verdict::Unverifiable);
    };
    let mut said_own = false;
    for sentence in &report.narrative.sentences {
        for other in phrases.selves.iter().map(|s| s.word.as_str()) {
            if !says(&sentence.words, other, &phrases.not_before) {
                continue;
            }
            if other == own {
                said_own = true;
            } else {
                return wrong(sentence, other, own);
            }
        }
        if let Some(other) = about_another(&sentence.words, report, settings, names) {
            return wrong(sentence, other, &report.unit);
        }
    }
    Reading::new(if said_own {
        Verdict::Held
    } else {
        Verdict::Unverifiable
    })
}

fn wrong(sentence: &Sentence, found: &str, expected: &str) -> Reading {
    Reading {
        found: found.to_owned(),
        expected: expected.to_owned(),
        note: Text::new(
            format!("正文写作“{found}”，应为“{expected}”；请检查是否抄自其他单位"),
            format!(
                "the text says “{found}” where “{expected}” belongs; check whether it was copied from another unit"
            ),
        ),
        ..Reading::new(Verdict::Failed).because(sentence)
    }
}

/// Whether a word stands in a text and is not the beginning of another one (我乡 in 我乡村).
fn says(words: &str, word: &str, not_before: &[String]) -> bool {
    // Nearly no sentence has the word, and that is told much faster than where it stands.
    words.contains(word)
        && (words.match_indices(word)).any(|(at, _)| {
            let rest = &words[at + word.len()..];
            !not_before.iter().any(|no| rest.starts_with(no.as_str()))
        })
}

/// Another unit of the township level whose work the sentence says it is about.
fn about_another<'w>(
    words: &'w str,
    report: &Report,
    settings: &Settings,
    names: &Names,
) -> Option<&'w str> {
    // What follows the name is looked for first: there are many names, and few such words.
    let abouts = &settings.narrative.about;
    if !has(words, abouts)
        || settings.kinds.of(&report.unit).is_empty()
        || words.contains(&report.unit)
    {
        return None;
    }
    (abouts.iter().filter(|about| words.contains(about.as_str())))
        .flat_map(|about| words.match_indices(about.as_str()))
        .flat_map(|(at, _)| names.at_the_end_of(&words[..at]))
        .filter(|name| !report.unit.contains(name) && !name.contains(&report.unit))
        .filter(|name| !settings.kinds.of(name).is_empty())
        // The longest name is the whole one; the first of several keeps the answer the same in every run.
        .min_by_key(|name| (std::cmp::Reverse(name.len()), *name))
}
