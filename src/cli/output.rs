//! Results on disk: proven writable before long work, written beside and renamed, so that nobody ever
//! opens half a file.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::failure::Failure;
use crate::export::BYTE_ORDER_MARK;

/// A folder results are written to.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// It was made for this run.
    is_new: bool,
    written: Vec<PathBuf>,
}

/// A run that comes to nothing leaves nothing behind.
impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_new && self.written.is_empty() {
            // Only an empty folder can be removed so; whatever else is in it stays.
            let _ = fs::remove_dir(&self.path);
        }
    }
}

impl Folder {
    /// Creates the folder where it does not exist, and proves that files can be written to it.
    ///
    /// # Errors
    /// They cannot.
    pub fn prove(path: &Path) -> Result<Self, Failure> {
        let is_new = !path.exists();
        fs::create_dir_all(path)
            .and_then(|()| NamedTempFile::new_in(path))
            .map_err(|e| Failure::output(path, &e))?;
        Ok(Self {
            path: path.to_path_buf(),
            is_new,
            written: Vec::new(),
        })
    }

    /// Writes a file of this name, which may lie in a folder of its own.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.path.join(name);
        write(&path, |out| out.write_all(bytes))?;
        self.written.push(path);
        Ok(())
    }

    /// Writes a CSV file with the mark that spreadsheet programs need to read it as UTF-8.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write_csv(
        &mut self,
        name: &str,
        rows: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let path = self.path.join(name);
        write_csv(&path, rows)?;
        self.written.push(path);
        Ok(())
    }

    /// Removes a file of an earlier run, where there is one.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove(&mut self, name: &str) -> Result<(), Failure> {
        let path = self.path.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Failure::output(&path, &error))
            }
            _ => Ok(()),
        }
    }

    /// Whether a file of this name was written in this run.
    pub fn has(&self, name: &str) -> bool {
        self.written.contains(&self.path.join(name))
    }

    /// The files written so far.
    pub fn written(&self) -> &[PathBuf] {
        &self.written
    }
}

/// Proves that a file can be written, without touching the one that may be there.
///
/// # Errors
/// It cannot.
pub(super) fn prove_file(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        let error = io::Error::from(io::ErrorKind::IsADirectory);
        return Err(Failure::output(path, &error));
    }
    let folder = folder_of(path);
    fs::create_dir_all(folder)
        .and_then(|()| NamedTempFile::new_in(folder))
        .map_err(|e| Failure::output(path, &e))?;
    Ok(())
}

/// Writes a file beside its place and moves it there when it is whole.
///
/// # Errors
/// It cannot be written.
pub(super) fn write(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let fail = |e: io::Error| Failure::output(path, &e);
    let folder = folder_of(path);
    fs::create_dir_all(folder).map_err(fail)?;
    let mut file = tempfile::Builder::new()
        .prefix(".huizong-")
        .suffix(".tmp")
        .permissions_of_a_new_file()
        .tempfile_in(folder)
        .map_err(fail)?;
    {
        let mut out = io::BufWriter::new(file.as_file_mut());
        content(&mut out).and_then(|()| out.flush()).map_err(fail)?;
    }
    file.persist(path).map_err(|e| fail(e.error))?;
    Ok(())
}

/// Writes a CSV file that spreadsheet programs read as UTF-8.
///
/// # Errors
/// It cannot be written.
pub(super) fn write_csv(
    path: &Path,
    rows: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    write(path, |out| {
        out.write_all(BYTE_ORDER_MARK)?;
        rows(out)
    })
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Temporary files are for their owner only; results are for the office.
trait Permissions {
    fn permissions_of_a_new_file(&mut self) -> &mut Self;
}

impl Permissions for tempfile::Builder<'_, '_> {
    #[cfg(unix)]
    fn permissions_of_a_new_file(&mut self) -> &mut Self {
        use std::os::unix::fs::PermissionsExt;
        // What the system takes away from it (umask) it takes away here as well.
        self.permissions(fs::Permissions::from_mode(0o666))
    }

    #[cfg(not(unix))]
    fn permissions_of_a_new_file(&mut self) -> &mut Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.csv");
        write_csv(&path, |out| out.write_all(b"x\n")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"\xEF\xBB\xBFx\n");
        let failed = write(&path, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("no more"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"\xEF\xBB\xBFx\n");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_a_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::write(&path, "").unwrap();
        assert!(Folder::prove(&path).is_err());
        assert!(prove_file(&path.join("x.csv")).is_err());
    }
}
