//! Killed at any moment, a run leaves old files or new ones and nothing between. `just kills` does it two hundred
//! times on larger folders.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use huizong::synth::{Format, Options, Random, county};

use crate::desk::{Desk, county_options, files_below};

const KILLS: u32 = 10;

/// A desk with the reports of a county, and, in `other/`, the same files with other numbers and one file less.
fn two_folders() -> Desk {
    let desk = Desk::new();
    desk.county();
    let options = Options {
        seed: 8,
        ..county_options()
    };
    for made in county(&options, 0).iter().skip(1) {
        let name = format!("other/{}/{}.xlsx", made.year, made.unit);
        desk.file(&name, Format::Xlsx.bytes(&made.paper()).unwrap());
    }
    desk.file(
        "other/units.csv",
        fs::read(desk.path("in/units.csv")).unwrap(),
    );
    desk
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    (files_below(folder).into_iter())
        .map(|name| {
            let bytes = fs::read(folder.join(&name)).unwrap();
            (name.to_str().unwrap().replace('\\', "/"), bytes)
        })
        .collect()
}

/// What anybody sees of a folder.
fn shown(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = contents(folder);
    found.retain(|name, _| !is_hidden(name));
    found
}

fn replace(folder: &Path, files: &BTreeMap<String, Vec<u8>>) {
    let _ = fs::remove_dir_all(folder);
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn is_hidden(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.'))
}

/// Runs to the end once to learn how long it takes, then is killed at a moment of each tenth of that.
fn kill_all_along(desk: &Desk, args: &[&str], before: impl Fn(), mut look: impl FnMut(Duration)) {
    before();
    let begun = Instant::now();
    let whole = desk.run(args);
    assert!(whole.code < 2, "{whole:?}");
    let usual = begun.elapsed();
    let mut dice = Random::new(11, &[]);
    for tenth in 0..KILLS {
        before();
        let after = usual * (tenth * 100 + dice.below(100) as u32) / (KILLS * 100);
        let mut child = desk.begin(args);
        std::thread::sleep(after);
        let _ = child.kill();
        child.wait().unwrap();
        look(after);
    }
}

#[test]
fn a_rollup_that_is_killed_leaves_whole_files() {
    let desk = two_folders();
    assert!(desk.run(&["rollup", "in", "-o", "out"]).code < 2);
    let (out, old) = (desk.path("out"), contents(&desk.path("out")));
    assert!(desk.run(&["rollup", "other", "-o", "out"]).code < 2);
    let new = contents(&out);
    assert_ne!(old, new);
    let args = ["rollup", "other", "-o", "out"];
    fs::create_dir(desk.path("empty")).unwrap();
    kill_all_along(
        &desk,
        &args,
        || replace(&out, &old),
        |after| {
            for (name, bytes) in shown(&out) {
                let whole = Some(&bytes) == old.get(&name) || Some(&bytes) == new.get(&name);
                assert!(whole, "{name} after {after:?}");
            }
            // A run that comes to nothing has begun all the same.
            let answer = desk.run(&["rollup", "empty", "-o", "out"]);
            assert_eq!(answer.code, 2, "{answer:?}");
            let found = contents(&out);
            assert!(found == old || found == new, "a mixture after {after:?}");
        },
    );
    assert!(desk.run(&args).code < 2);
    assert_eq!(shown(&out), new, "the next run finishes the work");
}

#[test]
fn an_ingest_that_is_killed_leaves_the_store_as_before_or_as_after() {
    let desk = two_folders();
    let export = || {
        let answer = desk.run(&["export", "store"]);
        assert!(answer.code < 2, "{answer:?}");
        answer.out
    };
    let args = ["ingest", "in", "--store", "store", "--sync"];
    assert!(desk.run(&args).code < 2);
    let (store, old) = (desk.path("store"), contents(&desk.path("store")));
    let before = export();
    replace(&desk.path("in"), &contents(&desk.path("other")));
    assert!(desk.run(&args).code < 2);
    let after = export();
    assert_ne!(before, after);
    kill_all_along(
        &desk,
        &args,
        || replace(&store, &old),
        |moment| {
            let found = export();
            assert!(found == before || found == after, "after {moment:?}");
            assert!(desk.run(&args).code < 2);
            assert!(
                export() == after,
                "the ingest after {moment:?} did not finish the work"
            );
            let left: Vec<String> = contents(&store)
                .into_keys()
                .filter(|name| is_hidden(name))
                .collect();
            assert!(left.is_empty(), "{left:?} after {moment:?}");
        },
    );
}
