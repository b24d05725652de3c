//! A table drawn as the official form draws it: labels, spans, and where every value stands.
//!
//! Everything that writes a form (workbook, page, Word, templates, made-up reports) draws from here, so
//! that the arrangement is decided once.

use super::{Axis, Block, Table};
use crate::text::Text;

/// What stands in a cell of a drawn table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayoutContent {
    /// Words of the form.
    Label(Text),
    /// The value of a key: its index in [`super::Form::keys`].
    Key(usize),
    /// Nothing.
    Blank,
}

/// What part a cell plays, for whoever gives it a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The heading over a block, across the whole table.
    BlockHeading,
    /// What stands over the row labels: the corner's note, or the name of the row labels.
    Corner,
    /// The heading over all columns.
    ColumnTitle,
    /// A column's label, or the label of a group of columns.
    Column,
    /// A row's label, or the label of a group of rows.
    Row,
    /// A value.
    Value,
}

/// One cell with its span; row and column from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutCell {
    /// First row.
    pub row: usize,
    /// First column.
    pub col: usize,
    /// Rows covered, at least 1.
    pub row_span: usize,
    /// Columns covered, at least 1.
    pub col_span: usize,
    /// What stands there.
    pub content: LayoutContent,
    /// The part it plays.
    pub role: Role,
}

/// A drawn table. Its cells cover every position exactly once, ordered by row and column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Rows.
    pub rows: usize,
    /// Columns, those of labels included.
    pub cols: usize,
    /// How many columns on the left hold row labels.
    pub label_cols: usize,
    /// How many rows stand above the first row of values.
    pub header_rows: usize,
    /// The cells.
    pub cells: Vec<LayoutCell>,
}

/// Draws a table in the arrangement of the official form: blocks one under the other; in a block its
/// heading, the column labels as nested headers, then one line per row with its labels on the left.
///
/// A label path shorter than the others leaves the room to its innermost part; where a block has fewer
/// columns than the table, its last column takes the rest.
///
/// ```
/// use huizong::form::{Library, layout};
/// let form = Library::official().get("2019").unwrap();
/// let requests = layout(&form.tables[1]);
/// assert_eq!((requests.rows, requests.cols, requests.label_cols), (26, 10, 3));
/// ```
pub fn layout(table: &Table) -> Layout {
    let depth = |axes: &[Axis]| axes.iter().map(|axis| axis.path.len()).max().unwrap_or(0);
    let label_cols = (table.blocks.iter())
        .map(|block| depth(&block.rows).max(usize::from(block.row_header.is_some())))
        .max()
        .unwrap_or(0);
    let value_cols = (table.blocks.iter()).map(|block| block.columns.len()).max();
    let mut drawing = Drawing {
        label_cols,
        cols: label_cols + value_cols.unwrap_or(0),
        cells: Vec::new(),
    };
    let (mut row, mut header_rows) = (0, 0);
    for (index, block) in table.blocks.iter().enumerate() {
        let first_value_row = drawing.head(table, block, row);
        if index == 0 {
            header_rows = first_value_row;
        }
        drawing.body(block, first_value_row);
        row = first_value_row + block.rows.len();
    }
    drawing.cells.sort_by_key(|cell| (cell.row, cell.col));
    Layout {
        rows: row,
        cols: drawing.cols,
        label_cols,
        header_rows,
        cells: drawing.cells,
    }
}

struct Drawing {
    label_cols: usize,
    cols: usize,
    cells: Vec<LayoutCell>,
}

impl Drawing {
    fn put(&mut self, at: [usize; 2], span: [usize; 2], content: LayoutContent, role: Role) {
        if span[0] > 0 && span[1] > 0 {
            self.cells.push(LayoutCell {
                row: at[0],
                col: at[1],
                row_span: span[0],
                col_span: span[1],
                content,
                role,
            });
        }
    }

    /// Heading and column labels; gives the first row below them.
    fn head(&mut self, table: &Table, block: &Block, mut row: usize) -> usize {
        if let Some(label) = &block.label {
            let content = LayoutContent::Label(label.clone());
            self.put([row, 0], [1, self.cols], content, Role::BlockHeading);
            row += 1;
        }
        let titled = usize::from(table.column_title.is_some());
        let depth = titled + (block.columns.iter().map(|c| c.path.len()).max()).unwrap_or(0);
        let corner = block.row_header.as_ref().or(table.corner.as_ref());
        let content = corner
            .cloned()
            .map_or(LayoutContent::Blank, LayoutContent::Label);
        self.put([row, 0], [depth, self.label_cols], content, Role::Corner);
        if let Some(title) = &table.column_title {
            let content = LayoutContent::Label(title.clone());
            let span = [1, self.cols - self.label_cols];
            self.put([row, self.label_cols], span, content, Role::ColumnTitle);
        }
        for node in nodes(&block.columns, depth - titled) {
            let (first, width) = self.columns(block, node.first, node.count);
            let content = LayoutContent::Label(node.label);
            let at = [row + titled + node.level, first];
            self.put(at, [node.levels, width], content, Role::Column);
        }
        row + depth
    }

    /// Row labels and values.
    fn body(&mut self, block: &Block, top: usize) {
        for node in nodes(&block.rows, self.label_cols) {
            let content = LayoutContent::Label(node.label);
            let at = [top + node.first, node.level];
            self.put(at, [node.count, node.levels], content, Role::Row);
        }
        for (r, row) in block.rows.iter().enumerate() {
            if row.path.is_empty() {
                let span = [1, self.label_cols];
                self.put([top + r, 0], span, LayoutContent::Blank, Role::Row);
            }
            for c in 0..block.columns.len() {
                let (col, width) = self.columns(block, c, 1);
                let content = LayoutContent::Key(block.key_at(r, c));
                self.put([top + r, col], [1, width], content, Role::Value);
            }
        }
    }

    /// First column and width of some columns of a block; the last takes what the table has left.
    fn columns(&self, block: &Block, first: usize, count: usize) -> (usize, usize) {
        let start = self.label_cols + first;
        let is_last = first + count == block.columns.len();
        let width = if is_last { self.cols - start } else { count };
        (start, width)
    }
}

/// A label over one or several neighbours, in steps of nesting from the outside.
struct Node {
    label: Text,
    first: usize,
    count: usize,
    level: usize,
    levels: usize,
}

fn nodes(axes: &[Axis], depth: usize) -> Vec<Node> {
    let mut found = Vec::new();
    nest(axes, 0, 0, depth, &mut found);
    found
}

/// Places part `level` of the paths; the axes are neighbours from number `offset` on.
fn nest(axes: &[Axis], offset: usize, level: usize, depth: usize, found: &mut Vec<Node>) {
    let mut start = 0;
    while start < axes.len() {
        let path = &axes[start].path;
        let Some(label) = path.get(level) else {
            start += 1;
            continue;
        };
        let is_leaf = path.len() == level + 1;
        let same = |a: &Axis| a.path.len() > level + 1 && a.path[..=level] == path[..=level];
        let count = if is_leaf {
            1
        } else {
            axes[start..].iter().take_while(|axis| same(axis)).count()
        };
        found.push(Node {
            label: label.clone(),
            first: offset + start,
            count,
            level,
            levels: if is_leaf { depth - level } else { 1 },
        });
        if !is_leaf {
            let group = &axes[start..start + count];
            nest(group, offset + start, level + 1, depth, found);
        }
        start += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Library;

    fn drawn(form: &str, table: usize) -> Layout {
        layout(&Library::official().get(form).unwrap().tables[table])
    }

    fn spans(layout: &Layout, label: &str) -> Vec<[usize; 4]> {
        (layout.cells.iter())
            .filter(|c| matches!(&c.content, LayoutContent::Label(t) if t.zh == label))
            .map(|c| [c.row, c.col, c.row_span, c.col_span])
            .collect()
    }

    #[test]
    fn cells_tile_the_table_and_every_key_stands_once() {
        for form in Library::official().forms() {
            let mut seen = Vec::new();
            for table in &form.tables {
                let layout = layout(table);
                let mut covered = vec![0; layout.rows * layout.cols];
                for cell in &layout.cells {
                    for r in cell.row..cell.row + cell.row_span {
                        for c in cell.col..cell.col + cell.col_span {
                            covered[r * layout.cols + c] += 1;
                        }
                    }
                    if let LayoutContent::Key(key) = cell.content {
                        seen.push(key);
                    }
                }
                assert!(covered.iter().all(|n| *n == 1), "{} {}", form.id, table.key);
            }
            assert_eq!(seen, (0..form.keys.len()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn disclosure_stands_in_blocks() {
        let old = drawn("2019", 0);
        assert_eq!(
            (old.rows, old.cols, old.label_cols, old.header_rows),
            (18, 4, 1, 2)
        );
        assert_eq!(spans(&old, "第二十条第（一）项"), [[0, 0, 1, 4]]);
        assert_eq!(spans(&old, "采购总金额"), [[16, 2, 1, 2]]);
        let new = drawn("2021", 0);
        assert_eq!((new.rows, new.cols), (14, 4));
        assert_eq!(
            spans(&new, "本年处理决定数量"),
            [[5, 1, 1, 3], [8, 1, 1, 3]]
        );
    }

    #[test]
    fn requests_nest_rows_and_columns() {
        let new = drawn("2021", 1);
        assert_eq!((new.rows, new.cols, new.header_rows), (28, 10, 3));
        assert_eq!(spans(&new, "申请人情况"), [[0, 3, 1, 7]]);
        assert_eq!(spans(&new, "自然人"), [[1, 3, 2, 1]]);
        assert_eq!(spans(&new, "法人或其他组织"), [[1, 4, 1, 5]]);
        assert_eq!(spans(&new, "三、本年度办理结果"), [[5, 0, 22, 1]]);
        assert_eq!(spans(&new, "（一）予以公开"), [[5, 1, 1, 2]]);
        assert_eq!(spans(&new, "（三）不予公开"), [[7, 1, 8, 1]]);
        assert_eq!(spans(&new, "四、结转下年度继续办理"), [[27, 0, 1, 3]]);
    }

    #[test]
    fn appeals_leave_the_room_to_their_innermost_labels() {
        let appeals = drawn("2019", 2);
        assert_eq!((appeals.rows, appeals.cols, appeals.label_cols), (4, 15, 0));
        assert_eq!(spans(&appeals, "行政复议"), [[0, 0, 1, 5]]);
        assert_eq!(spans(&appeals, "行政诉讼"), [[0, 5, 1, 10]]);
        assert_eq!(spans(&appeals, "复议后起诉"), [[1, 10, 1, 5]]);
        assert_eq!(
            spans(&appeals, "结果维持"),
            [[1, 0, 2, 1], [2, 5, 1, 1], [2, 10, 1, 1]]
        );
    }
}
