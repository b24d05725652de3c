//! Bytes → characters: by mark, by declaration, by content, and honest about which of them it was.

use std::borrow::Cow;
use std::sync::Arc;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use super::{ReadNote, note};

/// Text with the story of its decoding.
#[derive(Debug, Clone)]
pub(super) struct Decoded<'a> {
    /// The characters, without a byte order mark.
    pub text: Cow<'a, str>,
    /// The encoding used.
    pub encoding: &'static Encoding,
    /// Neither mark nor declaration nor valid UTF-8 spoke for the encoding, or a declaration spoke against it.
    pub guessed: bool,
    /// Characters that are, or became, U+FFFD.
    pub replaced: usize,
}

/// How far into a file a declaration is looked for.
const PROLOGUE: usize = 4096;

/// Decodes a whole file. `header` is what a transport said about the charset, where one did.
pub(super) fn decode<'a>(bytes: &'a [u8], header: Option<&str>) -> Decoded<'a> {
    let (encoding, guessed) = choose(bytes, header);
    let (text, used, _) = encoding.decode(bytes);
    let replaced = text.matches('\u{fffd}').count();
    Decoded {
        text,
        encoding: used,
        guessed,
        replaced,
    }
}

impl Decoded<'_> {
    /// What a person should know about the decoding.
    pub fn notes(&self, file: &Arc<str>) -> Vec<ReadNote> {
        let mut notes = Vec::new();
        if self.guessed {
            let name = self.encoding.name();
            notes.push(note(
                "charset-guessed",
                format!("{file}：文字编码未注明或注明有误，按内容判断为 {name} 读取"),
                format!("{file}: the charset is not stated, or stated wrongly; read as {name} by its content"),
                None,
            ));
        }
        if self.replaced > 0 {
            let count = self.replaced;
            notes.push(note(
                "replacement-characters",
                format!("{file}：有 {count} 个字符已损坏（显示为 \u{fffd}），请核对所在单元格"),
                format!(
                    "{file}: {count} damaged {} (shown as \u{fffd}); check the cells they stand in",
                    if count == 1 {
                        "character"
                    } else {
                        "characters"
                    }
                ),
                None,
            ));
        }
        notes
    }
}

/// The encoding, and whether it had to be guessed.
fn choose(bytes: &[u8], header: Option<&str>) -> (&'static Encoding, bool) {
    if let Some((marked, _)) = Encoding::for_bom(bytes) {
        return (marked, false);
    }
    if let Some(wide) = without_mark(bytes) {
        return (wide, true);
    }
    let declared = header
        .and_then(|label| Encoding::for_label(label.trim().as_bytes()))
        .or_else(|| declaration(&bytes[..bytes.len().min(PROLOGUE)]))
        .filter(|encoding| *encoding != UTF_16LE && *encoding != UTF_16BE);
    let contradicted = declared.is_some_and(|encoding| encoding != UTF_8);
    if std::str::from_utf8(bytes).is_ok() {
        return (UTF_8, contradicted && !bytes.is_ascii());
    }
    match declared {
        // GB2312 and GBK labels are used for text with characters that only GB18030 has.
        Some(encoding) if encoding == GBK || encoding == GB18030 => (GB18030, false),
        Some(encoding) if encoding != UTF_8 => (encoding, false),
        Some(_) if mostly_utf8(bytes) => (UTF_8, false),
        None if mostly_utf8(bytes) => (UTF_8, true),
        _ => (by_content(bytes), true),
    }
}

/// `charset=` of a page or `encoding=` of an XML prologue.
fn declaration(start: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(start).to_ascii_lowercase();
    let lead = start.trim_start();
    if !lead.starts_with('<') && !lead.contains("<meta") {
        return None;
    }
    let after = ["charset=", "encoding="]
        .iter()
        .filter_map(|key| start.find(key).map(|at| (at, &start[at + key.len()..])))
        .min_by_key(|(at, _)| *at)?
        .1;
    let label = after.trim_start_matches(['"', '\'', ' ']);
    let end = label
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':')))
        .unwrap_or(label.len());
    Encoding::for_label(&label.as_bytes()[..end])
}

/// UTF-16 that came without a byte order mark.
fn without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    if bytes.len() < 4 || (!bytes.contains(&0) && std::str::from_utf8(bytes).is_ok()) {
        return None;
    }
    let sample = &bytes[..bytes.len().min(PROLOGUE) & !1];
    let plausible = |unit: fn([u8; 2]) -> u16| {
        let good = sample
            .chunks_exact(2)
            .filter(|pair| {
                matches!(unit([pair[0], pair[1]]),
                    9 | 10 | 13 | 0x20..=0x7e | 0x2010..=0x2030 | 0x3000..=0x303f | 0x4e00..=0x9fff | 0xff00..=0xffef)
            })
            .count();
        good * 100 / (sample.len() / 2)
    };
    let (little, big) = (plausible(u16::from_le_bytes), plausible(u16::from_be_bytes));
    match (little >= 95, big >= 95) {
        (true, _) if little >= big => Some(UTF_16LE),
        (_, true) => Some(UTF_16BE),
        _ => None,
    }
}

/// A few destroyed characters do not make UTF-8 something else.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let broken = text.matches('\u{fffd}').count();
    let whole = text
        .chars()
        .filter(|c| !c.is_ascii() && *c != '\u{fffd}')
        .count();
    whole > broken * 10
}

/// Legacy Chinese text: Big5 where that is what the bytes look like, GB18030 otherwise.
fn by_content(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let clean = |encoding: &'static Encoding| {
        encoding
            .decode_without_bom_handling_and_without_replacement(bytes)
            .is_some()
    };
    if guess == BIG5 && (clean(BIG5) || !clean(GB18030)) {
        BIG5
    } else {
        GB18030
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str = "二〇二〇年政府信息公开工作年度报告，收到申请三件。\n";

    #[test]
    fn marks_declarations_and_content() {
        let (gbk, ..) = GB18030.encode(WORDS);
        let decoded = decode(&gbk, None);
        assert_eq!(
            (decoded.text.as_ref(), decoded.encoding, decoded.guessed),
            (WORDS, GB18030, true)
        );
        let traditional =
            "政府資訊公開年度報告，本年新收申請數量，行政復議與行政訴訟，不予公開。\n";
        let (big5, ..) = BIG5.encode(traditional);
        let decoded = decode(&big5, None);
        assert_eq!(
            (decoded.text.as_ref(), decoded.encoding),
            (traditional, BIG5)
        );
        let decoded = decode(WORDS.as_bytes(), None);
        assert_eq!((decoded.text.as_ref(), decoded.guessed), (WORDS, false));
    }

    #[test]
    fn wide_characters_with_and_without_a_mark() {
        for mark in [true, false] {
            for big in [true, false] {
                let mut units: Vec<u16> = WORDS.encode_utf16().collect();
                if mark {
                    units.insert(0, 0xfeff);
                }
                let bytes: Vec<u8> = units
                    .iter()
                    .flat_map(|u| {
                        if big {
                            u.to_be_bytes()
                        } else {
                            u.to_le_bytes()
                        }
                    })
                    .collect();
                let decoded = decode(&bytes, None);
                assert_eq!((decoded.text.as_ref(), decoded.guessed), (WORDS, !mark));
            }
        }
    }

    #[test]
    fn a_wrong_declaration_does_not_win() {
        let page = format!("<meta charset=gb2312><p>{WORDS}");
        let decoded = decode(page.as_bytes(), None);
        assert_eq!((decoded.encoding, decoded.guessed), (UTF_8, true));
        let claim = format!("<meta charset=\"utf-8\"><p>{WORDS}");
        let (gbk, ..) = GB18030.encode(&claim);
        let decoded = decode(&gbk, None);
        assert_eq!((decoded.encoding, decoded.guessed), (GB18030, true));
        assert!(decoded.text.contains("年度报告"));
    }

    #[test]
    fn one_destroyed_character_leaves_utf8_alone() {
        let mut bytes = WORDS.as_bytes().to_vec();
        bytes.remove(1);
        let decoded = decode(&bytes, None);
        assert_eq!(decoded.encoding, UTF_8);
        assert!(decoded.replaced >= 1 && decoded.text.contains("政府信息公开"));
        assert_eq!(decoded.notes(&"a.txt".into()).len(), 2);
    }
}
