//! Cells as they were found, with their spans and their place. Nothing here knows what a cell means.

use std::fmt;
use std::sync::Arc;

/// What a cell holds, before anybody has understood it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Content {
    /// Nothing at all.
    #[default]
    Empty,
    /// Text as written, with its line breaks.
    Text(Box<str>),
    /// A number stored as a number.
    Number(f64),
    /// A logical value.
    Bool(bool),
    /// A date or time, as the file shows or stores it.
    Date(Box<str>),
    /// An error value such as `#REF!`.
    Error(Box<str>),
    /// A formula whose result the file does not carry; the formula's text.
    Uncalculated(Box<str>),
    /// A JSON array or object where one value belongs; its beginning as text.
    Structure(Box<str>),
}

impl Content {
    /// Text content from anything like a string; blank text is [`Content::Empty`].
    pub fn text(words: &str) -> Self {
        if words.trim().is_empty() {
            Self::Empty
        } else {
            Self::Text(words.into())
        }
    }

    /// Whether there is nothing in the cell (white space counts as nothing).
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(words) => words.trim().is_empty(),
            _ => false,
        }
    }

    /// What is shown of it, as by [`fmt::Display`], but made much faster for texts and whole numbers.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(words) => words.to_string(),
            // A zero may be a negative one, which is shown as such.
            Self::Number(n) if *n != 0.0 && n.abs() < 1e15 && n.fract() == 0.0 => {
                (*n as i64).to_string()
            }
            Self::Number(n) if *n == 0.0 && n.is_sign_positive() => "0".to_owned(),
            other => other.to_string(),
        }
    }

    /// The text, when the content is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(words) => Some(words),
            _ => None,
        }
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::Text(t)
            | Self::Date(t)
            | Self::Error(t)
            | Self::Uncalculated(t)
            | Self::Structure(t) => f.write_str(t),
            Self::Number(n) => write!(f, "{n}"),
            Self::Bool(b) => f.write_str(if *b { "TRUE" } else { "FALSE" }),
        }
    }
}

/// How the cells of a grid are named to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressing {
    /// A spreadsheet: `F14`.
    A1,
    /// A table in a document: `R3C4`, counted from 1.
    RowColumn,
    /// Lines of text: `L12.3` is the third field of line 12. The grid's first row stands on line `first`.
    Line {
        /// Number of the line, from 1, on which row 0 stands.
        first: u32,
    },
}

/// The name of one cell inside its sheet or table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CellRef {
    /// Spreadsheet cell, row and column from 0.
    A1(u32, u32),
    /// Table cell, row and column from 0.
    RowColumn(u32, u32),
    /// Line (from 1) and field (from 0) of a text.
    Line(u32, u32),
    /// A path in a JSON document.
    Path(Arc<str>),
}

impl fmt::Display for CellRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::A1(row, col) => {
                let mut letters = [0_u8; 7];
                let mut start = letters.len();
                let mut rest = u64::from(*col) + 1;
                while rest > 0 {
                    start -= 1;
                    letters[start] = b'A' + ((rest - 1) % 26) as u8;
                    rest = (rest - 1) / 26;
                }
                let letters = std::str::from_utf8(&letters[start..]).unwrap_or_default();
                write!(f, "{letters}{}", u64::from(*row) + 1)
            }
            Self::RowColumn(row, col) => write!(f, "R{}C{}", row + 1, col + 1),
            Self::Line(line, field) => write!(f, "L{line}.{}", field + 1),
            Self::Path(path) => f.write_str(path),
        }
    }
}

/// Where a value was found: file, sheet (or table), cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The file as the user named it; a member of an archive is `archive.zip!/member`.
    pub file: Arc<str>,
    /// Sheet name, or the table's number in a document.
    pub sheet: Arc<str>,
    /// The cell.
    pub cell: CellRef,
}

/// A rectangle of merged cells; row and column of its top left cell, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First row.
    pub row: u32,
    /// First column.
    pub col: u32,
    /// Rows covered, at least 1.
    pub rows: u32,
    /// Columns covered, at least 1.
    pub cols: u32,
}

/// A rectangle of cells as found in one sheet or table.
///
/// Content stands at the top left cell of a span; the others of the span are empty and point to it
/// through [`Grid::anchor`].
///
/// ```
/// use huizong::grid::{Addressing, Content, Grid};
/// let mut grid = Grid::new("Sheet1", Addressing::A1, 2, 3);
/// grid.put(0, 0, Content::text("总计"));
/// grid.merge(0, 0, 1, 3);
/// assert_eq!(grid.anchor(0, 2), (0, 0));
/// assert_eq!(grid.cell_ref(0, 2).to_string(), "C1");
/// ```
#[derive(Debug, Clone)]
pub struct Grid {
    /// Sheet name, or the table's number in a document.
    pub name: Arc<str>,
    /// The sheet is hidden in its workbook.
    pub hidden: bool,
    /// Rows that are hidden, ascending.
    pub hidden_rows: Vec<u32>,
    /// Columns that are hidden, ascending.
    pub hidden_cols: Vec<u32>,
    addressing: Addressing,
    /// Row and column of the grid's first cell within its sheet.
    offset: (u32, u32),
    rows: u32,
    cols: u32,
    cells: Vec<Content>,
    /// Cells that each row was given, where rows came one by one.
    given: Vec<u32>,
    spans: Vec<Span>,
    anchors: Option<Vec<u32>>,
}

const EMPTY: &Content = &Content::Empty;

impl Grid {
    /// An empty grid of `rows` × `cols`.
    pub fn new(name: impl Into<Arc<str>>, addressing: Addressing, rows: u32, cols: u32) -> Self {
        let mut cells = Vec::new();
        cells.resize_with(rows as usize * cols as usize, Content::default);
        Self {
            name: name.into(),
            hidden: false,
            hidden_rows: Vec::new(),
            hidden_cols: Vec::new(),
            addressing,
            offset: (0, 0),
            rows,
            cols,
            cells,
            given: Vec::new(),
            spans: Vec::new(),
            anchors: None,
        }
    }

    /// A grid from rows of unequal length; shorter ones are filled up with empty cells.
    pub fn from_rows(
        name: impl Into<Arc<str>>,
        addressing: Addressing,
        rows: Vec<Vec<Content>>,
    ) -> Self {
        let cols = rows.iter().map(Vec::len).max().unwrap_or(0);
        let mut grid = Self::new(name, addressing, 0, cols as u32);
        grid.rows = rows.len() as u32;
        grid.cells.reserve(rows.len() * cols);
        for mut row in rows {
            grid.given.push(row.len() as u32);
            row.resize_with(cols, Content::default);
            grid.cells.append(&mut row);
        }
        grid
    }

    /// Says that the grid's first cell is not the first of its sheet (used range that starts lower).
    pub fn starting_at(mut self, row: u32, col: u32) -> Self {
        self.offset = (row, col);
        self
    }

    /// Number of rows.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Number of columns.
    pub fn cols(&self) -> u32 {
        self.cols
    }

    /// Says how many cells every row was given, where that is not the width of the grid.
    pub fn give(&mut self, given: Vec<u32>) {
        self.given = given;
    }

    /// Cells that a row was given before it was filled up to the width of the grid.
    pub fn given(&self, row: u32) -> u32 {
        self.given.get(row as usize).copied().unwrap_or(self.cols)
    }

    /// The merged rectangles.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    fn index(&self, row: u32, col: u32) -> Option<usize> {
        (row < self.rows && col < self.cols)
            .then(|| row as usize * self.cols as usize + col as usize)
    }

    /// Writes one cell; outside of the grid nothing happens.
    pub fn put(&mut self, row: u32, col: u32, content: Content) {
        if let Some(index) = self.index(row, col) {
            self.cells[index] = content;
        }
    }

    /// Merges a rectangle, cut to the grid. The other cells of it point to its first.
    pub fn merge(&mut self, row: u32, col: u32, rows: u32, cols: u32) {
        let rows = rows.min(self.rows.saturating_sub(row));
        let cols = cols.min(self.cols.saturating_sub(col));
        let Some(anchor) = self.index(row, col) else {
            return;
        };
        if rows == 0 || cols == 0 || rows * cols == 1 {
            return;
        }
        self.spans.push(Span {
            row,
            col,
            rows,
            cols,
        });
        let width = self.cols as usize;
        let len = self.cells.len();
        let anchors = self
            .anchors
            .get_or_insert_with(|| (0..len as u32).collect());
        for r in row..row + rows {
            for c in col..col + cols {
                anchors[r as usize * width + c as usize] = anchor as u32;
            }
        }
    }

    /// What stands in a cell itself, without looking through spans.
    pub fn own(&self, row: u32, col: u32) -> &Content {
        self.index(row, col).map_or(EMPTY, |i| &self.cells[i])
    }

    /// What a person sees at a cell: a merged cell shows the content of its span.
    pub fn seen(&self, row: u32, col: u32) -> &Content {
        let (row, col) = self.anchor(row, col);
        self.own(row, col)
    }

    /// The top left cell of the span that covers a cell; the cell itself when it is not merged.
    pub fn anchor(&self, row: u32, col: u32) -> (u32, u32) {
        match (&self.anchors, self.index(row, col)) {
            (Some(anchors), Some(index)) => {
                let anchor = anchors[index];
                (anchor / self.cols, anchor % self.cols)
            }
            _ => (row, col),
        }
    }

    /// Whether any cells are merged.
    pub fn has_spans(&self) -> bool {
        !self.spans.is_empty()
    }

    /// The cell's name for a person.
    pub fn cell_ref(&self, row: u32, col: u32) -> CellRef {
        let (row, col) = (row + self.offset.0, col + self.offset.1);
        match self.addressing {
            Addressing::A1 => CellRef::A1(row, col),
            Addressing::RowColumn => CellRef::RowColumn(row, col),
            Addressing::Line { first } => CellRef::Line(first + row, col),
        }
    }

    /// The cell's full place.
    pub fn place(&self, file: &Arc<str>, row: u32, col: u32) -> Place {
        Place {
            file: file.clone(),
            sheet: self.name.clone(),
            cell: self.cell_ref(row, col),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_people_name_them() {
        assert_eq!(CellRef::A1(13, 5).to_string(), "F14");
        assert_eq!(CellRef::A1(0, 25).to_string(), "Z1");
        assert_eq!(CellRef::A1(0, 26).to_string(), "AA1");
        assert_eq!(CellRef::A1(1_048_575, 16_383).to_string(), "XFD1048576");
        assert_eq!(CellRef::RowColumn(2, 3).to_string(), "R3C4");
        assert_eq!(CellRef::Line(12, 2).to_string(), "L12.3");
    }

    #[test]
    fn contents_are_shown_as_they_are_displayed() {
        let numbers = [
            0.0,
            -0.0,
            1.0,
            -7.0,
            0.5,
            1e14,
            1e15,
            1e300,
            123_456_789.0,
            f64::NAN,
        ];
        for number in numbers.map(Content::Number) {
            assert_eq!(number.shown(), number.to_string());
        }
        for content in [Content::text(" 甲\n"), Content::Empty, Content::Bool(true)] {
            assert_eq!(content.shown(), content.to_string());
        }
    }

    #[test]
    fn a_merged_cell_shows_its_anchor() {
        let mut grid = Grid::new("s", Addressing::A1, 3, 3);
        grid.put(0, 1, Content::text("x"));
        grid.merge(0, 1, 2, 9);
        assert_eq!(grid.seen(1, 2).as_text(), Some("x"));
        assert!(grid.own(1, 2).is_empty());
        assert_eq!(grid.anchor(2, 2), (2, 2));
        assert_eq!(grid.spans()[0].cols, 2);
    }
}
