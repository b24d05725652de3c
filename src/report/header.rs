//! Column headers: which grid column holds which column of a block, or in which order they follow.

use super::label::normalise;
use super::number::money_unit_in;
use super::value::Matched;
use super::vocabulary::{Tree, distance};
use crate::form::MoneyUnit;
use crate::grid::Grid;

/// A label in a header line.
#[derive(Debug, Clone)]
pub struct Token {
    /// Grid column of the cell.
    pub col: u32,
    /// Grid columns it covers.
    pub width: u32,
    /// Nodes of the column tree it may stand for.
    pub nodes: Vec<usize>,
    /// How good the match is.
    pub matched: Matched,
}

/// One row of a header.
#[derive(Debug, Clone)]
pub struct Line {
    /// Grid row.
    pub row: u32,
    /// Its labels from left to right.
    pub tokens: Vec<Token>,
}

/// Where one column of a block stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Index of the column in the block.
    pub leaf: usize,
    /// Grid column.
    pub col: u32,
    /// How it was recognised.
    pub matched: Matched,
    /// Unit of money that its header names.
    pub unit: Option<MoneyUnit>,
}

/// What a header tells about its columns.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// The columns by their place in the grid, left to right; empty where places do not fit the header.
    pub columns: Vec<Column>,
    /// The order in which the columns follow, for tables whose spans were lost.
    pub order: Option<Vec<Column>>,
}

impl Layout {
    /// Reads the header lines of a block against its column tree.
    pub fn of(lines: &mut [Line], tree: &Tree, grid: &Grid) -> Self {
        complete(lines, tree, grid);
        Self {
            columns: by_place(lines, tree, grid).unwrap_or_default(),
            order: by_order(lines, tree, grid),
        }
    }
}

/// Adds labels that are damaged but can only be one: close to a label that nothing else stands for, next to its
/// neighbour in the form.
fn complete(lines: &mut [Line], tree: &Tree, grid: &Grid) {
    let mut taken = vec![false; tree.nodes.len()];
    for node in lines.iter().flat_map(|l| &l.tokens).flat_map(|t| &t.nodes) {
        taken[*node] = true;
    }
    for line in lines {
        let known: Vec<u32> = line.tokens.iter().map(|t| t.col).collect();
        let mut col = 0;
        while col < grid.cols() {
            let at = col;
            col += 1;
            let own = grid.anchor(line.row, at) == (line.row, at);
            let Some(text) = grid.own(line.row, at).as_text().filter(|_| own) else {
                continue;
            };
            if known.contains(&at) {
                continue;
            }
            let left = line.tokens.iter().rfind(|t| t.col < at);
            let right = line.tokens.iter().find(|t| t.col > at);
            let beside = |node: usize| beside(tree, node, left, right);
            let candidates = (0..tree.nodes.len()).filter(|n| !taken[*n]);
            if let Some(node) = nearest(text, candidates, tree).filter(|n| beside(*n)) {
                taken[node] = true;
                let place = line.tokens.partition_point(|t| t.col < at);
                let width = width_at(grid, line.row, at);
                let nodes = vec![node];
                let matched = Matched::Fuzzy;
                line.tokens.insert(
                    place,
                    Token {
                        col: at,
                        width,
                        nodes,
                        matched,
                    },
                );
            }
        }
    }
}

/// Grid columns that the cell at (row, col) covers.
pub fn width_at(grid: &Grid, row: u32, col: u32) -> u32 {
    (col + 1..grid.cols())
        .take_while(|c| grid.anchor(row, *c) == (row, col))
        .count() as u32
        + 1
}

fn beside(tree: &Tree, node: usize, left: Option<&Token>, right: Option<&Token>) -> bool {
    let siblings = match tree.nodes[node].parent {
        Some(parent) => &tree.nodes[parent].children,
        None => &tree.roots,
    };
    let Some(at) = siblings.iter().position(|n| *n == node) else {
        return false;
    };
    let is = |token: Option<&Token>, sibling: Option<&usize>| {
        token.is_some_and(|t| sibling.is_some_and(|s| t.nodes.contains(s)))
    };
    let before = at.checked_sub(1).and_then(|b| siblings.get(b));
    let (left_fits, right_fits) = (is(left, before), is(right, siblings.get(at + 1)));
    let left_open = left.is_none() || before.is_none();
    let right_open = right.is_none() || siblings.get(at + 1).is_none();
    left_fits && (right_fits || right_open) || right_fits && left_open
}

/// The one node whose label is close to a damaged text; none where two could be meant.
pub fn nearest(text: &str, candidates: impl Iterator<Item = usize>, tree: &Tree) -> Option<usize> {
    let found = normalise(text);
    let length = found.chars().count();
    // Half edits: short labels have little to tell them apart.
    let limit = match length {
        0 | 1 => return None,
        2 | 3 => 1,
        4 | 5 => 2,
        _ => 4,
    };
    let (mut best, mut second) = ((limit + 1, None), limit + 3);
    for node in candidates {
        let d = (tree.nodes[node].spellings.iter())
            .map(|label| distance(&found, label, limit + 2))
            .min()
            .unwrap_or(limit + 3);
        if d < best.0 {
            second = second.min(best.0);
            best = (d, Some(node));
        } else {
            second = second.min(d);
        }
    }
    best.1.filter(|_| best.0 <= limit && second >= best.0 + 2)
}

/// Columns by place: each leaf stands over its grid column, under its groups.
fn by_place(lines: &[Line], tree: &Tree, grid: &Grid) -> Option<Vec<Column>> {
    let mut columns: Vec<Column> = Vec::new();
    // A column begins where a label does; looking at every column of a grid takes minutes where one is absurdly wide.
    let mut begins: Vec<u32> = (lines.iter().flat_map(|line| &line.tokens))
        .map(|token| token.col)
        .collect();
    begins.sort_unstable();
    begins.dedup();
    for col in begins {
        let path: Vec<(&Token, u32)> = (lines.iter())
            .filter_map(|line| over(line, col, tree, grid).map(|token| (token, line.row)))
            .collect();
        let Some(((last, row), groups)) = path.split_last() else {
            continue;
        };
        // A label over several grid columns stands over the first of them.
        if last.col != col {
            continue;
        }
        let fits = |leaf: usize| {
            groups
                .iter()
                .all(|(group, _)| group.nodes.iter().any(|g| tree.is_above(*g, leaf)))
        };
        let leaves: Vec<usize> = (last.nodes.iter().copied())
            .filter(|n| tree.nodes[*n].leaf.is_some())
            .collect();
        if leaves.is_empty() {
            continue;
        }
        let fitting: Vec<usize> = leaves.into_iter().filter(|leaf| fits(*leaf)).collect();
        let leaf = match fitting.as_slice() {
            [node] => tree.nodes[*node].leaf?,
            // A leaf below another leaf, or below a group it does not belong to: the places cannot be trusted.
            [] => return None,
            // Without its group a name that repeats says nothing: the column stays unknown.
            _ => continue,
        };
        if columns.iter().any(|c| c.leaf == leaf) {
            return None;
        }
        let header = grid.own(*row, last.col).to_string();
        columns.push(Column {
            leaf,
            col,
            matched: last.matched,
            unit: money_unit_in(&header),
        });
    }
    Some(columns)
}

/// The label of a header line that stands over a grid column: its own, or the group to its left whose span was lost.
fn over<'l>(line: &'l Line, col: u32, tree: &Tree, grid: &Grid) -> Option<&'l Token> {
    let at = line.tokens.partition_point(|t| t.col <= col);
    let token = line.tokens[..at].last()?;
    if (token.col..token.col + token.width).contains(&col) {
        return Some(token);
    }
    let is_group = token.nodes.iter().any(|n| tree.nodes[*n].leaf.is_none());
    let gap = token.col + token.width..=col;
    let open = gap.into_iter().all(|c| grid.seen(line.row, c).is_empty());
    (is_group && token.width == 1 && open).then_some(token)
}

/// Columns by order: line by line, the children of each group in turn. Labels decide, not positions: a line whose
/// labels are not exactly the members of the groups above it gives no order.
fn by_order(lines: &[Line], tree: &Tree, grid: &Grid) -> Option<Vec<Column>> {
    if let [line] = lines
        && line.tokens.len() == tree.leaves.len()
        && let Some(columns) = leaves_in_line(line, tree, grid)
    {
        return Some(columns);
    }
    let mut ordered: Vec<Slot> = vec![Slot::Group(None)];
    for line in lines {
        let mut tokens = line.tokens.iter();
        let mut next = Vec::new();
        for slot in ordered {
            let Slot::Group(group) = slot else {
                next.push(slot);
                continue;
            };
            let members = match group {
                Some(node) => &tree.nodes[node].children,
                None => &tree.roots,
            };
            let mut left: Vec<usize> = members.clone();
            for _ in 0..members.len() {
                let token = tokens.next()?;
                let at = left.iter().position(|m| token.nodes.contains(m))?;
                let node = left.remove(at);
                next.push(match tree.nodes[node].leaf {
                    Some(leaf) => Slot::Leaf(column_of(leaf, token, line.row, grid)),
                    None => Slot::Group(Some(node)),
                });
            }
        }
        if tokens.next().is_some() {
            return None;
        }
        ordered = next;
    }
    (ordered.into_iter())
        .map(|slot| match slot {
            Slot::Leaf(column) => Some(column),
            Slot::Group(_) => None,
        })
        .collect()
}

enum Slot {
    Group(Option<usize>),
    Leaf(Column),
}

fn column_of(leaf: usize, token: &Token, row: u32, grid: &Grid) -> Column {
    Column {
        leaf,
        col: token.col,
        matched: token.matched,
        unit: money_unit_in(&grid.own(row, token.col).to_string()),
    }
}

/// A header of one line that names every leaf, each once, or in the form's own order where names repeat.
fn leaves_in_line(line: &Line, tree: &Tree, grid: &Grid) -> Option<Vec<Column>> {
    let mut columns: Vec<Column> = Vec::new();
    for (at, token) in line.tokens.iter().enumerate() {
        let leaves: Vec<usize> = token
            .nodes
            .iter()
            .filter_map(|n| tree.nodes[*n].leaf)
            .collect();
        let leaf = match leaves.as_slice() {
            [leaf] => *leaf,
            several if several.contains(&at) => at,
            _ => return None,
        };
        if columns.iter().any(|c| c.leaf == leaf) {
            return None;
        }
        columns.push(column_of(leaf, token, line.row, grid));
    }
    Some(columns)
}
