//! Derived indicators that offices quote: rates and shares, defined in data.

use serde::Deserialize;

use super::Form;
use super::file::FormError;
use super::pattern::{bindings, expand};
use crate::text::Text;

/// How the quotient of an indicator is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Display {
    /// As a percentage.
    Percent,
    /// As money in 万元 for each thing of the denominator.
    MoneyPer,
}

/// An indicator for one form: numerator over denominator, each a sum of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicator {
    /// Its id, with the instance where there are several: `applicant-share.business`.
    pub id: String,
    /// Its name.
    pub label: Text,
    /// How it is computed, in words.
    pub formula: Text,
    /// Indices of keys that are added for the numerator.
    pub numerator: Vec<usize>,
    /// Indices of keys that are added for the denominator.
    pub denominator: Vec<usize>,
    /// How it is shown.
    pub display: Display,
    /// A denominator below this makes the rate unsteady: marked, and never ranked.
    pub small_base: i64,
}

/// The definitions, before they are tied to a form.
#[derive(Debug, Clone, Default)]
pub struct Indicators {
    definitions: Vec<Definition>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    id: String,
    label: Text,
    formula: Text,
    #[serde(default)]
    each: Vec<String>,
    numerator: Vec<String>,
    denominator: Vec<String>,
    display: Display,
    small_base: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndicatorsFile {
    indicators: Vec<Definition>,
}

impl Indicators {
    pub(super) fn load(file: &str, text: &str) -> Result<Self, FormError> {
        let parsed: IndicatorsFile =
            toml::from_str(text).map_err(|e| FormError::new(file, e.to_string()))?;
        Ok(Self {
            definitions: parsed.indicators,
        })
    }

    /// The indicators a form can express; one whose keys the form lacks is left out.
    pub fn for_form(&self, form: &Form) -> Vec<Indicator> {
        (self.definitions.iter())
            .flat_map(|definition| definition.tie(form))
            .collect()
    }
}

impl Definition {
    fn tie(&self, form: &Form) -> Vec<Indicator> {
        let Ok(all) = bindings(&self.each, &form.sets) else {
            return Vec::new();
        };
        (all.iter())
            .filter_map(|bound| {
                let keys = |patterns: &[String]| {
                    let mut found = Vec::new();
                    for pattern in patterns {
                        for key in expand(pattern, &form.sets, bound).ok()? {
                            found.push(form.index(&key)?);
                        }
                    }
                    Some(found)
                };
                let (numerator, denominator) = (keys(&self.numerator)?, keys(&self.denominator)?);
                let instance = (self.each.iter().map(|name| bound[name].as_str()))
                    .collect::<Vec<_>>()
                    .join(".");
                let (mut id, mut label) = (self.id.clone(), self.label.clone());
                if !instance.is_empty() {
                    id = format!("{id}.{instance}");
                    let subject = &form.keys[*numerator.first()?].label;
                    label.zh = format!("{}：{}", label.zh, last_part(&subject.zh));
                    label.en = format!("{}: {}", label.en, last_part(&subject.en));
                }
                Some(Indicator {
                    id,
                    label,
                    formula: self.formula.clone(),
                    numerator,
                    denominator,
                    display: self.display,
                    small_base: self.small_base,
                })
            })
            .collect()
    }
}

fn last_part(label: &str) -> &str {
    label.rsplit(" / ").next().unwrap_or(label)
}
