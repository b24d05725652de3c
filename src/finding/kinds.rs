//! Kinds of findings that are no edit rule of a form: `data/rules/kinds.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Severity;
use crate::text::Text;

/// A kind of finding: its id, what it is called, why it is made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// The rule id of its findings.
    pub id: String,
    /// How much it usually matters.
    pub severity: Severity,
    /// Its name.
    pub label: Text,
    /// Why it is made.
    pub reason: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindsFile {
    kinds: Vec<Kind>,
}

/// Every kind, in the order of the file.
///
/// # Panics
/// Never with a tested binary: the embedded data is loaded by the tests.
pub fn kinds() -> &'static [Kind] {
    static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
        toml::from_str::<KindsFile>(include_str!("../../data/rules/kinds.toml"))
            .unwrap_or_else(|e| panic!("embedded data: rules/kinds.toml: {e}"))
            .kinds
    });
    &KINDS
}

/// The kind of an id; none for edit rules, which the form describes.
///
/// ```
/// assert_eq!(huizong::finding::kind("outlier").unwrap().label.en, "Far from usual");
/// ```
pub fn kind(id: &str) -> Option<&'static Kind> {
    kinds().iter().find(|kind| kind.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn kinds_are_unique_and_labelled() {
        let ids: BTreeSet<&str> = kinds().iter().map(|kind| kind.id.as_str()).collect();
        assert_eq!(ids.len(), kinds().len());
        for kind in kinds() {
            for words in [
                &kind.label.zh,
                &kind.label.en,
                &kind.reason.zh,
                &kind.reason.en,
            ] {
                assert!(!words.trim().is_empty(), "{}", kind.id);
            }
        }
    }
}
