//! Any bytes under a name of any ending: the kind is told by the content, so that one target reaches every reader.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for name in ["a.csv", "a"] {
        let opened = huizong::files::open(name.into(), bytes);
        assert!(!opened.is_empty());
    }
});
