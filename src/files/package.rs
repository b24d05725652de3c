//! Zip containers of office documents: their parts, unpacked within limits.

use std::io::Read;

use super::limits::{Limit, Limits, Over};
use super::sniff::Package;

/// Deflate cannot pack tighter than this, whatever a directory says.
const TIGHTEST: u64 = 1032;

/// Whether a package with all its parts keeps within the limits. Its directory may lie; where a lie could matter, the
/// parts are unpacked and counted.
///
/// # Errors
/// The limit that it goes beyond.
pub(super) fn check(package: &mut Package<'_>, limits: &Limits) -> Result<(), Over> {
    limits.check(Limit::Members, package.len() as u64)?;
    let mut total = 0_u64;
    let mut possible = (0_u64, 0_u64);
    for index in 0..package.len() {
        let Ok(entry) = package.by_index_raw(index) else {
            continue;
        };
        let (packed, size) = (entry.compressed_size(), entry.size());
        check_part(packed, size, limits)?;
        total = total.saturating_add(size);
        let most = packed.saturating_mul(TIGHTEST);
        possible = (possible.0.max(most), possible.1.saturating_add(most));
    }
    limits.check(Limit::TotalSize, total)?;
    if possible.0 <= limits.get(Limit::PartSize) && possible.1 <= limits.get(Limit::TotalSize) {
        return Ok(());
    }
    let mut total = 0_u64;
    for index in 0..package.len() {
        let Ok(entry) = package.by_index(index) else {
            continue;
        };
        let packed = entry.compressed_size();
        let size = count(entry, limits)?;
        check_part(packed, size, limits)?;
        total = total.saturating_add(size);
        limits.check(Limit::TotalSize, total)?;
    }
    Ok(())
}

/// Whether one part is of a reasonable size, and not packed as only bombs are.
///
/// # Errors
/// The limit that it goes beyond.
pub(super) fn check_part(packed: u64, size: u64, limits: &Limits) -> Result<(), Over> {
    limits.check(Limit::PartSize, size)?;
    if size > limits.get(Limit::RatioFrom) {
        limits.check(Limit::Ratio, size / packed.max(1))?;
    }
    Ok(())
}

/// Bytes a part unpacks to; damage ends it, as it will for its reader.
fn count(mut part: impl Read, limits: &Limits) -> Result<u64, Over> {
    let mut buffer = vec![0; 1 << 16];
    let mut size = 0_u64;
    while let Ok(read @ 1..) = part.read(&mut buffer) {
        size += read as u64;
        if size > limits.get(Limit::PartSize) {
            return Err(limits.beyond(Limit::PartSize));
        }
    }
    Ok(size)
}

/// One part of a package, unpacked.
pub(super) fn part(package: &mut Package<'_>, path: &str, limits: &Limits) -> Option<Vec<u8>> {
    let index = package.index_for_name(path).or_else(|| {
        let wanted = path.replace('\\', "/");
        (0..package.len()).find(|index| {
            package.by_index_data(*index).is_ok_and(|entry| {
                String::from_utf8_lossy(entry.name_raw())
                    .replace('\\', "/")
                    .eq_ignore_ascii_case(&wanted)
            })
        })
    })?;
    let file = package.by_index(index).ok()?;
    let mut bytes = Vec::with_capacity(file.size().min(1 << 24) as usize);
    (file.take(limits.get(Limit::PartSize)))
        .read_to_end(&mut bytes)
        .ok()?;
    Some(bytes)
}
