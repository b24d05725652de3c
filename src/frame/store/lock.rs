//! One writer at a time for each shard.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use super::error::StoreError;
use super::manifest::{FOLDER, Shard};

/// The right to write a shard, given back when dropped or when the process ends in whatever way.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock and writes down who holds it. With `wait`, waits for the one who has it; without, says
    /// who that is.
    pub(super) fn take(
        root: &Path,
        shard: Shard,
        holder: &str,
        wait: bool,
    ) -> Result<Self, StoreError> {
        let path = root.join(FOLDER).join(format!("{shard}.lock"));
        let io = || StoreError::io(&path);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(io())?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) if wait => file.lock().map_err(io())?,
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // On systems with mandatory locks the words cannot be read: then nobody is named.
                let _ = file.read_to_string(&mut holder);
                return Err(StoreError::Busy {
                    path: root.to_path_buf(),
                    holder: holder.trim().to_owned(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(io()(error)),
        }
        file.set_len(0).map_err(io())?;
        file.rewind().map_err(io())?;
        writeln!(file, "{holder}").map_err(io())?;
        Ok(Self { _file: file })
    }
}
