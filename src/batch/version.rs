//! Which of two versions of a report is the later one.

use super::kept::Words;

/// The revision that a file name or title states: 0 without a mark, 1 for a bare mark (修订, 更正), else the
/// number (第2版, v3, `(1)` at the end as copies are named).
///
/// ```
/// use huizong::batch::revision_mark;
/// assert_eq!(revision_mark("河口镇2022年报"), 0);
/// assert_eq!(revision_mark("河口镇2022年报（修订）"), 1);
/// assert_eq!(revision_mark("河口镇2022年报 第3版"), 3);
/// assert_eq!(revision_mark("hekou-2022-v2"), 2);
/// assert_eq!(revision_mark("河口镇2022年报 (1)"), 1);
/// ```
pub fn revision_mark(name: &str) -> u32 {
    let words = &Words::get().revision;
    let name: Vec<char> = name.to_lowercase().chars().map(half_width).collect();
    let text: String = name.iter().collect();
    let marked = words.marks.iter().any(|mark| text.contains(mark.as_str()));
    let numbers = [
        copy_number(&name),
        enclosed_number(&name, &words.before, &words.after),
        lettered_number(&name, &words.letters),
    ];
    let number = numbers.into_iter().flatten().max().unwrap_or(0);
    number.max(u32::from(marked))
}

fn half_width(c: char) -> char {
    match c {
        '（' => '(',
        '）' => ')',
        '０'..='９' | 'ａ'..='ｚ' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// `name (2)`: how file managers call the next copy.
fn copy_number(name: &[char]) -> Option<u32> {
    let open = name.iter().rposition(|c| *c == '(')?;
    let inside = name[open + 1..].strip_suffix(&[')'])?;
    number(inside)
}

/// 第2版, 第二版, 2次修订.
fn enclosed_number(name: &[char], before: &[String], after: &[String]) -> Option<u32> {
    let text: String = name.iter().collect();
    before.iter().find_map(|before| {
        let (_, rest) = text.split_once(before.as_str())?;
        after.iter().find_map(|after| {
            let (inside, _) = rest.split_once(after.as_str())?;
            number(&inside.chars().collect::<Vec<_>>())
        })
    })
}

/// v2, at the beginning of a word and with nothing but digits after it.
fn lettered_number(name: &[char], letters: &[String]) -> Option<u32> {
    let words = name.split(|c| !c.is_ascii_alphanumeric() && *c != '.');
    words
        .filter_map(|word| {
            let word: String = word.iter().collect();
            letters.iter().find_map(|letter| {
                let digits = word.strip_prefix(letter.as_str())?;
                let digits = digits.split('.').next().unwrap_or(digits);
                number(&digits.chars().collect::<Vec<_>>())
            })
        })
        .max()
}

/// A version's number: one or two digits, or one Chinese numeral up to ten. A year is none.
fn number(digits: &[char]) -> Option<u32> {
    const CHINESE: &str = "一二三四五六七八九十";
    let digits: String = digits.iter().filter(|c| !c.is_whitespace()).collect();
    if let Some(at) = CHINESE.chars().position(|c| digits == c.to_string()) {
        return u32::try_from(at + 1).ok();
    }
    if digits.is_empty() || digits.len() > 2 {
        return None;
    }
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_and_words_are_no_revisions() {
        for name in [
            "河口镇2022",
            "河口镇(2022)",
            "河口镇（教育局）",
            "ver",
            "village2",
            "第二十条公开情况",
            "(a)",
        ] {
            assert_eq!(revision_mark(name), 0, "{name}");
        }
    }

    #[test]
    fn marks_are_read_in_every_spelling() {
        for (name, revision) in [
            ("河口镇2022(更正)", 1),
            ("河口镇2022修订版", 1),
            ("河口镇 第二版", 2),
            ("河口镇 第２版", 2),
            ("河口镇_V3", 3),
            ("hekou v2.1", 2),
            ("河口镇（2）", 2),
            ("河口镇更正 v4", 4),
        ] {
            assert_eq!(revision_mark(name), revision, "{name}");
        }
    }
}
