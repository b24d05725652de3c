//! The damage of `tests/it/mutation.rs` without an end: `fuzz MINUTES [SEED]` until the time is over, `fuzz case SEED N FILE`
//! writes one damaged file, `fuzz seeds DIR` seeds for each target of `cargo fuzz`, `fuzz files DIR` the undamaged files,
//! `fuzz original FILE.xlsx` what the xls is converted from.

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used)]

#[path = "../tests/it/mutation/campaign.rs"]
mod campaign;
#[path = "../tests/it/mutation/judge.rs"]
mod judge;
#[path = "../tests/it/mutation/mutate.rs"]
mod mutate;
#[path = "../tests/it/mutation/seed.rs"]
mod seed;
#[path = "../tests/it/mutation/seed_binary.rs"]
mod seed_binary;

#[allow(dead_code)] // the targets pack what is unpacked here
#[path = "../fuzz/src/skeleton.rs"]
mod skeleton;

use std::io::{Cursor, Read};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use campaign::Campaign;
use huizong::synth::Format;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["case", seed, number, file] => {
            let case = Campaign::new(seed.parse().unwrap()).case(number.parse().unwrap());
            std::fs::write(file, &case.bytes).unwrap();
            println!("{}: {}", case.name, case.what);
        }
        ["seeds", folder] => seeds(Path::new(folder)),
        ["files", folder] => {
            std::fs::create_dir_all(folder).unwrap();
            for seed in seed::seeds().1 {
                std::fs::write(Path::new(folder).join(seed.name), &seed.bytes).unwrap();
            }
        }
        ["original", file] => {
            std::fs::write(file, Format::Xlsx.bytes(&seed::paper()).unwrap()).unwrap();
        }
        [minutes, rest @ ..] => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            let seed = rest.first().map_or(now.as_secs(), |s| s.parse().unwrap());
            return endlessly(minutes.parse().unwrap(), seed);
        }
        [] => {
            eprintln!(
                "fuzz MINUTES [SEED] | case SEED N FILE | seeds DIR | files DIR | original FILE.xlsx"
            );
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// Damages and reads files until the time is over or something breaks.
fn endlessly(minutes: f64, seed: u64) -> ExitCode {
    const ROUND: u64 = 10_000;
    let (start, time) = (Instant::now(), Duration::from_secs_f64(minutes * 60.0));
    let campaign = Campaign::new(seed);
    let mut first = 0;
    let mut broken = 0;
    while start.elapsed() < time {
        let tally = campaign.run(first..first + ROUND);
        first += ROUND;
        broken += tally.broken.len();
        println!(
            "{:.0} s: {first} files of seed {seed}, {} broken; this round: slowest (case {}) {:.0} ms, {} refused, {} numbers right, {} lost, {} changed, {} wrong with a finding",
            start.elapsed().as_secs_f64(),
            broken,
            tally.slowest.1,
            tally.slowest.0.as_secs_f64() * 1e3,
            tally.refused,
            tally.right,
            tally.lost,
            tally.changed,
            tally.noticed
        );
        for (number, what) in &tally.broken {
            println!("  fuzz case {seed} {number} FILE: {what}");
        }
    }
    if broken > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Writes seeds for every target of `cargo fuzz`: a report in every format, what other programs wrote, what was found before.
fn seeds(folder: &Path) {
    let mut files: Vec<(String, Vec<u8>)> = (seed::seeds().1.into_iter())
        .map(|seed| (seed.name.to_owned(), seed.bytes))
        .collect();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    for kept in ["readers", "hostile"] {
        let Ok(entries) = std::fs::read_dir(fixtures.join(kept)) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            files.push((name, std::fs::read(path).unwrap()));
        }
    }
    let mut count = 0;
    for (name, bytes) in files {
        for (target, input) in inputs(&name, bytes) {
            std::fs::create_dir_all(folder.join(target)).unwrap();
            std::fs::write(folder.join(target).join(&name), input).unwrap();
            count += 1;
        }
    }
    for (target, words) in [("label", LABELS), ("number", NUMBERS), ("privacy", PERSONS)] {
        std::fs::create_dir_all(folder.join(target)).unwrap();
        for (at, word) in words.iter().enumerate() {
            let mut input = Vec::new();
            if target == "number" {
                input.extend((at as f64 * 1234.5).to_le_bytes());
            }
            input.extend(word.as_bytes());
            std::fs::write(folder.join(target).join(at.to_string()), input).unwrap();
            count += 1;
        }
    }
    println!("{count} seeds");
}

const LABELS: &[&str] = &[
    "（一）予以公开",
    "1．属于国家秘密",
    "本年新收政府信息公开申请数量（件）",
    "二、收到和處理政府信息公開申請情況",
];
const NUMBERS: &[&str] = &[
    "1,234件",
    "壹佰贰拾叁",
    "１２．５万元",
    "-3",
    "12.50",
    "1e3",
    "两千零三",
    "3 件",
    "—",
    "1 234 567",
];
const PERSONS: &[&str] = &[
    "电话13812345678",
    "138 1234 5678",
    "身份证11010519491231002X。",
    "旧证110105491231002",
    "金额13812345678元",
];

/// The targets that can begin with a file, each with its input.
fn inputs(name: &str, bytes: Vec<u8>) -> Vec<(&'static str, Vec<u8>)> {
    let ending = name.rsplit('.').next().unwrap_or_default();
    let own = match ending {
        "xlsx" => parts(skeleton::XLSX, &bytes).map(|input| ("xlsx", input)),
        "xlsb" => parts(skeleton::XLSB, &bytes).map(|input| ("xlsb", input)),
        "ods" => parts(skeleton::ODS, &bytes).map(|input| ("ods", input)),
        "docx" => parts(skeleton::DOCX, &bytes).map(|input| ("docx", input)),
        "xls" => records(&bytes).map(|input| ("xls", input)),
        "html" => Some(("page", bytes.clone())),
        "mht" => Some(("mht", bytes.clone())),
        "csv" => Some(("delimited", bytes.clone())),
        "txt" => Some(("text", bytes.clone())),
        "json" | "jsonl" => Some(("json", bytes.clone())),
        "zip" => Some(("archive", bytes.clone())),
        _ => None,
    };
    own.into_iter().chain([("open", bytes)]).collect()
}

/// The parts of a package that a skeleton has, as its target takes them.
fn parts(skeleton: skeleton::Skeleton, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let parts = skeleton.iter().map(|(name, own)| {
        let mut part = Vec::new();
        let read = zip.by_name(name).ok();
        match read.and_then(|mut member| member.read_to_end(&mut part).ok()) {
            Some(_) => part,
            None => own.as_bytes().to_vec(),
        }
    });
    Some(parts.collect::<Vec<_>>().join(skeleton::BETWEEN))
}

/// The records of a workbook of 1997.
fn records(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    let mut records = Vec::new();
    let mut stream = file.open_stream("/Workbook").ok()?;
    stream.read_to_end(&mut records).ok()?;
    Some(records)
}
