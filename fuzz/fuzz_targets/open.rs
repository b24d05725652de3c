//! Any bytes under a name of any ending: the kind is told by the content, so that one target reaches every reader.
#![no_main]

use huizong::probe::read;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for name in ["a.csv", "a"] {
        read(name, bytes);
    }
});
