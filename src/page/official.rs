//! The official tables in the official layout, filled with the sums.

use maud::{Markup, html};

use super::context::Page;
use super::figures::basis;
use crate::form::{LayoutCell, LayoutContent, Role, Table, layout};
use crate::rollup::Total;
use crate::show;

/// A table with more columns than this needs a width of its own on a narrow screen.
const ROOMY: usize = 6;

/// Every table of the form.
pub(super) fn section(page: &Page<'_>) -> Markup {
    let form = &page.latest.form;
    html! {
        section #official aria-labelledby="official-h" {
            h2 #official-h { (page.t("official")) }
            p.hint {
                (page.fill("official-hint", &[("form", page.text(&form.name)), ("source", &form.source)]))
                (super::coverage::sentence(page, page.latest))
            }
            @for table in &form.tables { (one(page, table)) }
        }
    }
}

fn one(page: &Page<'_>, table: &Table) -> Markup {
    let drawn = layout(table);
    let id = format!("official-{}", table.key);
    html! {
        h3 id={ (id) "-h" } { (page.text(&table.label)) }
        div.scroll role="region" tabindex="0" aria-labelledby={ (id) "-h" } {
            table.official.wide[drawn.cols > ROOMY] id=(id) aria-labelledby={ (id) "-h" } {
                tbody {
                    @for row in 0..drawn.rows {
                        tr { @for cell in drawn.cells.iter().filter(|c| c.row == row) {
                            (draw(page, cell))
                        } }
                    }
                }
            }
        }
    }
}

fn draw(page: &Page<'_>, cell: &LayoutCell) -> Markup {
    let cols = (cell.col_span > 1).then_some(cell.col_span);
    let rows = (cell.row_span > 1).then_some(cell.row_span);
    let scope = match (cell.role, cell.col_span > 1, cell.row_span > 1) {
        (Role::Row, _, true) => "rowgroup",
        (Role::Row, ..) => "row",
        (_, true, _) => "colgroup",
        _ => "col",
    };
    match &cell.content {
        LayoutContent::Label(label) => html! {
            th scope=(scope) class=(class(cell.role)) colspan=[cols] rowspan=[rows] { (page.text(label)) }
        },
        LayoutContent::Key(index) => {
            let total = page.latest.totals.get(*index).copied().unwrap_or_default();
            value(page, *index, total, cols)
        }
        LayoutContent::Blank => html! { td colspan=[cols] rowspan=[rows] {} },
    }
}

fn class(role: Role) -> &'static str {
    match role {
        Role::BlockHeading => "block",
        Role::Corner => "corner",
        Role::Row => "row",
        _ => "col",
    }
}

/// A sum. Where fewer units than reported have a number, that stands beside it.
fn value(page: &Page<'_>, index: usize, total: Total, cols: Option<usize>) -> Markup {
    let info = &page.latest.form.keys[index];
    let short = total.counted < page.latest.reported();
    html! {
        td.n data-key=(info.key) colspan=[cols] title=(basis(page, total)) {
            @match total.sum {
                Some(sum) => (show::number(info.measure, sum)),
                None => span.missing { (page.t("missing")) },
            }
            @if short && total.sum.is_some() {
                small.short { (total.counted) "/" (total.expected) }
            }
        }
    }
}
