//! The words of the report: sections and sentences, kept as data, with the figures filled in.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::form::{Display, Measure, MoneyUnit};
use crate::rollup::{Dossier, Summary};
use crate::show;
use crate::text::{Lang, Text};
use crate::words::fill;

/// `data/word.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Template {
    pub title: Text,
    pub unnamed_area: Text,
    pub missing: Text,
    pub wan_yuan: Text,
    pub list_comma: Text,
    pub incomplete: Text,
    pub gaps: Text,
    pub introduction: Vec<Text>,
    pub sign_off: Vec<Text>,
    pub before: Vec<Section>,
    pub tables: Vec<TableText>,
    pub after: Vec<Section>,
    pub style: Style,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    pub heading: Text,
    pub paragraphs: Vec<Text>,
}

/// Sentences above a table of the form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableText {
    pub key: String,
    pub paragraphs: Vec<Text>,
}

/// Fonts, and sizes in half points.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Style {
    pub title_font: String,
    pub heading_font: String,
    pub body_font: String,
    pub table_font: String,
    pub latin_font: String,
    pub title_size: usize,
    pub heading_size: usize,
    pub body_size: usize,
    pub table_size: usize,
}

impl Template {
    /// The template that is built in.
    pub fn built_in() -> &'static Self {
        static TEMPLATE: LazyLock<Template> = LazyLock::new(|| {
            toml::from_str(include_str!("../../data/word.toml"))
                .unwrap_or_else(|e| panic!("data/word.toml: {e}"))
        });
        &TEMPLATE
    }
}

/// Fills sentences for one summary.
pub(super) struct Filler<'a> {
    pub dossier: &'a Dossier,
    pub latest: &'a Summary,
    pub lang: Lang,
    pub template: &'static Template,
}

impl Filler<'_> {
    /// The sentence with everything filled in; none where it names a key the form lacks.
    pub fn sentence(&self, text: &Text) -> Option<String> {
        let sentence = text.get(self.lang);
        let values: Option<Vec<(&str, String)>> = (holders(sentence))
            .map(|name| Some((name, self.value(name)?)))
            .collect();
        let values = values?;
        let with: Vec<_> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
        Some(fill(sentence, &with))
    }

    fn value(&self, name: &str) -> Option<String> {
        let latest = self.latest;
        Some(match name {
            "area" => match self.dossier.area.name.as_str() {
                "" => self.template.unnamed_area.get(self.lang).to_owned(),
                name => name.to_owned(),
            },
            "year" => latest.year.to_string(),
            "next_year" => latest.year.saturating_add(1).to_string(),
            "reported" => latest.reported().to_string(),
            "expected" => latest.expected().to_string(),
            "missing_units" => (latest.members.iter())
                .filter(|m| m.report.is_none())
                .map(|m| m.name.as_str())
                .collect::<Vec<_>>()
                .join(self.template.list_comma.get(self.lang)),
            name => match name.strip_prefix("rate:") {
                Some(id) => self.rate(id),
                None => self.total(name)?,
            },
        })
    }

    fn missing(&self) -> String {
        self.template.missing.get(self.lang).to_owned()
    }

    /// A sum as it stands in a sentence, money with its unit.
    fn total(&self, key: &str) -> Option<String> {
        let index = self.latest.form.index(key)?;
        let info = &self.latest.form.keys[index];
        Some(match (self.latest.total(key)?.sum, info.measure) {
            (None, _) => self.missing(),
            (Some(sum), Measure::Count) => sum.to_string(),
            (Some(sum), Measure::Fen) => {
                let unit = self.template.wan_yuan.get(self.lang);
                format!("{}{unit}", plain(sum, MoneyUnit::TenThousandYuan))
            }
        })
    }

    fn rate(&self, id: &str) -> String {
        (self.dossier.rates.iter())
            .find(|r| r.id == id && r.unit.is_none() && r.year == self.latest.year)
            .filter(|r| r.display == Display::Percent)
            .and_then(|r| r.value)
            .map_or_else(|| self.missing(), show::percent)
    }

    /// A sum as it stands in an official table: in the unit its label states, else with the unit beside it.
    pub fn cell(&self, index: usize) -> Option<String> {
        let info = &self.latest.form.keys[index];
        let sum = self.latest.totals.get(index)?.sum?;
        Some(match (info.measure, info.stated_unit) {
            (Measure::Count, _) => sum.to_string(),
            (Measure::Fen, Some(unit)) => plain(sum, unit),
            (Measure::Fen, None) => {
                let unit = MoneyUnit::TenThousandYuan;
                format!("{}{}", plain(sum, unit), unit.as_str())
            }
        })
    }
}

/// Money without thousands separators, as official tables have it.
fn plain(fen: i64, unit: MoneyUnit) -> String {
    show::money(fen, unit).replace(',', "")
}

/// The names between braces.
fn holders(sentence: &str) -> impl Iterator<Item = &str> {
    (sentence.split('{').skip(1)).filter_map(|part| part.split_once('}').map(|(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Library;

    #[test]
    fn every_holder_is_known_and_both_languages_name_the_same() {
        let template = Template::built_in();
        let library = Library::official();
        let texts = (template.before.iter().chain(&template.after))
            .flat_map(|s| s.paragraphs.iter().chain([&s.heading]))
            .chain(template.tables.iter().flat_map(|t| &t.paragraphs))
            .chain(template.introduction.iter().chain(&template.sign_off))
            .chain([&template.title, &template.incomplete]);
        for text in texts {
            let (mut zh, mut en): (Vec<_>, Vec<_>) =
                (holders(&text.zh).collect(), holders(&text.en).collect());
            let key_known = |name: &str| library.forms().iter().any(|f| f.index(name).is_some());
            for name in &zh {
                let plain = [
                    "area",
                    "year",
                    "next_year",
                    "reported",
                    "expected",
                    "missing_units",
                ];
                let rate = name.strip_prefix("rate:").is_some_and(|id| {
                    (library.forms().iter())
                        .any(|f| library.indicators().for_form(f).iter().any(|i| i.id == id))
                });
                assert!(plain.contains(name) || rate || key_known(name), "{name}");
            }
            zh.sort_unstable();
            zh.dedup();
            en.sort_unstable();
            en.dedup();
            assert_eq!(zh, en, "{text:?}");
        }
        for table in &template.tables {
            let known =
                (library.forms().iter()).any(|f| f.tables.iter().any(|t| t.key == table.key));
            assert!(known, "{}", table.key);
        }
    }
}
