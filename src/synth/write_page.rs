//! A web page as a county's site publishes it: menu, report, footer.

use maud::{DOCTYPE, Markup, html};

use super::data::data;
use super::paper::Paper;
use crate::form::{Role, Table, layout};

/// The page.
pub fn page(paper: &Paper) -> String {
    let words = &data().words;
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                title { (paper.title) "_" (words.site) }
            }
            body {
                table.menu { tr { @for entry in &words.menu { td { a href="#" { (entry) } } } } }
                div.article {
                    h1 { (paper.title) }
                    p { (paper.introduction) }
                    @for section in &paper.sections {
                        h2 { (section.heading) }
                        @for paragraph in &section.words { p { (paragraph) } }
                        @if let Some(number) = section.table { (table(paper, &paper.form.tables[number])) }
                    }
                    @for line in paper.signature.iter().flatten() { p.signature { (line) } }
                }
                table.footer { @for line in &words.footer { tr { td { (line) } } } }
            }
        }
    };
    page.into_string()
}

fn table(paper: &Paper, table: &Table) -> Markup {
    let drawn = layout(table);
    let span = |n: usize| (n > 1).then_some(n);
    html! {
        table border="1" {
            @for row in 0..drawn.rows {
                tr {
                    @for cell in drawn.cells.iter().filter(|cell| cell.row == row) {
                        @let text = paper.content(&cell.content);
                        @if cell.role == Role::Value {
                            td rowspan=[span(cell.row_span)] colspan=[span(cell.col_span)] { (text) }
                        } @else {
                            th rowspan=[span(cell.row_span)] colspan=[span(cell.col_span)] { (text) }
                        }
                    }
                }
            }
        }
    }
}
