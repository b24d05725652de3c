//! Workbooks of 1997: the records of the Workbook stream.
#![no_main]

use huizong::probe::read;
use huizong::skeleton::compound;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read("a.xls", &compound(bytes)));
