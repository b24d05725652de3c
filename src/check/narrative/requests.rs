//! The narrative's count of requests against the table.

use std::borrow::Cow;

use crate::report::{Report, Sentence};
use crate::text::Text;

use super::super::evaluate::Verdict;
use super::Reading;
use super::numerals::{Numeral, leading, without_separators, years};
use super::phrases::{Phrases, has};

/// A clause that says how many requests were received.
struct Mention<'a> {
    count: Numeral,
    /// Only new requests are meant.
    new_only: bool,
    sentence: &'a Sentence,
}

pub(super) fn judge(report: &Report, phrases: &Phrases) -> Reading {
    let mentions: Vec<Mention> = (report.narrative.sentences.iter())
        .flat_map(|sentence| mentions(sentence, report, phrases))
        .collect();
    let (Some(received), false) = (report.number(&phrases.received), mentions.is_empty()) else {
        return Reading::new(Verdict::Unverifiable);
    };
    let with_carried = (report.number(&phrases.carried_in)).and_then(|c| c.checked_add(received));
    let fits = |mention: &Mention| {
        mention.count.means(received)
            || (!mention.new_only && with_carried.is_some_and(|all| mention.count.means(all)))
    };
    let right = mentions.iter().find(|m| fits(m));
    // Beside a count that agrees, a smaller one speaks of a part.
    let wrong = (mentions.iter())
        .filter(|mention| !fits(mention))
        .find(|mention| right.is_none_or(|right| mention.count.value > right.count.value));
    match (wrong, right) {
        (Some(wrong), _) => failed(wrong, received, with_carried, phrases),
        (None, Some(right)) => {
            let new = right.count.means(received);
            Reading {
                note: if new {
                    Text::new("正文所述为本年新收", "the text counts new requests")
                } else {
                    Text::new(
                        "正文所述为新收加上年结转",
                        "the text counts new and carried-in requests",
                    )
                },
                ..Reading::new(Verdict::Held).because(right.sentence)
            }
        }
        (None, None) => Reading::new(Verdict::Unverifiable),
    }
}

fn failed(
    wrong: &Mention<'_>,
    received: i64,
    with_carried: Option<i64>,
    phrases: &Phrases,
) -> Reading {
    let both = with_carried.filter(|all| *all != received && !wrong.new_only);
    let expected = match both {
        Some(all) => format!("{received} / {all}"),
        None => received.to_string(),
    };
    let note = match both {
        Some(all) => Text::new(
            format!("表三本年新收 {received} 件，加上年结转共 {all} 件"),
            format!("table 3 has {received} new requests, {all} with those carried in"),
        ),
        None => Text::new(
            format!("表三本年新收 {received} 件"),
            format!("table 3 has {received} new requests"),
        ),
    };
    let mut keys = vec![phrases.received.clone()];
    keys.extend(both.map(|_| phrases.carried_in.clone()));
    Reading {
        found: wrong.count.value.to_string(),
        expected,
        note,
        keys,
        ..Reading::new(Verdict::Failed).because(wrong.sentence)
    }
}

fn mentions<'a>(sentence: &'a Sentence, report: &Report, phrases: &Phrases) -> Vec<Mention<'a>> {
    let words = without_separators(&sentence.words);
    let words = without_brackets(&words);
    let mut found = Vec::new();
    if !can_mention(&words, phrases) {
        return found;
    }
    let mut end = 0;
    for clause in words.split_inclusive(['，', ',', '；', ';', '。', '：', ':', '\n']) {
        end += clause.len();
        let Some((count, new_only)) = count(clause, report, phrases) else {
            continue;
        };
        // A clause speaks of the year named last.
        let year = years(&words[..end]).last().map(|(year, _)| *year);
        if year.is_some() && report.year.is_some() && year != report.year {
            continue;
        }
        found.push(Mention {
            count,
            new_only,
            sentence,
        });
    }
    found
}

/// Whether any clause of these words can pass [`count`]: where nothing is taken out of them, a verb and an object must
/// stand there.
fn can_mention(words: &str, phrases: &Phrases) -> bool {
    has(words, &phrases.not_parts)
        || (has(words, &phrases.objects)
            && (has(words, &phrases.verbs) || has(words, &phrases.new_verbs)))
}

/// How many requests a clause says were received, and whether only new ones are meant.
fn count(clause: &str, report: &Report, phrases: &Phrases) -> Option<(Numeral, bool)> {
    let mut clause = Cow::Borrowed(clause);
    for phrase in &phrases.not_parts {
        if clause.contains(phrase.as_str()) {
            clause = Cow::Owned(clause.replace(phrase.as_str(), ""));
        }
    }
    let find = |words: &[String]| {
        (words.iter())
            .filter(|w| clause.contains(w.as_str()))
            .filter_map(|w| clause.find(w.as_str()).map(|at| (at, w.len())))
            .min()
    };
    let new = find(&phrases.new_verbs);
    let (verb, length) = new.or_else(|| find(&phrases.verbs))?;
    let rest = &clause[verb + length..];
    if !has(rest, &phrases.objects) {
        return None;
    }
    let area = (phrases.area_endings.iter()).any(|ending| report.unit.ends_with(ending.as_str()));
    if has(&clause, &phrases.parts)
        || has(&clause, &phrases.others)
        || has(&clause, &phrases.times)
        || (!area && has(&clause, &phrases.areas))
        || part_of_year(&clause)
    {
        return None;
    }
    let head = &clause[..verb];
    if phrases
        .negations
        .iter()
        .any(|no| head.ends_with(no.as_str()))
    {
        let none = Numeral {
            value: 0,
            precision: 1,
        };
        return Some((none, new.is_some()));
    }
    let number = first_counted(rest, phrases)?;
    Some((number, new.is_some()))
}

/// The first number with a counter after it; none where it is a rough one or a rate.
fn first_counted(text: &str, phrases: &Phrases) -> Option<Numeral> {
    let mut at = 0;
    while at < text.len() {
        let Some((number, length)) = leading(&text[at..]) else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        let rest = &text[at + length..];
        let rough = (phrases.rough.iter())
            .any(|w| rest.starts_with(w.as_str()) || text[..at].ends_with(w.as_str()));
        let counter = phrases
            .counters
            .iter()
            .find(|c| rest.starts_with(c.as_str()));
        if rough {
            return None;
        }
        if let Some(counter) = counter {
            // 12件以上, 12件左右
            let after = &rest[counter.len()..];
            let rough = phrases.rough.iter().any(|w| after.starts_with(w.as_str()));
            return (!rough).then_some(number);
        }
        at += length;
    }
    None
}

/// A clause about some months.
fn part_of_year(clause: &str) -> bool {
    clause.contains('月') && !clause.contains("12月31日") && !clause.contains("1-12月")
}

fn without_brackets(text: &str) -> Cow<'_, str> {
    if !text.contains(['(', '（', '〔', '《', ')', '）', '〕', '》']) {
        return Cow::Borrowed(text);
    }
    let mut depth = 0_usize;
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' | '（' | '〔' | '《' => depth += 1,
            ')' | '）' | '〕' | '》' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    Cow::Owned(kept)
}
