//! Zip archives of reports, read in place and within limits.

use std::io::{Cursor, Read};
use std::sync::Arc;

use encoding_rs::GB18030;
use zip::result::ZipError;

use super::limits::{Limit, Limits, Over};
use super::{Opened, Refusal, guard, open_within, package, refused};
use crate::text::Text;

/// What the outermost archive and everything inside it have spent.
pub(super) struct Budget<'a> {
    pub limits: &'a Limits,
    bytes: u64,
    members: u64,
    depth: u64,
}

impl<'a> Budget<'a> {
    pub fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            bytes: 0,
            members: 0,
            depth: 0,
        }
    }
}

/// Whether a name is one of the files that systems and programs leave behind: hidden and lock files, resource forks, thumbnails.
///
/// ```
/// use huizong::files::is_clutter;
/// assert!(is_clutter("县/~$北镇.docx") && is_clutter("__MACOSX/._a.xlsx") && is_clutter(".DS_Store"));
/// assert!(!is_clutter("县/北镇.docx"));
/// ```
pub fn is_clutter(path: &str) -> bool {
    const LEFT: [&str; 3] = ["thumbs.db", "desktop.ini", "__macosx"];
    path.split(['/', '\\']).any(|part| {
        (part.starts_with('.') && part.len() > 1 && part != "..")
            || part.starts_with("~$")
            || part.starts_with(".~")
            || LEFT.contains(&part.to_ascii_lowercase().as_str())
    })
}

/// Opens the members of an archive, in the order of their names.
pub(super) fn open(name: &Arc<str>, bytes: &[u8], budget: &mut Budget<'_>) -> Vec<Opened> {
    match members(name, bytes, budget) {
        Ok(opened) => opened,
        Err(refusal) => vec![Opened {
            name: name.clone(),
            outcome: Err(refusal),
        }],
    }
}

fn members(name: &Arc<str>, bytes: &[u8], budget: &mut Budget<'_>) -> Result<Vec<Opened>, Refusal> {
    let limits = budget.limits;
    let over = |over: Over| over.refusal(name);
    (limits.check(Limit::ArchiveDepth, budget.depth + 1)).map_err(over)?;
    let what = Text::new("zip 压缩包", "zip archive");
    let mut archive = guard::quietly(|| zip::ZipArchive::new(Cursor::new(bytes)))
        .and_then(|archive| archive.map_err(|error| error.to_string()))
        .map_err(|cause| refused::damaged(name, &what, &cause))?;
    // Folders and clutter count too: looking at them takes time all the same.
    budget.members += archive.len() as u64;
    (limits.check(Limit::Members, budget.members)).map_err(over)?;
    let mut wanted = Vec::new();
    for index in 0..archive.len() {
        let Ok(entry) = archive.by_index_raw(index) else {
            continue;
        };
        let member = member_name(entry.name_raw());
        if !entry.is_dir() && !member.ends_with('/') && !is_clutter(&member) {
            wanted.push((member, index));
        }
    }
    if wanted.is_empty() {
        return Err(refused::no_members(name));
    }
    wanted.sort();
    budget.depth += 1;
    let mut opened = Vec::with_capacity(wanted.len());
    for (member, index) in wanted {
        let full: Arc<str> = format!("{name}!/{member}").into();
        match unpack(&full, &mut archive, index, budget) {
            Ok(bytes) => opened.extend(open_within(full, &bytes, budget)),
            Err(refusal) => opened.push(Opened {
                name: full,
                outcome: Err(refusal),
            }),
        }
    }
    budget.depth -= 1;
    Ok(opened)
}

/// A member's name: UTF-8 where its bytes are, GB18030 otherwise, as Chinese Windows packs them.
fn member_name(raw: &[u8]) -> String {
    let name = match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) => GB18030.decode_without_bom_handling(raw).0.into_owned(),
    };
    name.replace('\\', "/")
}

fn unpack(
    name: &Arc<str>,
    archive: &mut zip::ZipArchive<Cursor<&[u8]>>,
    index: usize,
    budget: &mut Budget<'_>,
) -> Result<Vec<u8>, Refusal> {
    let what = Text::new("压缩包内的文件", "archive member");
    let damaged = |cause: &str| refused::damaged(name, &what, cause);
    let (limits, spent) = (budget.limits, budget.bytes);
    let read = guard::quietly(|| {
        let file = match archive.by_index(index) {
            Ok(file) => file,
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => {
                return Err(refused::Known::Encrypted.refusal(name));
            }
            Err(error) => return Err(damaged(&error.to_string())),
        };
        let (packed, size) = (file.compressed_size(), file.size());
        let fits = |size: u64| {
            package::check_part(packed, size, limits)
                .and_then(|()| limits.check(Limit::TotalSize, spent.saturating_add(size)))
                .map_err(|over| over.refusal(name))
        };
        fits(size)?;
        // The directory may lie about the size; the limit does not.
        let most = (limits.get(Limit::PartSize)).min(limits.get(Limit::TotalSize) - spent);
        let mut bytes = Vec::with_capacity(size.min(1 << 24) as usize);
        file.take(most + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| damaged(&error.to_string()))?;
        fits(bytes.len() as u64)?;
        Ok(bytes)
    });
    let bytes = read.unwrap_or_else(|cause| Err(damaged(&cause)))?;
    budget.bytes += bytes.len() as u64;
    Ok(bytes)
}
