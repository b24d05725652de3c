//! The period and year in the text, and the date under it, against the report's year.

use crate::report::{Day, Report, Sentence};
use crate::text::Text;

use super::super::evaluate::Verdict;
use super::Reading;
use super::numerals::years;
use super::phrases::{Phrases, has};

/// The period told in the text against the report's year.
pub(super) fn judge(report: &Report, phrases: &Phrases) -> Reading {
    let Some(expected) = report.year else {
        return Reading::new(Verdict::Unverifiable);
    };
    let told: Vec<(i32, &Sentence)> = (report.narrative.sentences.iter())
        .flat_map(|sentence| {
            told(&sentence.words, phrases)
                .into_iter()
                .map(move |y| (y, sentence))
        })
        .collect();
    // A sentence about another year's figures is no mistake where another one names the right period.
    if let Some((_, sentence)) = told.iter().find(|(year, _)| *year == expected) {
        return Reading::new(Verdict::Held).because(sentence);
    }
    let Some((year, sentence)) = told.first() else {
        return Reading::new(Verdict::Unverifiable);
    };
    Reading {
        found: year.to_string(),
        expected: expected.to_string(),
        note: Text::new(
            format!("正文所述年度为 {year} 年，标题为 {expected} 年"),
            format!("the text tells {year}, the title {expected}"),
        ),
        ..Reading::new(Verdict::Failed).because(sentence)
    }
}

/// The year a sentence gives as the report's own.
fn told(words: &str, phrases: &Phrases) -> Option<i32> {
    if words.contains("12月31日")
        && let (Some(first), Some(last)) = (position(words, "1月1日"), words.find("12月31日"))
        && first < last
        && has(words, &phrases.period)
    {
        // 2020年1月1日至12月31日: the year stands right before the first day.
        return years(words)
            .iter()
            .rfind(|(_, at)| *at < first)
            .map(|(year, _)| *year);
    }
    if !has(words, &phrases.this_report) {
        return None;
    }
    let mut own: Vec<i32> = (years(words).iter())
        .filter(|(_, at)| !quoted(&words[..*at]))
        .map(|(year, _)| *year)
        .collect();
    own.dedup();
    match own.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

/// Where a day stands that is not the end of a longer one (`11月1日`).
fn position(words: &str, day: &str) -> Option<usize> {
    (words.match_indices(day).map(|(at, _)| at))
        .find(|at| !words[..*at].ends_with(|c: char| c.is_ascii_digit()))
}

/// Inside the name of another document.
fn quoted(before: &str) -> bool {
    let open = before.matches(['《', '〔', '（', '(']).count();
    open > before.matches(['》', '〕', '）', ')']).count()
}

/// The sign-off date against the end of the period.
pub(super) fn signed(report: &Report) -> Reading {
    let (Some(year), Some((day, place))) = (report.year, &report.narrative.signed) else {
        return Reading::new(Verdict::Unverifiable);
    };
    let end = Day {
        year,
        month: 12,
        day: 31,
    };
    if *day >= end {
        return Reading::new(Verdict::Held);
    }
    let Day {
        year: y,
        month,
        day,
    } = *day;
    Reading {
        found: format!("{y}-{month:02}-{day:02}"),
        expected: format!("≥ {year}-12-31"),
        note: Text::new(
            format!("落款日期 {y}年{month}月{day}日，早于 {year}年12月31日；年份可能写错"),
            format!(
                "signed {y}-{month:02}-{day:02}, before {year}-12-31; perhaps the year is wrong"
            ),
        ),
        place: Some(place.clone()),
        ..Reading::new(Verdict::Failed)
    }
}
