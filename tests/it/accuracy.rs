//! How well reading does on files as units send them, against the truth about each cell.
//!
//! With `HUIZONG_WRITE_DOCS` set the figures are written to `docs/accuracy.md`; with `HUIZONG_KEEP_ROUGH`
//! set to a folder the files themselves are written there, and every trouble is printed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use huizong::form::Library;
use huizong::report::Recogniser;
use rayon::prelude::*;

use crate::rough::make::{LAYOUTS, rough};
use crate::rough::outcome::{Tally, outcome};
use crate::rough::pool::pool;
use crate::rough::{Expect, Kind, Rough};

/// Files of each layout.
const ROUNDS: usize = 33;

type Outcome = (Rough, Tally, Vec<String>);

fn line(table: &mut String, name: &str, tally: &Tally) {
    let percent = tally.right as f64 * 100.0 / tally.cells().max(1) as f64;
    let _ = writeln!(
        table,
        "| {name} | {} | {} | {percent:.3} % | {} | {} | {} | {} | {} |",
        tally.reports,
        tally.cells(),
        tally.missing,
        tally.missing_silently,
        tally.wrong,
        tally.wrong_silently,
        tally.misnamed,
    );
}

fn head(table: &mut String, first: &str) {
    let _ = writeln!(
        table,
        "\n| {first} | reports | cells | right | missing, told | missing, untold | wrong, told | wrong, untold | misnamed |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    );
}

/// The tables of the documentation, and everything together.
fn tables(results: &[Outcome]) -> (String, Tally) {
    let mut whole = Tally::default();
    let mut by_layout: BTreeMap<String, Tally> = BTreeMap::new();
    let mut by_kind: BTreeMap<Kind, Tally> = BTreeMap::new();
    for (rough, tally, _) in results {
        whole.add(tally);
        let name = format!("{}, {}", rough.layout, rough.format);
        by_layout.entry(name).or_default().add(tally);
        for kind in &rough.kinds {
            by_kind.entry(*kind).or_default().add(tally);
        }
    }
    let mut table = String::new();
    head(&mut table, "layout and format");
    for (name, tally) in &by_layout {
        line(&mut table, name, tally);
    }
    line(&mut table, "**all**", &whole);
    head(&mut table, "roughness");
    for (kind, tally) in &by_kind {
        line(&mut table, &kind.words(), tally);
    }
    (table, whole)
}

/// Prints what went wrong: all of it, or of each layout the first few files.
fn show(results: &[Outcome], all: bool) {
    let mut shown: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (rough, tally, troubles) in results.iter().filter(|(_, _, t)| !t.is_empty()) {
        let count = shown.entry((rough.layout, rough.format)).or_default();
        *count += 1;
        if !all && *count > 3 && tally.wrong_silently == 0 {
            continue;
        }
        println!("{} {} {:?}", rough.name, rough.layout, rough.kinds);
        let mut troubles: Vec<&String> = troubles.iter().collect();
        troubles.sort_by_key(|trouble| !trouble.starts_with("WRONG"));
        let most = if all { troubles.len() } else { 4 };
        for trouble in &troubles[..troubles.len().min(most)] {
            println!("    {trouble}");
        }
        println!("    ({} in all)", troubles.len());
    }
}

fn doc() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/accuracy.md")
}

/// Puts the tables under the heading of the document, in place of those that stand there.
fn write_doc(table: &str) {
    let text = std::fs::read_to_string(doc()).unwrap();
    let (before, _) = text.split_once("## Figures\n").unwrap();
    std::fs::write(doc(), format!("{before}## Figures\n{table}")).unwrap();
}

#[test]
fn reading_rough_files_gives_the_truth_or_says_that_it_does_not() {
    let pool = pool();
    let recogniser = Recogniser::new(Library::official());
    let kept = std::env::var_os("HUIZONG_KEEP_ROUGH").map(PathBuf::from);
    let results: Vec<Outcome> = (0..LAYOUTS.len() * ROUNDS)
        .into_par_iter()
        .map(|number| {
            let rough = rough(number, &pool);
            if let Some(dir) = &kept {
                std::fs::write(dir.join(&rough.name), &rough.bytes).unwrap();
            }
            let (tally, troubles) = outcome(&rough, &recogniser);
            (rough, tally, troubles)
        })
        .collect();
    show(&results, kept.is_some());
    let (table, whole) = tables(&results);
    println!("{table}");
    if std::env::var_os("HUIZONG_WRITE_DOCS").is_some() {
        write_doc(&table);
    }
    assert!(whole.reports >= 2_000, "{}", whole.reports);
    assert_eq!(
        whole.missing_silently, 0,
        "numbers that are missing without a finding"
    );
    assert_eq!(
        whole.wrong_silently, 0,
        "numbers that are wrong without a finding"
    );
    let mut legible = Tally::default();
    let destroyed = |rough: &Rough| rough.kinds.contains(&Kind::DestroyedCharacters);
    for (_, tally, _) in results.iter().filter(|(rough, ..)| !destroyed(rough)) {
        legible.add(tally);
    }
    assert!(legible.cells() > 300_000, "{}", legible.cells());
    assert_eq!(
        legible.right,
        legible.cells(),
        "where no character is destroyed every cell is read"
    );
    let right = whole.right * 1000 / whole.cells();
    assert!(
        right >= KNOWN_RIGHT,
        "only {right} in a thousand cells are right"
    );
}

/// Of a thousand cells, those that must be right where labels have lost up to two characters too: such a label may
/// be given up with a finding, never taken for another.
const KNOWN_RIGHT: usize = 996;

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
