//! What a killed run leaves beside its results: told from what a living one is writing by a lock, and removed.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::Duration;

use tempfile::NamedTempFile;

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
            Ok(kind) if kind.is_dir() && is_left(&path, Some(LOCK)) => {
                let _ = fs::remove_dir_all(&path);
            }
            Ok(kind) if kind.is_file() && is_left(&path, None) => {
                let _ = fs::remove_file(&path);
            }
            _ => {}
        }
    }
}

/// Whether nobody holds the lock; without one, whether it has been there for more than a moment.
fn is_left(path: &Path, lock: Option<&str>) -> bool {
    let old = || {
        let modified = path.metadata().and_then(|about| about.modified());
        modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > MOMENT))
    };
    match lock.map(|name| path.join(name)) {
        Some(lock) if lock.is_file() => File::open(lock).is_ok_and(|file| file.try_lock().is_ok()),
        Some(_) => old(),
        None => old() && File::open(path).is_ok_and(|file| file.try_lock().is_ok()),
    }
}
