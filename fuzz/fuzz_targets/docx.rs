//! Word documents of 2007: the document and its styles.
#![no_main]

use huizong::probe::read;
use huizong::skeleton::{DOCX, package};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read("a.docx", &package(DOCX, bytes)));
