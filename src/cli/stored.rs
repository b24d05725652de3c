//! Stores as inputs, and a store of made-up reports.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rayon::prelude::*;

use super::Ending;
use super::console::Console;
use super::failure::Failure;
use super::settings::Settings;
use crate::batch::{Gathered, Origin, Outcome, Paths, Piece};
use crate::form::Library;
use crate::frame::store::{Belonging, Came, Changes, Entry, Filed, Filter, Ingest, Options, Store};
use crate::synth;
use crate::text::Text;

pub(super) use crate::check::Counties;

/// Counties that are made up and written at once.
const AT_ONCE: usize = 64;

/// The stores among the inputs, open.
pub(super) fn open(
    gathered: &Gathered,
    console: &Console,
) -> Result<Vec<(PathBuf, Store)>, Failure> {
    let mut stores = Vec::new();
    for source in &gathered.sources {
        if let Origin::Store(folder) = &source.origin {
            let store = Store::open(folder)?;
            warn_of_missing_shards(&store, folder, console);
            stores.push((folder.clone(), store));
        }
    }
    Ok(stores)
}

/// What stores hold, as reading the files would have given it.
pub(super) fn pieces(
    stores: &[(PathBuf, Store)],
    settings: &Settings,
) -> Result<(Vec<Piece>, Counties), Failure> {
    let (mut pieces, mut counties) = (Vec::new(), Counties::new());
    for (_, store) in stores {
        for entry in store.entries(&settings.library, &Filter::default())? {
            check_name(&entry.name, settings)?;
            let outcome = match entry.came {
                Came::Reports(filed) => {
                    if let Some(first) = filed.first().filter(|f| !f.belonging.county.is_empty()) {
                        counties.insert(entry.name.clone(), first.belonging.county.clone());
                    }
                    Outcome::Reports(filed.into_iter().map(|filed| filed.report).collect())
                }
                Came::NotAReport(why) => Outcome::NotAReport(why),
                Came::Unreadable(why) => Outcome::Unreadable(why),
            };
            pieces.push(Piece {
                name: entry.name,
                modified: entry.modified.map(time),
                outcome,
                findings: entry.findings,
            });
        }
    }
    Ok((pieces, counties))
}

/// Whether a name tells of folders beyond the inputs.
fn leads_far(name: &str) -> bool {
    let windows = name.as_bytes().get(1) == Some(&b':');
    windows || name.starts_with(['/', '\\', '~']) || name.starts_with("..")
}

/// Refuses a name out of a store that tells of folders, where none may be told of.
///
/// # Errors
/// It does.
pub(super) fn check_name(name: &str, settings: &Settings) -> Result<(), Failure> {
    if settings.paths == Paths::Whole || !leads_far(name) {
        return Ok(());
    }
    Err(Failure::Stage(Text::new(
        format!("数据仓里记有完整路径（{name}），无法隐去；请用 ingest --redact-paths 重新入库"),
        format!(
            "the store was taken in with whole paths ({name}), which cannot be left out now; take it in again with ingest --redact-paths"
        ),
    )))
}

/// Says which shards have not been taken in yet: the store is not complete.
pub(super) fn warn_of_missing_shards(store: &Store, folder: &Path, console: &Console) {
    let missing: Vec<String> = store
        .missing_shards()
        .iter()
        .map(ToString::to_string)
        .collect();
    if !missing.is_empty() {
        let (list, folder) = (missing.join(", "), folder.display());
        console.say(&Text::new(
            format!("{folder}：数据不全，缺少分片 {list}；请先完成这些分片的 ingest"),
            format!("{folder}: not complete, shards are missing: {list}; ingest them first"),
        ));
    }
}

/// Nanoseconds since 1970 of a time.
pub(super) fn nanoseconds(time: SystemTime) -> Option<i64> {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).ok(),
        Err(before) => i64::try_from(before.duration().as_nanos()).ok().map(|n| -n),
    }
}

pub(super) fn time(nanoseconds: i64) -> SystemTime {
    let size = Duration::from_nanos(nanoseconds.unsigned_abs());
    let time = if nanoseconds < 0 {
        UNIX_EPOCH.checked_sub(size)
    } else {
        UNIX_EPOCH.checked_add(size)
    };
    time.unwrap_or(UNIX_EPOCH)
}

/// Who writes a store, for the one who finds it locked.
pub(super) fn holder() -> String {
    let name = fs::read_to_string("/etc/hostname")
        .ok()
        .map(|name| name.trim().to_owned());
    let named = std::env::var("COMPUTERNAME").or_else(|_| std::env::var("HOSTNAME"));
    let host = name.or(named.ok()).unwrap_or_else(|| "?".to_owned());
    format!(
        "process {} on {host} since {}",
        std::process::id(),
        jiff::Timestamp::now()
    )
}

/// Makes a store of made-up reports, counties at a time.
pub(super) fn synth(
    options: &synth::Options,
    folder: &Path,
    console: &Console,
) -> Result<Ending, Failure> {
    let options_of_store = Options {
        read_with: blake3::hash(format!("{options:?}").as_bytes()).to_hex()[..16].to_owned(),
        ..Options::new(holder())
    };
    let mut ingest = Ingest::begin(folder, options_of_store)?;
    let progress = console.progress(&Text::new("生成", "making up"), options.counties);
    for first in (0..options.counties).step_by(AT_ONCE) {
        let last = (first + AT_ONCE).min(options.counties);
        let made: Vec<Vec<Entry>> = (first..last)
            .into_par_iter()
            .map(|number| county(options, number))
            .collect();
        for entries in made {
            for entry in entries {
                let hash = blake3::hash(entry.name.as_bytes()).to_hex();
                let name = entry.name.clone();
                if !ingest.is_current(&name, &hash, entry.modified) {
                    ingest.add(&name, &hash, 0, std::slice::from_ref(&entry))?;
                }
            }
            progress.step();
        }
    }
    drop(progress);
    let changes = ingest.commit(&|id| Library::official().get(id).cloned())?;
    let registry = folder.join("_huizong").join("units.csv");
    fs::write(&registry, synth::registry_csv(&synth::registry(options)))
        .map_err(|e| Failure::output(folder, &e))?;
    tell(&changes, folder, console);
    Ok(Ending::Clean)
}

fn county(options: &synth::Options, number: usize) -> Vec<Entry> {
    let registry = synth::county_registry(options, number);
    let area = registry
        .units
        .first()
        .map(|unit| unit.code.clone())
        .unwrap_or_default();
    let made = synth::county(options, number).into_iter().map(|made| {
        let line = registry.line_of(&made.code, Some(made.year));
        let belonging = Belonging {
            county: made.county.clone(),
            area: area.clone(),
            code: Some(made.code.clone()),
            kind: Some(made.kind.clone()),
            line: line.map(|line| registry.lineage(line).id.clone()),
        };
        let report = made.report();
        Entry {
            name: report.file.clone(),
            source: report.file.clone(),
            modified: None,
            came: Came::Reports(vec![Filed {
                report,
                belonging,
                ordinal: 0,
            }]),
            findings: Vec::new(),
        }
    });
    made.collect()
}

/// Says what an ingest has changed.
pub(super) fn tell(changes: &Changes, folder: &Path, console: &Console) {
    let Changes {
        added,
        replaced,
        removed,
        unchanged,
        dated,
        reports,
        bytes,
    } = changes;
    let (zh, en) = match dated {
        0 => (String::new(), String::new()),
        n => (
            format!("（其中 {n} 个日期有变）"),
            format!(" ({n} of them with a new date)"),
        ),
    };
    let (folder, size) = (folder.display(), *bytes as f64 / 1_048_576.0);
    console.say(&Text::new(
        format!(
            "{folder}：新增 {added} 个文件，更新 {replaced}，删除 {removed}，未变 {unchanged}{zh}；共 {reports} 份年报，{size:.1} MiB"
        ),
        format!(
            "{folder}: {added} files added, {replaced} replaced, {removed} removed, {unchanged} unchanged{en}; {reports} reports in {size:.1} MiB"
        ),
    ));
}
