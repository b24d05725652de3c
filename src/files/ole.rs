//! Compound files (OLE): the one container of `.xls`, `.et`, `.doc`, `.wps`, `.ppt` and encrypted documents.

use std::io::{Cursor, Read};

use super::refused::Known;

/// The first bytes of every compound file.
pub(super) const SIGNATURE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// What a compound file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contents {
    /// A BIFF workbook.
    Workbook,
    /// Something that is not read.
    Known(Known),
}

/// The streams that tell, most telling first.
const TELLING: [(&str, Contents); 9] = [
    ("EncryptedPackage", Contents::Known(Known::Encrypted)),
    ("Workbook", Contents::Workbook),
    ("Book", Contents::Workbook),
    ("WordDocument", Contents::Known(Known::OldWord)),
    ("PowerPoint Document", Contents::Known(Known::Presentation)),
    ("WpsDocument", Contents::Known(Known::OldWord)),
    (
        "__properties_version1.0",
        Contents::Known(Known::OutlookMail),
    ),
    ("VisioDocument", Contents::Known(Known::Unknown)),
    (
        "\u{5}SummaryInformation",
        Contents::Known(Known::UnknownOle),
    ),
];

/// Tells what a compound file holds by the names of its streams.
pub(super) fn contents(bytes: &[u8]) -> Contents {
    let names: Option<Vec<String>> = cfb::CompoundFile::open(Cursor::new(bytes))
        .ok()
        .map(|file| {
            file.read_root_storage()
                .map(|entry| entry.name().to_owned())
                .collect()
        });
    let has = |wanted: &str| match &names {
        Some(names) => names.iter().any(|name| name.eq_ignore_ascii_case(wanted)),
        None => has_wide(bytes, wanted),
    };
    TELLING
        .iter()
        .find(|(name, _)| has(name))
        .map_or(Contents::Known(Known::UnknownOle), |(_, contents)| {
            *contents
        })
}

/// A directory that cannot be walked still has its names, in UTF-16.
fn has_wide(bytes: &[u8], name: &str) -> bool {
    let wide: Vec<u8> = name
        .encode_utf16()
        .chain([0])
        .flat_map(u16::to_le_bytes)
        .collect();
    // Directory entries begin at multiples of 128.
    bytes
        .chunks_exact(128)
        .any(|entry| entry.starts_with(&wide))
}

/// The workbook stream of a BIFF file.
pub(super) fn workbook_stream(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    let path = ["/Workbook", "/Book"]
        .into_iter()
        .find(|path| file.is_stream(path))?;
    let mut stream = Vec::new();
    file.open_stream(path).ok()?.read_to_end(&mut stream).ok()?;
    Some(stream)
}
