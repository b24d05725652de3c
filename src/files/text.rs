//! Plain text: lines with separators become tables, the others are words.

use std::sync::Arc;

use super::charset::Decoded;
use super::limits::{Limit, Limits, Over};
use super::{Document, Kind, Part, Refusal, tick};
use crate::grid::{Addressing, Content, Grid};

/// Reads a text. Lines whose cells are joined by `|` or tabs form a grid as long as they follow each other
/// (blank lines between them do not part them); every other line is words.
///
/// # Errors
/// It goes beyond a limit.
pub(super) fn read(
    name: &Arc<str>,
    decoded: &Decoded<'_>,
    limits: &Limits,
) -> Result<Document, Refusal> {
    let over = |over: Over| over.refusal(name);
    let mut document = Document::new(name.clone(), Kind::Text);
    document.notes = decoded.notes(name);
    let mut table = Table::default();
    for (index, line) in decoded.text.lines().enumerate() {
        if index % 1024 == 0 {
            tick();
        }
        let number = index as u32 + 1;
        if line.trim().is_empty() {
            table.blank += 1;
            continue;
        }
        match cells(line) {
            Some(cells) => table.push(number, cells),
            None => {
                table.finish(&mut document, limits).map_err(over)?;
                document.parts.push(words(line, number));
            }
        }
    }
    table.finish(&mut document, limits).map_err(over)?;
    Ok(document)
}

/// The rows of a table under way.
#[derive(Default)]
struct Table {
    first: u32,
    rows: Vec<Vec<Content>>,
    /// Blank lines since the last row.
    blank: usize,
}

impl Table {
    fn push(&mut self, line: u32, cells: Vec<Content>) {
        if self.rows.is_empty() {
            self.first = line;
        } else {
            self.rows.extend((0..self.blank).map(|_| Vec::new()));
        }
        self.blank = 0;
        self.rows.push(cells);
    }

    fn finish(&mut self, document: &mut Document, limits: &Limits) -> Result<(), Over> {
        let done = std::mem::take(self);
        // The grid is as wide as its widest row throughout.
        let width = done.rows.iter().map(Vec::len).max().unwrap_or(0) as u64;
        limits.check(Limit::Rows, done.rows.len() as u64)?;
        limits.check(Limit::Cells, width * done.rows.len() as u64)?;
        limits.check(Limit::Sheets, document.grids.len() as u64)?;
        if !done.rows.is_empty() {
            document.push_grid(Grid::from_rows(
                "",
                Addressing::Line { first: done.first },
                done.rows,
            ));
        }
        Ok(())
    }
}

/// The most fields one line may have; more is not a table.
const FIELDS: usize = 4096;

/// The cells of a table line; none where the line is no table line.
fn cells(line: &str) -> Option<Vec<Content>> {
    let trimmed = line.trim();
    let bar = |c: char| matches!(c, '|' | '｜' | '│');
    let bars = trimmed.chars().filter(|c| bar(*c)).count();
    // A bar behind white space ends a blank first cell; one at the margin fences the line.
    let fenced = line.starts_with(bar) && trimmed.ends_with(bar) && bars >= 2;
    if bars >= 2 || (bars == 1 && parted(trimmed, bar)) {
        let inner = if fenced {
            &trimmed[trimmed.chars().next()?.len_utf8()
                ..trimmed.len() - trimmed.chars().next_back()?.len_utf8()]
        } else {
            trimmed
        };
        if fenced && is_rule(inner) {
            return Some(Vec::new());
        }
        return (bars <= FIELDS).then(|| inner.split(bar).map(cell).collect());
    }
    // A tab at the margin indents; only a tab between words parts cells.
    let tabs = trimmed.matches('\t').count();
    (tabs > 0 && tabs <= FIELDS && bars == 0).then(|| {
        line.trim_end_matches(['\r', '\n'])
            .split('\t')
            .map(cell)
            .collect()
    })
}

/// A single bar parts cells when it stands free, or ends the line.
fn parted(line: &str, bar: impl Fn(char) -> bool) -> bool {
    let Some(at) = line.find(&bar) else {
        return false;
    };
    let free = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let mut after = line[at..].chars();
    after.next();
    free(line[..at].chars().next_back()) && free(after.next())
}

/// The line under a Markdown header: `---|:--:`.
fn is_rule(inner: &str) -> bool {
    inner.contains("--") && inner.chars().all(|c| matches!(c, '-' | ':' | '|' | ' '))
}

fn cell(words: &str) -> Content {
    Content::text(words.trim())
}

fn words(line: &str, number: u32) -> Part {
    let trimmed = line.trim();
    let bare = trimmed.trim_start_matches('#');
    let marked = bare.len() < trimmed.len() && bare.starts_with(' ');
    let text = if marked { bare.trim() } else { trimmed };
    Part::Words {
        text: text.into(),
        heading: marked || is_heading(text),
        line: number,
    }
}

/// The longest line that can still be a heading, in characters.
const HEADING: usize = 40;

/// A short line that starts with an enumerator of the first two levels: `一、`, `（一）`, `(二)`.
pub(super) fn is_heading(line: &str) -> bool {
    if line.chars().count() > HEADING || line.ends_with(['。', '；', '，', ';', ',']) {
        return false;
    }
    let numeral = |c: char| "一二三四五六七八九十".contains(c);
    let opened = line.strip_prefix(['（', '(']);
    let after = opened.unwrap_or(line).trim_start_matches(numeral);
    let counted = after.len() < opened.unwrap_or(line).len();
    let closed = match opened {
        Some(_) => after.starts_with(['）', ')']),
        None => after.starts_with(['、', '.', '．']),
    };
    counted && closed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: &str) -> Vec<String> {
        cells(line)
            .unwrap_or_default()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn separators_part_cells_and_trailing_ones_give_empty_cells() {
        assert_eq!(row("规章 | 0 | 3 | "), ["规章", "0", "3", ""]);
        assert_eq!(
            row("第二十条第（一）项 | |||"),
            ["第二十条第（一）项", "", "", "", ""]
        );
        assert_eq!(row("| a | b |"), ["a", "b"]);
        assert_eq!(row("a\tb\t"), ["a", "b", ""]);
        assert_eq!(row("a | b"), ["a", "b"]);
    }

    #[test]
    fn prose_with_a_bar_or_an_indent_stays_prose() {
        assert!(cells("甲|乙").is_none());
        assert!(cells("\t一、总体情况").is_none());
        assert!(cells("收到申请3件。").is_none());
    }

    #[test]
    fn headings_are_short_and_enumerated() {
        assert!(is_heading("一、总体情况"));
        assert!(is_heading("(二)依申请公开"));
        assert!(!is_heading("一是公开及时。"));
        assert!(!is_heading("（2020年）"));
    }
}
