//! Made-up files and what a store makes of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use huizong::export::{Located, values_csv};
use huizong::finding::{Finding, Severity, Suggestion};
use huizong::form::{Form, Library};
use huizong::frame::store::{
    Belonging, Came, Changes, Entry, Filed, Filter, Ingest, Options, Store, StoreError,
};
use huizong::grid::{CellRef, Place};
use huizong::report::{Day, Matched, Narrative, Report, Scope, Sentence, Status, Value};
use huizong::synth::Random;
use huizong::text::Text;

/// A report with every kind of value, place and text, different for every seed.
pub fn report(name: &str, year: i32, seed: u64) -> Report {
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

pub fn entry(report: Report) -> Entry {
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
pub type Folder = BTreeMap<String, (i32, u64)>;

pub fn folder(files: u64) -> Folder {
    (0..files)
        .map(|n| (format!("in/{n:03}.xlsx"), (2020 + (n % 3) as i32, n)))
        .collect()
}

pub fn forms(id: &str) -> Option<Arc<Form>> {
    Library::official().get(id).cloned()
}

/// Takes a folder in as the command does: what has not changed is skipped, what is gone is taken out.
pub fn ingest(root: &Path, folder: &Folder, options: Options<'_>) -> Result<Changes, StoreError> {
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

pub fn plain() -> Options<'static> {
    Options::new("pid 1 on here")
}

pub fn entries(root: &Path, filter: &Filter) -> Vec<Entry> {
    Store::open(root)
        .unwrap()
        .entries(Library::official(), filter)
        .unwrap()
}

/// Everything about the reports of a store, in words that can be compared; forms by their id.
pub fn words(entries: &[Entry]) -> Vec<String> {
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

pub fn expected(folder: &Folder) -> Vec<String> {
    let all: Vec<Entry> = folder
        .iter()
        .map(|(name, (year, seed))| entry(report(name, *year, *seed)))
        .collect();
    words(&all)
}

pub fn export(entries: &[Entry]) -> Vec<u8> {
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
pub fn shown(root: &Path) -> Vec<String> {
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

pub fn in_force(root: &Path) -> Vec<String> {
    let store = Store::open(root).unwrap();
    let mut paths: Vec<String> = store.parts().map(|part| part.path.clone()).collect();
    paths.sort();
    paths
}
