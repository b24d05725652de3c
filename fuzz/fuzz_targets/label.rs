//! Labels: normalising twice is normalising once.
#![no_main]

use huizong::report::label::{normalise, plain, strip_enumerator, without_trailing_bracket};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let once = normalise(text);
    assert_eq!(normalise(&once), once);
    plain(text);
    strip_enumerator(text);
    without_trailing_bracket(text);
});
