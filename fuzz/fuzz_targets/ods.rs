//! OpenDocument spreadsheets: the content.
#![no_main]

use huizong::probe::read;
use huizong::skeleton::{ODS, package};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read("a.ods", &package(ODS, bytes)));
