//! Twenty thousand damaged files, the same ones every time: none makes a reader panic, hang or fill the memory, each has
//! an outcome, and no number is wrong without a word about it.
//!
//! The work is done by a second process of this test, so that what it prints, how it ends and what it uses can be judged.

mod campaign;
mod judge;
mod mutate;
pub(crate) mod seed;
mod seed_binary;

use std::process::Command;
use std::time::Instant;

use campaign::Campaign;

/// Files that are damaged and read.
const FILES: u64 = 20_800;
const SEED: u64 = 20_261_124;
/// Set in the process that does the work.
const WORKER: &str = "HUIZONG_MUTATION_WORKER";
const NAME: &str = "mutation::no_damage_panics_hangs_or_changes_a_number_in_silence";

#[test]
fn no_damage_panics_hangs_or_changes_a_number_in_silence() {
    if std::env::var_os(WORKER).is_some() {
        return work();
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args([NAME, "--exact", "--nocapture"])
        .env(WORKER, "1")
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    print!("{out}");
    assert!(output.status.success(), "{out}\n{err}");
    assert!(
        out.contains("damaged files"),
        "the work was not done: {out}"
    );
    assert!(!err.contains("panicked"), "{err}");
}

fn work() {
    let start = Instant::now();
    let campaign = Campaign::new(SEED);
    let tally = campaign.run(0..FILES);
    println!(
        "{} damaged files in {:.1} s, the slowest (case {}) {:.0} ms: {} refused or no report; numbers: {} right, {} lost, {} changed where the damage was, {} wrong with a finding",
        tally.files,
        start.elapsed().as_secs_f64(),
        tally.slowest.1,
        tally.slowest.0.as_secs_f64() * 1e3,
        tally.refused,
        tally.right,
        tally.lost,
        tally.changed,
        tally.noticed,
    );
    for (name, (files, refused, time)) in &tally.formats {
        let each = time.as_secs_f64() * 1e3 / *files as f64;
        println!("  {name}: {files} files, {refused} refused or no report, {each:.1} ms each");
    }
    for (number, what) in tally.broken.iter().take(400) {
        println!("case {number}: {what}");
    }
    assert_eq!(tally.files as u64, FILES);
    assert!(
        tally.broken.is_empty(),
        "{} files broke something",
        tally.broken.len()
    );
    // Damage that is always fatal, or never, would prove nothing.
    assert!(tally.refused > tally.files / 20 && tally.refused < tally.files * 3 / 4);
    assert!(tally.changed > 1000 && tally.right > 100_000);
}
