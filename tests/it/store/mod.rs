//! The store: what goes in comes out, in one commit or not at all.

mod changes;
mod commands;
mod made;
mod stops;
mod sums;
mod writers;

use huizong::finding::{Finding, Severity};
use huizong::frame::store::{Came, Entry, Filter, Ingest, Store, StoreError};
use huizong::text::Text;

use made::*;

#[test]
fn reports_come_back_as_they_went_in() {
    let root = tempfile::tempdir().unwrap();
    let folder = folder(40);
    let changes = ingest(root.path(), &folder, plain()).unwrap();
    assert_eq!((changes.added, changes.reports), (40, 40));
    let back = entries(root.path(), &Filter::default());
    assert_eq!(words(&back), expected(&folder));
    let direct: Vec<Entry> = folder
        .iter()
        .map(|(name, (year, seed))| entry(report(name, *year, *seed)))
        .collect();
    assert_eq!(export(&back), export(&direct));
    assert_eq!(shown(root.path()), in_force(root.path()));
    let partitions: Vec<String> = shown(root.path())
        .iter()
        .map(|p| p.rsplit_once('/').unwrap().0.to_owned())
        .collect();
    assert_eq!(
        partitions,
        [
            "form=2019/year=2020",
            "form=2021/year=2021",
            "form=2021/year=2022"
        ]
    );
}

#[test]
fn files_without_reports_are_remembered_with_their_reason() {
    let root = tempfile::tempdir().unwrap();
    let mut ingest = Ingest::begin(root.path(), plain()).unwrap();
    let why = Text::new("是 PDF", "a PDF");
    let mut unreadable = entry(report("a.pdf", 2020, 1));
    unreadable.came = Came::Unreadable(why.clone());
    let mut other = entry(report("b.xlsx", 2020, 1));
    other.came = Came::NotAReport(why.clone());
    other.findings = vec![Finding::new("hidden-sheet", Severity::Note, why)];
    ingest
        .add("a.pdf", "1", 9, std::slice::from_ref(&unreadable))
        .unwrap();
    ingest
        .add("b.xlsx", "2", 9, std::slice::from_ref(&other))
        .unwrap();
    ingest.commit(&forms).unwrap();
    let back = entries(root.path(), &Filter::default());
    assert_eq!(words(&back), words(&[unreadable, other.clone()]));
    assert_eq!(back[1].findings, other.findings);
}

#[test]
fn a_filter_lets_years_and_counties_through() {
    let root = tempfile::tempdir().unwrap();
    let files = folder(30);
    ingest(root.path(), &files, plain()).unwrap();
    let filter = Filter {
        years: vec![2021],
        counties: vec!["990000".to_owned()],
    };
    let wanted: Folder = files
        .into_iter()
        .filter(|(_, (year, _))| *year == 2021)
        .collect();
    assert_eq!(words(&entries(root.path(), &filter)), expected(&wanted));
    let elsewhere = Filter {
        years: Vec::new(),
        counties: vec!["别处".to_owned()],
    };
    assert!(entries(root.path(), &elsewhere).is_empty());
}

#[test]
fn a_manifest_that_points_out_of_the_store_is_refused() {
    let root = tempfile::tempdir().unwrap();
    ingest(root.path(), &folder(3), plain()).unwrap();
    let path = root.path().join("_huizong/1-of-1.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("form=2019/", "../form=2019/")).unwrap();
    let error = Store::open(root.path()).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}
