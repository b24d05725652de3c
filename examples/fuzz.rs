//! The damage of `tests/it/mutation.rs` without an end: `fuzz MINUTES [SEED]` until the time is over, `fuzz case SEED N FILE`
//! writes one damaged file, `fuzz seeds DIR` the undamaged ones, `fuzz original FILE.xlsx` what the xls is converted from.

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
        ["seeds", folder] => {
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
            eprintln!("fuzz MINUTES [SEED] | case SEED N FILE | seeds DIR | original FILE.xlsx");
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
