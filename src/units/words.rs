//! What unit names are made of (`data/units.toml`), and the form in which names are compared.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::text::Text;

/// A kind of unit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Its id, as in the registry.
    pub id: String,
    /// Its name.
    pub label: Text,
    /// Other words for it in a registry.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Units of this kind have others below them and report for them together.
    #[serde(default)]
    pub area: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spelling {
    from: String,
    to: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Areas {
    endings: Vec<String>,
}

/// Headings under which each column of a registry is known.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Columns {
    pub code: Vec<String>,
    pub name: Vec<String>,
    pub kind: Vec<String>,
    pub parent: Vec<String>,
    pub aliases: Vec<String>,
    pub from: Vec<String>,
    pub to: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    endings: Vec<String>,
    spellings: Vec<Spelling>,
    areas: Areas,
    pub kinds: Vec<Kind>,
    pub columns: Columns,
}

impl Words {
    /// The embedded words.
    pub(super) fn get() -> &'static Self {
        static WORDS: LazyLock<Words> = LazyLock::new(|| {
            toml::from_str(include_str!("../../data/units.toml"))
                .unwrap_or_else(|e| panic!("data/units.toml: {e}"))
        });
        &WORDS
    }

    /// The kind of an id or of one of its other words.
    pub(super) fn kind(&self, word: &str) -> Option<&Kind> {
        let word = word.trim();
        (self.kinds.iter()).find(|kind| {
            kind.id == word
                || kind.label.zh == word
                || kind.label.en.eq_ignore_ascii_case(word)
                || kind.aliases.iter().any(|alias| alias == word)
        })
    }

    /// The name of an area without its ending (东至县 → 东至); none where too little would be left.
    pub(super) fn short_area<'n>(&self, name: &'n str) -> Option<&'n str> {
        (self.areas.endings.iter())
            .find_map(|ending| name.strip_suffix(ending.as_str()))
            .filter(|short| short.chars().count() >= 2)
    }

    /// Whether something can be the name of an area that stands before a unit's name.
    pub(super) fn ends_as_area(&self, name: &str) -> bool {
        (self.areas.endings.iter()).any(|ending| name.ends_with(ending.as_str()))
    }
}

/// Every kind of unit, from the top of the tree down.
pub fn kinds() -> &'static [Kind] {
    &Words::get().kinds
}

/// The form of a name in which names are compared: without spaces, brackets and quotes, half-width, and
/// without the endings that do not tell units apart. Traditional characters are the caller's to convert.
///
/// ```
/// use huizong::units::plain_name;
/// assert_eq!(plain_name("大渡口镇 人民政府"), "大渡口镇");
/// assert_eq!(plain_name("（样例县）城关街道办事处"), "样例县城关街道");
/// ```
pub fn plain_name(name: &str) -> String {
    let words = Words::get();
    let mut plain: String = (name.chars())
        .filter_map(half_width)
        .filter(|c| !c.is_whitespace() && !is_mark(*c))
        .collect();
    loop {
        let before = plain.len();
        // A name that is nothing but an ending is left as it is.
        if words.endings.contains(&plain) {
            return plain;
        }
        for ending in &words.endings {
            if plain.len() > ending.len() && plain.ends_with(ending.as_str()) {
                plain.truncate(plain.len() - ending.len());
            }
        }
        for spelling in &words.spellings {
            if plain.len() > spelling.from.len() && plain.ends_with(spelling.from.as_str()) {
                plain.truncate(plain.len() - spelling.from.len());
                plain.push_str(&spelling.to);
            }
        }
        if plain.len() == before {
            return plain;
        }
    }
}

/// The name without remarks in brackets: 教育局（本级） → 教育局.
pub(super) fn without_remarks(name: &str) -> String {
    let mut depth = 0_usize;
    (name.chars())
        .filter(|c| match c {
            '(' | '（' | '[' | '［' | '【' | '〔' => {
                depth += 1;
                false
            }
            ')' | '）' | ']' | '］' | '】' | '〕' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect()
}

fn half_width(c: char) -> Option<char> {
    match c {
        '\u{3000}' => Some(' '),
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0),
        '\u{200B}'..='\u{200F}' | '\u{FEFF}' => None,
        _ => Some(c),
    }
}

fn is_mark(c: char) -> bool {
    c.is_ascii_punctuation() && c != '#' && c != '&'
        || "（）［］【】〔〕《》〈〉「」『』“”‘’、，。：；·•".contains(c)
}
