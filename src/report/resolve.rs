//! Tying a path of labels to a key: `三、本年度办理结果 / （七）总计 / 自然人`, a key as it is, or a key in brackets.

use super::value::Matched;
use super::vocabulary::{FormLabels, Heading, Term, Tree, View, Vocabulary};

/// The key that a path of labels stands for; none where it is none, or could be two.
pub fn resolve(
    parts: &[&str],
    labels: &FormLabels,
    vocabulary: &Vocabulary,
) -> Option<(usize, Matched)> {
    for part in parts {
        if let Some(key) = spelled(part, labels) {
            return Some((key, Matched::Key));
        }
    }
    if parts.len() > 1 {
        let joined: String = parts.join(".");
        if let Some(key) = labels.keys.get(joined.trim()) {
            return Some((*key, Matched::Key));
        }
    }
    // Spelled like a key, and none of this form's: no label either.
    let like_a_key = |part: &&str| part.is_ascii() && !part.contains(' ');
    if parts.iter().all(like_a_key) && parts.join(".").contains('.') {
        return None;
    }
    let terms = terms_of(parts, vocabulary)?;
    by_labels(&terms, labels)
}

/// Pieces of one label path at most.
const PIECES: usize = 24;

/// The labels of a path from the outermost. Before the first label of a form there may be other words (a title);
/// behind it every word must be a label, or something more special is meant than what is known.
fn terms_of(parts: &[&str], vocabulary: &Vocabulary) -> Option<Vec<Term>> {
    let mut terms: Vec<Term> = Vec::new();
    for part in parts {
        match vocabulary.term(part) {
            Some(term) => terms.push(term),
            None => match pieces(part, vocabulary) {
                Some(found) => terms.extend(found),
                None if terms.is_empty() => {}
                None => return None,
            },
        }
    }
    Some(terms)
}

/// Cuts a path in one cell into labels: `三、本年度办理结果－（七）总计－自然人`. A separator may also be part of a label
/// (本年增/减), so that the cut with the fewest labels counts.
fn pieces(part: &str, vocabulary: &Vocabulary) -> Option<Vec<Term>> {
    let separator = |c: char| "/／>＞|｜—－-–→·_:：、,，;；\n".contains(c);
    // Where each separator begins and ends; the text itself is taken as bounded by two of no width.
    let mut cuts: Vec<(usize, usize)> = vec![(0, 0)];
    for (at, c) in part.char_indices().filter(|(_, c)| separator(*c)) {
        cuts.push((at, at + c.len_utf8()));
    }
    cuts.push((part.len(), part.len()));
    if cuts.len() < 3 || cuts.len() > PIECES {
        return None;
    }
    // best[i]: the fewest labels that make up everything before cut i.
    let mut best: Vec<Option<Vec<Term>>> = vec![None; cuts.len()];
    best[0] = Some(Vec::new());
    for end in 1..cuts.len() {
        for start in 0..end {
            let Some(before) = &best[start] else { continue };
            if best[end]
                .as_ref()
                .is_some_and(|known| known.len() <= before.len() + 1)
            {
                continue;
            }
            let piece = &part[cuts[start].1..cuts[end].0];
            if piece.trim().is_empty() {
                best[end] = Some(before.clone());
            } else if let Some(term) = vocabulary.term(piece) {
                let mut longer = before.clone();
                longer.push(term);
                best[end] = Some(longer);
            }
        }
    }
    best.pop().flatten().filter(|terms| !terms.is_empty())
}

/// A key written out, alone or in brackets at the end.
fn spelled(part: &str, labels: &FormLabels) -> Option<usize> {
    let part = part.trim();
    if !part.is_ascii() {
        let open = part.rfind(['(', '（', '[', '［', '\n'])?;
        let inner = part[open..].trim_matches(|c: char| "()（）[]［］\n ".contains(c));
        return labels.keys.get(inner).copied();
    }
    (labels.keys.get(part).copied()).or_else(|| {
        let lower = part.to_ascii_lowercase();
        labels
            .keys
            .get(lower.trim_matches(['[', ']', '(', ')']))
            .copied()
    })
}

fn by_labels(terms: &[Term], labels: &FormLabels) -> Option<(usize, Matched)> {
    let table = terms
        .iter()
        .find_map(|term| match labels.headings.get(term) {
            Some(Heading::Table(table)) => Some(*table),
            _ => None,
        });
    let mut found: Option<(usize, Matched)> = None;
    for view in labels.views.iter().filter(|v| !v.transposed) {
        if table.is_some_and(|t| t != view.table) {
            continue;
        }
        for (key, matched) in in_view(terms, view, labels) {
            match found {
                Some((known, _)) if known != key => return None,
                Some((_, better)) if better <= matched => {}
                _ => found = Some((key, matched)),
            }
        }
    }
    found
}

/// Every cell of a view that the labels fit: one names its row, another its column, the rest are groups above these.
fn in_view(terms: &[Term], view: &View, labels: &FormLabels) -> Vec<(usize, Matched)> {
    let mut fitting = Vec::new();
    let columns = leaves(terms, &view.cols);
    if view.unlabelled {
        for (at, col, matched) in columns {
            if groups_fit(
                terms,
                &[at],
                labels,
                view,
                (None, Some(view.cols.leaves[col])),
            ) {
                fitting.push((view.key(&labels.form, 0, col), matched));
            }
        }
        return fitting;
    }
    for (row_at, row, row_matched) in leaves(terms, &view.rows) {
        for (col_at, col, col_matched) in &columns {
            let nodes = (view.rows.leaves[row], view.cols.leaves[*col]);
            if row_at != *col_at
                && groups_fit(
                    terms,
                    &[row_at, *col_at],
                    labels,
                    view,
                    (Some(nodes.0), Some(nodes.1)),
                )
            {
                let key = view.key(&labels.form, row, *col);
                fitting.push((key, row_matched.max(*col_matched)));
            }
        }
    }
    fitting
}

/// Parts that name a leaf of a tree: index of the part, leaf, quality.
fn leaves(terms: &[Term], tree: &Tree) -> Vec<(usize, usize, Matched)> {
    let mut found = Vec::new();
    for (at, term) in terms.iter().enumerate() {
        for node in tree.nodes_of(*term) {
            if let Some(leaf) = tree.nodes[*node].leaf {
                found.push((at, leaf, tree.quality(*node, *term)));
            }
        }
    }
    found
}

/// Whether every other label is a group above the row or column, or a heading; a label of another row, column or
/// table means that something else is meant.
fn groups_fit(
    terms: &[Term],
    used: &[usize],
    labels: &FormLabels,
    view: &View,
    (row, col): (Option<usize>, Option<usize>),
) -> bool {
    let above = |tree: &Tree, leaf: Option<usize>, term: Term| {
        leaf.is_some_and(|leaf| tree.nodes_of(term).iter().any(|n| tree.is_above(*n, leaf)))
    };
    (terms.iter().enumerate()).all(|(at, term)| {
        used.contains(&at)
            || above(&view.rows, row, *term)
            || above(&view.cols, col, *term)
            || labels.headings.contains_key(term)
    })
}
