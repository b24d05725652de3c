//! What can be compared between two forms, and why the rest cannot.

use std::collections::HashMap;

use serde::Deserialize;

use super::file::FormError;
use super::pattern::{bindings, expand};
use super::{Form, Measure};
use crate::text::Text;

/// Whether the two sides of a [`Pair`] mean the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparability {
    /// The same thing, under whatever name.
    Same,
    /// Nearly the same; the reason says what to keep in mind.
    WithNote,
    /// Not comparable (口径不可比).
    No,
}

impl Comparability {
    /// Whether a change may be computed.
    pub fn is_comparable(self) -> bool {
        self != Self::No
    }
}

/// One line of a comparison: the sum of keys of the one form against the sum of keys of the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The key under which the comparison stands.
    pub key: String,
    /// Its label.
    pub label: Text,
    /// What the numbers count.
    pub measure: Measure,
    /// Indices of keys in the earlier form; empty where it has nothing of the kind.
    pub from: Vec<usize>,
    /// Indices of keys in the later form; empty where it has nothing of the kind.
    pub to: Vec<usize>,
    /// Whether both sides mean the same.
    pub comparability: Comparability,
    /// Why they do, or do not; empty for a form compared with itself.
    pub reason: Text,
}

/// All pairs between two forms, in the order of the later form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crosswalk {
    /// Id of the earlier form.
    pub from: String,
    /// Id of the later form.
    pub to: String,
    /// The pairs. Every key of both forms stands in at least one.
    pub pairs: Vec<Pair>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CrosswalkFile {
    from: String,
    to: String,
    pairs: Vec<PairFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PairFile {
    #[serde(default)]
    each: Vec<String>,
    key: String,
    label: Option<Text>,
    #[serde(default)]
    from: Vec<String>,
    #[serde(default)]
    to: Vec<String>,
    comparable: Comparability,
    reason: Text,
}

impl Crosswalk {
    /// A form compared with itself: every key with itself.
    pub fn identity(form: &Form) -> Self {
        let pairs = (form.keys.iter().enumerate())
            .map(|(index, info)| Pair {
                key: info.key.clone(),
                label: info.label.clone(),
                measure: info.measure,
                from: vec![index],
                to: vec![index],
                comparability: Comparability::Same,
                reason: Text::default(),
            })
            .collect();
        Self {
            from: form.id.clone(),
            to: form.id.clone(),
            pairs,
        }
    }

    /// The same pairs read the other way.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let mut reversed = self.clone();
        std::mem::swap(&mut reversed.from, &mut reversed.to);
        for pair in &mut reversed.pairs {
            std::mem::swap(&mut pair.from, &mut pair.to);
        }
        reversed
    }

    /// Reads a crosswalk; the names in braces are lists of the later form, then of the earlier.
    ///
    /// # Errors
    /// A form or key that does not exist, a key without a pair, money against counts.
    pub(super) fn load<'f>(
        file: &str,
        text: &str,
        form: impl Fn(&str) -> Option<&'f Form>,
    ) -> Result<Self, FormError> {
        let fail = |problem: String| FormError::new(file, problem);
        let parsed: CrosswalkFile = toml::from_str(text).map_err(|e| fail(e.to_string()))?;
        let find = |id: &str| form(id).ok_or_else(|| fail(format!("there is no form `{id}`")));
        let (from, to) = (find(&parsed.from)?, find(&parsed.to)?);
        let mut sets: HashMap<_, _> = from.sets.clone();
        sets.extend(to.sets.clone());
        let mut pairs = Vec::new();
        for pair in &parsed.pairs {
            expand_pair(pair, from, to, &sets, &mut pairs)
                .map_err(|e| fail(format!("pair `{}`: {e}", pair.key)))?;
        }
        for (form, pick) in [(from, 0), (to, 1)] {
            let covered = |index: usize| {
                pairs
                    .iter()
                    .any(|p| [&p.from, &p.to][pick].contains(&index))
            };
            if let Some(index) = (0..form.keys.len()).find(|i| !covered(*i)) {
                return Err(fail(format!(
                    "`{}` of form `{}` stands in no pair",
                    form.keys[index].key, form.id
                )));
            }
        }
        pairs.sort_by_key(|p| {
            let first = |keys: &[usize]| keys.iter().min().copied();
            match first(&p.to) {
                Some(at) => (at, p.to.len() == 1, 0),
                None => (usize::MAX, false, first(&p.from).unwrap_or(0)),
            }
        });
        Ok(Self {
            from: parsed.from,
            to: parsed.to,
            pairs,
        })
    }
}

fn expand_pair(
    pair: &PairFile,
    from: &Form,
    to: &Form,
    sets: &HashMap<String, Vec<String>>,
    pairs: &mut Vec<Pair>,
) -> Result<(), String> {
    if pair.reason.zh.is_empty() || pair.reason.en.is_empty() {
        return Err("a pair needs a reason in both languages".to_owned());
    }
    for bound in bindings(&pair.each, sets)? {
        let keys = |patterns: &[String], form: &Form| {
            let mut found = Vec::new();
            for pattern in patterns {
                for key in expand(pattern, sets, &bound)? {
                    found.push(
                        form.index(&key)
                            .ok_or_else(|| format!("form `{}` has no key `{key}`", form.id))?,
                    );
                }
            }
            Ok::<_, String>(found)
        };
        let (old, new) = (keys(&pair.from, from)?, keys(&pair.to, to)?);
        if pair.comparable.is_comparable() && (old.is_empty() || new.is_empty()) {
            return Err("a comparable pair needs keys on both sides".to_owned());
        }
        let infos: Vec<_> = (new.iter().map(|k| &to.keys[*k]))
            .chain(old.iter().map(|k| &from.keys[*k]))
            .collect();
        let first = infos.first().ok_or("a pair needs a key")?;
        if pair.comparable.is_comparable() && infos.iter().any(|i| i.measure != first.measure) {
            return Err("money cannot be compared with counts".to_owned());
        }
        pairs.push(Pair {
            key: expand(&pair.key, sets, &bound)?.swap_remove(0),
            label: pair.label.clone().unwrap_or_else(|| first.label.clone()),
            measure: first.measure,
            from: old,
            to: new,
            comparability: pair.comparable,
            reason: pair.reason.clone(),
        });
    }
    Ok(())
}
