//! Tests of: readers. Inputs are built in code, or were written by other programs (`tests/fixtures/readers`).
#![allow(clippy::unwrap_used)] // helpers of tests may fail as tests do

mod any_bytes;
mod archive;
mod delimited;
mod json;
mod page;
mod refused;
mod text;
mod word;
mod workbook;

use huizong::files::{Document, Part, Refusal, open};
use huizong::grid::Grid;

/// The one outcome of a file that is no archive.
fn outcome(name: &str, bytes: &[u8]) -> Result<Document, Refusal> {
    let mut opened = open(name.into(), bytes);
    assert_eq!(opened.len(), 1, "{name}");
    assert_eq!(&*opened[0].name, name);
    opened.remove(0).outcome
}

fn document(name: &str, bytes: &[u8]) -> Document {
    outcome(name, bytes).unwrap_or_else(|refusal| panic!("{name}: {refusal:?}"))
}

fn fixture(name: &str) -> Vec<u8> {
    let path = format!(
        "{}/tests/fixtures/readers/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What a person sees, one string for each row, cells joined by `|`.
fn seen(grid: &Grid) -> Vec<String> {
    (0..grid.rows())
        .map(|row| {
            let cells: Vec<String> = (0..grid.cols())
                .map(|col| grid.seen(row, col).to_string())
                .collect();
            cells.join("|")
        })
        .collect()
}

/// Words and grids in order: headings begin with `#`, a grid is its name in brackets.
fn outline(document: &Document) -> Vec<String> {
    document
        .parts
        .iter()
        .map(|part| match part {
            Part::Words { text, heading, .. } => {
                format!("{}{text}", if *heading { "#" } else { "" })
            }
            Part::Grid(index) => format!("[{}]", document.grids[*index].name),
        })
        .collect()
}

fn rules(document: &Document) -> Vec<&str> {
    document.notes.iter().map(|note| note.rule).collect()
}

/// A zip archive of the given members.
fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
