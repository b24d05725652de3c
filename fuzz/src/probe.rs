//! What must hold of any file whatever: it has an outcome, every table can be walked, every report is whole, no panic of
//! our own is taken for a damaged file.

use std::panic::{set_hook, take_hook};
use std::process::abort;
use std::sync::LazyLock;

use crate::files::{Document, Limits, open, open_with};
use crate::form::Library;
use crate::report::Recogniser;

static RECOGNISER: LazyLock<Recogniser> = LazyLock::new(|| {
    watch();
    Recogniser::new(Library::official())
});

/// Small ones: an input of a few kilobytes must not be allowed seconds and gigabytes, or nothing else gets its turn.
static LIMITS: LazyLock<Limits> = LazyLock::new(|| {
    let mut limits = Limits::default();
    for (name, value) in [
        ("part-size", "2M"),
        ("total-size", "4M"),
        ("cells", "200000"),
        ("span-cells", "200000"),
        ("html-nodes", "100000"),
    ] {
        assert!(limits.set(name, value).is_ok(), "{name}");
    }
    limits
});

/// A panic in somebody else's parser costs its file, and the reader's hook keeps it quiet. One of our own is a find.
fn watch() {
    // The reader sets its hook when it is first used; this one comes before it.
    open("a.csv".into(), b"a");
    let quiet = take_hook();
    set_hook(Box::new(move |info| {
        let ours = |file: &str| !file.contains("/registry/") && !file.contains("/rustc/");
        if info.location().is_some_and(|place| ours(place.file())) {
            eprintln!("{info}");
            abort();
        }
        quiet(info);
    }));
}

/// Opens a file of this name and recognises what is in it.
pub fn read(name: &str, bytes: &[u8]) {
    let recogniser = &*RECOGNISER;
    let opened = open_with(name.into(), bytes, &LIMITS);
    assert!(!opened.is_empty());
    for one in opened {
        match one.outcome {
            Err(refusal) => {
                assert!(!refusal.message.zh.is_empty() && !refusal.message.en.is_empty());
            }
            Ok(document) => {
                walk(&document);
                let found = recogniser.recognise(&document);
                assert!(!found.reports.is_empty() || found.why_not.is_some());
                for report in found.reports {
                    assert_eq!(report.values.len(), report.form.keys.len());
                    for value in &report.values {
                        assert_eq!(value.status.has_number(), value.number.is_some());
                    }
                }
            }
        }
    }
}

fn walk(document: &Document) {
    for grid in &document.grids {
        for row in 0..grid.rows().min(50) {
            for col in 0..grid.cols().min(50) {
                let _ = grid.seen(row, col);
                let (above, left) = grid.anchor(row, col);
                assert!(above <= row && left <= col);
                let _ = grid.place(&document.name, row, col);
            }
        }
    }
}
