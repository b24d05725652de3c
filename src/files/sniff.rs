//! What a file is, told by its content.

use std::path::Path;

use super::charset::{self, Decoded};
use super::limits::{Limit, Limits, Over};
use super::refused::Known;
use super::{delimited, json, ole};

/// A zip container, opened once and handed on.
pub(super) type Package<'a> = zip::ZipArchive<std::io::Cursor<&'a [u8]>>;

/// What a file was found to be, with its characters where it is made of them.
pub(super) enum Found<'a> {
    /// A workbook in Office Open XML.
    Xlsx(Package<'a>),
    /// The same with binary parts.
    Xlsb(Package<'a>),
    /// Excel 97–2003 or WPS `.et`, with its stream of records.
    Xls(Option<Vec<u8>>),
    /// OpenDocument spreadsheet.
    Ods(Package<'a>),
    /// OpenDocument spreadsheet in a single XML file.
    FlatOds(Decoded<'a>),
    /// Word in Office Open XML.
    Docx(Package<'a>),
    /// A web page with its parts in one MIME file.
    ArchivePage,
    /// A zip archive of files.
    Archive,
    /// HTML.
    Page(Decoded<'a>),
    /// JSON or JSON Lines.
    Json(Decoded<'a>),
    /// Delimited text with its delimiter.
    Delimited(Decoded<'a>, u8),
    /// Any other text.
    Text(Decoded<'a>),
    /// Something known that is not read.
    Refused(Known),
    /// Something that goes beyond a limit already.
    Over(Over),
}

/// Looks at the content; the name only breaks the tie between delimited and plain text.
pub(super) fn look_at<'a>(name: &str, bytes: &'a [u8], limits: &Limits) -> Found<'a> {
    if bytes.iter().all(|b| b.is_ascii_whitespace() || *b == 0) {
        return Found::Refused(Known::Empty);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return packed(bytes);
    }
    if bytes.starts_with(ole::SIGNATURE) {
        return match ole::contents(bytes, limits) {
            ole::Contents::Workbook(stream) => Found::Xls(stream),
            ole::Contents::Known(known) => Found::Refused(known),
        };
    }
    if is_bare_biff(bytes) {
        return Found::Refused(Known::OldWorkbook);
    }
    if let Some(known) = Known::by_signature(bytes) {
        return Found::Refused(known);
    }
    characters(name, bytes, limits)
}

/// Excel 2 to 4 wrote the record stream without a container.
fn is_bare_biff(bytes: &[u8]) -> bool {
    matches!(bytes, [0x09, 0x00 | 0x02 | 0x04, 0x04 | 0x06, 0x00, ..])
}

/// A zip container: an office document, or an archive of files.
fn packed(bytes: &[u8]) -> Found<'_> {
    let Ok(archive) = zip::ZipArchive::new(std::io::Cursor::new(bytes)) else {
        return Found::Refused(Known::DamagedZip);
    };
    let names: Vec<String> = archive
        .file_names_raw()
        .take(5000)
        .map(|name| {
            String::from_utf8_lossy(name)
                .replace('\\', "/")
                .to_ascii_lowercase()
        })
        .collect();
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    let under = |folder: &str| names.iter().any(|name| name.starts_with(folder));
    if has("mimetype") && has("content.xml") {
        return open_document(bytes, archive);
    }
    if has("[content_types].xml") || has("_rels/.rels") {
        if has("xl/workbook.bin") {
            return Found::Xlsb(archive);
        }
        if under("xl/") {
            return Found::Xlsx(archive);
        }
        if under("word/") {
            return Found::Docx(archive);
        }
        if under("ppt/") {
            return Found::Refused(Known::Presentation);
        }
    }
    if has("ofd.xml") {
        return Found::Refused(Known::Ofd);
    }
    if has("content.xml") && has("meta-inf/manifest.xml") {
        return Found::Ods(archive);
    }
    if has("androidmanifest.xml") || has("meta-inf/manifest.mf") {
        return Found::Refused(Known::Program);
    }
    Found::Archive
}

fn open_document<'a>(bytes: &[u8], archive: Package<'a>) -> Found<'a> {
    // The media type stands uncompressed in the first member, within the first hundred bytes.
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
    if start.contains("opendocument.text") {
        Found::Refused(Known::OpenText)
    } else if start.contains("opendocument.presentation") {
        Found::Refused(Known::Presentation)
    } else {
        Found::Ods(archive)
    }
}

fn characters<'a>(name: &str, bytes: &'a [u8], limits: &Limits) -> Found<'a> {
    if is_mail(&bytes[..bytes.len().min(4096)]) {
        return Found::ArchivePage;
    }
    let decoded = charset::decode(bytes, None);
    if is_binary(&decoded) {
        return Found::Refused(Known::Unknown);
    }
    let text = decoded.text.trim_start();
    let lower: String = text
        .chars()
        .take(16_384)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if lower.starts_with("<?xml") || (lower.starts_with('<') && lower.contains("xmlns")) {
        if lower.contains("urn:schemas-microsoft-com:office:spreadsheet")
            && !lower.contains("<html")
        {
            return Found::Refused(Known::XmlWorkbook);
        }
        if lower.contains("opendocument.spreadsheet") {
            return Found::FlatOds(decoded);
        }
        if lower.contains("schemas.microsoft.com/office/word/2003") && !lower.contains("<html") {
            return Found::Refused(Known::XmlWord);
        }
    }
    if is_page(text, &lower) {
        return Found::Page(decoded);
    }
    if lower.starts_with("<?xml") {
        return Found::Refused(Known::Xml);
    }
    if json::looks_like(text, limits) {
        return Found::Json(decoded);
    }
    // Before anything takes such a line for a record.
    let longest = text.lines().map(str::len).max().unwrap_or(0);
    if let Err(over) = limits.check(Limit::LineLength, longest as u64) {
        return Found::Over(over);
    }
    let ending = Path::new(name)
        .extension()
        .map(|e| e.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default();
    let named = matches!(ending.as_str(), "csv" | "tsv" | "xls" | "xlsx");
    if (named || !has_bars(text))
        && let Some(delimiter) = delimited::delimiter(text, named)
    {
        return Found::Delimited(decoded, delimiter);
    }
    Found::Text(decoded)
}

/// Text flattened with bars: its commas belong to its words.
fn has_bars(text: &str) -> bool {
    text.lines()
        .filter(|line| line.contains(" | ") || line.matches('|').count() > 1)
        .take(2)
        .count()
        == 2
}

/// Mail headers at the very start, as browsers write them into `.mht`.
fn is_mail(start: &[u8]) -> bool {
    let start = String::from_utf8_lossy(start).to_ascii_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    let first = start.split([':', '\n']).next().unwrap_or_default();
    let header = !first.is_empty()
        && start[first.len()..].starts_with(':')
        && first
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-');
    header && start.contains("mime-version:") && start.contains("content-type:")
}

fn is_page(text: &str, lower: &str) -> bool {
    const TAGS: [&str; 13] = [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<table",
        "<div",
        "<meta",
        "<title",
        "<style",
        "<p>",
        "<p ",
        "<h1",
        "<tr",
    ];
    if lower.starts_with('<') {
        return TAGS.iter().any(|tag| lower.contains(tag));
    }
    let table = text.contains("<table") || text.contains("<TABLE");
    (table || lower.contains("<html")) && (text.contains("</t") || text.contains("</T"))
}

/// Characters that no text has, or too many that could not be decoded.
fn is_binary(decoded: &Decoded<'_>) -> bool {
    let mut all = 0_usize;
    let mut odd = 0_usize;
    for c in decoded.text.chars().take(65_536) {
        all += 1;
        let control =
            c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{b}' | '\u{1a}');
        let private = ('\u{e000}'..='\u{f8ff}').contains(&c);
        odd += usize::from(control || private || c == '\u{fffd}');
    }
    odd * 100 > all * if all < 200 { 20 } else { 10 }
}
