//! Tests of: every id that a finding may carry is described in the data.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use huizong::finding::kind;
use huizong::form::Library;

fn sources(dir: &Path, out: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(fs::read_to_string(&path).unwrap());
        }
    }
}

/// String literals directly behind or before a marker, white space between them allowed.
fn literals(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for marker in [
        "Finding::new(",
        "ReadNote {\n            rule: ",
        "files::note(",
        " note(",
    ] {
        for (at, _) in text.match_indices(marker) {
            let behind = text[at + marker.len()..].trim_start();
            if let Some(inner) = behind.strip_prefix('"') {
                found.extend(inner.split_once('"').map(|(id, _)| id.to_owned()));
            }
        }
    }
    for (at, _) in text.match_indices("Severity::") {
        let before = text[..at].trim_end();
        if let Some(before) = before
            .strip_suffix(',')
            .and_then(|b| b.trim_end().strip_suffix('"'))
        {
            found.extend(before.rsplit_once('"').map(|(_, id)| id.to_owned()));
        }
    }
    found
}

#[test]
fn every_kind_of_finding_in_the_source_is_described() {
    let mut texts = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut texts,
    );
    let ids: BTreeSet<String> = texts.iter().flat_map(|text| literals(text)).collect();
    assert!(ids.len() > 25, "{ids:?}");
    let forms = Library::official().forms();
    let unknown: Vec<&String> = (ids.iter())
        .filter(|id| id.contains('-'))
        .filter(|id| kind(id).is_none() && !forms.iter().any(|form| form.rule(id).is_some()))
        .collect();
    assert!(
        unknown.is_empty(),
        "not in data/rules/kinds.toml: {unknown:?}"
    );
}
