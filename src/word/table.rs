//! An official table in Word, with the merged cells of the official layout.

use docx_rs::{
    AlignmentType, HeightRule, Table as WordTable, TableAlignmentType, TableCell, TableCellMargins,
    TableLayoutType, TableRow, VAlignType, VMergeType, WidthType,
};

use super::paragraphs::Paragraphs;
use super::template::Filler;
use crate::form::{Layout, LayoutCell, LayoutContent, Role, Table, layout};

/// Width between the margins, in twentieths of a point (156 mm).
const WIDTH: usize = 8844;
/// Where rows have labels, what the values may take of it, in percent.
const VALUES_AT_MOST: usize = 57;

/// The table with its sums; a sum that is missing says so and is marked.
pub(super) fn table(table: &Table, filler: &Filler<'_>, paragraphs: &mut Paragraphs) -> WordTable {
    let drawn = layout(table);
    let widths = widths(&drawn);
    let rows = (0..drawn.rows)
        .map(|row| {
            let mut across: Vec<_> = (drawn.cells.iter())
                .filter(|cell| (cell.row..cell.row + cell.row_span).contains(&row))
                .collect();
            // Cells that go on from above stand between those that start here.
            across.sort_by_key(|cell| cell.col);
            let cells = (across.into_iter())
                .map(|cell| word_cell(cell, row, &widths, filler, paragraphs))
                .collect();
            TableRow::new(cells)
                .row_height(340.0)
                .height_rule(HeightRule::AtLeast)
                .cant_split()
        })
        .collect();
    WordTable::new(rows)
        .set_grid(widths)
        .width(WIDTH, WidthType::Dxa)
        .layout(TableLayoutType::Fixed)
        .align(TableAlignmentType::Center)
        .margins(TableCellMargins::new().margin(20, 40, 20, 40))
}

/// One cell of a row; below its first row a merged cell only says that it goes on.
fn word_cell(
    cell: &LayoutCell,
    row: usize,
    widths: &[usize],
    filler: &Filler<'_>,
    paragraphs: &mut Paragraphs,
) -> TableCell {
    let width = widths[cell.col..cell.col + cell.col_span].iter().sum();
    let mut made = TableCell::new()
        .width(width, WidthType::Dxa)
        .vertical_align(VAlignType::Center);
    if cell.col_span > 1 {
        made = made.grid_span(cell.col_span);
    }
    if row > cell.row {
        let empty = paragraphs.cell("", AlignmentType::Center, false);
        return made
            .vertical_merge(VMergeType::Continue)
            .add_paragraph(empty);
    }
    if cell.row_span > 1 {
        made = made.vertical_merge(VMergeType::Restart);
    }
    let align = match cell.role {
        Role::Row => AlignmentType::Left,
        _ => AlignmentType::Center,
    };
    let paragraph = match &cell.content {
        LayoutContent::Label(label) => paragraphs.cell(label.get(filler.lang), align, false),
        LayoutContent::Blank => paragraphs.cell("", align, false),
        LayoutContent::Key(index) => match filler.cell(*index) {
            Some(number) => paragraphs.cell(&number, align, false),
            None => paragraphs.cell(filler.template.missing.get(filler.lang), align, true),
        },
    };
    made.add_paragraph(paragraph)
}

/// Column widths: values alike; of the labels the innermost has half.
fn widths(drawn: &Layout) -> Vec<usize> {
    let values = drawn.cols - drawn.label_cols;
    let most = if drawn.label_cols == 0 {
        WIDTH
    } else {
        WIDTH * VALUES_AT_MOST / 100
    };
    let each = (WIDTH / drawn.cols.max(1)).min(most / values.max(1));
    let labels = WIDTH - each * values;
    let outer = labels / 2 / drawn.label_cols.saturating_sub(1).max(1);
    let mut widths = vec![each; drawn.cols];
    for width in widths.iter_mut().take(drawn.label_cols) {
        *width = outer;
    }
    if let Some(innermost) = drawn.label_cols.checked_sub(1) {
        widths[innermost] = labels - outer * innermost;
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Library;

    #[test]
    fn widths_fill_the_page() {
        for form in Library::official().forms() {
            for table in &form.tables {
                let drawn = layout(table);
                let widths = widths(&drawn);
                let sum: usize = widths.iter().sum();
                assert!(sum <= WIDTH && sum + drawn.cols > WIDTH, "{widths:?}");
                assert!(widths.iter().all(|w| *w > 400), "{widths:?}");
            }
        }
    }
}
