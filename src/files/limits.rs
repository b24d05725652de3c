//! What is read at most (`data/limits.toml`): one list, overridable for a run, and one sentence for whatever goes beyond.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use super::Refusal;
use crate::text::Text;

/// A limit; the order is that of `data/limits.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// Bytes of one input file.
    FileSize,
    /// Bytes one part of a package unpacks to.
    PartSize,
    /// Bytes all parts of a package unpack to.
    TotalSize,
    /// How many times smaller a part may be packed.
    Ratio,
    /// Bytes from which on the ratio counts.
    RatioFrom,
    /// Files in an archive, parts of a package.
    Members,
    /// Archives inside archives, the outermost included.
    ArchiveDepth,
    /// Sheets or tables of one file.
    Sheets,
    /// Rows of one sheet.
    Rows,
    /// Columns of one sheet.
    Columns,
    /// Cells of one sheet.
    Cells,
    /// Cells that the merged cells of one sheet cover together.
    SpanCells,
    /// Tables inside tables.
    TableDepth,
    /// Elements inside elements, XML.
    XmlDepth,
    /// Elements inside elements, HTML.
    HtmlDepth,
    /// Elements of a page.
    HtmlNodes,
    /// Arrays and objects inside each other.
    JsonDepth,
    /// Bytes of one cell, paragraph or string.
    TextLength,
    /// Bytes of one line of text.
    LineLength,
    /// Seconds for one file.
    Seconds,
}

/// What `data/limits.toml` says about one limit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Which one.
    pub name: Limit,
    /// Its value where nothing else is said.
    pub value: u64,
    /// As far as it can be raised.
    #[serde(default = "unbounded")]
    pub most: u64,
    /// It counts bytes.
    #[serde(default)]
    pub bytes: bool,
    /// What is counted.
    pub label: Text,
    /// Of what, and how.
    pub note: Text,
}

/// Numbers in TOML are signed.
fn unbounded() -> u64 {
    i64::MAX as u64
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    limit: Vec<Entry>,
}

/// A value for a limit that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LimitError {
    /// There is no such limit.
    Name(String),
    /// The value is no number, or beyond what the limit can be.
    Value {
        /// The limit.
        limit: Limit,
        /// What was given.
        given: String,
    },
}

/// The limits of a run.
///
/// ```
/// use huizong::files::{Limit, Limits};
/// let mut limits = Limits::default();
/// limits.set("file-size", "1G").unwrap();
/// assert_eq!(limits.get(Limit::FileSize), 1 << 30);
/// assert!(limits.set("size", "1G").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    values: BTreeMap<Limit, u64>,
}

impl Default for Limits {
    fn default() -> Self {
        let values = Self::entries()
            .iter()
            .map(|entry| (entry.name, entry.value));
        Self {
            values: values.collect(),
        }
    }
}

impl Limits {
    /// Every limit with its explanation, in order; checked when loaded: each of them once.
    pub fn entries() -> &'static [Entry] {
        static FILE: LazyLock<File> = LazyLock::new(|| {
            let text = include_str!("../../data/limits.toml");
            let file: File =
                toml::from_str(text).unwrap_or_else(|e| panic!("data/limits.toml: {e}"));
            let sound = |(at, entry): (usize, &Entry)| {
                entry.name as usize == at && (1..=entry.most).contains(&entry.value)
            };
            let whole = file.limit.len() == Limit::Seconds as usize + 1;
            assert!(
                whole && file.limit.iter().enumerate().all(sound),
                "data/limits.toml: every limit once, in order, and within its bounds"
            );
            file
        });
        &FILE.limit
    }

    /// The value of a limit.
    pub fn get(&self, limit: Limit) -> u64 {
        self.values.get(&limit).copied().unwrap_or_default()
    }

    /// Changes the limit of this name. Sizes may end in K, M or G.
    ///
    /// # Errors
    /// There is no such limit, or it cannot have that value.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), LimitError> {
        let entry = (Self::entries().iter())
            .find(|entry| entry.name.as_str() == name.trim())
            .ok_or_else(|| LimitError::Name(name.trim().to_owned()))?;
        let number = parse(value, entry.bytes).filter(|n| (1..=entry.most).contains(n));
        let number = number.ok_or_else(|| LimitError::Value {
            limit: entry.name,
            given: value.trim().to_owned(),
        })?;
        self.values.insert(entry.name, number);
        Ok(())
    }

    /// Nothing, as long as something does not go beyond a limit.
    ///
    /// # Errors
    /// It does.
    pub fn check(&self, limit: Limit, found: u64) -> Result<(), Over> {
        let allowed = self.get(limit);
        if found <= allowed {
            return Ok(());
        }
        Err(Over {
            limit,
            allowed,
            found,
            at_least: false,
        })
    }

    /// What is said when counting stopped at the limit: there is more than it allows, nobody knows how much.
    pub fn beyond(&self, limit: Limit) -> Over {
        let allowed = self.get(limit);
        Over {
            limit,
            allowed,
            found: allowed,
            at_least: true,
        }
    }
}

fn parse(value: &str, bytes: bool) -> Option<u64> {
    let value: String = value.chars().filter(|c| *c != '_' && *c != ' ').collect();
    let bare = value.trim_end_matches("iB").trim_end_matches('B');
    let (digits, unit) = match bare.chars().next_back()?.to_ascii_uppercase() {
        'K' => (&bare[..bare.len() - 1], 1 << 10),
        'M' => (&bare[..bare.len() - 1], 1 << 20),
        'G' => (&bare[..bare.len() - 1], 1 << 30),
        _ => (bare, 1),
    };
    if unit > 1 && !bytes || digits.starts_with('+') {
        return None;
    }
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

impl Limit {
    /// Its name, as it is typed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FileSize => "file-size",
            Self::PartSize => "part-size",
            Self::TotalSize => "total-size",
            Self::Ratio => "ratio",
            Self::RatioFrom => "ratio-from",
            Self::Members => "members",
            Self::ArchiveDepth => "archive-depth",
            Self::Sheets => "sheets",
            Self::Rows => "rows",
            Self::Columns => "columns",
            Self::Cells => "cells",
            Self::SpanCells => "span-cells",
            Self::TableDepth => "table-depth",
            Self::XmlDepth => "xml-depth",
            Self::HtmlDepth => "html-depth",
            Self::HtmlNodes => "html-nodes",
            Self::JsonDepth => "json-depth",
            Self::TextLength => "text-length",
            Self::LineLength => "line-length",
            Self::Seconds => "seconds",
        }
    }

    /// What `data/limits.toml` says about it.
    pub fn entry(self) -> &'static Entry {
        &Limits::entries()[self as usize]
    }
}

/// Something that goes beyond a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Over {
    /// Which limit.
    pub limit: Limit,
    /// Its value in this run.
    pub allowed: u64,
    /// What was found.
    pub found: u64,
    /// It was not counted to its end: there is more than `found`.
    pub at_least: bool,
}

impl Over {
    /// Which limit, its value, what was found, and what to do.
    pub fn text(&self) -> Text {
        let entry = self.limit.entry();
        let name = self.limit.as_str();
        let allowed = shown(self.allowed, entry.bytes);
        let found = shown(self.found, entry.bytes);
        let (zh_found, en_found) = if self.at_least {
            (format!("超过 {found}"), format!("more than {found}"))
        } else {
            (format!("为 {found}"), found)
        };
        let wanted = if self.at_least {
            self.found.saturating_mul(2)
        } else {
            self.found
        };
        let (zh_next, en_next) = if wanted > entry.most {
            let most = shown(entry.most, entry.bytes);
            (
                format!("此上限最多可设为 {most}"),
                format!("this limit cannot be raised beyond {most}"),
            )
        } else {
            (
                format!(
                    "确属年报时，可用 --limit {name}={wanted} 或 huizong.toml 的 [limits] 放宽"
                ),
                format!(
                    "if it is a report, raise the limit with --limit {name}={wanted}, or in [limits] of huizong.toml"
                ),
            )
        };
        Text::new(
            format!(
                "{}{zh_found}，上限（{name}）是 {allowed}，出于安全未读取。请检查此文件；{zh_next}",
                entry.label.zh
            ),
            format!(
                "{}: {en_found}, while the limit ({name}) is {allowed}; not read, for safety. Check the file; {en_next}",
                entry.label.en
            ),
        )
    }

    /// The refusal of the file called `name`.
    pub(super) fn refusal(&self, name: &Arc<str>) -> Refusal {
        let text = self.text();
        Refusal {
            what: Text::new("过大的文件", "oversized file"),
            message: Text::new(
                format!("{name}：{}", text.zh),
                format!("{name}: {}", text.en),
            ),
        }
    }
}

/// A number as people read it; sizes with their unit.
fn shown(number: u64, bytes: bool) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    let unit = units.iter().find(|(shift, _)| number >> shift > 0);
    match unit.filter(|_| bytes) {
        Some((shift, unit)) if number.is_multiple_of(1 << shift) => {
            format!("{} {unit}", number >> shift)
        }
        Some((shift, unit)) => format!("{:.1} {unit}", number as f64 / (1_u64 << shift) as f64),
        None if bytes => format!("{number} B"),
        None => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_data_agree() {
        for entry in Limits::entries() {
            let name = entry.name.as_str();
            let mut limits = Limits::default();
            limits.set(name, "7").unwrap();
            assert_eq!(limits.get(entry.name), 7, "{name}");
            assert!(!entry.label.zh.is_empty() && !entry.note.en.is_empty());
            // Nothing beyond what its bounds say, and nothing that switches a limit off.
            assert!(limits.set(name, "0").is_err());
            if let Some(more) = entry.most.checked_add(1) {
                assert!(limits.set(name, &more.to_string()).is_err(), "{name}");
            }
        }
    }

    #[test]
    fn sizes_are_typed_as_people_type_them() {
        let mut limits = Limits::default();
        for (typed, value) in [
            ("3", 3),
            ("2K", 2048),
            ("1 MiB", 1 << 20),
            ("1_000", 1000),
            ("2g", 2 << 30),
        ] {
            limits.set("file-size", typed).unwrap();
            assert_eq!(limits.get(Limit::FileSize), value, "{typed}");
        }
        for wrong in ["", "K", "-1", "1.5M", "many", "99999999999G"] {
            assert!(limits.set("file-size", wrong).is_err(), "{wrong}");
        }
        assert!(limits.set("rows", "2K").is_err());
    }

    #[test]
    fn what_goes_beyond_is_said_with_the_way_out() {
        let limits = Limits::default();
        assert_eq!(limits.check(Limit::Rows, 1_048_576), Ok(()));
        let over = limits.check(Limit::Rows, 2_000_000).unwrap_err();
        let text = over.text();
        for part in ["2000000", "1048576", "--limit rows=2000000"] {
            assert!(text.zh.contains(part) && text.en.contains(part), "{text:?}");
        }
        let text = limits.beyond(Limit::FileSize).text();
        assert!(text.en.contains("more than 256 MiB"), "{text:?}");
        assert!(text.en.contains("--limit file-size=536870912"), "{text:?}");
        let over = limits.check(Limit::ArchiveDepth, 9).unwrap_err();
        assert!(!over.text().en.contains("--limit"), "{:?}", over.text());
    }
}
