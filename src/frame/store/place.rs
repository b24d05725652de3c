//! Places of a report's values, kept so that reports laid out alike have the same words.
//!
//! A map is a row of moves from cell to cell, one for each key; what differs from report to report (names of
//! sheets, where a table starts) stands in the base. The words of a map, apart by blanks:
//!
//! - `A0`, `R0`, `L0`: from here on cells of the base's sheet 0, named as a spreadsheet's, a table's or by
//!   line; the place is at the sheet's start again;
//! - `1,-6`: one row down, six columns back, and that is the place of the next key; `0,1*6` six times over;
//! - `-`: no place; `-*9` nine times;
//! - `k0`: a JSON path that is the base's text 0 with the key behind it; `k0*200` for 200 keys;
//! - `p0/1`: the JSON path that is the base's text 1, in sheet 0.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::form::KeyInfo;
use crate::grid::{CellRef, Place};
use crate::report::Value;

#[derive(Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Base {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sheets: Vec<Sheet>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    texts: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Sheet {
    name: String,
    /// The file, where it is not the report's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// Row and column of the first place in it.
    #[serde(default)]
    at: (u32, u32),
}

/// The words of one report's places.
#[derive(Debug, PartialEq)]
pub(super) struct Places {
    pub base: String,
    pub map: String,
}

struct Encoder<'a> {
    file: &'a str,
    base: Base,
    words: Vec<String>,
    last: Option<(String, usize)>,
    /// Kind of cell, sheet, row and column of the last place in a grid.
    position: Option<(char, usize, u32, u32)>,
}

impl Encoder<'_> {
    fn word(&mut self, word: String) {
        match &mut self.last {
            Some((same, times)) if *same == word => *times += 1,
            _ => {
                self.flush();
                self.last = Some((word, 1));
            }
        }
    }

    fn flush(&mut self) {
        if let Some((word, times)) = self.last.take() {
            self.words.push(if times > 1 {
                format!("{word}*{times}")
            } else {
                word
            });
        }
    }

    fn sheet(&mut self, place: &Place, at: (u32, u32)) -> usize {
        let file = (*place.file != *self.file).then(|| place.file.to_string());
        let known = |s: &Sheet| *s.name == *place.sheet && s.file == file;
        if let Some(index) = self.base.sheets.iter().position(known) {
            return index;
        }
        self.base.sheets.push(Sheet {
            name: place.sheet.to_string(),
            file,
            at,
        });
        self.base.sheets.len() - 1
    }

    fn text(&mut self, text: &str) -> usize {
        if let Some(index) = self.base.texts.iter().position(|t| t == text) {
            return index;
        }
        self.base.texts.push(text.to_owned());
        self.base.texts.len() - 1
    }

    fn cell(&mut self, place: &Place, kind: char, row: u32, col: u32) {
        let sheet = self.sheet(place, (row, col));
        let (from_row, from_col) = match self.position {
            Some((k, s, r, c)) if (k, s) == (kind, sheet) => (r, c),
            _ => {
                self.flush();
                self.words.push(format!("{kind}{sheet}"));
                self.base.sheets[sheet].at
            }
        };
        let down = i64::from(row) - i64::from(from_row);
        let right = i64::from(col) - i64::from(from_col);
        self.word(format!("{down},{right}"));
        self.position = Some((kind, sheet, row, col));
    }

    fn path(&mut self, place: &Place, path: &str, key: &str) {
        let sheet = self.sheet(place, (0, 0));
        let word = match path.strip_suffix(key) {
            Some(start) if sheet == 0 => format!("k{}", self.text(start)),
            _ => format!("p{sheet}/{}", self.text(path)),
        };
        self.word(word);
    }
}

/// The places of a report's values in words; `file` is the report's.
pub(super) fn encode(keys: &[KeyInfo], values: &[Value], file: &str) -> Places {
    let mut encoder = Encoder {
        file,
        base: Base::default(),
        words: Vec::new(),
        last: None,
        position: None,
    };
    for (info, value) in keys.iter().zip(values) {
        let Some(place) = &value.place else {
            encoder.word("-".to_owned());
            continue;
        };
        match &place.cell {
            CellRef::A1(row, col) => encoder.cell(place, 'A', *row, *col),
            CellRef::RowColumn(row, col) => encoder.cell(place, 'R', *row, *col),
            CellRef::Line(line, field) => encoder.cell(place, 'L', *line, *field),
            CellRef::Path(path) => encoder.path(place, path, &info.key),
        }
    }
    encoder.flush();
    Places {
        base: serde_json::to_string(&encoder.base).unwrap_or_default(),
        map: encoder.words.join(" "),
    }
}

/// The places of a report's values; none where the words are damaged.
pub(super) fn decode(
    keys: &[KeyInfo],
    base: &str,
    map: &str,
    file: &Arc<str>,
) -> Option<Vec<Option<Place>>> {
    let base: Base = serde_json::from_str(base).ok()?;
    let mut places = Vec::with_capacity(keys.len());
    let mut position: Option<(char, usize, u32, u32)> = None;
    // One name shared by all the places of a sheet.
    let names: Vec<(Arc<str>, Arc<str>)> = (base.sheets.iter())
        .map(|sheet| {
            let own = sheet.file.as_deref().map(Arc::from);
            (
                own.unwrap_or_else(|| file.clone()),
                Arc::from(sheet.name.as_str()),
            )
        })
        .collect();
    let place = |sheet: usize, cell: CellRef| {
        let (file, sheet) = names.get(sheet)?.clone();
        Some(Place { file, sheet, cell })
    };
    for word in map.split(' ').filter(|word| !word.is_empty()) {
        let (word, times) = match word.split_once('*') {
            Some((word, times)) => (word, times.parse::<usize>().ok()?),
            None => (word, 1),
        };
        if times > keys.len() - places.len() && !word.starts_with(['A', 'R', 'L']) {
            return None;
        }
        match word.chars().next()? {
            kind @ ('A' | 'R' | 'L') => {
                let sheet: usize = word[1..].parse().ok()?;
                let (row, col) = base.sheets.get(sheet)?.at;
                position = Some((kind, sheet, row, col));
            }
            'k' => {
                let start = base.texts.get(word[1..].parse::<usize>().ok()?)?;
                for _ in 0..times {
                    let key = &keys[places.len()].key;
                    let path = Arc::from(format!("{start}{key}"));
                    places.push(Some(place(0, CellRef::Path(path))?));
                }
            }
            'p' => {
                let (sheet, text) = word[1..].split_once('/')?;
                let path = base.texts.get(text.parse::<usize>().ok()?)?;
                for _ in 0..times {
                    let path = CellRef::Path(Arc::from(path.as_str()));
                    places.push(Some(place(sheet.parse().ok()?, path)?));
                }
            }
            _ if word == "-" => places.resize(places.len() + times, None),
            _ => {
                let (down, right) = word.split_once(',')?;
                let (down, right) = (down.parse().ok()?, right.parse().ok()?);
                for _ in 0..times {
                    let (kind, sheet, row, col) = position?;
                    let (row, col) = (
                        row.checked_add_signed(down)?,
                        col.checked_add_signed(right)?,
                    );
                    position = Some((kind, sheet, row, col));
                    let cell = match kind {
                        'A' => CellRef::A1(row, col),
                        'R' => CellRef::RowColumn(row, col),
                        _ => CellRef::Line(row, col),
                    };
                    places.push(Some(place(sheet, cell)?));
                }
            }
        }
    }
    (places.len() == keys.len()).then_some(places)
}

/// A place in words of its own, for findings and sentences.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct Spot {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    sheet: String,
    cell: SpotCell,
}

#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
enum SpotCell {
    A(u32, u32),
    R(u32, u32),
    L(u32, u32),
    P(String),
}

impl Spot {
    pub(super) fn of(place: &Place, file: &str) -> Self {
        Self {
            file: (*place.file != *file).then(|| place.file.to_string()),
            sheet: place.sheet.to_string(),
            cell: match &place.cell {
                CellRef::A1(row, col) => SpotCell::A(*row, *col),
                CellRef::RowColumn(row, col) => SpotCell::R(*row, *col),
                CellRef::Line(line, field) => SpotCell::L(*line, *field),
                CellRef::Path(path) => SpotCell::P(path.to_string()),
            },
        }
    }

    pub(super) fn place(self, file: &Arc<str>) -> Place {
        Place {
            file: self.file.map_or_else(|| file.clone(), Arc::from),
            sheet: Arc::from(self.sheet),
            cell: match self.cell {
                SpotCell::A(row, col) => CellRef::A1(row, col),
                SpotCell::R(row, col) => CellRef::RowColumn(row, col),
                SpotCell::L(line, field) => CellRef::Line(line, field),
                SpotCell::P(path) => CellRef::Path(Arc::from(path)),
            },
        }
    }
}
