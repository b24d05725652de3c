//! The commands of a store through the binary.

use std::fs;
use std::time::{Duration, SystemTime};

use crate::desk::{Answer, Desk};

/// A desk with a county of nine units over three years in `in/`, made by the command itself.
pub fn nine_units() -> Desk {
    let desk = Desk::new();
    let made = desk.run(&[
        "synth",
        "-o",
        "in",
        "--units",
        "9",
        "--years",
        "2020..2022",
        "--formats",
        "xlsx,json,html,csv,txt",
        "--mistakes",
        "200",
        "--quiet",
    ]);
    assert_eq!(made.code, 0, "{made:?}");
    desk
}

#[track_caller]
pub fn fine(answer: Answer) -> Answer {
    assert!(answer.code < 2, "{answer:?}");
    answer
}

impl Desk {
    pub fn ingest(&self, more: &[&str]) -> Answer {
        fine(self.run(&[&["ingest", "in", "--store", "store", "--lang", "en"], more].concat()))
    }

    /// Every value, from the files or from a store.
    pub fn values(&self, input: &str) -> String {
        let args = [
            "export",
            input,
            "--format",
            "csv",
            "--units",
            "in/示例县/units.csv",
        ];
        let answer = fine(self.run(&args));
        assert!(answer.out.lines().count() > 1000, "{answer:?}");
        answer.out
    }

    pub fn totals(&self, store: &str) -> String {
        fine(self.run(&["totals", store, "-o", "totals", "--no-comparison"]));
        self.text("totals/totals.csv")
    }
}

#[test]
fn export_and_check_of_a_store_are_those_of_the_files() {
    let desk = nine_units();
    desk.ingest(&[]);
    assert_eq!(desk.values("in"), desk.values("store"));
    for format in ["csv", "json"] {
        let check = |input| {
            let args = [
                "check",
                input,
                "--format",
                format,
                "--units",
                "in/示例县/units.csv",
            ];
            fine(desk.run(&args))
        };
        let (files, store) = (check("in"), check("store"));
        assert!(files.out.len() > 200, "{files:?}");
        assert_eq!((files.code, files.out), (store.code, store.out));
    }
    let again = desk.ingest(&[]);
    assert!(
        again.err.contains("0 files added, 0 replaced, 0 removed"),
        "{}",
        again.err
    );
}

#[test]
fn files_that_are_gone_are_named_and_taken_out_only_with_sync() {
    let desk = nine_units();
    desk.ingest(&[]);
    let all = desk.values("store");
    let gone = "in/示例县/2022/";
    let name = fs::read_dir(desk.path(gone))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let name = format!("{gone}{}", name.file_name().to_str().unwrap());
    fs::remove_file(desk.path(&name)).unwrap();

    let kept = desk.ingest(&[]);
    assert!(
        kept.err
            .contains(&format!("{name}: no longer there, its reports are kept")),
        "{}",
        kept.err
    );
    assert!(kept.err.contains("0 removed"), "{}", kept.err);
    assert_eq!(desk.values("store"), all);

    let synced = desk.ingest(&["--sync"]);
    assert!(synced.err.contains("1 removed"), "{}", synced.err);
    let left = desk.values("store");
    assert_eq!(left, desk.values("in"));
    assert_ne!(left, all);
}

#[test]
fn of_two_ingests_at_once_the_second_is_told_who_is_first_or_waits() {
    let desk = Desk::new();
    desk.county();
    // The first reads standard input, so that it is at work for as long as that stays open.
    let first = desk.begin(&["ingest", "-", "--store", "store"]);
    let lock = desk.path("store/_huizong/1-of-1.lock");
    let holder = format!("process {} on ", first.id());
    let until = SystemTime::now() + Duration::from_secs(60);
    while !fs::read_to_string(&lock)
        .unwrap_or_default()
        .contains(&holder)
    {
        assert!(SystemTime::now() < until, "the first never began");
        std::thread::sleep(Duration::from_millis(5));
    }

    let told = desk.run(&["ingest", "in", "--store", "store", "--lang", "en"]);
    assert_eq!(told.code, 2, "{told:?}");
    assert!(
        told.err.contains("another ingest is writing here"),
        "{}",
        told.err
    );
    assert!(told.err.contains(&holder), "{}", told.err);

    let mut second = desk.begin(&["ingest", "in", "--store", "store", "--wait"]);
    drop(second.stdin.take());
    std::thread::sleep(Duration::from_millis(300));
    assert!(second.try_wait().unwrap().is_none(), "it did not wait");

    // Closing its input lets the first go on, and with it the second.
    let first = first.wait_with_output().unwrap();
    assert_eq!(first.status.code(), Some(1), "nothing came in: {first:?}");
    let second = second.wait_with_output().unwrap();
    assert_eq!(second.status.code(), Some(0), "{second:?}");
    let export = |input| fine(desk.run(&["export", input, "--units", "in/units.csv"])).out;
    assert_eq!(export("store"), export("in"));
}

#[test]
fn shards_give_byte_for_byte_what_one_gives() {
    let desk = nine_units();
    desk.ingest(&[]);
    let one = (desk.values("store"), desk.totals("store"));
    let shard = |share| {
        let args = [
            "ingest", "in", "--store", "shards", "--shard", share, "--lang", "en",
        ];
        fine(desk.run(&args))
    };
    shard("3/3");
    shard("1/3");
    let partial = fine(desk.run(&["check", "shards", "--lang", "en"]));
    assert!(
        partial
            .err
            .contains("shards: not complete, shards are missing: 2-of-3"),
        "{}",
        partial.err
    );
    shard("2/3");
    assert_eq!((desk.values("shards"), desk.totals("shards")), one);

    let other = desk.run(&["ingest", "in", "--store", "shards", "--shard", "1/2"]);
    assert_eq!(other.code, 2, "{other:?}");
    for nonsense in ["0/3", "4/3", "a/b", "3"] {
        let refused = desk.run(&["ingest", "in", "--store", "new", "--shard", nonsense]);
        assert_eq!(refused.code, 2, "{nonsense}: {refused:?}");
        assert!(refused.err.contains(nonsense), "{}", refused.err);
    }
    assert!(!desk.path("new").exists());
}
