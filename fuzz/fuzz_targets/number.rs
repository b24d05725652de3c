//! Numbers as people write them, in cells of text and of numbers.
#![no_main]

use huizong::form::MoneyUnit;
use huizong::grid::Content;
use huizong::report::number::{amount, count, looks_like_number, money_unit_in};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, f64)| {
    for content in [Content::text(input.0), Content::Number(input.1)] {
        count(&content);
        looks_like_number(&content);
        for unit in [MoneyUnit::Yuan, MoneyUnit::TenThousandYuan, MoneyUnit::HundredMillionYuan] {
            amount(&content, unit);
        }
    }
    money_unit_in(input.0);
});
