//! Word documents.

use std::io::Cursor;

use docx_rs::{Docx, Paragraph, Run, Table, TableCell, TableRow, VMergeType};

use super::paper::Paper;
use crate::form::{Layout, layout};

/// A docx document; empty where the writer fails, which it does only when memory does.
pub fn docx(paper: &Paper) -> Vec<u8> {
    let mut document = Docx::new().created_at(CREATED).updated_at(CREATED);
    document = document.add_paragraph(paragraph(&paper.title).style("Heading1"));
    document = document.add_paragraph(paragraph(&paper.introduction));
    for section in &paper.sections {
        document = document.add_paragraph(paragraph(&section.heading).style("Heading2"));
        for words in &section.words {
            document = document.add_paragraph(paragraph(words));
        }
        if let Some(number) = section.table {
            let drawn = layout(&paper.form.tables[number]);
            document = document.add_table(table(paper, &drawn));
        }
    }
    for line in paper.signature.iter().flatten() {
        document = document.add_paragraph(paragraph(line));
    }
    let mut bytes = Cursor::new(Vec::new());
    match document.build().pack(&mut bytes) {
        Ok(()) => bytes.into_inner(),
        Err(_) => Vec::new(),
    }
}

/// A fixed date, so that the same report gives the same bytes.
const CREATED: &str = "2024-01-01T00:00:00Z";

fn paragraph(words: &str) -> Paragraph {
    Paragraph::new().add_run(Run::new().add_text(words))
}

fn table(paper: &Paper, drawn: &Layout) -> Table {
    let rows = (0..drawn.rows)
        .map(|row| {
            let covers = |first: usize, span: usize| first <= row && row < first + span;
            let mut cells: Vec<_> = (drawn.cells.iter())
                .filter(|cell| covers(cell.row, cell.row_span))
                .collect();
            cells.sort_by_key(|cell| cell.col);
            let cells = cells.into_iter().map(|cell| {
                let text = if cell.row == row {
                    paper.content(&cell.content)
                } else {
                    String::new()
                };
                let mut made = TableCell::new().add_paragraph(paragraph(&text));
                if cell.col_span > 1 {
                    made = made.grid_span(cell.col_span);
                }
                match (cell.row_span > 1, cell.row == row) {
                    (true, true) => made.vertical_merge(VMergeType::Restart),
                    (true, false) => made.vertical_merge(VMergeType::Continue),
                    _ => made,
                }
            });
            TableRow::new(cells.collect())
        })
        .collect();
    Table::new(rows).set_grid(vec![700; drawn.cols])
}
