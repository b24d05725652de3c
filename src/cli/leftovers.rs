//! What a killed run leaves beside its results: told from what a living one is writing by a lock, and removed. What it was
//! about to move to its place is moved first ([`super::moves`]).

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::Duration;

use tempfile::NamedTempFile;

use super::moves;

/// How the names of everything begin that is on its way: hidden, so that readers pass it over.
pub(super) const PREFIX: &str = ".huizong-";
/// The file inside a folder of results on their way that is locked while its run lives.
const LOCK: &str = "lock";
/// A file may be there for a moment before its lock.
const MOMENT: Duration = Duration::from_secs(60);

/// Locks a new folder of results on their way. The lock appears locked: nobody can find it otherwise.
pub(super) fn hold(folder: &Path) -> io::Result<File> {
    let early = folder.join("locking");
    let file = File::create(&early)?;
    // Without locks on this file system, only old leftovers are told.
    let _ = file.try_lock();
    fs::rename(early, folder.join(LOCK))?;
    Ok(file)
}

/// A new file on its way, locked.
pub(super) fn file_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are for their owner only; results are for the office. What the system takes away from it
        // (umask) it takes away here as well.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder)?;
    let _ = file.as_file().try_lock();
    Ok(file)
}

/// Removes what killed runs have left in a folder. What cannot be removed stays: it is hidden and does no harm.
pub(super) fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => sweep_folder(folder, &path),
            Ok(kind) if kind.is_file() && is_old(&path) && lock(&path).is_some() => {
                let _ = fs::remove_file(&path);
            }
            _ => {}
        }
    }
}

fn sweep_folder(folder: &Path, aside: &Path) {
    let lock_file = aside.join(LOCK);
    if lock_file.is_file() {
        // Held while its moves are finished, so that no other run does the same.
        if let Some(_held) = lock(&lock_file)
            && moves::resume(folder, aside)
        {
            let _ = fs::remove_dir_all(aside);
        }
    } else if is_old(aside) {
        let _ = fs::remove_dir_all(aside);
    }
}

/// A lock that nobody holds.
fn lock(path: &Path) -> Option<File> {
    let file = File::open(path).ok()?;
    file.try_lock().is_ok().then_some(file)
}

/// Whether it has been there for more than a moment.
fn is_old(path: &Path) -> bool {
    let modified = path.metadata().and_then(|about| about.modified());
    modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > MOMENT))
}
