//! How well reading does on files as units send them, against the truth about each cell.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::rough::make::{LAYOUTS, rough};
use crate::rough::pool::pool;
use crate::rough::{Expect, Kind};

/// Files of each layout.
const ROUNDS: usize = 33;

fn doc() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/accuracy.md")
}

#[test]
fn every_layout_and_roughness_occurs_and_the_document_lists_it() {
    let pool = pool();
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    for number in 0..LAYOUTS.len() * ROUNDS {
        let (layout, format) = LAYOUTS[number % LAYOUTS.len()];
        names.insert(format!("| {layout}, {format} |"));
        if number % 10 == 0 {
            let rough = rough(number, &pool);
            rough
                .kinds
                .iter()
                .for_each(|kind| *kinds.entry(*kind).or_default() += 1);
        }
    }
    assert_eq!(kinds.len(), Kind::ALL.len(), "{kinds:?}");
    names.extend(kinds.keys().map(|kind| format!("| {} |", kind.words())));
    let text = std::fs::read_to_string(doc()).unwrap();
    for name in names {
        assert!(
            text.contains(&name),
            "{name} is not in docs/accuracy.md: run `just accuracy`"
        );
    }
}

#[test]
fn a_rough_file_is_the_same_every_time() {
    let pool = pool();
    for number in 0..LAYOUTS.len() {
        let [one, two] = [(); 2].map(|()| rough(number, &pool));
        // A Word file carries the moment of its making.
        if one.format != "docx" {
            assert!(one.bytes == two.bytes, "{}", one.name);
        }
        assert_eq!(one.kinds, two.kinds);
    }
}

#[test]
fn a_rough_file_opens_and_says_what_is_in_it() {
    let pool = pool();
    let (mut reports, mut blank, mut marked, mut numbers) = (0, 0, 0, 0);
    for number in 0..LAYOUTS.len() * 3 {
        let rough = rough(number, &pool);
        for opened in huizong::files::open(rough.name.as_str().into(), &rough.bytes) {
            let document = opened.outcome.expect(rough.layout);
            let told = !document.grids.is_empty() || !document.records.is_empty();
            assert!(told, "{} {}", rough.name, rough.layout);
        }
        for report in &rough.reports {
            assert!(!report.unit.is_empty() && report.form.years.contains(report.year));
            assert_eq!(report.cells.len(), report.form.keys.len());
            reports += 1;
            for cell in &report.cells {
                match cell {
                    Expect::Number(n) => numbers += usize::from(*n != 0),
                    Expect::Blank(_) => blank += 1,
                    Expect::NotApplicable => marked += 1,
                }
            }
        }
    }
    assert!(reports > LAYOUTS.len() * 3 && numbers > 5_000 && blank > 1_000 && marked > 100);
}
