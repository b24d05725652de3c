//! A first look at every cell of a grid: label, number, mark, or other text.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::number::looks_like_number;
use super::vocabulary::{Term, Vocabulary};
use super::words::Words;
use crate::files::tick;
use crate::grid::{Content, Grid};

/// What a cell looks like on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Nothing.
    Empty,
    /// A number, or something that stands in a number's place (error value, date, formula without result).
    Number,
    /// A mark for "not applicable".
    NotApplicable,
    /// A label of a form.
    Label(Term),
    /// Any other text.
    Text,
}

impl Mark {
    /// Whether it can be a value.
    pub fn is_value(self) -> bool {
        matches!(self, Self::Number | Self::NotApplicable)
    }

    /// Whether it is words.
    pub fn is_words(self) -> bool {
        matches!(self, Self::Label(_) | Self::Text)
    }
}

/// Labels repeat in every report: what they were found to be is remembered, up to this many.
const REMEMBERED: usize = 20_000;

/// What texts were found to be, and by which vocabulary.
type Looks = (Option<Arc<Vocabulary>>, HashMap<Box<str>, Mark>);

thread_local! {
    static SEEN: RefCell<Looks> = RefCell::new((None, HashMap::new()));
}

/// The looks of all cells of one grid.
#[derive(Debug)]
pub struct Marks {
    cols: u32,
    marks: Vec<Mark>,
}

impl Marks {
    /// Looks at every cell.
    pub fn of(grid: &Grid, vocabulary: &Arc<Vocabulary>) -> Self {
        let (rows, cols) = (grid.rows(), grid.cols());
        let mut marks = Vec::with_capacity(rows as usize * cols as usize);
        SEEN.with_borrow_mut(|(of, seen)| {
            let same = of.as_ref().is_some_and(|of| Arc::ptr_eq(of, vocabulary));
            if !same || seen.len() > REMEMBERED {
                *of = Some(vocabulary.clone());
                seen.clear();
            }
            for row in 0..rows {
                tick();
                for col in 0..cols {
                    marks.push(look(grid.own(row, col), vocabulary, seen));
                }
            }
        });
        Self { cols, marks }
    }

    /// The looks of all cells, row by row.
    pub fn all(&self) -> &[Mark] {
        &self.marks
    }

    /// The look of the cell itself (not of the span that covers it).
    pub fn own(&self, row: u32, col: u32) -> Mark {
        if col >= self.cols {
            return Mark::Empty;
        }
        let index = row as usize * self.cols as usize + col as usize;
        self.marks.get(index).copied().unwrap_or(Mark::Empty)
    }
}

fn look(content: &Content, vocabulary: &Vocabulary, seen: &mut HashMap<Box<str>, Mark>) -> Mark {
    let text = match content {
        Content::Empty => return Mark::Empty,
        Content::Text(text) => text,
        _ => return Mark::Number,
    };
    if text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Mark::Number;
    }
    if let Some(mark) = seen.get(text) {
        return *mark;
    }
    let mark = of_text(text, content, vocabulary);
    // Prose does not repeat.
    if text.len() <= 200 {
        seen.insert(text.clone(), mark);
    }
    mark
}

fn of_text(text: &str, content: &Content, vocabulary: &Vocabulary) -> Mark {
    if text.trim().is_empty() {
        Mark::Empty
    } else if Words::get().is_not_applicable(text) {
        Mark::NotApplicable
    } else if text.len() > 600 {
        Mark::Text
    } else if let Some(term) = vocabulary.term(text) {
        Mark::Label(term)
    } else if looks_like_number(content) {
        Mark::Number
    } else {
        Mark::Text
    }
}
