//! Personal data in words: mobile and identity-card numbers are never passed on as they are.

use std::borrow::Cow;

/// Words in which mobile and identity-card numbers are masked.
///
/// A mobile number keeps its first three and last four digits, an identity number the six of its place. Separators between
/// groups of digits and full-width digits are seen through. What has other digits, a decimal point or a unit of money next to
/// it is an amount and stays.
///
/// ```
/// use huizong::privacy::mask;
/// assert_eq!(mask("联系电话：138-1234-5678。"), "联系电话：138****5678。");
/// assert_eq!(mask("采购金额13812345678元"), "采购金额13812345678元");
/// ```
pub fn mask(words: &str) -> Cow<'_, str> {
    if words.len() < 11 || words.chars().filter(|c| digit(*c).is_some()).count() < 11 {
        return Cow::Borrowed(words);
    }
    let chars: Vec<char> = words.chars().collect();
    let mut masked = String::with_capacity(words.len());
    let (mut at, mut found) = (0, false);
    while at < chars.len() {
        match number_at(&chars, at) {
            Some((end, shown)) => {
                masked.push_str(&shown);
                at = end;
                found = true;
            }
            None => {
                masked.push(chars[at]);
                at += 1;
            }
        }
    }
    if found {
        Cow::Owned(masked)
    } else {
        Cow::Borrowed(words)
    }
}

/// The raw text of a cell that carries a number: masked, unless what looks like personal data is the number itself.
pub fn mask_beside_number(raw: &str) -> Cow<'_, str> {
    let masked = mask(raw);
    if let Cow::Borrowed(_) = masked {
        return masked;
    }
    // Stars stand for what was masked; is there still a figure beside them?
    let rest: String = masked.split('*').collect();
    let parts = masked.matches("****").count();
    if parts == 0 {
        return masked;
    }
    let figures = |words: &str| words.chars().filter(|c| is_figure(*c)).count();
    // A masked number leaves seven digits at most, and at least six of its own.
    let chars: Vec<char> = raw.chars().collect();
    let mut own = 0;
    let mut at = 0;
    while at < chars.len() {
        match number_at(&chars, at) {
            Some((end, shown)) => {
                own += figures(&shown);
                at = end;
            }
            None => at += 1,
        }
    }
    if figures(&rest) > own {
        masked
    } else {
        Cow::Borrowed(raw)
    }
}

fn is_figure(c: char) -> bool {
    digit(c).is_some() || "〇一二三四五六七八九十百千万亿零两壹贰叁肆伍陆柒捌玖拾".contains(c)
}

fn digit(c: char) -> Option<u8> {
    match c {
        '0'..='9' => Some(c as u8 - b'0'),
        '０'..='９' => u8::try_from(c as u32 - '０' as u32).ok(),
        _ => None,
    }
}

fn is_separator(c: char) -> bool {
    matches!(
        c,
        ' ' | '-' | '－' | '–' | '—' | '·' | '.' | '\u{3000}' | '\u{a0}' | '\u{2011}'
    )
}

/// The personal number that begins at a place: where it ends, and how it is shown.
fn number_at(chars: &[char], at: usize) -> Option<(usize, String)> {
    digit(chars[at])?;
    let before = |back: usize| at.checked_sub(back).map(|at| chars[at]);
    let figure = |c: Option<char>| c.is_some_and(|c| digit(c).is_some());
    if figure(before(1)) || (before(1) == Some('.') && figure(before(2))) {
        return None;
    }
    [identity, old_identity, mobile].iter().find_map(|kind| {
        let (end, shown) = kind(chars, at)?;
        ends(chars, end).then_some((end, shown))
    })
}

/// Whether a number ends here and is no amount.
fn ends(chars: &[char], end: usize) -> bool {
    let next = chars.get(end).copied();
    let after = chars.get(end + 1).copied();
    let figure = |c: Option<char>| c.is_some_and(|c| digit(c).is_some());
    let decimal = matches!(next, Some('.' | ',')) && figure(after);
    !(figure(next) || decimal || matches!(next, Some('元' | '万' | '亿' | '分' | '%' | '％')))
}

/// Digits in groups of these sizes, with at most one separator between groups, and where they end.
fn grouped(chars: &[char], mut at: usize, groups: &[usize]) -> Option<(Vec<u8>, usize)> {
    let mut digits = Vec::new();
    for (index, size) in groups.iter().enumerate() {
        if index > 0 && chars.get(at).copied().is_some_and(is_separator) {
            at += 1;
        }
        for _ in 0..*size {
            digits.push(digit(*chars.get(at)?)?);
            at += 1;
        }
    }
    Some((digits, at))
}

/// `13812345678`, `138-1234-5678`, `+86 138 1234 5678`.
fn mobile(chars: &[char], at: usize) -> Option<(usize, String)> {
    for prefix in [&[][..], &[8, 6], &[0, 0, 8, 6]] {
        let groups: Vec<usize> = if prefix.is_empty() {
            vec![3, 4, 4]
        } else {
            vec![prefix.len(), 3, 4, 4]
        };
        let Some((digits, end)) = grouped(chars, at, &groups) else {
            continue;
        };
        let own = &digits[prefix.len()..];
        if digits.starts_with(prefix) && own[0] == 1 && own[1] >= 3 {
            return Some((
                end,
                format!("{}****{}", written(&own[..3]), written(&own[7..])),
            ));
        }
    }
    None
}

/// Eighteen places, the last of which checks the others.
fn identity(chars: &[char], at: usize) -> Option<(usize, String)> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let (digits, end) = grouped(chars, at, &[6, 8, 3])?;
    let last = match *chars.get(end)? {
        'x' | 'X' | 'ｘ' | 'Ｘ' => 'X',
        c => char::from(b'0' + digit(c)?),
    };
    let sum: u32 = (digits.iter().zip(WEIGHTS))
        .map(|(digit, weight)| u32::from(*digit) * weight)
        .sum();
    let right = CHECKS[(sum % 11) as usize] == last && is_place(&digits) && is_day(&digits[10..14]);
    right.then(|| (end + 1, format!("{}************", written(&digits[..6]))))
}

/// Fifteen digits, as given out until 1999.
fn old_identity(chars: &[char], at: usize) -> Option<(usize, String)> {
    let (digits, end) = grouped(chars, at, &[6, 6, 3])?;
    let right = is_place(&digits) && is_day(&digits[8..12]);
    right.then(|| (end, format!("{}*********", written(&digits[..6]))))
}

fn is_place(digits: &[u8]) -> bool {
    (11..=82).contains(&(digits[0] * 10 + digits[1]))
}

fn is_day(digits: &[u8]) -> bool {
    (1..=12).contains(&(digits[0] * 10 + digits[1]))
        && (1..=31).contains(&(digits[2] * 10 + digits[3]))
}

fn written(digits: &[u8]) -> String {
    digits
        .iter()
        .map(|digit| char::from(b'0' + digit))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_people_are_masked_however_they_are_written() {
        for (words, shown) in [
            ("电话13812345678", "电话138****5678"),
            ("电话 138 1234 5678，", "电话 138****5678，"),
            ("138-1234-5678/19912345678", "138****5678/199****5678"),
            ("１３８１２３４５６７８", "138****5678"),
            ("+86 138 1234 5678", "+138****5678"),
            ("8613812345678", "138****5678"),
            ("第3件13812345678", "第3件138****5678"),
            ("身份证11010519491231002X。", "身份证110105************。"),
            ("110105 19491231 002x", "110105************"),
            ("旧证110105491231002", "旧证110105*********"),
        ] {
            assert_eq!(mask(words), shown);
        }
    }

    #[test]
    fn amounts_and_other_numbers_stay() {
        for words in [
            "13812345678元",
            "13812345678.50",
            "0.13812345678",
            "138123456789",
            "12812345678",
            "1381234567",
            "13,812,345,678",
            "110105194912310021",
            "2022年收到申请12345678901件",
            "统一社会信用代码11430603006000000A",
        ] {
            assert_eq!(mask(words), words);
        }
    }

    #[test]
    fn a_cell_keeps_its_number_and_loses_what_stands_beside_it() {
        for (raw, shown) in [
            ("13812345678", "13812345678"),
            ("13812345678 分", "13812345678 分"),
            ("5（联系人13812345678）", "5（联系人138****5678）"),
            ("十二（13812345678）", "十二（138****5678）"),
        ] {
            assert_eq!(mask_beside_number(raw), shown);
        }
    }
}
