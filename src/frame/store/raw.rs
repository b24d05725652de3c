//! What stood in the cells, kept only where the number does not already say it.

use crate::form::{KeyInfo, Measure, MoneyUnit};
use crate::report::{Status, Value};

/// What would stand in the cell of a value if it were written in the plainest way: a count as its digits, an
/// amount in the unit of its official label, nothing where there is no number that was read.
fn plain(info: &KeyInfo, value: &Value) -> Option<String> {
    let number = value.number.filter(|_| value.status == Status::Reported)?;
    if info.measure == Measure::Count {
        return Some(number.to_string());
    }
    let unit = info.stated_unit.or(info.assumed_unit);
    let fen = unit.unwrap_or(MoneyUnit::TenThousandYuan).fen();
    let (size, fen) = (number.unsigned_abs(), fen.unsigned_abs());
    let sign = if number < 0 { "-" } else { "" };
    let digits = fen.ilog10() as usize;
    let rest = format!("{:0digits$}", size % fen);
    let rest = rest.trim_end_matches('0');
    let point = if rest.is_empty() { "" } else { "." };
    Some(format!("{sign}{}{point}{rest}", size / fen))
}

/// The contents that are not plain, as JSON: `[["-","3-9,12"],[null,"14"]]` says that keys 3 to 9 and 12 of
/// the form (counted from 0) have `-` in their cells, and key 14 has nothing known. None where all are plain.
pub(super) fn encode(keys: &[KeyInfo], values: &[Value]) -> Option<String> {
    let mut odd: Vec<(Option<&str>, Vec<usize>)> = Vec::new();
    for (index, (info, value)) in keys.iter().zip(values).enumerate() {
        let raw = value.raw.as_deref();
        if plain(info, value).as_deref() == raw {
            continue;
        }
        match odd.iter_mut().find(|(same, _)| *same == raw) {
            Some((_, at)) => at.push(index),
            None => odd.push((raw, vec![index])),
        }
    }
    let odd: Vec<_> = odd
        .into_iter()
        .map(|(raw, at)| (raw, ranges(&at)))
        .collect();
    if odd.is_empty() {
        return None;
    }
    serde_json::to_string(&odd).ok()
}

/// Fills in the contents of values whose status and number are known; none where the words are damaged.
pub(super) fn decode(keys: &[KeyInfo], values: &mut [Value], words: Option<&str>) -> Option<()> {
    let mut odd = vec![false; values.len()];
    if let Some(words) = words {
        let parsed: Vec<(Option<Box<str>>, String)> = serde_json::from_str(words).ok()?;
        for (raw, at) in parsed {
            for range in at.split(',') {
                let (from, to) = range.split_once('-').unwrap_or((range, range));
                let (from, to): (usize, usize) = (from.parse().ok()?, to.parse().ok()?);
                let named = values.get_mut(from..=to)?;
                for (value, odd) in named.iter_mut().zip(odd.get_mut(from..=to)?) {
                    value.raw.clone_from(&raw);
                    *odd = true;
                }
            }
        }
    }
    for (index, value) in values.iter_mut().enumerate() {
        if !odd[index] {
            value.raw = plain(keys.get(index)?, value).map(String::into_boxed_str);
        }
    }
    Some(())
}

/// Ascending numbers as ranges: `3-9,12`.
fn ranges(numbers: &[usize]) -> String {
    let mut words = Vec::new();
    let mut rest = numbers;
    while let Some((&first, _)) = rest.split_first() {
        let run = (rest.iter().enumerate())
            .take_while(|(i, n)| **n == first + i)
            .count();
        words.push(if run == 1 {
            first.to_string()
        } else {
            format!("{first}-{}", first + run - 1)
        });
        rest = &rest[run..];
    }
    words.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Library;

    #[test]
    fn only_what_is_not_plain_is_kept() {
        let form = Library::official().get("2019").unwrap();
        let amount = form.index("disclosure.procurement.amount").unwrap();
        let mut values = vec![Value::default(); form.keys.len()];
        for (index, raw) in [(0, "12"), (1, "１２"), (2, "12"), (3, "-"), (4, "-")] {
            if raw != "-" {
                values[index] = Value::reported(12);
            }
            values[index].raw = Some(raw.into());
        }
        values[amount] = Value::reported(13_020_000);
        values[amount].raw = Some("13.02".into());
        let words = encode(&form.keys, &values).unwrap();
        assert_eq!(words, r#"[["１２","1"],["-","3-4"]]"#);
        let mut back = values.clone();
        back.iter_mut().for_each(|v| v.raw = None);
        decode(&form.keys, &mut back, Some(&words)).unwrap();
        assert_eq!(back, values);
        assert!(decode(&form.keys, &mut back, Some(r#"[["x","5-99999999"]]"#)).is_none());
    }

    #[test]
    fn amounts_are_plain_in_the_unit_of_their_label() {
        let form = Library::official().get("2021").unwrap();
        let fees = &form.keys[form.index("disclosure.fees.amount").unwrap()];
        for (fen, words) in [
            (0, "0"),
            (13_020_000, "13.02"),
            (-1, "-0.000001"),
            (1_000_000, "1"),
        ] {
            assert_eq!(plain(fees, &Value::reported(fen)).as_deref(), Some(words));
        }
    }
}
