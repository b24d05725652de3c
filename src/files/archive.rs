//! Zip archives of reports, read in place and within limits.

use std::io::{Cursor, Read};
use std::sync::Arc;

use encoding_rs::GB18030;
use zip::result::ZipError;

use super::{Opened, Refusal, guard, open_within, refused};
use crate::text::Text;

/// Members an archive may have.
const MEMBERS: usize = 5000;
/// Bytes all members together may unpack to.
const TOTAL: u64 = 1 << 30;
/// Bytes one member may unpack to.
const MEMBER: u64 = 200 << 20;
/// Beyond this size, a member packed more than this many times is a bomb and no document.
const BOMB: (u64, u64) = (20 << 20, 300);
/// Archives inside archives that are opened.
const DEPTH: u32 = 1;

/// What the outermost archive and everything inside it may still spend.
pub(super) struct Budget {
    bytes: u64,
    members: usize,
    depth: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            bytes: TOTAL,
            members: MEMBERS,
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
pub(super) fn open(name: &Arc<str>, bytes: &[u8], budget: &mut Budget) -> Vec<Opened> {
    match members(name, bytes, budget) {
        Ok(opened) => opened,
        Err(refusal) => vec![Opened {
            name: name.clone(),
            outcome: Err(refusal),
        }],
    }
}

fn members(name: &Arc<str>, bytes: &[u8], budget: &mut Budget) -> Result<Vec<Opened>, Refusal> {
    if budget.depth > DEPTH {
        return Err(refused::too_large(
            name,
            "压缩包嵌套超过两层",
            "archives nested more than two deep",
        ));
    }
    let what = Text::new("zip 压缩包", "zip archive");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| refused::damaged(name, &what, &error.to_string()))?;
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
    if wanted.len() > budget.members {
        return Err(refused::too_large(
            name,
            &format!("压缩包内文件超过 {MEMBERS} 个"),
            &format!("more than {MEMBERS} files in the archive"),
        ));
    }
    if wanted.is_empty() {
        return Err(refused::no_members(name));
    }
    budget.members -= wanted.len();
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
    budget: &mut Budget,
) -> Result<Vec<u8>, Refusal> {
    let what = Text::new("压缩包内的文件", "archive member");
    let damaged = |cause: &str| refused::damaged(name, &what, cause);
    let read = guard::quietly(|| {
        let file = match archive.by_index(index) {
            Ok(file) => file,
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => {
                return Err(refused::Known::Encrypted.refusal(name));
            }
            Err(error) => return Err(damaged(&error.to_string())),
        };
        let (packed, size) = (file.compressed_size().max(1), file.size());
        let bomb = size > BOMB.0 && size / packed > BOMB.1;
        if bomb || size > MEMBER || size > budget.bytes {
            return Err(unreasonable(name));
        }
        // The directory may lie about the size; the limit does not.
        let limit = MEMBER.min(budget.bytes);
        let mut bytes = Vec::with_capacity(size.min(1 << 24) as usize);
        file.take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| damaged(&error.to_string()))?;
        if bytes.len() as u64 > limit {
            return Err(unreasonable(name));
        }
        Ok(bytes)
    });
    let bytes = read.unwrap_or_else(|cause| Err(damaged(&cause)))?;
    budget.bytes -= (bytes.len() as u64).min(budget.bytes);
    Ok(bytes)
}

fn unreasonable(name: &Arc<str>) -> Refusal {
    refused::too_large(
        name,
        "解压后大得不合理（可能是压缩炸弹）",
        "unpacks to an unreasonable size (perhaps a zip bomb)",
    )
}
