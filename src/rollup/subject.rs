//! What is compared between two years: the crosswalk's pairs, and the subtotals both forms have.

use crate::form::{Comparability, Crosswalk, Derived, Form, Library, Pair};
use crate::report::Value;
use crate::text::Text;

/// Every line of a comparison between two forms, in the order of the later one; subtotals last.
pub(super) fn subjects(from: &Form, to: &Form, library: &Library) -> Vec<Pair> {
    let Some(crosswalk) = library.crosswalk(from, to) else {
        return without_crosswalk(from, to);
    };
    let mut pairs = crosswalk.pairs.clone();
    for derived in &to.derived {
        if pairs.iter().any(|pair| pair.key == derived.key) {
            continue;
        }
        if let Some(pair) = subtotal(&crosswalk, from, to, derived) {
            pairs.push(pair);
        }
    }
    pairs
}

/// Nothing is known of how the forms hang together, so nothing compares, whatever the keys are called.
fn without_crosswalk(from: &Form, to: &Form) -> Vec<Pair> {
    (to.keys.iter().enumerate())
        .map(|(index, info)| Pair {
            key: info.key.clone(),
            label: info.label.clone(),
            measure: info.measure,
            from: Vec::new(),
            to: vec![index],
            comparability: Comparability::No,
            reason: Text::new(
                format!("没有“{}”与“{}”两种格式的对照表", from.id, to.id),
                format!(
                    "there is no crosswalk between the forms {} and {}",
                    from.id, to.id
                ),
            ),
        })
        .collect()
}

/// A subtotal compares where the parts of the one are, one for one, the parts of the other.
fn subtotal(crosswalk: &Crosswalk, from: &Form, to: &Form, derived: &Derived) -> Option<Pair> {
    let earlier = from.derived.iter().find(|other| other.key == derived.key)?;
    let mut parts = Vec::with_capacity(derived.parts.len());
    for part in &derived.parts {
        let pair = (crosswalk.pairs.iter())
            .find(|pair| pair.to == [*part] && pair.comparability == Comparability::Same)?;
        let [old] = pair.from.as_slice() else {
            return None;
        };
        parts.push(*old);
    }
    let (mut mine, mut theirs) = (parts.clone(), earlier.parts.clone());
    mine.sort_unstable();
    theirs.sort_unstable();
    if mine != theirs {
        return None;
    }
    let first = to.keys.get(*derived.parts.first()?)?;
    let reason = if crosswalk.from == crosswalk.to {
        Text::default()
    } else {
        Text::new("两版格式的分项相同", "the same parts in both forms")
    };
    Some(Pair {
        key: derived.key.clone(),
        label: derived_label(to, derived),
        measure: first.measure,
        from: parts,
        to: derived.parts.clone(),
        comparability: Comparability::Same,
        reason,
    })
}

/// The label of a subtotal, with the row or column it belongs to: 不予公开小计 / 自然人.
pub fn derived_label(form: &Form, derived: &Derived) -> Text {
    let mut label = derived.label.clone();
    let parts = || derived.parts.iter().map(|part| form.keys[*part].at);
    let same = |axis: usize| {
        let first = parts().next();
        parts().all(|at| {
            Some(at[axis]) == first.map(|f| f[axis]) && Some(at[1]) == first.map(|f| f[1])
        })
    };
    let Some(first) = derived.parts.first() else {
        return label;
    };
    let (block, at) = (form.block_of(*first), form.keys[*first].at);
    let path = |path: &[Text], pick: fn(&Text) -> &str| {
        path.iter().map(pick).collect::<Vec<_>>().join(" / ")
    };
    if same(2) {
        let row = &block.rows[at[2]].path;
        if !row.is_empty() {
            label.zh = format!("{} / {}", path(row, |t| &t.zh), label.zh);
            label.en = format!("{} / {}", path(row, |t| &t.en), label.en);
        }
    } else if same(3) {
        let column = &block.columns[at[3]].path;
        if !column.is_empty() {
            label.zh = format!("{} / {}", label.zh, path(column, |t| &t.zh));
            label.en = format!("{} / {}", label.en, path(column, |t| &t.en));
        }
    }
    label
}

/// The sum of keys of one unit; none where there are no keys, or one of them has no number.
pub(super) fn number(values: &[Value], keys: &[usize]) -> Option<i64> {
    if keys.is_empty() {
        return None;
    }
    (keys.iter()).try_fold(0_i64, |sum, key| {
        sum.checked_add(values.get(*key).and_then(|value| value.number)?)
    })
}
