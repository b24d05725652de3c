//! Every label of every form at hand, ready to be looked up.

use std::collections::HashMap;
use std::sync::Arc;

use super::label::{DESTROYED, normalise, without_trailing_bracket};
use super::value::Matched;
use crate::form::{Axis, Block, Form, Library};
use crate::text::{Lang, Text};

/// A distinct normalised label.
pub type Term = u32;

/// What a label is besides a row or column: a heading that structures a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Heading {
    /// Heading of a table: its index.
    Table(usize),
    /// Heading of a block, header over row labels, corner or column title.
    Furniture,
}

/// One row or column, or a group of them.
#[derive(Debug, Clone)]
pub struct Node {
    /// Group it belongs to.
    pub parent: Option<usize>,
    /// Index of the row or column in its block; none for a group.
    pub leaf: Option<usize>,
    /// Rows or groups directly below it.
    pub children: Vec<usize>,
    /// Its labels: term and how good a match by it is.
    pub terms: Vec<(Term, Matched)>,
    /// Its official label, normalised.
    pub label: String,
    /// Every label it goes by, normalised.
    pub spellings: Vec<String>,
}

/// The rows or the columns of a block as a tree of groups.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// All nodes.
    pub nodes: Vec<Node>,
    /// Top-level nodes.
    pub roots: Vec<usize>,
    /// Node of every row or column.
    pub leaves: Vec<usize>,
    /// Nodes by term; terms that are not there at the end have none.
    by_term: Vec<Vec<usize>>,
}

impl Tree {
    /// The nodes that a term may stand for.
    pub fn nodes_of(&self, term: Term) -> &[usize] {
        self.by_term.get(term as usize).map_or(&[], Vec::as_slice)
    }

    /// Whether a term stands for anything here.
    pub fn knows(&self, term: Term) -> bool {
        !self.nodes_of(term).is_empty()
    }

    /// How good a match of a node by a term is.
    pub fn quality(&self, node: usize, term: Term) -> Matched {
        (self.nodes[node].terms.iter().find(|(t, _)| *t == term))
            .map_or(Matched::Nothing, |(_, matched)| *matched)
    }

    /// Whether `ancestor` is above `node`.
    pub fn is_above(&self, ancestor: usize, node: usize) -> bool {
        let mut at = self.nodes[node].parent;
        while let Some(parent) = at {
            if parent == ancestor {
                return true;
            }
            at = self.nodes[parent].parent;
        }
        false
    }

    fn build(axes: &[Axis], terms: &mut Terms) -> Self {
        let mut tree = Self::default();
        for (leaf, axis) in axes.iter().enumerate() {
            let mut parent: Option<usize> = None;
            for (depth, text) in axis.path.iter().enumerate() {
                let last = depth + 1 == axis.path.len();
                let label = normalise(&text.zh);
                let siblings = match parent {
                    Some(parent) => &tree.nodes[parent].children,
                    None => &tree.roots,
                };
                // Neighbouring paths share their groups; a group that comes back later is another group.
                let known = (siblings.last().copied()).filter(|n| {
                    !last && tree.nodes[*n].leaf.is_none() && tree.nodes[*n].label == label
                });
                let node = known.unwrap_or_else(|| {
                    let at = tree.nodes.len();
                    tree.nodes.push(Node {
                        parent,
                        leaf: last.then_some(leaf),
                        children: Vec::new(),
                        terms: Vec::new(),
                        label,
                        spellings: Vec::new(),
                    });
                    match parent {
                        Some(parent) => tree.nodes[parent].children.push(at),
                        None => tree.roots.push(at),
                    }
                    at
                });
                parent = Some(node);
                if last {
                    tree.leaves.push(node);
                }
            }
            if axis.path.is_empty() {
                tree.leaves.push(usize::MAX);
            }
        }
        tree.add_terms(axes, terms);
        tree
    }

    fn add_terms(&mut self, axes: &[Axis], terms: &mut Terms) {
        for (leaf, axis) in axes.iter().enumerate() {
            let Some(mut node) = self.leaves.get(leaf).copied().filter(|n| *n != usize::MAX) else {
                continue;
            };
            for alias in &axis.aliases {
                self.add_term(node, alias, Matched::Alias, terms);
            }
            // Converters run a group and its member together in one cell.
            for start in 0..axis.path.len().saturating_sub(1) {
                for lang in [Lang::Zh, Lang::En] {
                    let joined: String = axis.path[start..].iter().map(|t| t.get(lang)).collect();
                    self.add_term(node, &joined, Matched::Alias, terms);
                    let bare: String = axis.path[start..]
                        .iter()
                        .map(|t| normalise(t.get(lang)))
                        .collect();
                    self.add_term(node, &bare, Matched::Alias, terms);
                }
            }
            for text in axis.path.iter().rev() {
                self.add_term(node, &text.zh, Matched::Label, terms);
                self.add_term(node, &text.en, Matched::Label, terms);
                for label in [&text.zh, &text.en] {
                    if let Some(head) = without_trailing_bracket(label) {
                        self.add_term(node, head, Matched::Alias, terms);
                    }
                }
                match self.nodes[node].parent {
                    Some(parent) => node = parent,
                    None => break,
                }
            }
        }
    }

    fn add_term(&mut self, node: usize, label: &str, matched: Matched, terms: &mut Terms) {
        let normal = normalise(label);
        if normal.is_empty() {
            return;
        }
        let term = terms.id(normal.clone());
        if self.nodes[node]
            .terms
            .iter()
            .all(|(known, _)| *known != term)
        {
            self.nodes[node].terms.push((term, matched));
            self.nodes[node].spellings.push(normal);
            let at = term as usize;
            if self.by_term.len() <= at {
                self.by_term.resize_with(at + 1, Vec::new);
            }
            self.by_term[at].push(node);
        }
    }
}

/// A block of a form as it may be drawn: upright, or with rows and columns exchanged.
#[derive(Debug, Clone)]
pub struct View {
    /// Index of the table.
    pub table: usize,
    /// Index of the block in its table.
    pub block: usize,
    /// Rows and columns are exchanged.
    pub transposed: bool,
    /// What is written down the side.
    pub rows: Tree,
    /// What is written across the top.
    pub cols: Tree,
    /// It has no row labels: one row of values under its header.
    pub unlabelled: bool,
}

impl View {
    /// Index in the form's keys of a cell, given by its row and column as drawn.
    pub fn key(&self, form: &Form, row: usize, col: usize) -> usize {
        let block = &form.tables[self.table].blocks[self.block];
        if self.transposed {
            block.key_at(col, row)
        } else {
            block.key_at(row, col)
        }
    }
}

/// A form with its labels looked up.
#[derive(Debug, Clone)]
pub struct FormLabels {
    /// The form.
    pub form: Arc<Form>,
    /// Its blocks in every way they may be drawn.
    pub views: Vec<View>,
    /// For each term, the views (as bits, the view's number modulo 64) that have such a column.
    columns: Vec<u64>,
    /// What every term means as a heading.
    pub headings: HashMap<Term, Heading>,
    /// Keys by their spelling.
    pub keys: HashMap<String, usize>,
}

impl FormLabels {
    /// The views that may have a column of this name, as bits: the view's number modulo 64.
    pub fn with_column(&self, term: Term) -> u64 {
        self.columns.get(term as usize).copied().unwrap_or(0)
    }
}

/// Gives every distinct label its number.
#[derive(Debug, Clone, Default)]
struct Terms {
    ids: HashMap<String, Term>,
}

impl Terms {
    fn id(&mut self, normal: String) -> Term {
        let next = self.ids.len() as Term;
        *self.ids.entry(normal).or_insert(next)
    }
}

/// The labels of all forms at hand.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    terms: Terms,
    /// The forms.
    pub forms: Vec<FormLabels>,
    /// For each term, the forms (as bits) in which it is an official or alias label of a row, column or group.
    in_forms: Vec<u64>,
}

impl Vocabulary {
    /// Collects the labels of a library's forms.
    pub fn new(library: &Library) -> Self {
        let mut terms = Terms::default();
        let forms: Vec<_> = (library.forms().iter())
            .map(|form| labels_of(form, &mut terms))
            .collect();
        let mut in_forms = vec![0_u64; terms.ids.len()];
        for (at, form) in forms.iter().enumerate() {
            let trees = form.views.iter().flat_map(|v| [&v.rows, &v.cols]);
            for (term, _) in trees.flat_map(|t| &t.nodes).flat_map(|n| &n.terms) {
                in_forms[*term as usize] |= 1 << (at % 64);
            }
        }
        Self {
            terms,
            forms,
            in_forms,
        }
    }

    /// The term of a text, if it is a label of any form. Bracketed remarks at the end may be missing or added.
    pub fn term(&self, text: &str) -> Option<Term> {
        let exact = self.exact(text);
        exact.or_else(|| without_trailing_bracket(text).and_then(|head| self.exact(head)))
    }

    fn exact(&self, text: &str) -> Option<Term> {
        self.terms.ids.get(normalise(text).as_str()).copied()
    }

    /// The forms, as bits in their order, in which a term is a row, column or group.
    pub fn forms_of(&self, term: Term) -> u64 {
        self.in_forms.get(term as usize).copied().unwrap_or(0)
    }
}

fn labels_of(form: &Arc<Form>, terms: &mut Terms) -> FormLabels {
    let mut views = Vec::new();
    let mut headings = HashMap::new();
    for (t, table) in form.tables.iter().enumerate() {
        for label in [&table.label.zh, &table.label.en]
            .into_iter()
            .chain(&table.aliases)
        {
            headings.insert(terms.id(normalise(label)), Heading::Table(t));
        }
        let furniture = |text: &Option<Text>| {
            (text
                .iter()
                .flat_map(|t| [normalise(&t.zh), normalise(&t.en)]))
            .collect::<Vec<_>>()
        };
        let mut words = furniture(&table.column_title);
        words.extend(furniture(&table.corner));
        for (b, block) in table.blocks.iter().enumerate() {
            words.extend(furniture(&block.label));
            words.extend(furniture(&block.row_header));
            add_views(block, (t, b), terms, &mut views);
        }
        for word in words {
            headings.entry(terms.id(word)).or_insert(Heading::Furniture);
        }
    }
    let keys = (form.keys.iter().enumerate())
        .map(|(index, info)| (info.key.clone(), index))
        .collect();
    let mut columns = vec![0_u64; terms.ids.len()];
    for (at, view) in views.iter().enumerate() {
        for (term, nodes) in view.cols.by_term.iter().enumerate() {
            columns[term] |= u64::from(!nodes.is_empty()) << (at % 64);
        }
    }
    FormLabels {
        form: form.clone(),
        views,
        columns,
        headings,
        keys,
    }
}

fn add_views(block: &Block, at: (usize, usize), terms: &mut Terms, views: &mut Vec<View>) {
    let rows = Tree::build(&block.rows, terms);
    let cols = Tree::build(&block.columns, terms);
    let unlabelled = rows.nodes.is_empty();
    // A block of one or two rows turned on its side cannot be told from a row of labels.
    if block.rows.len() >= 3 && block.columns.len() >= 2 {
        views.push(View {
            table: at.0,
            block: at.1,
            transposed: true,
            rows: cols.clone(),
            cols: rows.clone(),
            unlabelled: false,
        });
    }
    views.push(View {
        table: at.0,
        block: at.1,
        transposed: false,
        rows,
        cols,
        unlabelled,
    });
}

/// Edits between two normalised labels, a destroyed character counting as half a match: it may be anything,
/// but it is no evidence. The result is in half edits; more than `limit` is not told apart.
pub fn distance(found: &str, label: &str, limit: usize) -> usize {
    let found: Vec<char> = found.chars().collect();
    let label: Vec<char> = label.chars().collect();
    if found.len().abs_diff(label.len()) * 2 > limit {
        return limit + 1;
    }
    let mut previous: Vec<usize> = (0..=label.len()).map(|n| n * 2).collect();
    for (i, f) in found.iter().enumerate() {
        let mut row = vec![(i + 1) * 2];
        for (j, l) in label.iter().enumerate() {
            let swap = match f {
                _ if f == l => 0,
                &DESTROYED => 1,
                _ => 2,
            };
            row.push(
                (previous[j] + swap)
                    .min(previous[j + 1] + 2)
                    .min(row[j] + 2),
            );
        }
        if row.iter().min().is_some_and(|least| *least > limit) {
            return limit + 1;
        }
        previous = row;
    }
    previous[label.len()]
}
