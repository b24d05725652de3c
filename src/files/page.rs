//! Web pages: headings, paragraphs and tables in reading order.

use std::sync::Arc;

use ego_tree::iter::Edge;
use scraper::node::Element;
use scraper::{ElementRef, Html, Node};

use super::charset::Decoded;
use super::limits::{Limit, Limits, Over};
use super::page_depth;
use super::page_table::Table;
use super::text::is_heading;
use super::{Document, Kind, Part, Refusal, note, tick};
use crate::grid::{CellRef, Place};

/// Reads a page.
///
/// # Errors
/// It goes beyond a limit.
pub(super) fn read(
    name: &Arc<str>,
    decoded: &Decoded<'_>,
    limits: &Limits,
) -> Result<Document, Refusal> {
    page_depth::check(&decoded.text, limits).map_err(|over| over.refusal(name))?;
    let html = Html::parse_document(&decoded.text);
    let mut document = Document::new(name.clone(), Kind::Page);
    document.notes = decoded.notes(name);
    let mut walk = Walk {
        document,
        limits,
        over: None,
        paragraph: String::new(),
        heading: 0,
        paragraphs: 0,
    };
    walk.flow(html.root_element(), 0);
    match walk.over {
        Some(over) => Err(over.refusal(name)),
        None => Ok(walk.document),
    }
}

struct Walk<'a> {
    document: Document,
    limits: &'a Limits,
    /// The limit that was gone beyond; nothing more is read then.
    over: Option<Over>,
    paragraph: String,
    /// Depth inside `h1` to `h6` and `title`.
    heading: u32,
    paragraphs: u32,
}

impl Walk<'_> {
    /// Reads what an element contains: words and tables.
    fn flow(&mut self, root: ElementRef<'_>, depth: u32) {
        let mut skipped = None;
        for edge in root.traverse() {
            match edge {
                Edge::Open(node) if skipped.is_none() => {
                    if !self.open(node, root, depth) {
                        skipped = Some(node.id());
                    }
                }
                Edge::Close(node) => {
                    if skipped == Some(node.id()) {
                        skipped = None;
                    } else if skipped.is_none()
                        && let Node::Element(element) = node.value()
                    {
                        self.close(element);
                    }
                }
                Edge::Open(_) => {}
            }
        }
        self.flush();
    }

    /// Begins a node; false when what is inside has been dealt with.
    fn open(
        &mut self,
        node: ego_tree::NodeRef<'_, Node>,
        root: ElementRef<'_>,
        depth: u32,
    ) -> bool {
        match node.value() {
            Node::Text(words) => push_collapsed(&mut self.paragraph, words),
            Node::Element(element) => {
                let name = element.name();
                if is_silent(name) {
                    return false;
                }
                if name == "table" && node.id() != root.id() {
                    self.flush();
                    if let Some(table) = ElementRef::wrap(node) {
                        self.table(table, depth);
                    }
                    return false;
                }
                if name == "br" || is_block(name) {
                    self.flush();
                }
                if is_heading_tag(name) {
                    self.heading += 1;
                }
                push_input(&mut self.paragraph, element);
            }
            _ => {}
        }
        true
    }

    fn close(&mut self, element: &Element) {
        let name = element.name();
        if is_block(name) {
            self.flush();
        }
        if is_heading_tag(name) {
            self.heading = self.heading.saturating_sub(1);
        }
    }

    fn flush(&mut self) {
        let words = std::mem::take(&mut self.paragraph);
        let words = words.trim();
        if words.is_empty() {
            return;
        }
        self.paragraphs += 1;
        self.document.parts.push(Part::Words {
            heading: self.heading > 0 || is_heading(words),
            text: words.into(),
            line: self.paragraphs,
        });
    }

    fn table(&mut self, element: ElementRef<'_>, depth: u32) {
        tick();
        let tables = self.document.grids.len() as u64;
        let kept = (self.limits.check(Limit::TableDepth, u64::from(depth) + 1))
            .and_then(|()| self.limits.check(Limit::Sheets, tables));
        self.over = self.over.or(kept.err());
        if self.over.is_some() {
            return;
        }
        for caption in element
            .child_elements()
            .filter(|e| e.value().name() == "caption")
        {
            self.flow(caption, depth + 1);
        }
        let table = match Table::lay_out(element, self.limits) {
            Ok(table) => table,
            Err(over) => {
                self.over = Some(over);
                return;
            }
        };
        if table.is_layout() {
            for cell in table.elements() {
                self.flow(cell, depth + 1);
            }
            return;
        }
        let nested = table.nested();
        if !table.is_empty() {
            self.grid(&table);
        }
        for inner in nested {
            self.table(inner, depth + 1);
        }
    }

    fn grid(&mut self, table: &Table<'_>) {
        let name = format!("表{}", self.document.grids.len() + 1);
        let Some(grid) = table.grid(name) else {
            return;
        };
        if let Some(first) = grid.hidden_rows.first() {
            let (file, sheet) = (&self.document.name, &grid.name);
            self.document.notes.push(note(
                "hidden-rows",
                format!("{file}：{sheet} 有页面上不显示的行（从第 {} 行起），已照常读取", first + 1),
                format!("{file}, {sheet}: has rows that the page does not show (from row {} on), read all the same", first + 1),
                Some(Place {
                    file: file.clone(),
                    sheet: sheet.clone(),
                    cell: CellRef::RowColumn(*first, 0),
                }),
            ));
        }
        self.document.push_grid(grid);
    }
}

/// The text of a table cell, without the tables in it: lines as shown, spaces collapsed.
pub(super) fn cell_text(cell: ElementRef<'_>) -> String {
    let mut words = String::new();
    let mut skipped = None;
    for edge in cell.traverse() {
        match edge {
            Edge::Open(node) if skipped.is_none() => match node.value() {
                Node::Text(text) => push_collapsed(&mut words, text),
                Node::Element(element) if node.id() != cell.id() => {
                    let name = element.name();
                    if name == "table" || is_silent(name) || is_invisible(element) {
                        skipped = Some(node.id());
                    } else if name == "br" || is_block(name) {
                        new_line(&mut words);
                    }
                    if skipped.is_none() {
                        push_input(&mut words, element);
                    }
                }
                _ => {}
            },
            Edge::Close(node) => {
                if skipped == Some(node.id()) {
                    skipped = None;
                } else if skipped.is_none()
                    && node.id() != cell.id()
                    && node
                        .value()
                        .as_element()
                        .is_some_and(|e| is_block(e.name()))
                {
                    new_line(&mut words);
                }
            }
            Edge::Open(_) => {}
        }
    }
    words.truncate(words.trim_end().len());
    words
}

fn new_line(words: &mut String) {
    words.truncate(words.trim_end_matches(' ').len());
    if !words.is_empty() && !words.ends_with('\n') {
        words.push('\n');
    }
}

/// Appends text with runs of white space as one space, none at the start of a line.
fn push_collapsed(out: &mut String, words: &str) {
    for c in words.chars() {
        let space = matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}' | '\u{a0}');
        // Zero-width characters only steer line breaks.
        if matches!(c, '\u{200b}' | '\u{feff}' | '\u{ad}') {
            continue;
        }
        if !space {
            out.push(c);
        } else if !(out.is_empty() || out.ends_with([' ', '\n'])) {
            out.push(' ');
        }
    }
}

/// The value typed into a field of a form, which a saved page carries as an attribute.
fn push_input(out: &mut String, element: &Element) {
    if element.name() == "input"
        && matches!(
            element.attr("type").unwrap_or("text"),
            "text" | "number" | "tel"
        )
        && let Some(value) = element.attr("value")
    {
        push_collapsed(out, value);
    }
}

/// Elements whose text nobody sees.
fn is_silent(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "template"
            | "noscript"
            | "svg"
            | "iframe"
            | "object"
            | "canvas"
            | "datalist"
            | "rt"
            | "rp"
    )
}

/// Elements taken out of the layout by their own attributes.
pub(super) fn is_invisible(element: &Element) -> bool {
    element.attr("hidden").is_some()
        || element.attr("style").is_some_and(|style| {
            let style: String = style
                .chars()
                .filter(|c| !c.is_whitespace())
                .map(|c| c.to_ascii_lowercase())
                .collect();
            style.contains("display:none")
        })
}

fn is_heading_tag(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "title")
}

fn is_block(name: &str) -> bool {
    is_heading_tag(name)
        || matches!(
            name,
            "p" | "div"
                | "li"
                | "ul"
                | "ol"
                | "dl"
                | "dt"
                | "dd"
                | "section"
                | "article"
                | "header"
                | "footer"
                | "main"
                | "nav"
                | "aside"
                | "form"
                | "fieldset"
                | "blockquote"
                | "pre"
                | "center"
                | "hr"
                | "address"
                | "figure"
                | "figcaption"
                | "details"
                | "summary"
                | "td"
                | "th"
                | "tr"
                | "caption"
                | "body"
                | "head"
        )
}
