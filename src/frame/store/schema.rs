//! What the columns of a part are called, and the letters of its compact columns.

use std::borrow::Cow;

use crate::form::Form;
use crate::report::{Matched, Scope, Status};

/// The columns of a part that are not keys, in their order.
pub const COLUMNS: [&str; 20] = [
    "file",
    "source",
    "hash",
    "county",
    "area",
    "unit",
    "code",
    "kind",
    "line",
    "scope",
    "status",
    "matched",
    "place_base",
    "place_map",
    "raws",
    "narrative",
    "findings",
    "ordinal",
    "revision",
    "modified",
];

/// The columns that the folders' names give.
pub const PARTITIONS: [&str; 2] = ["form", "year"];

/// What Hive calls the folder of rows without a value.
pub const NO_YEAR: &str = "__HIVE_DEFAULT_PARTITION__";

/// The column of a key: the key itself, unless a form of your own has a key named like another column;
/// that one is set apart as `key:unit`.
pub fn column_name(key: &str) -> Cow<'_, str> {
    let taken = COLUMNS.iter().chain(&PARTITIONS);
    if taken.into_iter().any(|name| name.eq_ignore_ascii_case(key)) {
        Cow::Owned(format!("key:{key}"))
    } else {
        Cow::Borrowed(key)
    }
}

/// The letter of a status in the column `status`.
pub fn status_letter(status: Status) -> char {
    match status {
        Status::Reported => 'R',
        Status::Blank => 'B',
        Status::BlankAsZero => 'Z',
        Status::Derived => 'D',
        Status::NotApplicable => 'N',
        Status::Unreadable => 'U',
        Status::Corrected => 'C',
    }
}

/// The status of a letter.
pub fn letter_status(letter: char) -> Option<Status> {
    (Status::ALL.into_iter()).find(|status| status_letter(*status) == letter)
}

const MATCHED: [(Matched, char); 5] = [
    (Matched::Nothing, 'N'),
    (Matched::Key, 'K'),
    (Matched::Label, 'L'),
    (Matched::Alias, 'A'),
    (Matched::Fuzzy, 'F'),
];

/// How the cells were tied to their keys, as letters with the length of their run: `L198F2`.
pub(super) fn encode_matched(matched: impl Iterator<Item = Matched>) -> String {
    let mut words = String::new();
    let mut run: Option<(Matched, usize)> = None;
    let write = |words: &mut String, run: Option<(Matched, usize)>| {
        if let Some((matched, length)) = run {
            let letter = MATCHED.iter().find(|m| m.0 == matched).map_or('N', |m| m.1);
            words.push(letter);
            words.push_str(&length.to_string());
        }
    };
    for next in matched {
        match &mut run {
            Some((same, length)) if *same == next => *length += 1,
            _ => {
                write(&mut words, run);
                run = Some((next, 1));
            }
        }
    }
    write(&mut words, run);
    words
}

/// The reverse of [`encode_matched`]; none where the words are not its.
pub(super) fn decode_matched(words: &str, length: usize) -> Option<Vec<Matched>> {
    let mut all = Vec::with_capacity(length);
    let mut rest = words;
    while let Some(letter) = rest.chars().next() {
        let digits = &rest[letter.len_utf8()..];
        let end = digits
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(digits.len());
        let run: usize = digits[..end].parse().ok()?;
        let matched = MATCHED.iter().find(|m| m.1 == letter)?.0;
        if run > length.saturating_sub(all.len()) {
            return None;
        }
        all.resize(all.len() + run, matched);
        rest = &digits[end..];
    }
    (all.len() == length).then_some(all)
}

/// The word of the column `scope`.
pub fn scope_word(scope: Scope) -> &'static str {
    match scope {
        Scope::Own => "own",
        Scope::Consolidated => "consolidated",
    }
}

/// The scope of a word.
pub fn word_scope(word: &str) -> Option<Scope> {
    [Scope::Own, Scope::Consolidated]
        .into_iter()
        .find(|scope| scope_word(*scope) == word)
}

/// What tells two versions of a form apart: a digest of its keys in their order.
pub fn form_digest(form: &Form) -> String {
    let mut hasher = blake3::Hasher::new();
    for info in &form.keys {
        hasher.update(info.key.as_bytes());
        hasher.update(b"\n");
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

/// The folder of a partition, with forward slashes: `form=2021/year=2022`.
pub fn partition_folder(form: &str, year: Option<i32>) -> String {
    let mut name = String::new();
    for c in form.chars() {
        if c.is_control() || r#"/\:*?"<>|%= "#.contains(c) {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                name.push_str(&format!("%{byte:02X}"));
            }
        } else {
            name.push(c);
        }
    }
    match year {
        Some(year) => format!("form={name}/year={year}"),
        None => format!("form={name}/year={NO_YEAR}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_own_letter() {
        for status in Status::ALL {
            assert_eq!(letter_status(status_letter(status)), Some(status));
        }
        assert_eq!(letter_status('x'), None);
    }

    #[test]
    fn runs_of_matches_come_back_and_nonsense_does_not() {
        let matched = [
            Matched::Label,
            Matched::Label,
            Matched::Fuzzy,
            Matched::Nothing,
        ];
        let words = encode_matched(matched.into_iter());
        assert_eq!(words, "L2F1N1");
        assert_eq!(decode_matched(&words, 4).unwrap(), matched);
        for bad in ["L2F1", "L2F1N2", "X4", "L", "L99999999999999999999"] {
            assert_eq!(decode_matched(bad, 4), None, "{bad}");
        }
    }

    #[test]
    fn a_key_never_takes_the_place_of_another_column() {
        assert_eq!(
            column_name("requests.received.total"),
            "requests.received.total"
        );
        assert_eq!(column_name("Unit"), "key:Unit");
        assert_eq!(column_name("year"), "key:year");
    }

    #[test]
    fn folders_are_hive_partitions() {
        assert_eq!(partition_folder("2021", Some(2022)), "form=2021/year=2022");
        assert_eq!(
            partition_folder("a/b", None),
            "form=a%2Fb/year=__HIVE_DEFAULT_PARTITION__"
        );
    }
}
