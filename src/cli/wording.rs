//! Counts and lists in sentences.

use crate::batch::{End, Input, duplicates};
use crate::finding::{Finding, Severity};
use crate::grid::Place;
use crate::text::{Lang, Text};

/// `1 error`, `2 errors`, `2 个错误`.
pub(super) fn count_severity(count: usize, severity: Severity, lang: Lang) -> String {
    let word = severity.label();
    match lang {
        Lang::Zh => format!("{count} 个{}", word.zh),
        Lang::En if count == 1 => format!("{count} {}", word.en),
        Lang::En => format!("{count} {}s", word.en),
    }
}

/// How many findings there are of each severity: `2 errors, 1 warning`; “none” where there are none.
pub(super) fn severities<'f>(
    findings: impl IntoIterator<Item = &'f Finding>,
    lang: Lang,
) -> String {
    let mut counts = [0; 3];
    for finding in findings {
        counts[finding.severity as usize] += 1;
    }
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| count_severity(count, severity, lang))
        .collect();
    match (parts.is_empty(), lang) {
        (true, Lang::Zh) => "没有问题".to_owned(),
        (true, Lang::En) => "nothing found".to_owned(),
        (false, Lang::Zh) => parts.join("，"),
        (false, Lang::En) => parts.join(", "),
    }
}

/// How the files ended: the counts add up to the number of files.
pub(super) fn ends(inputs: &[Input]) -> Text {
    let mut counts = [0; End::ALL.len()];
    for input in inputs {
        counts[input.end as usize] += 1;
    }
    let same = match duplicates(inputs) {
        0 => Text::default(),
        n => Text::new(
            format!("（其中 {n} 个内容相同）"),
            format!(" ({n} of these identical)"),
        ),
    };
    let list = |lang: Lang, between: &str| {
        (End::ALL.into_iter().zip(counts))
            .map(|(end, count)| {
                let twice = if end == End::Superseded {
                    same.get(lang)
                } else {
                    ""
                };
                format!("{} {count}{twice}", end.label().get(lang))
            })
            .collect::<Vec<_>>()
            .join(between)
    };
    let files = inputs.len();
    Text::new(
        format!("文件 {files}：{}", list(Lang::Zh, "，")),
        format!("files {files}: {}", list(Lang::En, ", ")),
    )
}

/// A place in one word: `north.xlsx 表三!F14`.
pub(super) fn place(place: &Place) -> String {
    let cell = place.cell.to_string();
    match (place.sheet.is_empty(), cell.is_empty()) {
        (true, true) => place.file.to_string(),
        (true, false) => format!("{} {cell}", place.file),
        (false, true) => format!("{} {}", place.file, place.sheet),
        (false, false) => format!("{} {}!{cell}", place.file, place.sheet),
    }
}
