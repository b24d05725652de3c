//! The TOML files a form is made of, and the checks made when one is loaded.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::pattern::{Bindings, bindings, expand};
use super::rule::{Check, Condition, Equation, Relation, Rule, Term};
use super::{Axis, Block, Derived, Form, KeyInfo, Measure, MoneyUnit, Table, Years};
use crate::finding::Severity;
use crate::text::Text;

/// Why a form, rule or crosswalk file was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct FormError {
    /// The file.
    pub file: String,
    /// What is wrong with it.
    pub problem: String,
}

impl FormError {
    pub(super) fn new(file: &str, problem: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            problem: problem.into(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormFile {
    id: String,
    name: Text,
    source: String,
    years: Years,
    cells: usize,
    #[serde(default)]
    rule_sets: Vec<String>,
    #[serde(default)]
    sets: HashMap<String, Vec<String>>,
    tables: Vec<TableFile>,
    #[serde(default)]
    derived: Vec<DerivedFile>,
    #[serde(default)]
    rules: Vec<RuleFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableFile {
    key: String,
    label: Text,
    #[serde(default)]
    aliases: Vec<String>,
    column_title: Option<Text>,
    corner: Option<Text>,
    blocks: Vec<BlockFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BlockFile {
    label: Option<Text>,
    row_header: Option<Text>,
    rows: Vec<AxisFile>,
    columns: Vec<AxisFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AxisFile {
    key: String,
    zh: Vec<String>,
    en: Vec<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    measure: Measure,
    #[serde(default)]
    signed: bool,
    stated_unit: Option<MoneyUnit>,
    assumed_unit: Option<MoneyUnit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DerivedFile {
    key: String,
    sum: Vec<String>,
    label: Text,
}

/// A file of rules that several forms share.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    rules: Vec<RuleFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    id: String,
    label: Text,
    severity: Severity,
    reason: Text,
    source: String,
    #[serde(default, rename = "type")]
    kind: RuleKind,
    #[serde(default)]
    each: Vec<String>,
    #[serde(default)]
    left: Vec<String>,
    relation: Option<Relation>,
    #[serde(default)]
    right: Vec<String>,
    #[serde(default)]
    when: Condition,
}

#[derive(Deserialize, Default, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum RuleKind {
    #[default]
    Equation,
    Domain,
    PowerOfTen,
    TextRequests,
    TextPeriod,
    SignedTooEarly,
    TextUnitKind,
}

/// Reads a form. `rule_sets` gives the text of the shared rule files by name.
pub(super) fn load(file: &str, text: &str, rule_sets: &[(&str, &str)]) -> Result<Form, FormError> {
    let fail = |problem: String| FormError::new(file, problem);
    let parsed: FormFile = toml::from_str(text).map_err(|e| fail(e.to_string()))?;
    let mut form = Form {
        id: parsed.id,
        name: parsed.name,
        source: parsed.source,
        years: parsed.years,
        tables: Vec::new(),
        keys: Vec::new(),
        derived: Vec::new(),
        rules: Vec::new(),
        sets: parsed.sets,
        by_key: HashMap::new(),
    };
    for table in parsed.tables {
        add_table(&mut form, table).map_err(fail)?;
    }
    if form.keys.len() != parsed.cells {
        return Err(fail(format!(
            "`cells` says {} but the tables have {}",
            parsed.cells,
            form.keys.len()
        )));
    }
    for derived in parsed.derived {
        add_derived(&mut form, derived).map_err(fail)?;
    }
    let mut rules = Vec::new();
    for name in &parsed.rule_sets {
        let (_, text) = rule_sets
            .iter()
            .find(|(known, _)| known == name)
            .ok_or_else(|| fail(format!("there is no rule set `{name}`")))?;
        let shared: RulesFile =
            toml::from_str(text).map_err(|e| FormError::new(name, e.to_string()))?;
        rules.extend(shared.rules);
    }
    rules.extend(parsed.rules);
    for rule in rules {
        let id = rule.id.clone();
        add_rule(&mut form, rule).map_err(|e| fail(format!("rule `{id}`: {e}")))?;
    }
    Ok(form)
}

fn labelled(zh: &str, en: &str, of: &str) -> Result<Text, String> {
    if zh.trim().is_empty() || en.trim().is_empty() {
        return Err(format!("{of} has an empty label"));
    }
    Ok(Text::new(zh, en))
}

fn axis(parsed: AxisFile, of: &str) -> Result<Axis, String> {
    let of = format!("`{}` in {of}", parsed.key);
    if parsed.zh.len() != parsed.en.len() {
        return Err(format!(
            "{of} has {} Chinese labels and {} English ones",
            parsed.zh.len(),
            parsed.en.len()
        ));
    }
    if parsed.zh.is_empty() && !parsed.key.is_empty() {
        return Err(format!("{of} has no label"));
    }
    if parsed.measure == Measure::Count
        && (parsed.stated_unit.is_some() || parsed.assumed_unit.is_some())
    {
        return Err(format!("{of} has a unit of money but counts things"));
    }
    let path = (parsed.zh.iter().zip(&parsed.en))
        .map(|(zh, en)| labelled(zh, en, &of))
        .collect::<Result<_, _>>()?;
    Ok(Axis {
        key: parsed.key,
        path,
        aliases: parsed.aliases,
        measure: parsed.measure,
        signed: parsed.signed,
        stated_unit: parsed.stated_unit,
        assumed_unit: parsed.assumed_unit,
    })
}

fn add_table(form: &mut Form, parsed: TableFile) -> Result<(), String> {
    let of = format!("table `{}`", parsed.key);
    labelled(&parsed.label.zh, &parsed.label.en, &of)?;
    let mut table = Table {
        key: parsed.key,
        label: parsed.label,
        aliases: parsed.aliases,
        column_title: parsed.column_title,
        corner: parsed.corner,
        blocks: Vec::new(),
    };
    let table_index = form.tables.len();
    for block in parsed.blocks {
        let block_index = table.blocks.len();
        let axes = |parsed: Vec<AxisFile>| {
            (parsed.into_iter().map(|a| axis(a, &of))).collect::<Result<Vec<_>, _>>()
        };
        let block = Block {
            label: block.label,
            row_header: block.row_header,
            rows: axes(block.rows)?,
            columns: axes(block.columns)?,
            first: form.keys.len(),
        };
        if block.rows.is_empty() || block.columns.is_empty() {
            return Err(format!("{of} has a block without rows or columns"));
        }
        for (r, row) in block.rows.iter().enumerate() {
            for (c, column) in block.columns.iter().enumerate() {
                let info = key_info(&table, [table_index, block_index, r, c], row, column);
                if form
                    .by_key
                    .insert(info.key.clone(), form.keys.len())
                    .is_some()
                {
                    return Err(format!("the key `{}` stands twice", info.key));
                }
                form.keys.push(info);
            }
        }
        table.blocks.push(block);
    }
    form.tables.push(table);
    Ok(())
}

fn key_info(table: &Table, at: [usize; 4], row: &Axis, column: &Axis) -> KeyInfo {
    let parts = [&table.key, &row.key, &column.key];
    let key = (parts.into_iter().filter(|part| !part.is_empty()))
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(".");
    let join = |pick: fn(&Text) -> &str| {
        (row.path.iter().chain(&column.path))
            .map(pick)
            .collect::<Vec<_>>()
            .join(" / ")
    };
    // Either axis can be the one that is money or signed: forms are drawn both ways round.
    let money = if row.measure == Measure::Fen {
        row
    } else {
        column
    };
    KeyInfo {
        key,
        at,
        label: Text::new(join(|t| &t.zh), join(|t| &t.en)),
        measure: money.measure,
        signed: row.signed || column.signed,
        stated_unit: money.stated_unit,
        assumed_unit: money.assumed_unit,
    }
}

fn add_derived(form: &mut Form, parsed: DerivedFile) -> Result<(), String> {
    let names = names_of(&parsed.key);
    for bound in bindings(&names, &form.sets)? {
        let key = expand(&parsed.key, &form.sets, &bound)?.swap_remove(0);
        if form.by_key.contains_key(&key) || form.derived.iter().any(|d| d.key == key) {
            return Err(format!("the derived key `{key}` is taken"));
        }
        let mut parts = Vec::new();
        for pattern in &parsed.sum {
            for part in expand(pattern, &form.sets, &bound)? {
                parts.push(index(form, &part)?);
            }
        }
        form.derived.push(Derived {
            key,
            label: parsed.label.clone(),
            parts,
        });
    }
    Ok(())
}

/// The names in braces of a pattern.
fn names_of(pattern: &str) -> Vec<String> {
    (pattern.split('{').skip(1))
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

fn index(form: &Form, key: &str) -> Result<usize, String> {
    form.index(key)
        .ok_or_else(|| format!("there is no key `{key}` in the form"))
}

fn add_rule(form: &mut Form, parsed: RuleFile) -> Result<(), String> {
    if form.rule(&parsed.id).is_some() {
        return Err("the id is taken".to_owned());
    }
    labelled(&parsed.label.zh, &parsed.label.en, "the rule")?;
    labelled(&parsed.reason.zh, &parsed.reason.en, "the reason")?;
    let check = match parsed.kind {
        RuleKind::Equation => Check::Equations(equations(form, &parsed)?),
        _ if !parsed.left.is_empty() || !parsed.right.is_empty() || parsed.relation.is_some() => {
            return Err("only an equation has sides".to_owned());
        }
        RuleKind::Domain => Check::Domain,
        RuleKind::PowerOfTen => Check::PowerOfTen,
        RuleKind::TextRequests => Check::TextRequests,
        RuleKind::TextPeriod => Check::TextPeriod,
        RuleKind::SignedTooEarly => Check::SignedTooEarly,
        RuleKind::TextUnitKind => Check::TextUnitKind,
    };
    form.rules.push(Rule {
        id: parsed.id,
        label: parsed.label,
        severity: parsed.severity,
        reason: parsed.reason,
        source: parsed.source,
        when: parsed.when,
        check,
    });
    Ok(())
}

fn equations(form: &Form, parsed: &RuleFile) -> Result<Vec<Equation>, String> {
    let relation = parsed.relation.ok_or("an equation needs a `relation`")?;
    let mut equations = Vec::new();
    for bound in bindings(&parsed.each, &form.sets)? {
        let instance = (parsed.each.iter().map(|name| bound[name].as_str()))
            .collect::<Vec<_>>()
            .join(".");
        let (left, left_constant) = side(form, &parsed.left, &bound)?;
        let (right, right_constant) = side(form, &parsed.right, &bound)?;
        if left.is_empty() && right.is_empty() {
            return Err("an equation needs at least one key".to_owned());
        }
        let mut seen = HashSet::new();
        if let Some(twice) = (left.iter().chain(&right)).find(|t| !seen.insert((t.key, t.previous)))
        {
            let key = &form.keys[twice.key].key;
            return Err(format!("`{key}` stands twice in one equation"));
        }
        equations.push(Equation {
            instance,
            left,
            left_constant,
            relation,
            right,
            right_constant,
        });
    }
    Ok(equations)
}

/// One side: summands like `requests.{result}.{column}`, `-key`, `5*key`, `key@previous`, or a constant.
fn side(form: &Form, patterns: &[String], bound: &Bindings) -> Result<(Vec<Term>, i64), String> {
    let mut terms = Vec::new();
    let mut constant = 0;
    for pattern in patterns {
        let pattern = pattern.trim();
        if let Ok(number) = pattern.parse::<i64>() {
            constant += number;
            continue;
        }
        let (sign, rest) = match pattern.strip_prefix('-') {
            Some(rest) => (-1, rest.trim_start()),
            None => (1, pattern),
        };
        let (factor, rest) = match rest.split_once('*') {
            Some((factor, rest)) => (
                (factor.trim().parse::<i64>())
                    .map_err(|_| format!("`{factor}` in `{pattern}` is no whole number"))?,
                rest.trim_start(),
            ),
            None => (1, rest),
        };
        let (keys, previous) = match rest.strip_suffix("@previous") {
            Some(keys) => (keys, true),
            None => (rest, false),
        };
        for key in expand(keys, &form.sets, bound)? {
            terms.push(Term {
                key: index(form, &key)?,
                factor: sign * factor,
                previous,
            });
        }
    }
    Ok((terms, constant))
}
