//! Plain text.
#![no_main]

use huizong::probe::read;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read("a.txt", bytes));
