//! Files that lie among the reports and are none, and the marks that names carry (`data/batch.toml`).

use std::sync::LazyLock;

use serde::Deserialize;

use crate::text::Text;

/// What a file that is no report is kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kept {
    /// The unit registry.
    Units,
    /// The analyst's overrides.
    Corrections,
    /// Findings that somebody has accepted.
    Accepted,
    /// The settings of a run.
    Settings,
    /// The true figures of a made-up county.
    Truth,
    /// A description of the folder.
    Readme,
}

impl Kept {
    /// Why such a file is not read as a report.
    pub fn why(self) -> Text {
        match self {
            Self::Units => Text::new("单位名录", "unit registry"),
            Self::Corrections => Text::new("更正表", "list of corrections"),
            Self::Accepted => Text::new("已确认的问题清单", "list of accepted findings"),
            Self::Settings => Text::new("运行设置", "settings"),
            Self::Truth => Text::new("演示数据的真值", "true figures of made-up data"),
            Self::Readme => Text::new("说明文件", "description of the folder"),
        }
    }

    /// The role of a file by its name, without regard to case.
    pub fn by_name(name: &str) -> Option<Self> {
        (Words::get().kept.iter())
            .find(|kept| kept.name.eq_ignore_ascii_case(name))
            .map(|kept| kept.role)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub revision: Revision,
    pub consolidated: Marks,
    kept: Vec<KeptFile>,
    skipped: Skipped,
    memory: Memory,
}

/// How much of a store is held at once.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Memory {
    reports: usize,
}

/// How many reports of a store are held in memory at once, unless one county has more.
pub fn reports_at_once() -> usize {
    Words::get().memory.reports
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Revision {
    pub marks: Vec<String>,
    pub before: Vec<String>,
    pub after: Vec<String>,
    pub letters: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Marks {
    pub marks: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptFile {
    name: String,
    role: Kept,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Skipped {
    prefixes: Vec<String>,
    names: Vec<String>,
}

impl Words {
    /// The embedded words; a test keeps them readable.
    pub(super) fn get() -> &'static Self {
        static WORDS: LazyLock<Words> = LazyLock::new(|| {
            let words: Words = toml::from_str(include_str!("../../data/batch.toml"))
                .unwrap_or_else(|e| panic!("data/batch.toml: {e}"));
            assert!(
                words.memory.reports > 0,
                "data/batch.toml: memory.reports must be 1 or more"
            );
            words
        });
        &WORDS
    }

    /// Whether a file or folder of this name is never looked at.
    pub(super) fn skips(&self, name: &str) -> bool {
        let skipped = &self.skipped;
        (skipped.prefixes.iter()).any(|prefix| name.starts_with(prefix.as_str()))
            || (skipped.names.iter()).any(|other| other.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_a_file_is_kept_for() {
        assert_eq!(Kept::by_name("UNITS.csv"), Some(Kept::Units));
        assert_eq!(Kept::by_name("units2.csv"), None);
        assert!(Words::get().skips("~$north.xlsx"));
        assert!(Words::get().skips(".git"));
        assert!(!Words::get().skips("north.xlsx"));
    }
}
