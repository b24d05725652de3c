//! How deep a page nests and how much a parser would make of it, told from its tags alone. A parser that keeps to the
//! standard takes time in the square of the depth, and makes unclosed formatting again in every paragraph, so that a page of
//! a megabyte can keep it busy for hours. This follows the rules of the standard that keep sloppy pages flat, and no others.

use super::limits::{Limit, Limits, Over};
use super::tick;

/// Elements that never contain anything.
const EMPTY: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "frame", "html", "head", "body",
];

/// Elements that end where one of their kind begins, unless something of the last list stands between.
const SIBLINGS: &[(&[&str], &[&str])] = &[
    (&["li"], &["ul", "ol", "table", "td", "th"]),
    (&["dd", "dt"], &["dl", "table", "td", "th"]),
    (&["td", "th", "caption"], &["tr", "table"]),
    (&["tr"], &["tbody", "thead", "tfoot", "table"]),
    (&["tbody", "thead", "tfoot", "colgroup"], &["table"]),
    (&["option", "optgroup"], &["select", "table"]),
    (&["rt", "rp"], &["ruby", "table"]),
];

/// Elements that end an open paragraph.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dd",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "li",
    "listing",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "ul",
];

/// A paragraph is not looked for beyond these.
const WALLS: &[&str] = &[
    "table", "td", "th", "caption", "button", "object", "template", "marquee",
];

/// Formatting that is made again in every block, until it is closed or its cell ends.
const FORMATTING: &[&str] = &[
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// Elements whose content is no markup.
const RAW: &[&str] = &[
    "script", "style", "textarea", "title", "xmp", "iframe", "noframes",
];

/// Whether a page keeps within the limits of depth and size.
///
/// # Errors
/// It does not.
pub(super) fn check(page: &str, limits: &Limits) -> Result<(), Over> {
    let mut open = Open::default();
    let mut at = 0;
    while let Some(found) = page[at..].find('<') {
        if !page[at..at + found].trim_start().is_empty() {
            open.nodes += 1;
            open.remake();
        }
        at += found + 1;
        let rest = &page[at..];
        if let Some(comment) = rest.strip_prefix("!--") {
            at += 3 + comment.find("-->").unwrap_or(comment.len());
            continue;
        }
        let closing = rest.starts_with('/');
        let word = &rest[usize::from(closing)..];
        let end = (word.find(|c: char| !c.is_ascii_alphanumeric())).unwrap_or(word.len());
        let name = word[..end.min(16)].to_ascii_lowercase();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let tag = &word[..word.find('>').unwrap_or(word.len())];
        at += usize::from(closing) + tag.len();
        if closing {
            open.close(&name);
            continue;
        }
        open.begin(&name, tag);
        if open.nodes % 4096 == 0 {
            tick();
        }
        if open.stack.len() as u64 > limits.get(Limit::HtmlDepth) {
            return Err(limits.beyond(Limit::HtmlDepth));
        }
        if open.nodes > limits.get(Limit::HtmlNodes) {
            return Err(limits.beyond(Limit::HtmlNodes));
        }
        if RAW.contains(&&*name) {
            at += raw(&page[at..], &name);
        }
    }
    Ok(())
}

/// What is open at a place of a page.
#[derive(Default)]
struct Open<'a> {
    /// Elements, outermost first.
    stack: Vec<Element<'a>>,
    /// Formatting that was not closed; none where a cell begins.
    formatting: Vec<Option<&'a str>>,
    /// Elements and texts made so far.
    nodes: u64,
}

struct Element<'a> {
    name: Box<str>,
    /// The whole tag of formatting.
    formatting: Option<&'a str>,
}

impl<'a> Open<'a> {
    fn begin(&mut self, name: &str, tag: &'a str) {
        self.nodes += 1;
        if BLOCKS.contains(&name)
            && let Some(paragraph) = self.find(&["p"], WALLS)
        {
            self.stack.truncate(paragraph);
        }
        for (siblings, walls) in SIBLINGS {
            if siblings.contains(&name)
                && let Some(sibling) = self.find(siblings, walls)
            {
                self.end_at(sibling);
            }
        }
        if EMPTY.contains(&name) {
            return;
        }
        let is_formatting = FORMATTING.contains(&name);
        if is_formatting || !(BLOCKS.contains(&name) || is_of_table(name)) {
            self.remake();
        }
        if is_of_cells(name) {
            self.formatting.push(None);
        }
        if is_formatting {
            self.remember(tag);
        }
        self.push(name, is_formatting.then_some(tag));
    }

    fn push(&mut self, name: &str, formatting: Option<&'a str>) {
        let name = name.into();
        self.stack.push(Element { name, formatting });
    }

    /// Of formatting that is the same in every respect, three are remembered.
    fn remember(&mut self, tag: &'a str) {
        let marker = self.formatting.iter().rposition(Option::is_none);
        let first = marker.map_or(0, |at| at + 1);
        let same: Vec<usize> = (first..self.formatting.len())
            .filter(|at| self.formatting[*at] == Some(tag))
            .collect();
        if same.len() >= 3 {
            self.formatting.remove(same[0]);
        }
        self.formatting.push(Some(tag));
    }

    /// Makes the formatting again that ended with its block without being closed.
    fn remake(&mut self) {
        let marker = self.formatting.iter().rposition(Option::is_none);
        let first = marker.map_or(0, |at| at + 1);
        let open = self
            .stack
            .iter()
            .rev()
            .take_while(|e| !is_of_cells(&e.name));
        let there = open.filter(|e| e.formatting.is_some()).count();
        let wanted = self.formatting.len() - first;
        for at in first + there.min(wanted)..self.formatting.len() {
            if let Some(tag) = self.formatting[at] {
                self.nodes += 1;
                let end = tag
                    .find(|c: char| !c.is_ascii_alphanumeric())
                    .unwrap_or(tag.len());
                self.push(&tag[..end].to_ascii_lowercase(), Some(tag));
            }
        }
    }

    fn close(&mut self, name: &str) {
        if FORMATTING.contains(&name)
            && let Some(at) =
                (self.formatting.iter()).rposition(|tag| tag.is_some_and(|tag| starts(tag, name)))
        {
            self.formatting.remove(at);
        }
        let walls: &[&str] = if is_of_table(name) { &["table"] } else { WALLS };
        let walls = if walls.contains(&name) { &[] } else { walls };
        if let Some(at) = self.find(&[name], walls) {
            self.end_at(at);
        }
    }

    /// Ends the elements from here on; a cell takes its formatting with it.
    fn end_at(&mut self, at: usize) {
        let cells = self.stack[at..]
            .iter()
            .filter(|e| is_of_cells(&e.name))
            .count();
        for _ in 0..cells {
            let marker = self.formatting.iter().rposition(Option::is_none);
            self.formatting.truncate(marker.unwrap_or(0));
        }
        self.stack.truncate(at);
    }

    /// The innermost open element of these names, not beyond a wall.
    fn find(&self, names: &[&str], walls: &[&str]) -> Option<usize> {
        for (at, element) in self.stack.iter().enumerate().rev() {
            if names.contains(&&*element.name) {
                return Some(at);
            }
            if walls.contains(&&*element.name) {
                return None;
            }
        }
        None
    }
}

fn starts(tag: &str, name: &str) -> bool {
    tag.get(..name.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(name))
        && !tag[name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric())
}

fn is_of_cells(name: &str) -> bool {
    matches!(name, "td" | "th" | "caption")
}

fn is_of_table(name: &str) -> bool {
    is_of_cells(name) || matches!(name, "tr" | "tbody" | "thead" | "tfoot" | "colgroup")
}

/// How far the content of a script or style reaches: its end tag is dealt with like any other.
fn raw(rest: &str, name: &str) -> usize {
    let close = format!("</{name}");
    let mut at = 0;
    while let Some(found) = rest[at..].find("</") {
        at += found;
        if rest[at..].len() >= close.len()
            && rest.as_bytes()[at..at + close.len()].eq_ignore_ascii_case(close.as_bytes())
        {
            return at;
        }
        at += 2;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(page: &str) -> Option<Limit> {
        check(page, &Limits::default()).err().map(|over| over.limit)
    }

    #[test]
    fn sloppy_pages_pass() {
        let row = "<tr><td>1<td><font size=2>2<p>x<p>y<br>";
        let page = format!("<html><body><table>{}</table>", row.repeat(20_000));
        assert_eq!(refused(&page), None);
        let script = "<script>if (a<b) { document.write('<div>') }</script>".repeat(2_000);
        assert_eq!(refused(&script), None);
        for piece in [
            "<div><span>x</span></div>",
            "<div><span>x</div>",
            "<p><font color=red>x",
            "<p><o:p/>x</p>",
            "<ul><li>a<li><b>b</ul>",
            "<!-- <div> -->",
            "a < b, 3<4 ",
        ] {
            assert_eq!(refused(&piece.repeat(20_000)), None, "{piece}");
        }
    }

    #[test]
    fn a_closing_tag_may_end_in_anything() {
        for page in [
            "<p>x</p　>",
            "<table><tr><td>1</td表></tr></表",
            "</p\u{301}",
            "</",
        ] {
            assert_eq!(refused(page), None, "{page}");
        }
        let tower = "<div></b　>".repeat(1_000);
        assert_eq!(refused(&tower), Some(Limit::HtmlDepth));
    }

    #[test]
    fn towers_and_what_formatting_makes_again_are_refused() {
        for tower in [
            "<div>",
            "<table><tr><td>",
            "<span x=1>",
            "<ul><li>",
            "<em/>",
            "<svg>",
            "<x>",
        ] {
            assert_eq!(
                refused(&tower.repeat(200_000)),
                Some(Limit::HtmlDepth),
                "{tower}"
            );
        }
        let various: String = (0..400).map(|n| format!("<b id={n}>")).collect();
        let again = format!("<p>{various}{}", "<p>x".repeat(20_000));
        assert_eq!(refused(&again), Some(Limit::HtmlNodes));
    }
}
