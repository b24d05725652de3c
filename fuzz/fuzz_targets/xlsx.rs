//! Workbooks of 2007: sheet, shared strings, the book, styles.
#![no_main]

use huizong::probe::read;
use huizong::skeleton::{XLSX, package};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read("a.xlsx", &package(XLSX, bytes)));
