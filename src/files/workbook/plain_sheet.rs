//! One sheet of a plain xlsx.

use super::super::limits::{Limit, Limits};
use super::super::tick;
use super::frame::Format;
use super::plain_xml::{Step, Tag, Walk};
use super::xlsx::{corner, hide_columns, hide_row, span};
use super::{Sheet, finite};
use crate::grid::Content;

/// A sheet while it is read.
pub(super) struct Reading<'a> {
    strings: &'a [String],
    formats: &'a [Format],
    limits: &'a Limits,
    /// What has been found.
    pub sheet: Sheet,
    /// Row and column of the next cell, where it does not say its own.
    next: (u32, u32),
    /// Cells met so far.
    met: u64,
}

impl<'a> Reading<'a> {
    pub fn new(
        strings: &'a [String],
        formats: &'a [Format],
        limits: &'a Limits,
        mut sheet: Sheet,
    ) -> Self {
        sheet.cells.reserve(512);
        Self {
            strings,
            formats,
            limits,
            sheet,
            next: (0, 0),
            met: 0,
        }
    }

    /// Reads the sheet; none where it is not plain.
    pub fn read(&mut self, xml: &str, most: u64) -> Option<()> {
        let (mut walk, first) = Walk::into(xml, "worksheet", most)?;
        if !matches!(first, Step::Start(_)) {
            return None;
        }
        let mut there = false;
        while walk.depth() > 0 {
            let (tag, is_empty) = match walk.step()? {
                Step::Start(tag) => (tag, false),
                Step::Empty(tag) => (tag, true),
                Step::End(_) | Step::Text(_) | Step::Reference(_) => continue,
            };
            match tag.local() {
                "sheetData" if tag.name == "sheetData" && !there => {
                    there = true;
                    if !is_empty {
                        (walk.depth() == 2).then_some(())?;
                        self.rows(&mut walk)?;
                    }
                }
                "sheetData" => return None,
                "dimension" if !there => {
                    let reference = tag.attribute("ref")??;
                    (corner(reference).is_some() || span(reference).is_some()).then_some(())?;
                }
                "col" if !there => hide_columns(tag.inside, &mut self.sheet),
                "mergeCell" if there => {
                    let reference = tag.attribute("ref")?;
                    self.sheet.spans.extend(reference.and_then(span));
                }
                _ => {}
            }
        }
        (there && walk.is_done()).then_some(())
    }

    fn rows(&mut self, walk: &mut Walk<'_>) -> Option<()> {
        loop {
            match walk.step()? {
                Step::Start(tag) if tag.name == "row" => {
                    self.row(&tag)?;
                    self.cells(walk)?;
                    self.next = (self.next.0 + 1, 0);
                }
                Step::Empty(tag) if tag.name == "row" => {
                    self.row(&tag)?;
                    self.next = (self.next.0 + 1, 0);
                }
                Step::End("sheetData") => return Some(()),
                Step::Text(_) => {}
                _ => return None,
            }
        }
    }

    fn row(&mut self, tag: &Tag<'_>) -> Option<()> {
        let mut hidden = false;
        let mut row = None;
        tag.each(|key, value| {
            match key {
                "r" if row.is_none() => row = Some(number(value).filter(|row| *row <= 1 << 20)?),
                "r" => return None,
                "hidden" => hidden = true,
                _ => {}
            }
            Some(())
        })?;
        if let Some(row) = row {
            self.next.0 = row.checked_sub(1)?;
        }
        if hidden {
            hide_row(tag.inside, &mut self.sheet);
        }
        (self.next.0 < 1 << 20).then_some(())
    }

    fn cells(&mut self, walk: &mut Walk<'_>) -> Option<()> {
        loop {
            let (tag, is_empty) = match walk.step()? {
                Step::Start(tag) => (tag, false),
                Step::Empty(tag) => (tag, true),
                Step::End("row") => return Some(()),
                Step::Text(_) => continue,
                Step::End(_) | Step::Reference(_) => return None,
            };
            if tag.name != "c" {
                return None;
            }
            self.met += 1;
            if self.met.is_multiple_of(4096) {
                tick();
            }
            self.cell(walk, &tag, is_empty)?;
        }
    }

    fn cell(&mut self, walk: &mut Walk<'_>, tag: &Tag<'_>, is_empty: bool) -> Option<()> {
        let (mut place, mut style, mut kind) = (None, None, None);
        tag.each(|key, value| {
            let known = match key {
                "r" => &mut place,
                "s" => &mut style,
                "t" => &mut kind,
                _ => return Some(()),
            };
            known.replace(value).is_none().then_some(())
        })?;
        let (row, col) = match place {
            Some(place) => corner(place).filter(|(row, col)| *row < 1 << 20 && *col < 1 << 14)?,
            None => self.next,
        };
        self.next.1 = col + 1;
        if is_empty {
            return Some(());
        }
        let content = self.content(walk, style, kind)?;
        if content != Content::Empty {
            let cells = &mut self.sheet.cells;
            if cells.len() % 4096 == 4095 {
                (self.limits.check(Limit::Cells, cells.len() as u64)).ok()?;
            }
            cells.push((row, col, content));
        }
        Some(())
    }

    /// What stands in a cell that has begun: one value, and nothing beside it.
    fn content(
        &self,
        walk: &mut Walk<'_>,
        style: Option<&str>,
        kind: Option<&str>,
    ) -> Option<Content> {
        let mut content = Content::Empty;
        let mut told = false;
        loop {
            match walk.step()? {
                Step::Start(tag) if !told => {
                    told = true;
                    content = match (tag.name, kind) {
                        ("v", Some("s")) => {
                            let index = number(value(walk)?)?;
                            Content::text(self.strings.get(index as usize)?)
                        }
                        ("v", None | Some("n")) => self.number(value(walk)?, style)?,
                        ("v", Some("str")) => {
                            let text = walk.text()?;
                            (!text.contains("_x")).then(|| Content::text(&text))?
                        }
                        ("is", Some("inlineStr")) => Content::text(&walk.item()?),
                        _ => return None,
                    };
                }
                Step::Empty(tag) if !told && is_nothing(tag.name, kind) => told = true,
                Step::End("c") => return Some(content),
                Step::Text(_) => {}
                _ => return None,
            }
        }
    }

    fn number(&self, written: &str, style: Option<&str>) -> Option<Content> {
        let style = match style {
            Some(style) => self.formats.get(number(style)? as usize),
            None => None,
        };
        let plain = |b: u8| matches!(b, b'0'..=b'9' | b'-' | b'.' | b'e' | b'E');
        if style == Some(&Format::Doubtful) || !written.bytes().all(plain) {
            return None;
        }
        Some(finite(written.parse().ok()?))
    }
}

/// Whether an element without anything in it leaves its cell empty.
fn is_nothing(name: &str, kind: Option<&str>) -> bool {
    match name {
        "v" => matches!(kind, None | Some("n" | "s" | "str")),
        "is" => kind == Some("inlineStr"),
        _ => false,
    }
}

/// The text of a value that has just begun, which is never empty.
fn value<'x>(walk: &mut Walk<'x>) -> Option<&'x str> {
    let Step::Text(words) = walk.step()? else {
        return None;
    };
    matches!(walk.step()?, Step::End(_)).then_some(words)
}

/// A number of digits alone.
fn number(digits: &str) -> Option<u32> {
    let plain = (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}
