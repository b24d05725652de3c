//! How a right number becomes the wrong one that was found: the slips people make.

use crate::form::{Form, Measure};
use crate::report::{Report, Status};

use super::super::settings::{Settings, SlipKind, SlipWeight};

/// The first kind of slip, in the order of the settings, that turns `right` into what the cell holds.
pub(super) fn explain<'s>(
    report: &Report,
    key: usize,
    right: i64,
    settings: &'s Settings,
) -> Option<&'s SlipWeight> {
    (settings.slips.iter()).find(|slip| fits(slip.kind, report, key, right))
}

fn fits(kind: SlipKind, report: &Report, key: usize, right: i64) -> bool {
    let value = &report.values[key];
    let Some(found) = value.number else {
        return kind == SlipKind::Blank;
    };
    match kind {
        SlipKind::Blank => value.status == Status::BlankAsZero && right != 0,
        SlipKind::Sign => found != 0 && found.checked_neg() == Some(right),
        SlipKind::Yuan => {
            report.form.keys[key].measure == Measure::Fen
                && right.checked_mul(10_000) == Some(found)
        }
        SlipKind::Zero => found == 0,
        SlipKind::Other => true,
        SlipKind::Neighbour => {
            let beside = beside(&report.form, key);
            found != 0
                && beside
                    .iter()
                    .any(|k| report.values[*k].number == Some(found))
        }
        SlipKind::Subtotal => found != 0 && is_subtotal(report, key, right),
        SlipKind::SwapNeighbours | SlipKind::Swap | SlipKind::Shift => false,
        _ if found < 0 || right < 0 => false,
        _ => digits(
            kind,
            &found.to_string().into_bytes(),
            &right.to_string().into_bytes(),
        ),
    }
}

/// Slips in the digits: `found` is what `right` became.
fn digits(kind: SlipKind, found: &[u8], right: &[u8]) -> bool {
    match kind {
        SlipKind::Transposition => {
            let differing: Vec<usize> = differing(found, right);
            match differing.as_slice() {
                [a, b] => *b == a + 1 && found[*a] == right[*b] && found[*b] == right[*a],
                _ => false,
            }
        }
        SlipKind::Digit => right.len() > 1 && differing(found, right).len() == 1,
        SlipKind::Doubled => {
            (1..found.len()).any(|at| found[at] == found[at - 1] && without(found, at) == right)
        }
        SlipKind::Inserted => {
            right != b"0" && (0..found.len()).any(|at| without(found, at) == right)
        }
        SlipKind::Dropped => {
            found != b"0" && (0..right.len()).any(|at| without(right, at) == found)
        }
        SlipKind::PowerOfTen => {
            let (short, long) = if found.len() < right.len() {
                (found, right)
            } else {
                (right, found)
            };
            long.len() > short.len()
                && short != b"0"
                && long.starts_with(short)
                && long[short.len()..].iter().all(|digit| *digit == b'0')
        }
        _ => false,
    }
}

/// Where two numbers of the same length differ; everywhere when their lengths differ.
fn differing(a: &[u8], b: &[u8]) -> Vec<usize> {
    if a.len() != b.len() {
        return (0..a.len().max(b.len()).max(3)).collect();
    }
    (0..a.len()).filter(|at| a[*at] != b[*at]).collect()
}

fn without(digits: &[u8], at: usize) -> Vec<u8> {
    let mut rest = digits.to_vec();
    rest.remove(at);
    rest
}

/// The cells left, right, above and below.
pub(super) fn beside(form: &Form, key: usize) -> Vec<usize> {
    let [_, _, row, column] = form.keys[key].at;
    let block = form.block_of(key);
    let mut beside = Vec::new();
    if column > 0 {
        beside.push(block.key_at(row, column - 1));
    }
    if column + 1 < block.columns.len() {
        beside.push(block.key_at(row, column + 1));
    }
    if row > 0 {
        beside.push(block.key_at(row - 1, column));
    }
    if row + 1 < block.rows.len() {
        beside.push(block.key_at(row + 1, column));
    }
    beside
}

/// Whether the cell holds a sum it is itself a part of, as that sum is once the part is right.
fn is_subtotal(report: &Report, key: usize, right: i64) -> bool {
    let form = &report.form;
    let sum = |parts: &[usize]| {
        parts.iter().try_fold(0_i64, |sum, part| {
            let number = if *part == key {
                right
            } else {
                report.values[*part].number?
            };
            sum.checked_add(number)
        })
    };
    let found = report.values[key].number;
    let holds = |parts: &[usize]| parts.contains(&key) && parts.len() > 1 && sum(parts) == found;
    form.derived.iter().any(|derived| holds(&derived.parts))
        || (form.rules.iter().flat_map(|rule| rule.equations()))
            .filter_map(|equation| equation.as_total())
            .any(|(_, parts)| {
                let parts: Vec<usize> = parts.iter().map(|term| term.key).collect();
                holds(&parts)
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_in_the_digits() {
        let is = |kind, found: &str, right: &str| digits(kind, found.as_bytes(), right.as_bytes());
        assert!(is(SlipKind::Transposition, "5354", "5345"));
        assert!(!is(SlipKind::Transposition, "5354", "4355"));
        assert!(!is(SlipKind::Transposition, "5354", "535"));
        assert!(is(SlipKind::Doubled, "1224", "124"));
        assert!(!is(SlipKind::Doubled, "1234", "124"));
        assert!(is(SlipKind::Inserted, "1234", "124"));
        assert!(is(SlipKind::Dropped, "14", "124"));
        assert!(is(SlipKind::PowerOfTen, "1200", "12"));
        assert!(is(SlipKind::PowerOfTen, "12", "1200"));
        assert!(!is(SlipKind::PowerOfTen, "1210", "12"));
        assert!(is(SlipKind::Digit, "124", "134"));
        assert!(!is(SlipKind::Digit, "4", "5"));
        assert!(!is(SlipKind::Dropped, "0", "40"));
    }
}
