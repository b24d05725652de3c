//! Inputs as given → files to be read.

use std::collections::BTreeSet;
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
    /// The sources, in the order of the inputs, a folder's files by name.
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

/// Finds the files under the inputs: a file as it is, a folder with everything below it, `-` for standard
/// input, a folder of which `is_store` holds as one source.
///
/// Hidden files, lock files and folders with results of an earlier run are left out; so is everything in
/// `apart`. A file reached twice counts once.
pub fn gather(inputs: &[PathBuf], apart: &[PathBuf], is_store: impl Fn(&Path) -> bool) -> Gathered {
    let mut walk = Walk {
        found: Gathered::default(),
        seen: BTreeSet::new(),
        apart: apart.iter().filter_map(|p| p.canonicalize().ok()).collect(),
    };
    for input in inputs {
        if input.as_os_str() == "-" {
            walk.push(Arc::from("-"), Origin::Standard, None);
        } else if !input.exists() {
            let why = Text::new("没有这个文件或文件夹", "there is no such file or folder");
            walk.push(name_of(input), Origin::Missing(why), None);
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
                walk.push(name_of(input), Origin::Store(input.clone()), None);
            } else {
                walk.folder(input, &is_store);
            }
        } else {
            walk.file(input.clone());
        }
    }
    walk.found
}

struct Walk {
    found: Gathered,
    seen: BTreeSet<PathBuf>,
    apart: Vec<PathBuf>,
}

impl Walk {
    fn push(&mut self, name: Arc<str>, origin: Origin, modified: Option<SystemTime>) {
        self.found.sources.push(Source {
            name,
            origin,
            modified,
        });
    }

    /// Whether a path is met for the first time.
    fn is_new(&mut self, path: &Path) -> bool {
        match path.canonicalize() {
            Ok(path) => self.seen.insert(path),
            Err(_) => true,
        }
    }

    fn file(&mut self, path: PathBuf) {
        if self.is_new(&path) {
            let modified = path.metadata().and_then(|m| m.modified()).ok();
            self.push(name_of(&path), Origin::File(path), modified);
        }
    }

    fn folder(&mut self, root: &Path, is_store: &impl Fn(&Path) -> bool) {
        let mut walker = WalkDir::new(root)
            .follow_links(true)
            .sort_by_file_name()
            .into_iter();
        while let Some(entry) = walker.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(root).to_path_buf();
                    let why = Text::same(error.to_string());
                    self.push(name_of(&path), Origin::Missing(why), None);
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
            } else if is_dir && below && holds_results(path) {
                self.found.results.push(path.to_path_buf());
                walker.skip_current_dir();
            } else if is_dir && below && is_store(path) {
                self.push(name_of(path), Origin::Store(path.to_path_buf()), None);
                walker.skip_current_dir();
            } else if !is_dir {
                self.entry(path, &name, entry.depth());
            }
        }
    }

    fn entry(&mut self, path: &Path, name: &str, depth: usize) {
        let Some(kept) = Kept::by_name(name) else {
            return self.file(path.to_path_buf());
        };
        if self.is_new(path) {
            self.push(name_of(path), Origin::Kept(kept), None);
            self.found.kept.push((kept, depth, path.to_path_buf()));
        }
    }

    fn is_apart(&self, path: &Path) -> bool {
        !self.apart.is_empty() && (path.canonicalize()).is_ok_and(|path| self.apart.contains(&path))
    }
}

/// A folder that this program has written results to: its own manifest lies there.
fn holds_results(folder: &Path) -> bool {
    folder.join("inputs.csv").is_file() && folder.join("findings.json").is_file()
}

/// The path as people write it, with forward slashes.
fn name_of(path: &Path) -> Arc<str> {
    let name = path.to_string_lossy();
    let name = if cfg!(windows) {
        name.replace('\\', "/")
    } else {
        name.into_owned()
    };
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
        let found = gather(&inputs, &[root.join("out")], |_| false);
        let short: Vec<&str> = (found.sources.iter())
            .map(|s| {
                s.name
                    .strip_prefix(&format!("{}/", root.display()))
                    .unwrap()
            })
            .collect();
        assert_eq!(
            short,
            ["a/units.csv", "a/z.txt", "b.xlsx", "units.csv", "absent"]
        );
        assert_eq!(found.sources[0].origin, Origin::Kept(Kept::Units));
        assert!(matches!(found.sources[4].origin, Origin::Missing(_)));
        assert_eq!(found.the(Kept::Units), Some(&*root.join("units.csv")));
        assert_eq!(found.the(Kept::Corrections), None);
        assert_eq!(found.folder.as_deref(), Some("河口县"));
        assert_eq!(found.results, [root.join("old")]);
    }
}
