//! The little that the readers of office XML share.

use quick_xml::events::{BytesRef, BytesStart};
use quick_xml::{Reader, XmlVersion};

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

/// A count in an attribute; 1 where it is missing or no number.
pub(super) fn count(tag: &BytesStart<'_>, local: &str) -> u32 {
    attribute(tag, local)
        .and_then(|words| words.parse().ok())
        .unwrap_or(1)
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
