//! The workbook part by part against files that a person has looked at: a change of layout, formulas, print setup or
//! document properties shows as a difference.
//!
//! `HUIZONG_WRITE_GOLDEN=1 cargo test --test it golden` writes them anew; look at what changed before committing it.

use std::fs;
use std::path::PathBuf;

use super::dossier::county;
use super::{parts, written};

/// What the parts of a small county's workbook hold that people see: the list of sheets with their print areas, the
/// cover, and the official tables. Text stands in the shared strings.
const PARTS: [&str; 7] = [
    "docProps/core.xml",
    "xl/workbook.xml",
    "xl/worksheets/sheet1.xml",
    "xl/worksheets/sheet3.xml",
    "xl/worksheets/sheet4.xml",
    "xl/worksheets/sheet5.xml",
    "xl/sharedStrings.xml",
];

/// One element a line, so that a difference can be read.
fn lines(xml: &str) -> String {
    xml.replace("\r\n", "\n").replace("><", ">\n<")
}

#[test]
fn the_parts_of_a_workbook_are_as_they_were() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/workbook/golden");
    let parts = parts(&written(&county(2)));
    for name in PARTS {
        let found = lines(&parts[name]);
        let path = folder.join(name.replace('/', "-"));
        if std::env::var_os("HUIZONG_WRITE_GOLDEN").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &found).unwrap();
            continue;
        }
        let golden = fs::read_to_string(&path).unwrap();
        let differing = (golden.lines().zip(found.lines()).enumerate()).find(|(_, (a, b))| a != b);
        assert_eq!(differing, None, "{name}");
        assert_eq!(golden.lines().count(), found.lines().count(), "{name}");
    }
}
