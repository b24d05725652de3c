//! Binary workbooks of 2007: sheet and book.
#![no_main]

use huizong::probe::read;
use huizong::skeleton::{XLSB, package};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read("a.xlsb", &package(XLSB, bytes)));
