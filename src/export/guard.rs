//! Text that a spreadsheet program would take for a formula.

use std::borrow::Cow;

/// Makes a text safe in a CSV file that somebody opens in a spreadsheet program.
///
/// A text that begins with `=`, `+`, `-`, `@` (full-width ones too), a tab or a line break would be run
/// as a formula; it gets an apostrophe in front. A plain number with its sign, and dashes alone, mean
/// nothing to a formula and stay. A text that begins with an apostrophe gets one more, so that
/// [`unguarded`] always restores what was there.
///
/// ```
/// use huizong::export::{guarded, unguarded};
/// assert_eq!(guarded("=1+1"), "'=1+1");
/// assert_eq!(guarded("-3"), "-3");
/// assert_eq!(guarded("大渡口镇"), "大渡口镇");
/// assert_eq!(unguarded(&guarded("'quoted")), "'quoted");
/// ```
pub fn guarded(text: &str) -> Cow<'_, str> {
    let dangerous = match text.chars().next() {
        Some('\'' | '\t' | '\r' | '\n' | '=' | '@' | '＝' | '＠') => true,
        Some('+' | '-' | '＋' | '－') => !is_harmless(text),
        _ => false,
    };
    if dangerous {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Gives back the text that [`guarded`] was given.
pub fn unguarded(field: &str) -> &str {
    field.strip_prefix('\'').unwrap_or(field)
}

fn is_harmless(text: &str) -> bool {
    let dashes = text.chars().all(|c| matches!(c, '-' | '－'));
    let digits = text.trim_start_matches(['+', '-', '＋', '－']);
    let one_sign = text.chars().count() == digits.chars().count() + 1;
    let number = !digits.is_empty()
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
        && digits.chars().filter(|c| *c == '.').count() <= 1;
    dashes || (one_sign && number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed_and_numbers_left_alone() {
        for text in [
            "=A1", "+1+2", "-A1", "@x", "\t=1", "'x", "＝1", "--1", "+1.2.3",
        ] {
            assert_eq!(guarded(text), format!("'{text}"), "{text:?}");
            assert_eq!(unguarded(&guarded(text)), text);
        }
        for text in [
            "",
            "-",
            "－",
            "--",
            "+3",
            "-2.50",
            "13.02万元",
            "无",
            "表三",
        ] {
            assert_eq!(guarded(text), text);
            assert_eq!(unguarded(&guarded(text)), text);
        }
    }
}
