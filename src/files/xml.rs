//! The little that the readers of office XML share.

use std::sync::Arc;

use quick_xml::events::{BytesRef, BytesStart};
use quick_xml::{Reader, XmlVersion};

use super::limits::{Limit, Limits};
use super::{Refusal, refused};

/// Whether XML keeps within the limits, told by its tags alone, before any parser sees it.
///
/// # Errors
/// It is nested too deeply, or declares entities.
pub(super) fn check(name: &Arc<str>, xml: &[u8], limits: &Limits) -> Result<(), Refusal> {
    let most = limits.get(Limit::XmlDepth);
    let mut depth = 0_u64;
    let mut at = 0;
    while let Some(found) = xml[at..].iter().position(|b| *b == b'<') {
        at += found + 1;
        let rest = &xml[at..];
        if rest.starts_with(b"!ENTITY") {
            return Err(refused::declares_entities(name));
        }
        match rest.first() {
            Some(b'/') => depth = depth.saturating_sub(1),
            // What stands in there is text.
            Some(b'!') if rest.starts_with(b"![CDATA[") => at += end_of(rest, b"]]>"),
            Some(b'!') if rest.starts_with(b"!--") => at += end_of(rest, b"-->"),
            Some(b'!' | b'?') | None => {}
            Some(_) => {
                let end = rest.iter().position(|b| *b == b'>').unwrap_or(rest.len());
                at += end;
                if end == 0 || rest[end - 1] != b'/' {
                    depth += 1;
                }
                if depth > most {
                    return Err(limits.beyond(Limit::XmlDepth).refusal(name));
                }
            }
        }
    }
    Ok(())
}

fn end_of(rest: &[u8], mark: &[u8]) -> usize {
    let found = rest.windows(mark.len()).position(|three| three == mark);
    found.unwrap_or(rest.len())
}

/// A reader that gives empty elements as a start and an end, and does not insist on well-formedness.
pub(super) fn reader(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.check_end_names = false;
    reader
}

/// The value of an attribute by its local name.
pub(super) fn attribute(tag: &BytesStart<'_>, local: &str) -> Option<String> {
    tag.attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == local)
        .map(|attribute| {
            attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_or_else(|_| attribute.value.to_string(), Into::into)
        })
}

/// A count in an attribute; 1 where it is missing, no number, or 0.
pub(super) fn count(tag: &BytesStart<'_>, local: &str) -> u32 {
    attribute(tag, local)
        .and_then(|words| words.parse().ok())
        .map_or(1, |number: u32| number.max(1))
}

/// The character a reference stands for; unknown ones stay as they are written.
pub(super) fn push_reference(reference: &BytesRef<'_>, out: &mut String) {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        out.push(c);
        return;
    }
    match quick_xml::escape::resolve_xml_entity(reference) {
        Some(words) => out.push_str(words),
        None => {
            out.push('&');
            out.push_str(reference);
            out.push(';');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_and_entities_are_told_by_the_tags() {
        let limits = Limits::default();
        let refused = |xml: &str| {
            check(&"a.xlsx".into(), xml.as_bytes(), &limits)
                .err()
                .map(|r| r.message.en)
        };
        assert_eq!(
            refused("<a><b/><c x='1'>text</c><!-- <d><e> --><![CDATA[<f><g>]]></a>"),
            None
        );
        assert_eq!(refused(&"<a></a>".repeat(10_000)), None);
        assert_eq!(refused(&"<!-- <a> -->".repeat(10_000)), None);
        let deep = refused(&"<a>".repeat(200_000)).unwrap();
        assert!(deep.contains("xml-depth") && deep.contains("512"), "{deep}");
        let laughs =
            refused("<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><x>&b;</x>").unwrap();
        assert!(laughs.contains("ENTITY"), "{laughs}");
    }
}
