//! Words of the interface, kept as data: one file of named texts for each thing that is written.

use std::collections::BTreeMap;

use crate::text::{Lang, Text};

/// Named texts in both languages.
///
/// ```
/// use huizong::text::Lang;
/// use huizong::words::Words;
/// let words = Words::load("words.toml", r#"of = { zh = "{n}个单位", en = "{n} units" }"#).unwrap();
/// assert_eq!(words.fill("of", Lang::En, &[("n", "3")]), "3 units");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Words {
    texts: BTreeMap<String, Text>,
}

/// Why a file of words was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct WordsError {
    /// The file.
    pub file: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Words {
    /// Reads a TOML file of `name = { zh = "…", en = "…" }`; `file` is named in the message.
    ///
    /// # Errors
    /// The text is not such a file, or one language of an entry is empty.
    pub fn load(file: &str, text: &str) -> Result<Self, WordsError> {
        let refuse = |problem: String| WordsError {
            file: file.to_owned(),
            problem,
        };
        let texts: BTreeMap<String, Text> =
            toml::from_str(text).map_err(|e| refuse(e.to_string()))?;
        match texts
            .iter()
            .find(|(_, t)| t.zh.trim().is_empty() || t.en.trim().is_empty())
        {
            Some((name, _)) => Err(refuse(format!("\"{name}\" lacks one of its languages"))),
            None => Ok(Self { texts }),
        }
    }

    /// The text of a name. An unknown name shows as itself, so that a slip is seen and not hidden.
    pub fn get<'a>(&'a self, name: &'a str, lang: Lang) -> &'a str {
        self.texts.get(name).map_or(name, |text| text.get(lang))
    }

    /// The text of a name with `{place}` holders filled.
    pub fn fill(&self, name: &str, lang: Lang, with: &[(&str, &str)]) -> String {
        fill(self.get(name, lang), with)
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }
}

/// Fills `{name}` holders in one pass: what is filled in is never looked at again, so a unit called
/// `{year}` stays one. Unknown holders stay as they are.
pub fn fill(template: &str, with: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        let known = after.find('}').and_then(|close| {
            let name = &after[..close];
            (with.iter().find(|(known, _)| *known == name)).map(|(_, value)| (close, *value))
        });
        match known {
            Some((close, value)) => {
                out.push_str(value);
                rest = &after[close + 1..];
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        let filled = fill("{a}/{b}/{c}", &[("a", "{b}"), ("b", "2")]);
        assert_eq!(filled, "{b}/2/{c}");
    }

    #[test]
    fn a_missing_language_is_refused_by_name() {
        let error = Words::load("w.toml", r#"x = { zh = "甲", en = " " }"#).unwrap_err();
        assert!(error.to_string().contains("w.toml"), "{error}");
        assert!(error.to_string().contains("\"x\""), "{error}");
    }
}
