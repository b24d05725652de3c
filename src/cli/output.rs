//! Results on disk: proven writable before long work, written aside, and moved to their places together when all of them are
//! whole, so that nobody ever opens half a file or half a result.

use std::fs::{self, File};
use std::io::{self, Write};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tempfile::TempDir;

use super::failure::Failure;
use super::interrupt;
use super::leftovers::{self, PREFIX};
use super::moves::{Plan, folder_of, sync_folder};
use crate::export::BYTE_ORDER_MARK;
use crate::filename::FileNames;

/// How the name aside of a file begins that is still being filled.
const OPEN: &str = "open-";
/// How many files are brought down to the disk at once.
const SYNCED_AT_ONCE: usize = 16;

/// A folder results are written to. They stand there after [`Folder::commit`], and not before.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// It was made for this run.
    is_new: bool,
    /// Where results lie until they are committed: a hidden folder inside, on the same file system.
    aside: Option<Aside>,
    /// For each place below the folder what comes there, by its name aside; none where a file of an earlier run goes.
    changes: Vec<(Option<String>, String)>,
    written: Vec<PathBuf>,
    committed: bool,
    names: FileNames,
}

#[derive(Debug)]
struct Aside {
    folder: TempDir,
    /// Held while this run lives; what nobody holds is a leftover.
    _lock: File,
}

impl Drop for Aside {
    fn drop(&mut self) {
        interrupt::gone(self.folder.path());
    }
}

/// A result on its way.
#[derive(Debug)]
pub(super) struct OpenFile {
    /// Where to write.
    pub out: io::BufWriter<File>,
    /// Its name among the results.
    name: String,
    /// Where it will stand.
    pub place: PathBuf,
}

/// A run that comes to nothing leaves nothing behind.
impl Drop for Folder {
    fn drop(&mut self) {
        self.aside = None;
        if self.is_new && !self.committed {
            // Only an empty folder can be removed so; whatever else is in it stays.
            let _ = fs::remove_dir(&self.path);
        }
    }
}

impl Folder {
    /// Creates the folder where it does not exist, and proves that files can be written to it. Leftovers of a run that was
    /// killed are removed.
    ///
    /// # Errors
    /// They cannot.
    pub fn prove(path: &Path) -> Result<Self, Failure> {
        let is_new = !path.exists();
        let aside = fs::create_dir_all(path)
            .and_then(|()| {
                leftovers::sweep(path);
                tempfile::Builder::new().prefix(PREFIX).tempdir_in(path)
            })
            .and_then(|folder| {
                interrupt::aside(folder.path());
                let lock = leftovers::hold(folder.path())?;
                Ok(Aside {
                    folder,
                    _lock: lock,
                })
            })
            .map_err(|e| Failure::output(path, &e))?;
        if is_new {
            interrupt::made(path);
        }
        Ok(Self {
            path: path.to_path_buf(),
            is_new,
            aside: Some(aside),
            changes: Vec::new(),
            written: Vec::new(),
            committed: false,
            names: FileNames::default(),
        })
    }

    /// Writes a file of this name, which may lie in a folder of its own.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        self.write_with(name, |out| out.write_all(bytes))
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
        self.write_with(name, |out| {
            out.write_all(BYTE_ORDER_MARK)?;
            rows(out)
        })
    }

    /// Writes a file whose content comes in pieces.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write_with(
        &mut self,
        name: &str,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let place = self.path.join(name);
        let Some(aside) = &self.aside else {
            let error = io::Error::other("committed already");
            return Err(Failure::output(&place, &error));
        };
        let new = self.changes.len().to_string();
        let path = aside.folder.path().join(&new);
        let written = File::create(path).and_then(|file| {
            let mut out = io::BufWriter::new(file);
            content(&mut out).and_then(|()| out.flush())
        });
        written.map_err(|e| Failure::output(&place, &e))?;
        self.written.push(place);
        self.changes.push((Some(new), name.to_owned()));
        Ok(())
    }

    /// Begins a CSV file that is filled while others are written; [`Folder::close`] makes it a result.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn open_csv(&mut self, name: &str) -> Result<OpenFile, Failure> {
        let place = self.path.join(name);
        let fail = |error: io::Error| Failure::output(&place, &error);
        let Some(aside) = &self.aside else {
            return Err(fail(io::Error::other("committed already")));
        };
        let path = aside.folder.path().join(format!("{OPEN}{name}"));
        let mut out = io::BufWriter::new(File::create(path).map_err(fail)?);
        out.write_all(BYTE_ORDER_MARK).map_err(fail)?;
        let name = name.to_owned();
        Ok(OpenFile { out, name, place })
    }

    /// Takes a file that was begun among the results.
    ///
    /// # Errors
    /// It cannot be written to the end.
    pub fn close(&mut self, file: OpenFile) -> Result<(), Failure> {
        let OpenFile { out, name, place } = file;
        (out.into_inner().map_err(io::IntoInnerError::into_error))
            .map_err(|error| Failure::output(&place, &error))?;
        self.written.push(place);
        self.changes.push((Some(format!("{OPEN}{name}")), name));
        Ok(())
    }

    /// Removes a file of an earlier run, where there is one.
    pub fn remove(&mut self, name: &str) {
        if self.path.join(name).exists() {
            self.changes.push((None, name.to_owned()));
        }
    }

    /// The name of the files called after somebody; see [`FileNames::give`].
    pub fn name_for(&mut self, identity: &str, name: &str, ending: &str) -> String {
        self.names.give(identity, name, ending)
    }

    /// The files written so far.
    pub fn written(&self) -> &[PathBuf] {
        &self.written
    }

    /// Brings the files that lie aside down to the disk, many at once, for the disk takes those that wait together: a name
    /// must never outlive the power for want of its content.
    fn sync(&self, aside: &Path, changes: &[(Option<String>, String)]) -> Result<(), Failure> {
        let files: Vec<(&String, &String)> = (changes.iter())
            .filter_map(|(new, place)| Some((new.as_ref()?, place)))
            .collect();
        let next = AtomicUsize::new(0);
        let work = || -> Result<(), Failure> {
            while let Some((new, place)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                let file = File::options().write(true).open(aside.join(new));
                file.and_then(|file| file.sync_all())
                    .map_err(|error| Failure::output(&self.path.join(place), &error))?;
            }
            Ok(())
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..files.len().min(SYNCED_AT_ONCE))
                .map(|_| scope.spawn(work))
                .collect();
            (workers.into_iter())
                .try_for_each(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
        })
    }

    /// Moves everything to its place, all or nothing: where one file cannot be moved (it is open in another program), those
    /// that were moved before it go back. What a kill leaves half done, the next run finishes.
    ///
    /// # Errors
    /// Something cannot be moved; then everything is as it was.
    pub fn commit(&mut self) -> Result<(), Failure> {
        let Some(mut aside) = self.aside.take() else {
            return Ok(());
        };
        let changes = std::mem::take(&mut self.changes);
        self.sync(aside.folder.path(), &changes)?;
        let plan = Plan::new(&self.path, aside.folder.path(), &changes);
        let moved = interrupt::moving(&self.path, || plan.carry_out(&mut || ()));
        if let Err((place, error)) = moved {
            let is_open_ended = plan.is_open_ended();
            aside.folder.disable_cleanup(is_open_ended);
            return Err(Failure::output(&place, &error));
        }
        self.committed = true;
        Ok(())
    }
}

/// Proves that a file can be written, without touching the one that may be there.
///
/// # Errors
/// It cannot.
pub(super) fn prove_file(path: &Path) -> Result<(), Failure> {
    let fail = |e: io::Error| Failure::output(path, &e);
    if path.is_dir() {
        return Err(fail(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    if is_device(path) {
        return Ok(());
    }
    let folder = folder_of(path);
    fs::create_dir_all(folder).map_err(fail)?;
    leftovers::sweep(folder);
    leftovers::file_in(folder).map_err(fail)?;
    Ok(())
}

/// Something that is written to and never replaced: a device or a pipe.
fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir())
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
    if is_device(path) {
        let opened = File::options().write(true).open(path);
        return opened
            .and_then(|mut file| {
                let mut out = io::BufWriter::new(&mut file);
                content(&mut out).and_then(|()| out.flush())
            })
            .map_err(fail);
    }
    // A link stays one: its target is what is written.
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = folder_of(&place);
    fs::create_dir_all(folder).map_err(fail)?;
    let mut file = leftovers::file_in(folder).map_err(fail)?;
    interrupt::aside(file.path());
    let aside = file.path().to_path_buf();
    let written = fill(file.as_file_mut(), content).and_then(|()| {
        interrupt::moving(path, || {
            if place.is_dir() {
                return Err(io::Error::from(io::ErrorKind::IsADirectory));
            }
            file.persist(&place).map(drop).map_err(|e| e.error)
        })
    });
    interrupt::gone(&aside);
    written.map_err(fail)?;
    sync_folder(folder);
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

/// Fills a file down to the disk: a name must never outlive the power for want of its content.
fn fill(file: &mut File, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = io::BufWriter::new(&mut *file);
    content(&mut out).and_then(|()| out.flush())?;
    drop(out);
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

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
        assert_eq!(names(path.parent().unwrap()), ["b.csv"]);
    }

    #[test]
    fn a_folder_that_is_a_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::write(&path, "").unwrap();
        assert!(Folder::prove(&path).is_err());
        assert!(prove_file(&path.join("x.csv")).is_err());
    }

    #[test]
    fn all_files_stand_there_after_the_commit_and_none_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let mut out = Folder::prove(&path).unwrap();
        out.write("a.csv", b"new").unwrap();
        out.write("notices/b.csv", b"new").unwrap();
        assert!(!path.join("a.csv").exists());
        drop(out);
        assert!(!path.exists());
        let mut out = Folder::prove(&path).unwrap();
        out.write("a.csv", b"new").unwrap();
        out.write("notices/b.csv", b"new").unwrap();
        out.commit().unwrap();
        drop(out);
        assert_eq!(names(&path), ["a.csv", "notices"]);
    }

    #[test]
    fn one_file_that_cannot_be_moved_leaves_all_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        fs::create_dir_all(path.join("c.csv/in-the-way")).unwrap();
        for name in ["a.csv", "old.csv"] {
            fs::write(path.join(name), "old").unwrap();
        }
        let mut out = Folder::prove(&path).unwrap();
        out.write("a.csv", b"new").unwrap();
        out.write("b.csv", b"new").unwrap();
        out.remove("old.csv");
        out.write("c.csv", b"new").unwrap();
        let failure = out.commit().unwrap_err();
        assert!(failure.text().en.contains("c.csv"), "{failure:?}");
        drop(out);
        assert_eq!(names(&path), ["a.csv", "c.csv", "old.csv"]);
        assert_eq!(fs::read(path.join("a.csv")).unwrap(), b"old");
        assert_eq!(fs::read(path.join("old.csv")).unwrap(), b"old");
    }

    #[test]
    fn leftovers_of_a_killed_run_go_and_those_of_a_living_one_stay() {
        let folder = tempfile::tempdir().unwrap();
        let killed = folder.path().join(".huizong-killed");
        fs::create_dir(&killed).unwrap();
        fs::write(killed.join("lock"), "").unwrap();
        fs::write(killed.join("0"), "half").unwrap();
        let living = Folder::prove(folder.path()).unwrap();
        assert!(!killed.exists());
        let mut second = Folder::prove(folder.path()).unwrap();
        assert_eq!(names(folder.path()).len(), 2);
        second.write("a.csv", b"x").unwrap();
        second.commit().unwrap();
        drop((living, second));
        assert_eq!(names(folder.path()), ["a.csv"]);
    }
}
