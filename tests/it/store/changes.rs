//! Only what has changed is written.

use std::collections::BTreeMap;
use std::path::Path;

use huizong::form::Library;
use huizong::frame::store::{Entry, Filter, Ingest, Options, Store, StoreError};

use super::made::*;

#[test]
fn only_what_has_changed_is_taken_in_again() {
    let root = tempfile::tempdir().unwrap();
    let mut files = folder(30);
    ingest(root.path(), &files, plain()).unwrap();
    let before = in_force(root.path());
    let again = ingest(root.path(), &files, plain()).unwrap();
    assert_eq!(
        (again.added, again.replaced, again.removed, again.unchanged),
        (0, 0, 0, 30)
    );
    assert_eq!(in_force(root.path()), before, "nothing was written");

    // All changes lie in the partition of 2020.
    files.insert("in/003.xlsx".to_owned(), (2020, 77));
    files.remove("in/006.xlsx");
    files.insert("in/900.xlsx".to_owned(), (2020, 90));
    let changes = ingest(root.path(), &files, plain()).unwrap();
    assert_eq!(
        (
            changes.added,
            changes.replaced,
            changes.removed,
            changes.unchanged,
            changes.reports
        ),
        (1, 1, 1, 28, 30)
    );
    assert_eq!(
        words(&entries(root.path(), &Filter::default())),
        expected(&files)
    );
    let after = in_force(root.path());
    assert_eq!(after[1..], before[1..], "parts without changes stay");
    assert_ne!(after[0], before[0]);
    assert_eq!(
        shown(root.path()),
        after,
        "what is no longer in force is gone"
    );
}

/// The dates in the rows, which engines that read the store go by.
fn dates(root: &Path) -> BTreeMap<String, Option<i64>> {
    let store = Store::open(root).unwrap();
    let mut found = BTreeMap::new();
    let columns = ["file".to_owned(), "modified".to_owned()];
    let library = Library::official();
    store
        .stream::<StoreError>(library, &Filter::default(), Some(&columns), |_, frame| {
            let files = frame.column("file").unwrap().str().unwrap().clone();
            let dates = frame.column("modified").unwrap().i64().unwrap().clone();
            for (file, date) in files.iter().zip(dates.iter()) {
                assert!(found.insert(file.unwrap().to_owned(), date).is_none());
            }
            Ok(())
        })
        .unwrap();
    found
}

#[test]
fn a_new_date_is_written_down_without_reading_the_file_again() {
    let root = tempfile::tempdir().unwrap();
    let files = folder(12);
    ingest(root.path(), &files, plain()).unwrap();
    let before = in_force(root.path());
    let mut run = Ingest::begin(root.path(), plain()).unwrap();
    for (name, (_, seed)) in &files {
        let date = 1_700_000_000_000_000_001 + i64::from(name == "in/003.xlsx") * 5;
        let hash = blake3::hash(&seed.to_le_bytes()).to_string();
        assert!(run.is_current(name, &hash, Some(date)));
    }
    let changes = run.commit(&forms).unwrap();
    assert_eq!(
        (
            changes.replaced,
            changes.unchanged,
            changes.dated,
            changes.reports
        ),
        (0, 12, 1, 12)
    );
    let after = in_force(root.path());
    assert_ne!(after[0], before[0]);
    assert_eq!(after[1..], before[1..], "parts without a new date stay");
    for (file, date) in dates(root.path()) {
        let later = i64::from(file == "in/003.xlsx") * 5;
        assert_eq!(date, Some(1_700_000_000_000_000_001 + later), "{file}");
    }
    let kept = entries(root.path(), &Filter::default());
    assert_eq!(kept[3].modified, Some(1_700_000_000_000_000_006));
    let values = |entries: &[Entry]| export(entries);
    let direct: Vec<Entry> = (files.iter())
        .map(|(name, (year, seed))| entry(report(name, *year, *seed)))
        .collect();
    assert_eq!(values(&kept), values(&direct));
}

#[test]
fn a_file_that_was_read_with_another_registry_is_read_again() {
    let root = tempfile::tempdir().unwrap();
    let files = folder(6);
    ingest(root.path(), &files, plain()).unwrap();
    let with = || Options {
        read_with: "another registry".to_owned(),
        ..plain()
    };
    let changes = ingest(root.path(), &files, with()).unwrap();
    assert_eq!((changes.replaced, changes.unchanged), (6, 0));
    let changes = ingest(root.path(), &files, with()).unwrap();
    assert_eq!((changes.replaced, changes.unchanged), (0, 6));
}
