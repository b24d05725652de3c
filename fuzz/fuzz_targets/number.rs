//! Numbers as people write them, in cells of text and of numbers. The input is a text, after eight bytes of a float.
#![no_main]

use huizong::form::MoneyUnit;
use huizong::grid::Content;
use huizong::report::number::{Reading, amount, count, looks_like_number, money_unit_in};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((float, text)) = bytes.split_first_chunk::<8>() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let float = f64::from_le_bytes(*float);
    for content in [Content::text(text), Content::Number(float)] {
        let read = count(&content);
        let again = |number: i64| count(&Content::text(&number.to_string()));
        if let Reading::Count(number) = read {
            assert_eq!(again(number), read, "{content}");
        }
        looks_like_number(&content);
        for unit in [
            MoneyUnit::Yuan,
            MoneyUnit::TenThousandYuan,
            MoneyUnit::HundredMillionYuan,
        ] {
            amount(&content, unit);
        }
    }
    if float.fract() == 0.0 && float.abs() < 9e15 {
        assert_eq!(count(&Content::Number(float)), Reading::Count(float as i64));
    }
    // Plain digits are what every other reader of numbers says they are.
    if text.len() < 19 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        assert_eq!(
            text.parse().map(Reading::Count),
            Ok(count(&Content::text(text)))
        );
    }
    money_unit_in(text);
});
