//! Compound files (OLE): the one container of `.xls`, `.et`, `.doc`, `.wps`, `.ppt` and encrypted documents.

use std::io::{Cursor, Read};

use super::limits::{Limit, Limits};
use super::refused::Known;

/// The first bytes of every compound file.
pub(super) const SIGNATURE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// What a compound file holds.
pub(super) enum Contents {
    /// A BIFF workbook with its stream of records, where that can be read.
    Workbook(Option<Vec<u8>>),
    /// Something that is not read.
    Known(Known),
}

/// Streams that tell, most telling first; none stands for a workbook. A document may well contain a workbook as an object,
/// which is why only the streams at the root count.
const TELLING: [(&str, Option<Known>); 7] = [
    ("EncryptedPackage", Some(Known::Encrypted)),
    ("Workbook", None),
    ("Book", None),
    ("WordDocument", Some(Known::OldWord)),
    ("PowerPoint Document", Some(Known::Presentation)),
    ("WpsDocument", Some(Known::OldWord)),
    ("__properties_version1.0", Some(Known::OutlookMail)),
];

/// Tells what a compound file holds by the names of its streams.
pub(super) fn contents(bytes: &[u8], limits: &Limits) -> Contents {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).ok();
    let names: Option<Vec<String>> = file.as_ref().map(|file| {
        file.read_root_storage()
            .map(|entry| entry.name().to_owned())
            .collect()
    });
    let has = |wanted: &str| match &names {
        Some(names) => names.iter().any(|name| name.eq_ignore_ascii_case(wanted)),
        None => has_wide(bytes, wanted),
    };
    match TELLING.iter().find(|(name, _)| has(name)) {
        Some((name, None)) => Contents::Workbook(file.as_mut().and_then(|file| {
            let mut stream = Vec::new();
            file.open_stream(format!("/{name}"))
                .ok()?
                // No stream is larger than its file, unless its chain of sectors runs in a circle.
                .take(limits.get(Limit::PartSize).min(bytes.len() as u64 + 1))
                .read_to_end(&mut stream)
                .ok()?;
            Some(stream)
        })),
        Some((_, Some(known))) => Contents::Known(*known),
        None => Contents::Known(Known::UnknownOle),
    }
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
