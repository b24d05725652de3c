//! What a report says in words: sentences, title, period, signature.

use std::sync::Arc;

use super::clues::{Clues, Source};
use super::identity::{find_year, looks_like_unit, title_in, unit_name, unit_name_in};
use super::label::{plain, squeezed};
use super::{Day, Narrative, Sentence};
use crate::files::{Document, Part};
use crate::grid::{CellRef, Place};

/// A line of text with its place.
#[derive(Debug, Clone)]
pub struct Words {
    /// The text as found.
    pub text: Box<str>,
    /// The same in plain characters.
    pub plain: String,
    /// Where it stands.
    pub place: Place,
}

/// The words of a document outside of its tables.
pub fn of_document(document: &Document) -> Vec<Words> {
    let sheet: Arc<str> = Arc::from("");
    (document.parts.iter())
        .filter_map(|part| match part {
            Part::Words { text, line, .. } => Some(Words {
                text: text.clone(),
                plain: plain(text),
                place: Place {
                    file: document.name.clone(),
                    sheet: sheet.clone(),
                    cell: CellRef::Line(*line, 0),
                },
            }),
            Part::Grid(_) => None,
        })
        .collect()
}

/// Reads words as a narrative and collects what they say of unit and year.
pub fn read(words: &[&Words], clues: &mut Clues) -> Narrative {
    let mut narrative = Narrative::default();
    for (at, line) in words.iter().enumerate() {
        let text = &line.plain;
        let squeezed = squeezed(text);
        if narrative.title.is_none()
            && let Some((name, year)) = title_in(text)
        {
            clues.name(Source::Title, &name, Some(line.place.clone()));
            if let Some(year) = year {
                clues.year(Source::Title, year, Some(line.place.clone()));
            }
            narrative.title = Some(Sentence {
                words: text.trim().into(),
                place: line.place.clone(),
            });
        }
        if let Some(day) = whole_date(&squeezed) {
            narrative.signed = Some((day, line.place.clone()));
            if let Some(before) = at.checked_sub(1).and_then(|b| words.get(b)) {
                let name = unit_name_in(&before.plain);
                if looks_like_unit(&name) || before.plain.trim().ends_with("人民政府") {
                    clues.name(Source::Signature, &before.text, Some(before.place.clone()));
                }
            }
        } else if let Some((name, day)) = name_and_date(&squeezed) {
            clues.name(Source::Signature, name, Some(line.place.clone()));
            narrative.signed = Some((day, line.place.clone()));
        }
        field(&squeezed, &line.place, clues);
        sentences(text, &line.place, &mut narrative);
    }
    for sentence in &narrative.sentences {
        period(sentence, clues);
    }
    narrative
}

fn sentences(text: &str, place: &Place, narrative: &mut Narrative) {
    for part in text.split_inclusive(['。', '；', ';', '！', '!', '\n']) {
        let words = part.trim();
        if !words.is_empty() {
            narrative.sentences.push(Sentence {
                words: words.into(),
                place: place.clone(),
            });
        }
    }
}

/// `填报单位：甲子镇人民政府`, `年度：2021`.
pub fn field(squeezed: &str, place: &Place, clues: &mut Clues) {
    if squeezed.chars().count() > 60 {
        return;
    }
    let Some((label, value)) = squeezed.split_once([':', '：']) else {
        return;
    };
    let words = super::words::Words::get();
    let value = value
        .split([' ', '，', ',', '；', ';'])
        .next()
        .unwrap_or(value);
    if words.unit_labels.iter().any(|l| l == label) && !value.starts_with(['元', '万', '件', '亿'])
    {
        clues.name(Source::Field, value, Some(place.clone()));
    } else if words.year_labels.iter().any(|l| l == label)
        && let Some((year, ..)) = find_year(value)
    {
        clues.year(Source::Field, year, Some(place.clone()));
    }
}

/// The stated period, or a sentence that speaks of the year's work.
fn period(sentence: &Sentence, clues: &mut Clues) {
    let squeezed = squeezed(&sentence.words);
    let Some((year, _, end)) = find_year(&squeezed) else {
        return;
    };
    let rest = &squeezed[end..];
    let place = || Some(sentence.place.clone());
    if rest.starts_with("年1月1日") && rest.contains("12月31日") {
        clues.year(Source::Period, year, place());
    } else if let Some((head, _)) = rest
        .trim_start_matches(['年', '度'])
        .split_once("政府信息公开工作")
        && squeezed[..end].chars().count() <= 12
        && !head.contains(['《', '》'])
    {
        clues.year(Source::Sentence, year, place());
        let name = unit_name(head);
        if looks_like_unit(&name) && name.chars().count() <= 15 {
            clues.name(Source::Sentence, &name, place());
        }
    }
}

/// A line that is a date and nothing else.
fn whole_date(squeezed: &str) -> Option<Day> {
    let (day, rest) = date(squeezed)?;
    rest.trim_matches(['。', ')', '('])
        .is_empty()
        .then_some(day)
}

/// A signature in one line: the unit's name and the date.
fn name_and_date(squeezed: &str) -> Option<(&str, Day)> {
    if squeezed.chars().count() > 40 {
        return None;
    }
    let (_, start, _) = find_year(squeezed)?;
    let name = squeezed[..start].trim_end_matches(['(', ',', '，']);
    let day = whole_date(&squeezed[start..])?;
    (looks_like_unit(&unit_name(name)) || name.ends_with("人民政府")).then_some((name, day))
}

/// A date at the beginning of a text: `2021年1月14日`, `二〇二一年一月十四日`, `2021-01-14`.
pub fn date(text: &str) -> Option<(Day, &str)> {
    let (year, start, end) = find_year(text)?;
    if start != 0 {
        return None;
    }
    let rest = text[end..].strip_prefix(['年', '-', '/', '.'])?;
    let (month, rest) = small_number(rest)?;
    let rest = rest.strip_prefix(['月', '-', '/', '.'])?;
    let (day, rest) = small_number(rest)?;
    let rest = rest.strip_prefix(['日', '号']).unwrap_or(rest);
    let valid = (1..=12).contains(&month) && (1..=31).contains(&day);
    valid.then_some((Day { year, month, day }, rest))
}

fn small_number(text: &str) -> Option<(u8, &str)> {
    let numeral = |c: char| c.is_ascii_digit() || "〇一二三四五六七八九十".contains(c);
    let end = text.find(|c: char| !numeral(c)).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    match super::number::count(&crate::grid::Content::text(digits)) {
        super::number::Reading::Count(n) => Some((u8::try_from(n).ok()?, rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_the_ways_reports_write_them() {
        let day = |year, month, day| Day { year, month, day };
        for (text, wanted) in [
            ("2020年1月14日", day(2020, 1, 14)),
            ("二〇二一年一月二十日", day(2021, 1, 20)),
            ("2021-01-05", day(2021, 1, 5)),
        ] {
            assert_eq!(date(text), Some((wanted, "")), "{text}");
        }
        assert_eq!(date("2020年13月1日"), None);
    }
}
