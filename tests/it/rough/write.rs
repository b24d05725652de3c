//! Drawn tables and words as bytes.

use std::io::Cursor;

use docx_rs::{Docx, Paragraph, Run, Table, TableCell, TableRow, VMergeType};
use huizong::synth::rows_csv;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};

use super::draw::{Drawn, Piece};
use super::{Kind, Kinds};

pub fn xlsx(sheets: &[(String, Drawn)]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(2024, 1, 1).unwrap();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let plain = Format::new();
    for (name, drawn) in sheets {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name).unwrap();
        for cell in &drawn.cells {
            let (row, col) = (cell.row as u32, cell.col as u16);
            if cell.row_span * cell.col_span > 1 {
                let (last_row, last_col) = (
                    row + cell.row_span as u32 - 1,
                    col + cell.col_span as u16 - 1,
                );
                sheet
                    .merge_range(row, col, last_row, last_col, &cell.text, &plain)
                    .unwrap();
            }
            match cell.text.parse::<f64>() {
                Ok(number) if cell.number => {
                    sheet.write_number(row, col, number).unwrap();
                }
                _ if cell.row_span * cell.col_span == 1 && !cell.text.is_empty() => {
                    sheet.write_string(row, col, &cell.text).unwrap();
                }
                _ => {}
            }
        }
        for row in &drawn.hidden {
            sheet.set_row_hidden(*row as u32).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

pub fn csv(drawn: &Drawn, kinds: &Kinds) -> Vec<u8> {
    let mut rows = drawn.flat();
    if kinds.contains(&Kind::TrailingSeparators) {
        rows.iter_mut()
            .for_each(|row| row.extend([String::new(), String::new()]));
    }
    rows_csv(&rows)
}

pub fn txt(pieces: &[Piece], kinds: &Kinds) -> String {
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Words(words) | Piece::Heading(words) => lines.push(words.clone()),
            Piece::Table(drawn) => lines.extend(flattened(drawn, kinds)),
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// One line per row; the places that a span covered leave separators behind, or nothing.
fn flattened(drawn: &Drawn, kinds: &Kinds) -> Vec<String> {
    let one_line = |text: &str| text.replace(['\r', '\n'], "");
    (0..drawn.rows)
        .map(|row| {
            let mut of_row: Vec<_> = drawn.cells.iter().filter(|cell| cell.row == row).collect();
            of_row.sort_by_key(|cell| cell.col);
            let cells: Vec<String> = (of_row.iter())
                .filter(|cell| cell.value || !cell.text.is_empty())
                .map(|cell| one_line(&cell.text))
                .collect();
            let lost = drawn.cols - cells.len();
            let mut line = cells.join(" | ");
            if lost > 0 && kinds.contains(&Kind::TrailingSeparators) {
                line.push_str(" | ");
                line.push_str(&"|".repeat(lost - 1));
            }
            line
        })
        .collect()
}

fn escaped(text: &str, kinds: &Kinds) -> String {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let text = text
        .replace("\r\n", "<br />")
        .replace('\n', "<br>")
        .replace('\u{a0}', "&nbsp;");
    if text.is_empty() && kinds.contains(&Kind::NonBreakingSpaces) {
        return "&nbsp;".to_owned();
    }
    text
}

pub fn html(pieces: &[Piece], kinds: &Kinds, charset: &str) -> String {
    let mut page = format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"{charset}\"><title>网页</title></head><body>\n"
    );
    for piece in pieces {
        match piece {
            Piece::Words(words) => page += &format!("<p>{}</p>\n", escaped(words, kinds)),
            Piece::Heading(words) => page += &format!("<h2>{}</h2>\n", escaped(words, kinds)),
            Piece::Table(drawn) => page += &html_table(drawn, kinds),
        }
    }
    page + "</body></html>\n"
}

fn html_table(drawn: &Drawn, kinds: &Kinds) -> String {
    let single = kinds.contains(&Kind::SpansLost);
    let mut table = "<table border=1>\n".to_owned();
    for row in 0..drawn.rows {
        table += "<tr>";
        for col in 0..drawn.cols {
            let covering = (drawn.cells.iter()).find(|cell| {
                (cell.row..cell.row + cell.row_span).contains(&row)
                    && (cell.col..cell.col + cell.col_span).contains(&col)
            });
            match covering {
                Some(cell) if (cell.row, cell.col) == (row, col) => {
                    let mut spans = String::new();
                    if cell.row_span > 1 && !single {
                        spans += &format!(" rowspan=\"{}\"", cell.row_span);
                    }
                    if cell.col_span > 1 && !single {
                        spans += &format!(" colspan={}", cell.col_span);
                    }
                    table += &format!("<td{spans}>{}</td>", escaped(&cell.text, kinds));
                }
                Some(_) if !single => {}
                _ => table += "<td></td>",
            }
        }
        table += "</tr>\n";
    }
    table + "</table>\n"
}

pub fn docx(pieces: &[Piece]) -> Vec<u8> {
    let mut document = Docx::new();
    for piece in pieces {
        document = match piece {
            Piece::Words(words) => document.add_paragraph(paragraph(words)),
            Piece::Heading(words) => document.add_paragraph(paragraph(words).style("Heading2")),
            Piece::Table(drawn) => document.add_table(docx_table(drawn)),
        };
    }
    let mut bytes = Cursor::new(Vec::new());
    document.build().pack(&mut bytes).unwrap();
    bytes.into_inner()
}

fn paragraph(words: &str) -> Paragraph {
    let mut run = Run::new();
    for (at, line) in words.split('\n').enumerate() {
        if at > 0 {
            run = run.add_break(docx_rs::BreakType::TextWrapping);
        }
        run = run.add_text(line.trim_end_matches('\r'));
    }
    Paragraph::new().add_run(run)
}

fn docx_table(drawn: &Drawn) -> Table {
    let rows = (0..drawn.rows).map(|row| {
        let mut cells = Vec::new();
        let mut col = 0;
        while col < drawn.cols {
            let covering = (drawn.cells.iter()).find(|cell| {
                (cell.row..cell.row + cell.row_span).contains(&row)
                    && (cell.col..cell.col + cell.col_span).contains(&col)
            });
            let Some(cell) = covering else {
                cells.push(TableCell::new().add_paragraph(Paragraph::new()));
                col += 1;
                continue;
            };
            let first = cell.row == row;
            let text = if first { cell.text.as_str() } else { "" };
            let mut made = TableCell::new().add_paragraph(paragraph(text));
            if cell.col_span > 1 {
                made = made.grid_span(cell.col_span);
            }
            if cell.row_span > 1 {
                let merge = if first {
                    VMergeType::Restart
                } else {
                    VMergeType::Continue
                };
                made = made.vertical_merge(merge);
            }
            cells.push(made);
            col += cell.col_span;
        }
        TableRow::new(cells)
    });
    Table::new(rows.collect())
}
