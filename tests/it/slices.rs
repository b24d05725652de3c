//! A store worked through in slices gives what it gives at once.

use std::fs;

use super::desk::{Answer, Desk};

/// Several counties in two cities of one province, with mistakes, renames and mergers; and what a store has besides.
fn desk() -> Desk {
    let desk = Desk::new();
    let made = [
        "synth",
        "-o",
        "store",
        "--store",
        "--counties",
        "5",
        "--units",
        "9",
        "--years",
        "2019..2022",
        "--mistakes",
        "150",
    ];
    assert_eq!(desk.run(&made).code, 0);
    fs::rename(
        desk.path("store/_huizong/units.csv"),
        desk.path("units.csv"),
    )
    .unwrap();
    desk.file("small.toml", "reports-at-once = 40\n");
    desk.file("large.toml", "reports-at-once = 100000\n");
    desk
}

/// The same command at once and in slices.
#[track_caller]
fn both(desk: &Desk, args: &[&str]) -> (Answer, Answer) {
    let run = |config: &str| desk.run(&[args, &["--config", config, "--lang", "en"]].concat());
    let (large, small) = (run("large.toml"), run("small.toml"));
    assert!(large.code < 2 && !large.out.is_empty(), "{}", large.err);
    (large, small)
}

#[track_caller]
fn same(desk: &Desk, args: &[&str]) -> Answer {
    let (large, small) = both(desk, args);
    assert_eq!(large.code, small.code, "{}", small.err);
    assert!(large.out == small.out, "{args:?}");
    assert_eq!(ends(&large), ends(&small));
    large
}

/// What is said of the files, without how far a slow run was.
fn ends(answer: &Answer) -> Vec<&str> {
    let lines = answer.err.lines();
    lines.filter(|line| line.starts_with("files ")).collect()
}

#[test]
fn findings_and_values_are_the_same_in_slices() {
    let desk = desk();
    for units in [&["--units", "units.csv"][..], &[]] {
        let verbose = [
            &[
                "check",
                "store",
                "-v",
                "--config",
                "small.toml",
                "--lang",
                "en",
            ],
            units,
        ];
        let answer = desk.run(&verbose.concat());
        assert!(
            answer
                .err
                .starts_with("170 reports, worked through in 5 slices\n"),
            "{}",
            answer.err
        );
        for format in ["text", "json", "csv"] {
            let args = [&["check", "store", "--format", format], units].concat();
            same(&desk, &args);
        }
        for format in ["csv", "json"] {
            let args = [&["export", "store", "--format", format], units].concat();
            same(&desk, &args);
        }
        same(
            &desk,
            &[&["export", "store", "--years", "2020..2021"], units].concat(),
        );
        same(
            &desk,
            &[&["check", "store", "--years", "2020"], units].concat(),
        );
    }
}
