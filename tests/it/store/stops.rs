//! An ingest that is stopped in the middle.

use std::cell::Cell;
use std::io;

use huizong::frame::store::{Filter, Options, Step};

use super::made::*;

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
