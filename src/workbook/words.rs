//! The words of the workbook, from `data/workbook.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::text::{Lang, Text};

/// Names and explanations of a sheet. `{area}` and `{year}` stand for the area's name and the year.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SheetWords {
    /// On the tab.
    pub name: Text,
    /// In A1.
    pub title: Text,
    /// In the contents.
    pub about: Text,
    /// The name of its table; empty where it has none.
    #[serde(default)]
    pub table: String,
    /// Ids of notes that belong to the whole sheet.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// A key with the short label it has in a chart, a headline or a column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Item {
    /// Key or derived key.
    pub key: String,
    /// Chinese label.
    pub zh: String,
    /// English label.
    pub en: String,
    /// What is counted, where it is not 件.
    pub unit: Option<Text>,
}

impl Item {
    /// Its label.
    pub(super) fn label(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// A table of some keys by unit, written for every form that has all of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Focus {
    /// Id.
    pub id: String,
    /// Its sheet.
    pub sheet: SheetWords,
    /// Its columns.
    pub columns: Vec<Item>,
}

/// A chart over keys of the year.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChartWords {
    /// Title.
    pub title: Text,
    /// What draws it: `keys` (one bar a key), `units` (one bar a unit, for the first item) or `years`.
    pub over: Over,
    /// The keys.
    pub items: Vec<Item>,
}

/// What a chart's categories are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Over {
    /// One bar a key.
    Keys,
    /// One bar a unit.
    Units,
    /// One point a year, one series a key.
    Years,
}

/// An entry of the notes sheet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteWords {
    /// Id.
    pub id: String,
    /// Its words.
    pub text: Text,
}

/// A word and what it means here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Definition {
    /// The word.
    pub term: Text,
    /// Its meaning.
    pub text: Text,
}

/// Everything in `data/workbook.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    /// Sheets by id.
    pub sheets: BTreeMap<String, SheetWords>,
    /// Tab names of the official tables by table key.
    pub tables: BTreeMap<String, Text>,
    /// Tables of some keys by unit.
    pub focus: Vec<Focus>,
    /// Keys followed over the years, and shown on the cover.
    pub headline: Vec<Item>,
    /// Charts.
    pub charts: Vec<ChartWords>,
    /// Notes in the order of their numbers.
    pub notes: Vec<NoteWords>,
    /// Definitions.
    pub definitions: Vec<Definition>,
    /// Single words and sentences by id.
    pub labels: BTreeMap<String, Text>,
}

impl Words {
    /// The embedded words.
    pub(super) fn embedded() -> &'static Self {
        static WORDS: LazyLock<Words> = LazyLock::new(|| {
            toml::from_str(include_str!("../../data/workbook.toml"))
                .unwrap_or_else(|e| panic!("embedded data/workbook.toml: {e}"))
        });
        &WORDS
    }

    /// A word or sentence by its id; a test keeps every id that is asked for in the file.
    pub(super) fn say<'a>(&'a self, id: &'a str, lang: Lang) -> &'a str {
        self.labels.get(id).map_or(id, |text| text.get(lang))
    }

    /// A sentence with its placeholders filled.
    pub(super) fn tell(&self, id: &str, lang: Lang, with: &[(&str, &str)]) -> String {
        fill(self.say(id, lang), with)
    }
}

/// Puts values in the place of `{names}`. What is put in is never searched again.
pub(super) fn fill(pattern: &str, with: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        let tail = &rest[open + 1..];
        let known = tail.find('}').and_then(|close| {
            let name = &tail[..close];
            (with.iter().find(|(known, _)| *known == name)).map(|(_, value)| (close, *value))
        });
        match known {
            Some((close, value)) => {
                filled.push_str(value);
                rest = &tail[close + 1..];
            }
            None => {
                filled.push('{');
                rest = tail;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        let with = [("area", "{year}县"), ("year", "2022")];
        assert_eq!(fill("{area}{year}{other}", &with), "{year}县2022{other}");
        assert_eq!(fill("{area", &with), "{area");
    }

    #[test]
    fn notes_and_sheets_refer_to_each_other() {
        let words = Words::embedded();
        let sheets = (words.sheets.values()).chain(words.focus.iter().map(|f| &f.sheet));
        let used: Vec<&String> = sheets.flat_map(|s| &s.notes).collect();
        for id in &used {
            assert!(words.notes.iter().any(|n| n.id == **id), "no note `{id}`");
        }
        for note in &words.notes {
            assert!(
                used.contains(&&note.id),
                "note `{}` stands nowhere",
                note.id
            );
        }
    }

    #[test]
    fn every_word_asked_for_is_in_the_file() {
        let sources = [
            include_str!("cover.rs"),
            include_str!("official.rs"),
            include_str!("units.rs"),
            include_str!("years.rs"),
            include_str!("records.rs"),
            include_str!("charts.rs"),
            include_str!("template.rs"),
            include_str!("notice.rs"),
            include_str!("book.rs"),
            include_str!("sheet.rs"),
        ];
        let words = Words::embedded();
        let mut asked = 0;
        for source in sources {
            for call in [".say(\"", ".tell(\"", "book.word(\"", "self.word(\""] {
                for part in source.split(call).skip(1) {
                    let id = part.split('"').next().unwrap();
                    assert!(words.labels.contains_key(id), "no label `{id}`");
                    asked += 1;
                }
            }
        }
        assert!(asked > 50);
    }
}
