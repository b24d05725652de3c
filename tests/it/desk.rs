//! A desk to work at: a folder, the real binary, and what it leaves behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use huizong::synth::{Format, MadeUp, Options, county, registry_csv};
use tempfile::TempDir;

/// A folder to run in, and what is typed there.
pub struct Desk {
    pub folder: TempDir,
}

/// What a run left behind.
#[derive(Debug)]
pub struct Answer {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Desk {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// What a file of this name says.
    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// A folder of the package, where it can be read.
    pub fn of_package(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
    }

    /// Three units over two years in `in/`, consistent throughout, with their registry.
    pub fn county(&self) -> Vec<MadeUp> {
        let options = county_options();
        let made = county(&options, 0);
        for (at, made) in made.iter().enumerate() {
            let format = [Format::Xlsx, Format::Json, Format::Txt][at % 3];
            let name = format!("in/{}/{}.{}", made.year, made.unit, format.ending());
            self.file(&name, format.bytes(&made.paper()).unwrap());
        }
        let registry = huizong::synth::county_registry(&options, 0);
        self.file("in/units.csv", registry_csv(&registry));
        made
    }

    pub fn run(&self, args: &[&str]) -> Answer {
        self.run_with(args, b"")
    }

    /// Begins a run and leaves it to itself; its standard input stays open.
    pub fn begin(&self, args: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_huizong"))
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("SOURCE_DATE_EPOCH", "1769594400")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    pub fn run_with(&self, args: &[&str], stdin: &[u8]) -> Answer {
        let mut child = self.begin(args);
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), stdin).unwrap();
        let output = child.wait_with_output().unwrap();
        Answer {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

pub fn county_options() -> Options {
    Options {
        units: 3,
        from: 2021,
        to: 2022,
        seed: 7,
        changes: false,
        ..Options::default()
    }
}

/// Unit, year, key and value of every line of an export.
pub fn read_values(csv: &str) -> Vec<(String, i32, String, Option<i64>)> {
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{FEFF}').as_bytes());
    (reader.records())
        .map(|record| record.unwrap())
        .map(|r| {
            (
                r[1].to_owned(),
                r[2].parse().unwrap(),
                r[4].to_owned(),
                r[5].parse().ok(),
            )
        })
        .collect()
}

/// Every file below a folder, by name.
pub fn files_below(root: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(root)
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(root).unwrap().to_path_buf())
        .collect();
    files.sort();
    files
}

/// One line of an export, by the names of its columns.
pub type Record = std::collections::BTreeMap<String, String>;

/// The lines of a CSV text with a header.
pub fn records(csv: &str) -> Vec<Record> {
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{FEFF}').as_bytes());
    let names: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    (reader.records())
        .map(|record| {
            let fields = record.unwrap();
            let fields = fields.iter().map(str::to_owned);
            names.iter().cloned().zip(fields).collect()
        })
        .collect()
}
