//! Units and years in titles, names of files and sheets, and words.

use std::borrow::Cow;

use super::clues::{Clues, Source};
use super::label::{plain, squeezed, strip_enumerator};
use super::words::Words;

/// Whether two names may be of one unit: equal, or one with the names of its parents in front, or an office's.
pub fn same_unit(a: &str, b: &str) -> bool {
    let a = a.trim_end_matches("办事处").trim_end_matches("办公室");
    let b = b.trim_end_matches("办事处").trim_end_matches("办公室");
    a == b || a.ends_with(b) || b.ends_with(a)
}

/// A unit's name without what is no part of it: year, report name, 人民政府 at the end, quotes, numbers.
pub fn unit_name(words: &str) -> String {
    unit_name_in(&plain(words))
}

/// The same of text that is plain already.
pub fn unit_name_in(plain: &str) -> String {
    let words_of = Words::get();
    let mut name = squeezed(plain);
    let noun = (words_of.report_names.iter()).find(|noun| name.contains(noun.as_str()));
    if let Some(noun) = noun {
        name = Cow::Owned(name.replacen(noun.as_str(), "", 1));
    }
    if let Some((_, start, end)) = find_year(&name) {
        let rest = name[end..].trim_start_matches(['年', '度']);
        name = Cow::Owned(format!("{}{rest}", &name[..start]));
    }
    // Most characters are of the first kind, and quickly told.
    let keep = |c: char| {
        matches!(c, '\u{4E00}'..='\u{9FFF}' | '0'..='9' | '=' | '<' | '>' | '/' | '(' | ')')
            || c.is_alphabetic()
    };
    let mut name: String = strip_enumerator(&name)
        .chars()
        .filter(|c| keep(*c))
        .collect();
    for noise in &words_of.title_noise {
        if let Some(rest) = name.strip_prefix(noise.as_str()) {
            name = rest.to_owned();
        }
        if let Some(rest) = name.strip_suffix(noise.as_str()) {
            name = rest.to_owned();
        }
    }
    for suffix in &words_of.unit_suffixes {
        if let Some(rest) = name.strip_suffix(suffix.as_str())
            && !rest.is_empty()
        {
            name = rest.to_owned();
        }
    }
    name.trim_matches(['(', ')', '-', '_', '.']).to_owned()
}

/// The first year in a text, with the bytes it takes: four digits or Chinese numerals before 年, else four digits alone.
pub fn find_year(text: &str) -> Option<(i32, usize, usize)> {
    let mut fallback = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, first)) = chars.next() {
        if !matches!(first, '0'..='9' | '二' | '〇' | '○' | '零') {
            continue;
        }
        let mut year = numeral(first)?;
        let (mut length, mut end) = (1, at + first.len_utf8());
        while let Some((_, next)) = chars.peek()
            && let Some(digit) = numeral(*next)
        {
            year = year.saturating_mul(10).saturating_add(digit);
            length += 1;
            end += next.len_utf8();
            chars.next();
        }
        if length == 4 && (2000..=2100).contains(&year) {
            if text[end..].trim_start().starts_with('年') {
                return Some((year, at, end));
            }
            fallback.get_or_insert((year, at, end));
        }
    }
    fallback
}

/// The value of a numeral that years are written with.
fn numeral(c: char) -> Option<i32> {
    Some(match c {
        '0'..='9' => c as i32 - '0' as i32,
        '〇' | '○' | '零' => 0,
        '一' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

/// Reads a line as a title: year and unit around the name of the report.
pub fn title(text: &str) -> Option<(String, Option<i32>)> {
    title_in(&plain(text))
}

/// The same of text that is plain already.
pub fn title_in(plain: &str) -> Option<(String, Option<i32>)> {
    let text = squeezed(plain);
    if text.chars().count() > 60 || text.contains(['。', '；', '《', ',', '，', '、']) {
        return None;
    }
    let noun = Words::get()
        .report_names
        .iter()
        .find(|n| text.contains(n.as_str()))?;
    let head = &text[..text.find(noun.as_str())?];
    let year = find_year(&text).map(|(year, ..)| year);
    Some((unit_name(head), year))
}

/// Whether words end like a unit's name.
pub fn looks_like_unit(name: &str) -> bool {
    let count = name.chars().count();
    (2..=30).contains(&count)
        && !name.contains(['。', '，', '：'])
        && Words::get()
            .unit_endings
            .iter()
            .any(|end| name.ends_with(end.as_str()))
}

/// Clues in the name of a file and of its folders, `2021/甲子镇.xlsx`.
pub fn of_file(path: &str) -> Clues {
    let mut clues = Clues::default();
    let mut parts = path
        .rsplit(['/', '\\', '!'])
        .filter(|part| !part.is_empty());
    let file = parts.next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    of_short_name(&mut clues, stem, Source::File);
    if let Some(folder) = parts.next()
        && let Some((year, ..)) = find_year(&plain(folder))
    {
        clues.year(Source::Folder, year, None);
    }
    clues.consolidated = is_consolidated(stem);
    clues.revision = revision_of(stem);
    clues
}

/// Clues in a sheet's name.
pub fn of_sheet(name: &str) -> Clues {
    let mut clues = Clues::default();
    of_short_name(&mut clues, name, Source::Sheet);
    clues
}

fn of_short_name(clues: &mut Clues, name: &str, source: Source) {
    let name = plain(name);
    if let Some((year, ..)) = find_year(&name) {
        clues.year(source, year, None);
    }
    let candidates = name.split(['-', '_', ' ', '(', ')', '.', '+', '—', '·']);
    let mut best: Option<String> = None;
    for part in candidates.chain([name.as_str()]) {
        let unit = unit_name(part);
        if looks_like_unit(&unit) && best.as_ref().is_none_or(|b| unit.len() < b.len()) {
            best = Some(unit);
        }
    }
    if let Some(unit) = best {
        clues.name(source, &unit, None);
    }
}

/// Whether words mark the figures of a whole area.
pub fn is_consolidated(words: &str) -> bool {
    let words = plain(words);
    Words::get()
        .consolidated
        .iter()
        .any(|mark| words.contains(mark.as_str()))
}

/// Weight of version marks: 第2版, v3, (1), 修订; 0 without one.
pub fn revision_of(words: &str) -> u32 {
    let words = plain(words).to_lowercase();
    let mut weight = 0;
    if Words::get()
        .revisions
        .iter()
        .any(|mark| words.contains(mark.as_str()))
    {
        weight = 1;
    }
    let number_behind = |mark: &str| {
        let at = words.rfind(mark)? + mark.len();
        let digits: String = words[at..]
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        digits.parse::<u32>().ok().filter(|n| *n < 100)
    };
    for mark in ["第", "v", "(", "修订", "更正", "rev"] {
        if let Some(number) = number_behind(mark) {
            let version = mark != "第" || words.contains(&format!("第{number}版"));
            if version {
                weight = weight.max(number);
            }
        }
    }
    weight
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_name_unit_and_year() {
        for (text, name, year) in [
            (
                "东至县大渡口镇人民政府2020年政府信息公开工作年度报告",
                "东至县大渡口镇",
                Some(2020),
            ),
            (
                "2020年大渡口鎮政府信息公開(kāi)工作年度報告",
                "大渡口镇",
                Some(2020),
            ),
            ("甲子镇２０２１年度政府信息公开年报", "甲子镇", Some(2021)),
            (
                "某某局关于二〇二二年政府信息公开工作年度报告",
                "某某局",
                Some(2022),
            ),
            ("政府信息公开工作年度报告", "", None),
        ] {
            assert_eq!(title(text), Some((name.to_owned(), year)), "{text}");
        }
        assert_eq!(
            title("依据《关于政府信息公开工作年度报告有关事项的通知》"),
            None
        );
        assert_eq!(title("主动公开政府信息情况"), None);
    }

    #[test]
    fn file_names_give_clues_only_when_they_look_like_them() {
        let clues = of_file("2021/甲子镇2020年年报（修订2）.xlsx");
        assert_eq!(clues.unit_names(), ["甲子镇"]);
        assert_eq!(clues.best_year(), Some(2020));
        assert_eq!(clues.revision, 2);
        let clues = of_file("2021/000_b4e53b0c.txt");
        assert!(clues.unit_names().is_empty());
        assert_eq!(clues.best_year(), Some(2021));
        assert!(of_file("全县汇总.xlsx").consolidated);
    }

    #[test]
    fn sources_that_disagree_are_told() {
        let mut clues = of_file("乙丑乡2021年.xlsx");
        clues.year(Source::Title, 2020, None);
        clues.name(Source::Title, "虚构县甲子镇", None);
        assert_eq!(clues.best_year(), Some(2020));
        let rules: Vec<String> = clues
            .findings("虚构县甲子镇", Some(2020))
            .into_iter()
            .map(|f| f.rule)
            .collect();
        assert_eq!(rules, ["year-disagrees", "unit-disagrees"]);
        assert!(same_unit("东至县大渡口镇", "大渡口镇"));
        assert!(!same_unit("甲子镇", "乙丑乡"));
    }
}
