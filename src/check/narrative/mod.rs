//! What a report says in words against what its tables say.

use crate::form::Check;
use crate::report::Report;

use super::evaluate::Verdict;
use super::settings::Settings;

/// Names of units that a text might have been copied from.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    #[expect(dead_code)]
    /// Every name known, longest first.
    pub(super) all: Vec<String>,
}

/// What came of reading the text for one rule.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub(super) verdict: Verdict,
}

/// Reads the text for one rule.
pub(super) fn judge(
    _check: &Check,
    _report: &Report,
    _settings: &Settings,
    _names: &Names,
) -> Reading {
    Reading {
        verdict: Verdict::Unverifiable,
    }
}
