//! Personal data: what is masked once is masked for good, and a text without it stays as it is.
#![no_main]

use huizong::privacy::{mask, mask_beside_number};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let masked = mask(text);
    assert_eq!(mask(&masked), masked);
    mask_beside_number(text);
});
