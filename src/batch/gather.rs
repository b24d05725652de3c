//! Inputs as given → files to be read.

use std::collections::BTreeSet;
use std::fs::FileType;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use walkdir::WalkDir;

use super::kept::{Kept, Words};
use crate::text::Text;

/// Where the bytes of a source come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Standard,
    /// A folder that is a store of reports.
    Store(PathBuf),
    /// A file that is kept for something else.
    Kept(Kept),
    /// Nothing can be read there; why.
    Missing(Text),
    /// Something that is no file of reports, and is never opened; why.
    Aside(Text),
}

/// One thing to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name the user knows it by.
    pub name: Arc<str>,
    /// Where it is.
    pub origin: Origin,
    /// When it was last changed, where that is known.
    pub modified: Option<SystemTime>,
}

/// What was found under the inputs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gathered {
    /// The sources, by name.
    pub sources: Vec<Source>,
    /// Files that are kept for something, with how deep below an input folder they lie (1 is its top), in
    /// the order found.
    pub kept: Vec<(Kept, usize, PathBuf)>,
    /// The name of the first input folder.
    pub folder: Option<String>,
    /// Folders that were not entered because they hold results of an earlier run.
    pub results: Vec<PathBuf>,
}

impl Gathered {
    /// The file that is kept for something: the one at the top of an input folder, else the only one there is.
    pub fn the(&self, role: Kept) -> Option<&Path> {
        let mut files = self.kept.iter().filter(|(kept, _, _)| *kept == role);
        let top = files.clone().find(|(_, depth, _)| *depth == 1);
        let only = files.next().filter(|_| files.next().is_none());
        top.or(only).map(|(_, _, path)| path.as_path())
    }
}

/// How files are called in the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paths {
    /// As the user named them, with the input before them.
    #[default]
    Whole,
    /// Only from the input folder on, so that no folder of the user's appears anywhere.
    Redacted,
}

/// Finds the files under the inputs: a file as it is, a folder with everything below it, `-` for standard
/// input, a folder of which `is_store` holds as one source.
///
/// Hidden files, lock files and folders with results of an earlier run are left out; so is everything in
/// `apart`. A file reached twice counts once. What is no file (a device, a pipe, a socket) is listed and never opened. A
/// link inside of a folder is followed where it leads to something under the inputs, which is read once; one that leads
/// out is not, and is listed as unreadable, for a report may be missing.
pub fn gather(
    inputs: &[PathBuf],
    apart: &[PathBuf],
    paths: Paths,
    is_store: impl Fn(&Path) -> bool,
) -> Gathered {
    let mut walk = Walk {
        found: Gathered::default(),
        seen: BTreeSet::new(),
        apart: apart.iter().filter_map(|p| p.canonicalize().ok()).collect(),
        roots: inputs
            .iter()
            .filter_map(|p| p.canonicalize().ok())
            .collect(),
        links: Vec::new(),
        paths,
        several: inputs.len() > 1,
        names: BTreeSet::new(),
        root: PathBuf::new(),
    };
    for input in inputs {
        walk.root.clone_from(input);
        if input.as_os_str() == "-" {
            walk.push(Arc::from("-"), Origin::Standard, None);
        } else if !input.exists() {
            let why = Text::new("没有这个文件或文件夹", "there is no such file or folder");
            walk.refer(input, Origin::Missing(why));
        } else if input.is_dir() {
            let named = || {
                Some(
                    input
                        .canonicalize()
                        .ok()?
                        .file_name()?
                        .to_string_lossy()
                        .into(),
                )
            };
            walk.found.folder = walk.found.folder.take().or_else(named);
            if is_store(input) {
                walk.refer(input, Origin::Store(input.clone()));
            } else {
                walk.folder(input, &is_store);
            }
        } else {
            let name = input.file_name().unwrap_or_default().to_string_lossy();
            walk.entry(input, &name, 1);
        }
    }
    walk.follow();
    // The same files give the same results in whatever order they were named.
    (walk.found.sources).sort_by(|a, b| a.name.split('/').cmp(b.name.split('/')));
    walk.found
}

struct Walk {
    found: Gathered,
    /// True paths of all files found.
    seen: BTreeSet<PathBuf>,
    apart: Vec<PathBuf>,
    /// True paths of the inputs.
    roots: Vec<PathBuf>,
    /// Links under the inputs, with the input they were found under.
    links: Vec<(PathBuf, PathBuf)>,
    paths: Paths,
    several: bool,
    /// Names given already.
    names: BTreeSet<Arc<str>>,
    /// The input under way.
    root: PathBuf,
}

impl Walk {
    fn push(&mut self, name: Arc<str>, origin: Origin, modified: Option<SystemTime>) {
        self.names.insert(name.clone());
        self.found.sources.push(Source {
            name,
            origin,
            modified,
        });
    }

    /// Lists something that is at a path.
    fn refer(&mut self, path: &Path, origin: Origin) {
        let name = self.name_of(path);
        self.push(name, origin, None);
    }

    /// The name of what is at a path, as it stands in all results.
    fn name_of(&self, path: &Path) -> Arc<str> {
        if self.paths == Paths::Whole {
            return name_of(path);
        }
        let below =
            (path.strip_prefix(&self.root).ok()).filter(|rest| !rest.as_os_str().is_empty());
        let root = self
            .root
            .canonicalize()
            .unwrap_or_else(|_| self.root.clone());
        let own = root.file_name().map(PathBuf::from).unwrap_or_default();
        let short = match below {
            Some(below) if self.several => own.join(below),
            Some(below) => below.to_path_buf(),
            None => own,
        };
        let short = name_of(&short);
        let mut name = short.clone();
        let mut number = 1;
        while self.names.contains(&name) {
            number += 1;
            name = format!("{number}/{short}").into();
        }
        name
    }

    /// Whether a path is met for the first time.
    fn is_new(&mut self, path: &Path) -> bool {
        match path.canonicalize() {
            Ok(path) => self.seen.insert(path),
            Err(_) => true,
        }
    }

    fn file(&mut self, path: PathBuf) {
        if !self.is_new(&path) {
            return;
        }
        let about = path.metadata().ok();
        let modified = about.as_ref().and_then(|about| about.modified().ok());
        let name = self.name_of(&path);
        self.push(name, Origin::File(path), modified);
    }

    fn folder(&mut self, root: &Path, is_store: &impl Fn(&Path) -> bool) {
        let mut walker = WalkDir::new(root).sort_by_file_name().into_iter();
        while let Some(entry) = walker.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(root).to_path_buf();
                    self.refer(&path, Origin::Missing(no_entry(&error)));
                    continue;
                }
            };
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy());
            let is_dir = entry.file_type().is_dir();
            let below = entry.depth() > 0;
            if below && (Words::get().skips(&name) || self.is_apart(path)) {
                if is_dir {
                    walker.skip_current_dir();
                }
            } else if below && entry.path_is_symlink() {
                self.links.push((path.to_path_buf(), root.to_path_buf()));
            } else if is_dir && below && holds_results(path) {
                self.found.results.push(path.to_path_buf());
                walker.skip_current_dir();
            } else if is_dir && below && is_store(path) {
                self.refer(path, Origin::Store(path.to_path_buf()));
                walker.skip_current_dir();
            } else if entry.file_type().is_file() {
                self.entry(path, &name, entry.depth());
            } else if !is_dir {
                self.refer(path, Origin::Aside(special(entry.file_type())));
            }
        }
    }

    fn entry(&mut self, path: &Path, name: &str, depth: usize) {
        let Some(kept) = Kept::by_name(name) else {
            return self.file(path.to_path_buf());
        };
        if self.is_new(path) {
            self.refer(path, Origin::Kept(kept));
            self.found.kept.push((kept, depth, path.to_path_buf()));
        }
    }

    /// Deals with the links, once it is known what is found without them.
    fn follow(&mut self) {
        for (link, root) in std::mem::take(&mut self.links) {
            self.root = root;
            let inside = |target: &PathBuf| self.roots.iter().any(|root| target.starts_with(root));
            let target = link.canonicalize();
            match target {
                Err(error) => {
                    let why = Text::new(
                        format!("链接无法打开（{error}）；请放入文件本身"),
                        format!("a link that leads nowhere ({error}); add the file itself"),
                    );
                    self.refer(&link, Origin::Missing(why));
                }
                Ok(target) if !inside(&target) => {
                    let why = Text::new(
                        "链接指向输入文件夹之外，没有打开；确需读取时，请把它指向的文件或文件夹也列为输入",
                        "a link that leads out of the input folder and was not followed; to read what it leads to, name that as an input too",
                    );
                    self.refer(&link, Origin::Missing(why));
                }
                Ok(target) if target.is_file() && !self.seen.contains(&target) => self.file(link),
                Ok(target) => {
                    let kind = target.metadata().map(|about| about.file_type());
                    let why = match kind {
                        Ok(kind) if !kind.is_file() && !kind.is_dir() => special(kind),
                        _ => Text::new(
                            "指向输入文件夹之内的链接，所指内容在其本来位置处理",
                            "a link to something under the inputs, which is dealt with where it stands",
                        ),
                    };
                    self.refer(&link, Origin::Aside(why));
                }
            }
        }
    }

    fn is_apart(&self, path: &Path) -> bool {
        !self.apart.is_empty() && (path.canonicalize()).is_ok_and(|path| self.apart.contains(&path))
    }
}

/// Why something in a folder could not be looked at.
fn no_entry(error: &walkdir::Error) -> Text {
    let cause = (error.io_error()).map_or_else(|| error.to_string(), ToString::to_string);
    Text::new(
        format!("无法打开（{cause}）；请检查权限，其中可能有年报"),
        format!("cannot be opened ({cause}); check the permissions, there may be reports in it"),
    )
}

/// Why something that is neither a file nor a folder is left alone.
fn special(kind: FileType) -> Text {
    let (zh, en) = special_name(kind);
    Text::new(
        format!("是{zh}，不是文件，没有打开"),
        format!("{en}, no file, and was not opened"),
    )
}

#[cfg(unix)]
fn special_name(kind: FileType) -> (&'static str, &'static str) {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        ("管道", "a pipe")
    } else if kind.is_socket() {
        ("套接字", "a socket")
    } else if kind.is_block_device() || kind.is_char_device() {
        ("设备", "a device")
    } else {
        ("特殊文件", "a special file")
    }
}

#[cfg(not(unix))]
fn special_name(_: FileType) -> (&'static str, &'static str) {
    ("特殊文件", "a special file")
}

/// A folder that this program has written results to: its own manifest lies there.
fn holds_results(folder: &Path) -> bool {
    folder.join("inputs.csv").is_file() && folder.join("findings.json").is_file()
}

/// The path as people write it, with forward slashes. Bytes that are no characters are written as `\\xE9`, so that no two
/// files get one name.
fn name_of(path: &Path) -> Arc<str> {
    let mut name = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        name.push_str(chunk.valid());
        for byte in chunk.invalid() {
            name.push_str(&format!("\\x{byte:02X}"));
        }
    }
    if cfg!(windows) {
        name = name.replace('\\', "/");
    }
    Arc::from(name.strip_prefix("./").unwrap_or(&name))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn touch(root: &Path, names: &[&str]) {
        for name in names {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
    }

    #[test]
    fn a_folder_is_walked_by_name_without_what_is_no_report() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("河口县");
        touch(
            &root,
            &[
                "b.xlsx",
                "a/z.txt",
                "a/units.csv",
                ".hidden/x.csv",
                "~$b.xlsx",
                "units.csv",
                "old/inputs.csv",
                "old/findings.json",
                "out/x.xlsx",
            ],
        );
        let inputs = [root.clone(), root.join("b.xlsx"), root.join("absent")];
        let found = gather(&inputs, &[root.join("out")], Paths::Whole, |_| false);
        let short: Vec<&str> = (found.sources.iter())
            .map(|s| {
                s.name
                    .strip_prefix(&format!("{}/", root.display()))
                    .unwrap()
            })
            .collect();
        assert_eq!(
            short,
            ["a/units.csv", "a/z.txt", "absent", "b.xlsx", "units.csv"]
        );
        assert_eq!(found.sources[0].origin, Origin::Kept(Kept::Units));
        assert!(matches!(found.sources[2].origin, Origin::Missing(_)));
        assert_eq!(found.the(Kept::Units), Some(&*root.join("units.csv")));
        assert_eq!(found.the(Kept::Corrections), None);
        assert_eq!(found.folder.as_deref(), Some("河口县"));
        assert_eq!(found.results, [root.join("old")]);
    }
}
