//! The same inputs give the same bytes: on one thread and on eight, in another folder, with the files named in another
//! order, in another time zone and locale.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, SystemTime};

use super::desk::{Desk, files_below};

/// How a run differs from another.
struct Setting {
    folder: &'static str,
    jobs: &'static str,
    zone: &'static str,
    locale: &'static str,
    /// Whether the files are named from the last to the first.
    turned: bool,
}

const SETTINGS: [Setting; 2] = [
    Setting {
        folder: "a",
        jobs: "1",
        zone: "UTC",
        locale: "C",
        turned: false,
    },
    Setting {
        folder: "another folder/深一层",
        jobs: "8",
        zone: "Asia/Shanghai",
        locale: "en_US.UTF-8",
        turned: true,
    },
];

/// The demo, copied to where a run takes place, with dates of its own that are everywhere the same.
fn copy_demo(to: &Path) -> Vec<PathBuf> {
    let demo = Desk::of_package("data/demo");
    let files = files_below(&demo);
    assert!(files.len() > 40);
    let epoch = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    for (at, file) in files.iter().enumerate() {
        let target = to.join("demo").join(file);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(demo.join(file), &target).unwrap();
        let copy = fs::File::options().write(true).open(&target).unwrap();
        copy.set_modified(epoch + Duration::from_secs(at as u64 * 60))
            .unwrap();
    }
    files
        .iter()
        .map(|file| Path::new("demo").join(file))
        .collect()
}

/// Every output of every command, by name.
fn outputs(desk: &Desk, setting: &Setting) -> BTreeMap<String, Vec<u8>> {
    let folder = desk.path(setting.folder);
    let mut inputs = copy_demo(&folder);
    if setting.turned {
        inputs.reverse();
    }
    let run = |command: &str, rest: &[&str], reads: bool| {
        let output = Command::new(env!("CARGO_BIN_EXE_huizong"))
            .arg(command)
            .args(if reads { inputs.as_slice() } else { &[] })
            .args(rest)
            .args(["--lang", "zh", "--jobs", setting.jobs])
            .current_dir(&folder)
            .env_clear()
            .envs([
                ("SOURCE_DATE_EPOCH", "1769594400"),
                ("TZ", setting.zone),
                ("LC_ALL", setting.locale),
            ])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            matches!(output.status.code(), Some(0 | 1)),
            "{command}: {told}"
        );
        output.stdout
    };
    let mut found = BTreeMap::new();
    let printed = run("rollup", &["--every-year", "-o", "out"], true);
    found.insert("rollup on the terminal".to_owned(), printed);
    for format in ["csv", "json", "sarif"] {
        let printed = run("check", &["--format", format], true);
        found.insert(format!("check {format}"), printed);
    }
    let compared = run("compare", &["--all", "--format", "json"], true);
    found.insert("compare".to_owned(), compared);
    for name in ["values.csv", "values.json", "values.parquet"] {
        let format = name.rsplit('.').next().unwrap();
        run("export", &["--format", format, "-o", name], true);
        found.insert(name.to_owned(), fs::read(folder.join(name)).unwrap());
    }
    run("ingest", &["--store", "store"], true);
    run("totals", &["store", "-o", "totals"], false);
    let mut blank = vec!["--year", "2023", "-o", "blank", "--units", "demo/units.csv"];
    // Last year's backlog comes from the store, which both runs have made alike.
    blank.extend(["--previous", "store"]);
    run("template", &blank, false);
    for kept in ["out", "store", "totals", "blank"] {
        for file in files_below(&folder.join(kept)) {
            // The lock tells who wrote, and when.
            if file.extension().is_some_and(|ending| ending == "lock") {
                continue;
            }
            let bytes = fs::read(folder.join(kept).join(&file)).unwrap();
            found.insert(format!("{kept}/{}", file.display()), bytes);
        }
    }
    found
}

#[test]
fn the_whole_demo_gives_the_same_bytes_everywhere() {
    let desk = Desk::new();
    let [one, other] = thread::scope(|scope| {
        let runs = SETTINGS
            .each_ref()
            .map(|setting| scope.spawn(|| outputs(&desk, setting)));
        runs.map(|run| run.join().unwrap())
    });
    assert_eq!(
        one.keys().collect::<Vec<_>>(),
        other.keys().collect::<Vec<_>>()
    );
    let endings = ["xlsx", "docx", "html", "csv", "json", "parquet"];
    for ending in endings {
        assert!(
            one.keys().any(|name| name.ends_with(ending)),
            "no {ending} among the outputs"
        );
    }
    assert!(one.keys().filter(|name| name.contains("notices/")).count() > 2);
    let differ: Vec<&String> = one
        .keys()
        .filter(|name| one[*name] != other[*name])
        .collect();
    for name in &differ {
        let (a, b) = (&one[*name], &other[*name]);
        let at = a
            .iter()
            .zip(b)
            .position(|(a, b)| a != b)
            .unwrap_or(a.len().min(b.len()));
        let part = |bytes: &[u8]| {
            let from = at.saturating_sub(60).min(bytes.len());
            String::from_utf8_lossy(&bytes[from..(at + 60).min(bytes.len())]).into_owned()
        };
        println!("{name} at byte {at}:\n  {}\n  {}", part(a), part(b));
    }
    assert!(differ.is_empty(), "{differ:#?}");
}
