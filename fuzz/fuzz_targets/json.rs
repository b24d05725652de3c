//! JSON of any shape, through the reader that keeps every value.
#![no_main]

use huizong::probe::read;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    read("a.json", bytes);
    // What does not begin like JSON is taken for text.
    read("a.json", &[b"[", bytes].concat());
});
