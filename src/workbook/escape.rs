//! Words as the XML of a workbook writes them.

use std::borrow::Cow;

/// Writes words between tags.
pub(super) fn text(words: &str, out: &mut String) {
    escaped(words, out, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        _ => None,
    });
}

/// Writes words within double quotes.
pub(super) fn attribute(words: &str, out: &mut String) {
    escaped(words, out, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\t' => Some("&#x9;"),
        b'\n' => Some("&#xA;"),
        _ => None,
    });
}

/// Writes words as a shared text, with the blanks around them.
pub(super) fn shared(words: &str, out: &mut String) {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\n');
    let kept = words.starts_with(blank) || words.ends_with(blank);
    out.push_str(match kept {
        true => "<si><t xml:space=\"preserve\">",
        false => "<si><t>",
    });
    text(words, out);
    out.push_str("</t></si>");
}

fn escaped(words: &str, out: &mut String, entity: impl Fn(u8) -> Option<&'static str>) {
    let bytes = words.as_bytes();
    let (mut at, mut written) = (0, 0);
    while at < bytes.len() {
        let rest = &bytes[at..];
        // What XML cannot hold stands as its number between underscores; what looks like that already
        // gets its own underscore written so.
        let (replaced, length): (Cow<str>, usize) = match rest {
            [byte @ (0..=8 | 11..=31), ..] => (format!("_x{byte:04X}_").into(), 1),
            [0xEF, 0xBF, last @ (0xBE | 0xBF), ..] => {
                (format!("_xFF{:02X}_", last + 0x40).into(), 3)
            }
            [b'_', ..] if rest.get(..7).is_some_and(is_escape) => ("_x005F_".into(), 1),
            [byte, ..] if let Some(entity) = entity(*byte) => (entity.into(), 1),
            _ => {
                at += 1;
                continue;
            }
        };
        out.push_str(&words[written..at]);
        out.push_str(&replaced);
        at += length;
        written = at;
    }
    out.push_str(&words[written..]);
}

/// `_x000D_` and the like, which a reader would take for a character.
fn is_escape(bytes: &[u8]) -> bool {
    matches!(bytes, [b'_', b'x', digits @ .., b'_'] if digits.iter().all(u8::is_ascii_hexdigit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(write: fn(&str, &mut String), words: &str) -> String {
        let mut out = String::new();
        write(words, &mut out);
        out
    }

    #[test]
    fn markup_and_what_xml_cannot_hold_are_escaped() {
        assert_eq!(of(text, "a<b>&\"c\"\n河"), "a&lt;b&gt;&amp;\"c\"\n河");
        assert_eq!(of(attribute, "a<\"\t\n"), "a&lt;&quot;&#x9;&#xA;");
        assert_eq!(
            of(text, "\0\r\u{1F}\u{FFFE}\u{FFFF}"),
            "_x0000__x000D__x001F__xFFFE__xFFFF_"
        );
        assert_eq!(of(text, "\u{FFFD}ｱ"), "\u{FFFD}ｱ");
    }

    #[test]
    fn what_looks_like_an_escape_stays_what_it_is() {
        assert_eq!(of(text, "_x000D_"), "_x005F_x000D_");
        assert_eq!(of(text, "_x00_ _x000G_ _x000D"), "_x00_ _x000G_ _x000D");
    }

    #[test]
    fn blanks_around_a_shared_text_are_kept() {
        assert_eq!(of(shared, "a b"), "<si><t>a b</t></si>");
        assert_eq!(
            of(shared, " a"),
            "<si><t xml:space=\"preserve\"> a</t></si>"
        );
    }
}
