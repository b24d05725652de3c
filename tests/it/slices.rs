//! A store worked through in slices gives what it gives at once.

use std::fs;

use super::desk::{Answer, Desk, files_below, records};

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

/// Files of three counties in one city, taken into a store: mistakes, a county that is behind, one whose own report is
/// there, a version that gives way, a photo, overrides, a unit nobody knows.
fn mixed() -> Desk {
    let desk = Desk::new();
    let made = "synth -o in --counties 3 --units 6 --years 2020..2022 --formats json --mistakes 200 --seed 3";
    let made: Vec<&str> = made.split(' ').collect();
    assert_eq!(desk.run(&made).code, 0);
    let counties: Vec<_> = fs::read_dir(desk.path("in"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    let mut counties: Vec<&std::path::Path> = counties.iter().map(|path| &**path).collect();
    counties.sort();
    assert_eq!(counties.len(), 3);
    fs::remove_dir_all(counties[1].join("2022")).unwrap();
    let some = |county: usize, year: &str| {
        let folder = fs::read_dir(counties[county].join(year)).unwrap();
        let mut files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.swap_remove(0)
    };
    // Another version of one report, which does not count; and a unit that the registry does not know.
    let first = fs::read_to_string(some(0, "2022")).unwrap();
    desk.file("in/第2版/v2.json", &first);
    let unit = some(0, "2022");
    let unit = unit.file_stem().unwrap().to_str().unwrap();
    assert!(first.contains(unit), "{unit}");
    desk.file("in/陌生.json", first.replace(unit, "陌生镇"));
    // An area's own report.
    let county = counties[2].file_name().unwrap().to_str().unwrap();
    let own = fs::read_to_string(some(2, "2021")).unwrap();
    let unit = some(2, "2021");
    let unit = unit.file_stem().unwrap().to_str().unwrap();
    desk.file("in/本级.json", own.replace(unit, county));
    desk.file("in/照片.xlsx", [0xFF, 0xD8, 0xFF, 0xE0]);
    desk.file(
        "in/corrections.csv",
        format!(
            "unit,year,key,value,reason,by,on\n{unit},2022,requests.received.total,5,电话核实,王,2023-01-20\n没有的镇,2022,requests.received.total,5,电话核实,王,2023-01-20\n"
        ),
    );
    desk.file("small.toml", "reports-at-once = 12\n");
    desk.file("large.toml", "reports-at-once = 100000\n");
    let ingest = ["ingest", "in", "--store", "store", "--lang", "en"];
    let answer = desk.run(&ingest);
    assert!(answer.code < 2, "{}", answer.err);
    desk
}

/// Rolls up at once and in slices: every file must be the same, to the byte.
#[track_caller]
fn same_results(desk: &Desk, args: &[&str]) {
    let mut results = Vec::new();
    for size in ["large", "small"] {
        let config = format!("{size}.toml");
        let fixed = [
            "rollup",
            "store",
            "--units",
            "in/units.csv",
            "--corrections",
        ];
        let fixed = [
            &fixed[..],
            &["in/corrections.csv", "--config", &config, "-o", "out"],
        ]
        .concat();
        let answer = desk.run(&[&fixed, args, &["-v", "--lang", "en"]].concat());
        assert_eq!(answer.code, 1, "{}", answer.err);
        let sliced = answer.err.contains("worked through in");
        assert_eq!(sliced, size == "small", "{}", answer.err);
        let files: Vec<_> = files_below(&desk.path("out"))
            .into_iter()
            .map(|name| {
                let bytes = fs::read(desk.path("out").join(&name)).unwrap();
                (name, bytes)
            })
            .collect();
        fs::remove_dir_all(desk.path("out")).unwrap();
        results.push((answer.out, files));
    }
    let (whole, sliced) = (&results[0], &results[1]);
    assert_eq!(whole.0, sliced.0, "{args:?}");
    let names = |files: &[(std::path::PathBuf, Vec<u8>)]| -> Vec<std::path::PathBuf> {
        files.iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&whole.1), names(&sliced.1), "{args:?}");
    assert!(whole.1.len() > 10, "{:?}", names(&whole.1));
    for ((name, whole), (_, sliced)) in whole.1.iter().zip(&sliced.1) {
        assert!(whole == sliced, "{args:?}: {}", name.display());
    }
}

#[test]
fn results_are_the_same_in_slices() {
    let desk = mixed();
    same_results(&desk, &[]);
    same_results(&desk, &["--by", "city"]);
    same_results(&desk, &["--by", "kind", "--format", "json"]);
    same_results(&desk, &["--every-year"]);
    same_results(&desk, &["--year", "2022"]);
    same_results(&desk, &["--years", "2020..2021"]);
}

#[test]
fn an_area_that_is_behind_and_a_unit_nobody_knows_are_told_of_in_slices_too() {
    let desk = mixed();
    let rollup = "rollup store --units in/units.csv --config small.toml -o out --lang en";
    let answer = desk.run(&rollup.split(' ').collect::<Vec<_>>());
    assert_eq!(answer.code, 1);
    let findings = records(&desk.text("out/findings.csv"));
    let rules = |rule: &str| findings.iter().filter(|f| f["rule"] == rule).count();
    assert_eq!(rules("area-silent"), 1);
    assert_eq!(rules("unreadable-file"), 1);
    assert!(rules("unit-unknown") > 0, "{findings:?}");
    // Two counties of 2022, one of 2021, and the city.
    let books = files_below(&desk.path("out")).into_iter();
    let books = books.filter(|name| name.components().count() == 1);
    let mut years: Vec<String> = books
        .filter(|name| name.extension().is_some_and(|e| e == "xlsx"))
        .map(|name| {
            let stem = name.file_stem().unwrap().to_str().unwrap();
            stem.rsplit('-').next().unwrap().to_owned()
        })
        .collect();
    years.sort();
    assert_eq!(years, ["2021", "2022", "2022", "2022"]);
}

#[test]
fn comparisons_are_the_same_in_slices() {
    let desk = mixed();
    for by in [&[][..], &["--by", "city"], &["--by", "kind"]] {
        for format in ["text", "json", "csv"] {
            let fixed = ["compare", "store", "--units", "in/units.csv", "--format"];
            let args = [&fixed[..], &[format, "--years", "2020..2022"], by].concat();
            same(&desk, &args);
        }
    }
}
