//! One normalisation for every label and word, whatever the converter did to it.

use std::borrow::Cow;
use std::sync::LazyLock;

/// A character that was destroyed on the way, in normalised text.
pub const DESTROYED: char = '?';

/// Simplified characters by code point of the traditional one; zero where there is nothing to change.
static SIMPLIFIED: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut table = vec![0_u16; 0x1_0000];
    for line in include_str!("../../data/labels/simplified.txt").lines() {
        if line.starts_with('#') {
            continue;
        }
        for pair in line.split(' ') {
            let mut characters = pair.chars();
            if let (Some(from), Some(to)) = (characters.next(), characters.next()) {
                table[from as usize & 0xFFFF] = to as u32 as u16;
            }
        }
    }
    table
});

/// The simplified form of a character.
pub fn simplify(character: char) -> char {
    let code = character as u32;
    if !(0x2E80..0x1_0000).contains(&code) {
        return character;
    }
    match SIMPLIFIED[code as usize] {
        0 => character,
        simple => char::from_u32(u32::from(simple)).unwrap_or(character),
    }
}

/// The half-width form of a character: full-width forms, ideographic and other odd spaces, minus signs.
pub fn narrow(character: char) -> char {
    match character {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(character as u32 - 0xFEE0).unwrap_or(character),
        '\u{3000}' | '\u{A0}' | '\u{2002}'..='\u{200A}' | '\u{202F}' | '\u{205F}' => ' ',
        '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}' => ' ',
        '\u{2212}' | '\u{2010}'..='\u{2012}' | '\u{FE63}' => '-',
        '【' | '〔' => '(',
        '】' | '〕' => ')',
        _ => character,
    }
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{2_0000}'..='\u{3_FFFF}')
}

/// Half-width, simplified text without the pinyin that some converters put in brackets behind a character
/// with several readings: `採購(gòu)` becomes `采购`. Everything else stays, spaces included.
pub fn plain(text: &str) -> String {
    // What some programs write into a workbook for a carriage return.
    let unescaped;
    let mut rest = text;
    if text.contains("_x000D_") {
        unescaped = text.replace("_x000D_", "");
        rest = &unescaped;
    }
    let mut out = String::with_capacity(text.len());
    let mut after_han = false;
    while let Some(character) = rest.chars().next() {
        if after_han
            && matches!(character, '(' | '（')
            && let Some(skip) = pinyin(rest)
        {
            rest = &rest[skip..];
            continue;
        }
        rest = &rest[character.len_utf8()..];
        let character = simplify(narrow(character));
        // A space may have come between a character and its reading.
        after_han = is_han(character) || after_han && character.is_whitespace();
        out.push(character);
    }
    out
}

/// Text without white space.
pub fn squeezed(text: &str) -> Cow<'_, str> {
    if text.contains(char::is_whitespace) {
        Cow::Owned(text.chars().filter(|c| !c.is_whitespace()).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Length of a bracketed syllable at the beginning of `text`.
fn pinyin(text: &str) -> Option<usize> {
    let inner = text.strip_prefix(['(', '（'])?;
    let end = inner.find([')', '）'])?;
    let syllable = &inner[..end];
    // Latin with tone marks; a bracket such as (N/A) or (kg) does not follow a Han character in labels.
    let latin = |c: char| c.is_ascii_lowercase() || matches!(c, '\u{E0}'..='\u{1DC}');
    let letters = || syllable.chars().filter(|c| !c.is_whitespace());
    if !(1..=6).contains(&letters().count()) || !letters().all(latin) {
        return None;
    }
    let close = inner[end..].chars().next().map_or(1, char::len_utf8);
    Some(text.len() - inner.len() + end + close)
}

/// The key under which labels are compared: half-width, lower case, simplified; without spaces,
/// punctuation, quotes, leading enumerator and bracketed pinyin. Destroyed characters become `?`.
///
/// ```
/// use huizong::report::label::normalise;
/// assert_eq!(normalise("3.危及“三安全一稳定”"), normalise("３、危及「三安全一穩定」"));
/// assert_eq!(normalise("規 章"), "规章");
/// ```
pub fn normalise(text: &str) -> String {
    let plain = plain(text);
    let body = strip_enumerator(&plain);
    let mut out = String::with_capacity(body.len());
    for character in body.chars() {
        match character {
            '\u{FFFD}' | '□' | '■' | '▯' | '?' | '\u{E000}'..='\u{F8FF}' => {
                out.push(DESTROYED)
            }
            // Most characters are of this kind, which has no case.
            '\u{4E00}'..='\u{9FFF}' => out.push(character),
            _ if character.is_alphanumeric() => out.extend(character.to_lowercase()),
            // The underscore holds keys together.
            '_' => out.push('_'),
            _ => {}
        }
    }
    out
}

/// The same text without what stands in brackets at its end: `采购总金额(万元)` → `采购总金额`.
pub fn without_trailing_bracket(text: &str) -> Option<&str> {
    let trimmed = text.trim_end();
    trimmed.strip_suffix([')', '）', '】', '］', ']'])?;
    let open = trimmed.rfind(['(', '（', '【', '［', '['])?;
    let head = trimmed[..open].trim_end();
    (!head.is_empty()).then_some(head)
}

/// Text behind a leading enumerator: `一、`, `（二）`, `3.`, `③`, in plain text.
pub fn strip_enumerator(text: &str) -> &str {
    let text = text.trim_start();
    let numeral = |c: char| c.is_ascii_digit() || "零〇一二三四五六七八九十百".contains(c);
    if let Some(inner) = text.strip_prefix('(') {
        let body = inner.trim_start_matches(|c: char| numeral(c) || c.is_whitespace());
        if body.len() < inner.len()
            && let Some(rest) = body.strip_prefix(')')
        {
            let rest = rest.trim_start_matches(['、', '.', ' ']);
            return if rest.is_empty() { text } else { rest };
        }
        return text;
    }
    if let Some(rest) = text.strip_prefix(|c: char| matches!(c, '\u{2460}'..='\u{2473}')) {
        return rest.trim_start();
    }
    let body = text.trim_start_matches(numeral);
    if body.len() < text.len() && text.len() - body.len() <= 9 {
        let after = body.trim_start();
        if let Some(rest) = after.strip_prefix(['、', '.', ',', ')', ':', '．', '。']) {
            // `1.5` is a number, not an enumerated 5.
            if !rest.is_empty() && !rest.starts_with(|c: char| c.is_ascii_digit()) {
                return rest.trim_start();
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_label_in_every_dress() {
        let dresses = [
            "（二）部分公开（区分处理的，只计这一情形，不计其他情形）",
            "(二)部分公开(区分处理的,只计这一情形,不计其他情形)",
            "（二）部分公開（區分處理的，只計(jì)這一情形，不計(jì)其他情形）",
            "二、部分公开 （区分处理的，\n只计这一情形，不计其他情形）",
            "部分公开（区分处理的，只计这一情形，不计其他情形）",
        ];
        for dress in dresses {
            assert_eq!(
                normalise(dress),
                "部分公开区分处理的只计这一情形不计其他情形",
                "{dress}"
            );
        }
    }

    #[test]
    fn enumerators_go_and_numbers_stay() {
        assert_eq!(strip_enumerator("1.属于国家秘密"), "属于国家秘密");
        assert_eq!(strip_enumerator("1 、属于国家秘密"), "属于国家秘密");
        assert_eq!(strip_enumerator("(七)总计"), "总计");
        assert_eq!(strip_enumerator("1.5"), "1.5");
        assert_eq!(strip_enumerator("12"), "12");
        assert_eq!(strip_enumerator("三安全一稳定"), "三安全一稳定");
        assert_eq!(strip_enumerator("(一)"), "(一)");
    }

    #[test]
    fn pinyin_goes_and_other_brackets_stay() {
        assert_eq!(plain("採購(gòu)總(zǒng)金額"), "采购总金额");
        assert_eq!(plain("女(nǚ)性"), "女性");
        assert_eq!(plain("補 (bǔ)正"), "补 正");
        assert_eq!(plain("现(x_x000D_\niàn)行"), "现行");
        assert_eq!(plain("金额(万元)"), "金额(万元)");
        assert_eq!(plain("Ａ１（N/A）"), "A1(N/A)");
        assert_eq!(
            without_trailing_bracket("采购总金额（万元）"),
            Some("采购总金额")
        );
    }

    #[test]
    fn the_table_of_characters_is_sorted_and_unique() {
        let table = include_str!("../../data/labels/simplified.txt");
        let firsts: Vec<char> = (table.lines().filter(|l| !l.starts_with('#')))
            .flat_map(|line| line.split(' '))
            .map(|pair| {
                assert_eq!(pair.chars().count(), 2, "{pair}");
                pair.chars().next().unwrap()
            })
            .collect();
        assert!(firsts.len() > 2500);
        assert!(firsts.windows(2).all(|w| w[0] < w[1]));
    }
}
