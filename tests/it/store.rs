//! The store: what goes in comes out, in one commit or not at all.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use huizong::export::{Located, values_csv};
use huizong::finding::{Finding, Severity, Suggestion};
use huizong::form::{Form, Library};
use huizong::frame::store::{
    Belonging, Came, Changes, Entry, Filed, Filter, Ingest, Options, Shard, Step, Store, StoreError,
};
use huizong::grid::{CellRef, Place};
use huizong::report::{Day, Matched, Narrative, Report, Scope, Sentence, Status, Value};
use huizong::synth::Random;
use huizong::text::Text;

/// A report with every kind of value, place and text, different for every seed.
fn report(name: &str, year: i32, seed: u64) -> Report {
    let library = Library::official();
    let form = library.for_year(year).unwrap().clone();
    let mut random = Random::new(seed, &[year as u64]);
    let file: Arc<str> = Arc::from(name);
    let place = |cell: CellRef, sheet: &str| Place {
        file: file.clone(),
        sheet: Arc::from(sheet),
        cell,
    };
    let start = random.below(40) as u32;
    let values = (form.keys.iter().enumerate())
        .map(|(index, info)| {
            let status = Status::ALL[random.below(Status::ALL.len() as u64) as usize];
            let mut value = Value::default();
            let number = random.below(90_000_000_000) as i64 - 45_000_000_000;
            value.settle(status, status.has_number().then_some(number));
            let (row, col) = (start + index as u32 / 7, index as u32 % 7);
            let cell = match seed % 4 {
                0 => CellRef::A1(row, col),
                1 => CellRef::RowColumn(row, 6 - col),
                2 => CellRef::Line(row + 1, col),
                _ => CellRef::Path(Arc::from(format!("$[{seed}].{}", info.key))),
            };
            value.place = match random.below(9) {
                0 => None,
                1 => Some(Place {
                    file: Arc::from("另一个.xlsx"),
                    ..place(CellRef::Path(Arc::from("$.x \"y\"")), "")
                }),
                _ => Some(place(cell, if index > 30 { "表三" } else { "表 二" })),
            };
            value.raw = match random.below(4) {
                0 => None,
                1 => Some("１２ 件".into()),
                2 => Some("-".into()),
                _ => value.number.map(|n| n.to_string().into()),
            };
            value.matched = if random.chance(300) {
                Matched::Fuzzy
            } else {
                Matched::Label
            };
            value
        })
        .collect();
    let line = |line| place(CellRef::Line(line, 0), "");
    let sentence = |words: &str, at| Sentence {
        words: words.into(),
        place: line(at),
    };
    let finding = Finding {
        suggestion: vec![Suggestion {
            key: form.keys[3].key.clone(),
            value: -7,
            reason: Text::new("两位数字对调", "two digits swapped"),
        }],
        ..Finding::new(
            "balance",
            Severity::Error,
            Text::new("不平", "does not balance"),
        )
        .about("某镇", Some(year))
        .key(form.keys[3].key.clone())
        .at(Some(place(CellRef::A1(3, 4), "表三")))
        .saw("1", "2")
    };
    Report {
        unit: format!("第{}镇", seed % 50),
        code: seed.is_multiple_of(3).then(|| format!("{seed:06}")),
        year: Some(year),
        scope: if seed.is_multiple_of(5) {
            Scope::Consolidated
        } else {
            Scope::Own
        },
        values,
        narrative: Narrative {
            title: seed
                .is_multiple_of(2)
                .then(|| sentence("某镇2022年年度报告", 1)),
            sentences: vec![
                sentence("收到申请 12 件。", 2),
                sentence("“引号”与\n换行", 3),
            ],
            signed: (seed % 2 == 1).then(|| {
                let day = Day {
                    year: year + 1,
                    month: 1,
                    day: 14,
                };
                (day, line(9))
            }),
            names: vec![format!("第{}镇", seed % 50)],
        },
        revision: seed as u32 % 4,
        findings: if seed % 3 == 1 {
            vec![finding]
        } else {
            Vec::new()
        },
        form,
        file,
    }
}

fn entry(report: Report) -> Entry {
    let belonging = Belonging {
        county: "河口县".to_owned(),
        area: "990000".to_owned(),
        code: report.code.clone(),
        kind: Some("township".to_owned()),
        line: Some(format!("第{}线", report.file.len())),
    };
    Entry {
        name: report.file.clone(),
        source: report.file.clone(),
        modified: Some(1_700_000_000_000_000_001),
        came: Came::Reports(vec![Filed {
            report,
            belonging,
            ordinal: 0,
        }]),
        findings: Vec::new(),
    }
}

/// A folder of made-up files: name → year and seed; the seed stands for the content.
type Folder = BTreeMap<String, (i32, u64)>;

fn folder(files: u64) -> Folder {
    (0..files)
        .map(|n| (format!("in/{n:03}.xlsx"), (2020 + (n % 3) as i32, n)))
        .collect()
}

fn forms(id: &str) -> Option<Arc<Form>> {
    Library::official().get(id).cloned()
}

/// Takes a folder in as the command does: what has not changed is skipped, what is gone is taken out.
fn ingest(root: &Path, folder: &Folder, options: Options<'_>) -> Result<Changes, StoreError> {
    let mut ingest = Ingest::begin(root, options)?;
    for (name, (year, seed)) in folder {
        let hash = blake3::hash(&seed.to_le_bytes()).to_string();
        let modified = Some(1_700_000_000_000_000_001);
        if !ingest.takes(name) || ingest.is_current(name, &hash, modified) {
            continue;
        }
        ingest.add(name, &hash, *seed, &[entry(report(name, *year, *seed))])?;
    }
    let gone: Vec<String> = ingest.unseen().map(str::to_owned).collect();
    for name in gone {
        ingest.take_out(&name);
    }
    ingest.commit(&forms)
}

fn plain() -> Options<'static> {
    Options::new("pid 1 on here")
}

fn entries(root: &Path, filter: &Filter) -> Vec<Entry> {
    Store::open(root)
        .unwrap()
        .entries(Library::official(), filter)
        .unwrap()
}

/// Everything about the reports of a store, in words that can be compared; forms by their id.
fn words(entries: &[Entry]) -> Vec<String> {
    (entries.iter())
        .map(|entry| match &entry.came {
            Came::Reports(filed) => {
                let reports: Vec<String> = (filed.iter())
                    .map(|f| {
                        let r = &f.report;
                        format!(
                            "{} {:?} {} {:?} {:?} {:?} {:?} {:?} {} {:?} {}",
                            r.file,
                            f.belonging,
                            r.unit,
                            r.code,
                            r.year,
                            r.scope,
                            r.values,
                            r.narrative,
                            r.revision,
                            r.findings,
                            r.form.id
                        )
                    })
                    .collect();
                format!("{} {:?} {reports:?}", entry.name, entry.modified)
            }
            other => format!("{} {other:?}", entry.name),
        })
        .collect()
}

fn expected(folder: &Folder) -> Vec<String> {
    let all: Vec<Entry> = folder
        .iter()
        .map(|(name, (year, seed))| entry(report(name, *year, *seed)))
        .collect();
    words(&all)
}

fn export(entries: &[Entry]) -> Vec<u8> {
    let reports = entries.iter().flat_map(|entry| match &entry.came {
        Came::Reports(filed) => filed.as_slice(),
        _ => &[],
    });
    let located = reports.map(|filed| Located {
        county: &filed.belonging.county,
        report: &filed.report,
    });
    let mut out = Vec::new();
    values_csv(&mut out, located).unwrap();
    out
}

/// The parts that a tool sees that knows nothing of the manifest.
fn shown(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for form in std::fs::read_dir(root).unwrap().flatten() {
        if !form.file_name().to_string_lossy().starts_with("form=") {
            continue;
        }
        for year in std::fs::read_dir(form.path()).unwrap().flatten() {
            for part in std::fs::read_dir(year.path()).unwrap().flatten() {
                let path = part.path();
                found.push(
                    path.strip_prefix(root)
                        .unwrap()
                        .to_str()
                        .unwrap()
                        .replace('\\', "/"),
                );
            }
        }
    }
    found.sort();
    found
}

fn in_force(root: &Path) -> Vec<String> {
    let store = Store::open(root).unwrap();
    let mut paths: Vec<String> = store.parts().map(|part| part.path.clone()).collect();
    paths.sort();
    paths
}

#[test]
fn reports_come_back_as_they_went_in() {
    let root = tempfile::tempdir().unwrap();
    let folder = folder(40);
    let changes = ingest(root.path(), &folder, plain()).unwrap();
    assert_eq!((changes.added, changes.reports), (40, 40));
    let back = entries(root.path(), &Filter::default());
    assert_eq!(words(&back), expected(&folder));
    let direct: Vec<Entry> = folder
        .iter()
        .map(|(name, (year, seed))| entry(report(name, *year, *seed)))
        .collect();
    assert_eq!(export(&back), export(&direct));
    assert_eq!(shown(root.path()), in_force(root.path()));
    let partitions: Vec<String> = shown(root.path())
        .iter()
        .map(|p| p.rsplit_once('/').unwrap().0.to_owned())
        .collect();
    assert_eq!(
        partitions,
        [
            "form=2019/year=2020",
            "form=2021/year=2021",
            "form=2021/year=2022"
        ]
    );
}

#[test]
fn files_without_reports_are_remembered_with_their_reason() {
    let root = tempfile::tempdir().unwrap();
    let mut ingest = Ingest::begin(root.path(), plain()).unwrap();
    let why = Text::new("是 PDF", "a PDF");
    let mut unreadable = entry(report("a.pdf", 2020, 1));
    unreadable.came = Came::Unreadable(why.clone());
    let mut other = entry(report("b.xlsx", 2020, 1));
    other.came = Came::NotAReport(why.clone());
    other.findings = vec![Finding::new("hidden-sheet", Severity::Note, why)];
    ingest
        .add("a.pdf", "1", 9, std::slice::from_ref(&unreadable))
        .unwrap();
    ingest
        .add("b.xlsx", "2", 9, std::slice::from_ref(&other))
        .unwrap();
    ingest.commit(&forms).unwrap();
    let back = entries(root.path(), &Filter::default());
    assert_eq!(words(&back), words(&[unreadable, other.clone()]));
    assert_eq!(back[1].findings, other.findings);
}

#[test]
fn only_what_has_changed_is_taken_in_again() {
    let root = tempfile::tempdir().unwrap();
    let mut files = folder(30);
    ingest(root.path(), &files, plain()).unwrap();
    let before = in_force(root.path());
    let again = ingest(root.path(), &files, plain()).unwrap();
    assert_eq!(
        (again.added, again.replaced, again.removed, again.unchanged),
        (0, 0, 0, 30)
    );
    assert_eq!(in_force(root.path()), before, "nothing was written");

    // All changes lie in the partition of 2020.
    files.insert("in/003.xlsx".to_owned(), (2020, 77));
    files.remove("in/006.xlsx");
    files.insert("in/900.xlsx".to_owned(), (2020, 90));
    let changes = ingest(root.path(), &files, plain()).unwrap();
    assert_eq!(
        (
            changes.added,
            changes.replaced,
            changes.removed,
            changes.unchanged,
            changes.reports
        ),
        (1, 1, 1, 28, 30)
    );
    assert_eq!(
        words(&entries(root.path(), &Filter::default())),
        expected(&files)
    );
    let after = in_force(root.path());
    assert_eq!(after[1..], before[1..], "parts without changes stay");
    assert_ne!(after[0], before[0]);
    assert_eq!(
        shown(root.path()),
        after,
        "what is no longer in force is gone"
    );
}

#[test]
fn a_filter_lets_years_and_counties_through() {
    let root = tempfile::tempdir().unwrap();
    let files = folder(30);
    ingest(root.path(), &files, plain()).unwrap();
    let filter = Filter {
        years: vec![2021],
        counties: vec!["990000".to_owned()],
    };
    let wanted: Folder = files
        .into_iter()
        .filter(|(_, (year, _))| *year == 2021)
        .collect();
    assert_eq!(words(&entries(root.path(), &filter)), expected(&wanted));
    let elsewhere = Filter {
        years: Vec::new(),
        counties: vec!["别处".to_owned()],
    };
    assert!(entries(root.path(), &elsewhere).is_empty());
}

#[test]
fn shards_give_what_one_gives_and_do_not_mix() {
    let (one, four) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let files = folder(50);
    ingest(one.path(), &files, plain()).unwrap();
    for number in [3, 1, 4] {
        let options = Options {
            shard: Shard { number, of: 4 },
            ..plain()
        };
        ingest(four.path(), &files, options).unwrap();
    }
    let missing = Store::open(four.path()).unwrap().missing_shards();
    assert_eq!(missing, [Shard { number: 2, of: 4 }]);
    let options = Options {
        shard: Shard { number: 2, of: 4 },
        ..plain()
    };
    let changes = ingest(four.path(), &files, options).unwrap();
    assert!(changes.added > 3 && changes.added < 30, "{changes:?}");
    assert!(
        Store::open(four.path())
            .unwrap()
            .missing_shards()
            .is_empty()
    );
    let (a, b) = (
        entries(one.path(), &Filter::default()),
        entries(four.path(), &Filter::default()),
    );
    assert_eq!(words(&a), words(&b));
    assert_eq!(export(&a), export(&b));
    let refused = ingest(four.path(), &files, plain()).unwrap_err();
    assert!(
        matches!(
            refused,
            StoreError::Shards {
                found: 4,
                wanted: 1,
                ..
            }
        ),
        "{refused}"
    );
}

#[test]
fn the_second_of_two_ingests_is_told_who_holds_the_store() {
    let root = tempfile::tempdir().unwrap();
    let first = Ingest::begin(root.path(), Options::new("pid 42 on left since noon")).unwrap();
    let Err(refused) = Ingest::begin(root.path(), plain()) else {
        panic!("two at once");
    };
    assert!(matches!(refused, StoreError::Busy { .. }), "{refused}");
    assert!(
        refused.to_string().contains("pid 42 on left since noon"),
        "{refused}"
    );
    drop(first);
    ingest(root.path(), &folder(3), plain()).unwrap();
}

/// Stops a changing ingest at every one of its steps in turn.
#[test]
fn stopped_anywhere_the_store_is_as_before_or_as_after_and_the_next_run_finishes() {
    let (old, mut new) = (folder(12), folder(9));
    new.insert("in/000.xlsx".to_owned(), (2020, 500));
    new.insert("in/001.xlsx".to_owned(), (2021, 501));
    new.insert("in/700.xlsx".to_owned(), (2023, 502));
    let (before, after) = (expected(&old), expected(&new));
    let mut steps = Vec::new();
    for stop in 0.. {
        let root = tempfile::tempdir().unwrap();
        ingest(root.path(), &old, plain()).unwrap();
        let left = Cell::new(stop);
        let last = Cell::new(None);
        let hook = |step: Step| {
            last.set(Some(step));
            match left.get() {
                0 => Err(io::Error::other("stopped here")),
                n => {
                    left.set(n - 1);
                    Ok(())
                }
            }
        };
        let options = Options {
            hook: &hook,
            ..plain()
        };
        let outcome = ingest(root.path(), &new, options);
        if outcome.is_ok() {
            break;
        }
        let step = last.get().unwrap();
        steps.push(step);
        let found = words(&entries(root.path(), &Filter::default()));
        let wanted = if step < Step::InForce {
            &before
        } else {
            &after
        };
        assert!(found == *wanted, "stopped at {step:?} ({stop})");
        ingest(root.path(), &new, plain()).unwrap();
        assert!(
            words(&entries(root.path(), &Filter::default())) == after,
            "after {step:?} ({stop})"
        );
        assert_eq!(
            shown(root.path()),
            in_force(root.path()),
            "left over after {step:?} ({stop})"
        );
    }
    for step in [
        Step::PartWritten,
        Step::FilesWritten,
        Step::InForce,
        Step::PartShown,
        Step::OldRemoved,
    ] {
        assert!(steps.contains(&step), "{step:?} was never stopped at");
    }
}

#[test]
fn a_manifest_that_points_out_of_the_store_is_refused() {
    let root = tempfile::tempdir().unwrap();
    ingest(root.path(), &folder(3), plain()).unwrap();
    let path = root.path().join("_huizong/1-of-1.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("form=2019/", "../form=2019/")).unwrap();
    let error = Store::open(root.path()).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}

fn run(arguments: &[&str]) -> (i32, Vec<u8>, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_huizong"))
        .args(["--lang", "en"])
        .args(arguments)
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap_or(-1), output.stdout, words)
}

#[test]
fn export_from_a_store_is_export_from_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let (files, store) = (folder.path().join("in"), folder.path().join("store"));
    let (files, store) = (files.to_str().unwrap(), store.to_str().unwrap());
    let units = format!("{files}/示例县/units.csv");
    let made = [
        "synth",
        "-o",
        files,
        "--units",
        "9",
        "--years",
        "2020..2022",
        "--formats",
        "xlsx,json,html,csv,txt",
        "--mistakes",
        "200",
    ];
    assert_eq!(run(&made).0, 0);
    let (code, _, words) = run(&["ingest", files, "--store", store]);
    assert!(code < 2, "{words}");
    for command in ["export", "check"] {
        let format = ["--format", "csv", "--units", &units];
        let direct = run(&[&[command, files], &format[..]].concat());
        let stored = run(&[&[command, store], &format[..]].concat());
        assert!(direct.0 < 2 && direct.1.len() > 200, "{}", direct.2);
        assert_eq!(direct.0, stored.0);
        assert!(direct.1 == stored.1, "{command} differs");
    }
    let (code, _, words) = run(&["ingest", files, "--store", store]);
    assert!(
        code < 2 && words.contains("0 files added, 0 replaced"),
        "{words}"
    );
}
