//! Word documents (docx): headings, paragraphs and tables in reading order. Tracked deletions are gone, insertions are in.

use std::collections::BTreeMap;
use std::sync::Arc;

use quick_xml::events::{BytesStart, Event};

use super::limits::{Limit, Limits, Over};
use super::sniff::Package;
use super::text::is_heading;
use super::word_table::Builder;
use super::{Document, Kind, Part, Refusal, package as parts, refused, tick, xml};
use crate::grid::{Addressing, Grid};
use crate::text::Text;

/// Reads a docx.
///
/// # Errors
/// A damaged package or document part, with the cause.
pub(super) fn read(
    name: &Arc<str>,
    mut package: Package<'_>,
    limits: &Limits,
) -> Result<Document, Refusal> {
    let damaged = |cause: &str| refused::damaged(name, &Text::same("docx"), cause);
    parts::check(&mut package, limits).map_err(|over| over.refusal(name))?;
    let main = part(name, &mut package, "_rels/.rels", limits)?
        .and_then(|relations| main_part(&relations))
        .unwrap_or_else(|| "word/document.xml".to_owned());
    let text = part(name, &mut package, &main, limits)?
        .ok_or_else(|| damaged(&format!("缺少 {main} / {main} is missing")))?;
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
    let styles = part(name, &mut package, &format!("{folder}/styles.xml"), limits)?;
    let headings = Styles {
        text: styles.unwrap_or_default(),
        known: BTreeMap::new(),
    };
    let mut walk = Walk {
        document: Document::new(name.clone(), Kind::Word),
        headings,
        tables: Vec::new(),
        words: String::new(),
        outlined: false,
        in_text: false,
        in_row_properties: false,
        ignored: 0,
        paragraphs: 0,
        limits,
        over: None,
    };
    let mut reader = xml::reader(&text);
    loop {
        if let Some(over) = walk.over {
            return Err(over.refusal(name));
        }
        match reader.read_event() {
            Ok(Event::Start(tag)) => walk.start(&tag),
            Ok(Event::End(tag)) => walk.end(tag.local_name().as_ref()),
            Ok(Event::Text(words)) if walk.in_text => walk.words.push_str(&words),
            Ok(Event::CData(words)) if walk.in_text => walk.words.push_str(&words),
            Ok(Event::GeneralRef(reference)) if walk.in_text => {
                xml::push_reference(&reference, &mut walk.words);
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                let at = reader.buffer_position();
                return Err(damaged(&format!("{main}, {at}: {error}")));
            }
        }
    }
    if !walk.tables.is_empty() {
        return Err(damaged(&format!("{main} 不完整 / {main} breaks off")));
    }
    Ok(walk.document)
}

/// A part of the package as text; none where there is no such part.
fn part(
    name: &Arc<str>,
    package: &mut Package<'_>,
    path: &str,
    limits: &Limits,
) -> Result<Option<String>, Refusal> {
    let Some(bytes) = parts::part(package, path, limits) else {
        return Ok(None);
    };
    xml::check(name, &bytes, limits)?;
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Ok(Some(text))
}

/// The document's own part, as the package names it.
fn main_part(relations: &str) -> Option<String> {
    let mut reader = xml::reader(relations);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag)
                if xml::attribute(&tag, "Type")
                    .is_some_and(|kind| kind.ends_with("/officeDocument")) =>
            {
                return Some(
                    xml::attribute(&tag, "Target")?
                        .trim_start_matches('/')
                        .to_owned(),
                );
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// The styles of a document. They can be a hundred times its size, so only those in use are looked up.
struct Styles {
    text: String,
    /// Whether a style is one of headings.
    known: BTreeMap<String, bool>,
}

impl Styles {
    fn is_heading(&mut self, id: &str) -> bool {
        if let Some(known) = self.known.get(id) {
            return *known;
        }
        let heading = heading_style(&self.text, id, 8);
        self.known.insert(id.to_owned(), heading);
        heading
    }
}

/// Whether a style is a heading's: by outline level, by name, or by the style it is based on.
fn heading_style(styles: &str, id: &str, generations: u32) -> bool {
    let key = format!("styleId=\"{id}\"");
    let Some(at) = styles.find(&key).filter(|_| generations > 0) else {
        return false;
    };
    let definition = &styles[at..];
    let mut reader = xml::reader(&definition[definition.find('>').unwrap_or(0)..]);
    while let Ok(event) = reader.read_event() {
        let tag = match event {
            Event::Start(tag) => tag,
            Event::End(tag) if tag.local_name().as_ref() == "style" => return false,
            Event::Eof => return false,
            _ => continue,
        };
        let value = || xml::attribute(&tag, "val").unwrap_or_default();
        let heading = match tag.local_name().as_ref() {
            "name" => {
                let name = value().to_lowercase();
                name.starts_with("heading ") || name == "title" || name.starts_with("标题")
            }
            "outlineLvl" => value().parse::<u8>().is_ok_and(|level| level < 9),
            "basedOn" => heading_style(styles, &value(), generations - 1),
            _ => false,
        };
        if heading {
            return true;
        }
    }
    false
}

/// What is not the document's own text: deleted and moved text, former properties, text boxes, pictures, second copies
/// for old programs, field codes, pronunciations.
const ASIDE: [&str; 20] = [
    "del",
    "moveFrom",
    "pPrChange",
    "rPrChange",
    "tblPrChange",
    "tblGridChange",
    "tblPrExChange",
    "tcPrChange",
    "trPrChange",
    "sectPrChange",
    "txbxContent",
    "Fallback",
    "drawing",
    "pict",
    "object",
    "instrText",
    "delText",
    "delInstrText",
    "rt",
    "sdtPr",
];

struct Walk<'a> {
    document: Document,
    limits: &'a Limits,
    /// The limit that was gone beyond.
    over: Option<Over>,
    headings: Styles,
    /// Tables under way, outermost first, each with the place kept for its grid.
    tables: Vec<(usize, Builder)>,
    /// The paragraph under way.
    words: String,
    /// The paragraph is a heading by style or outline level.
    outlined: bool,
    in_text: bool,
    in_row_properties: bool,
    ignored: u32,
    paragraphs: u32,
}

impl Walk<'_> {
    fn start(&mut self, tag: &BytesStart<'_>) {
        let local = tag.local_name();
        let local: &str = local.as_ref();
        if self.ignored == 0 && local == "del" && self.in_row_properties {
            self.row(|table| table.delete_row());
        }
        if self.ignored > 0 || ASIDE.contains(&local) {
            self.ignored += 1;
            return;
        }
        match local {
            "p" => {
                self.words.clear();
                self.outlined = false;
            }
            "t" => self.in_text = true,
            // Tab stops in the properties share the name, but have a position.
            "tab" if xml::attribute(tag, "pos").is_none() => self.words.push('\t'),
            "br" | "cr" => self.words.push('\n'),
            "noBreakHyphen" => self.words.push('-'),
            "pStyle" => {
                self.outlined |=
                    xml::attribute(tag, "val").is_some_and(|id| self.headings.is_heading(&id));
            }
            "outlineLvl" => {
                self.outlined |= xml::attribute(tag, "val")
                    .and_then(|level| level.parse::<u8>().ok())
                    .is_some_and(|level| level < 9);
            }
            "tbl" => self.begin_table(),
            "trPr" => self.in_row_properties = true,
            _ => self.table_element(tag, local),
        }
    }

    fn table_element(&mut self, tag: &BytesStart<'_>, local: &str) {
        let value = || xml::attribute(tag, "val");
        match local {
            "tr" => self.row(Builder::begin_row),
            "tc" => self.row(Builder::begin_cell),
            "gridBefore" => {
                // Here 0 is a count like any other.
                let columns = value().and_then(|words| words.parse().ok());
                self.row(|table| table.skip_columns(columns.unwrap_or(1)));
            }
            "gridSpan" => {
                let columns = xml::count(tag, "val");
                self.row(|table| table.span_columns(columns));
            }
            "vMerge" => {
                let restart = value().as_deref() == Some("restart");
                self.row(|table| table.merge_down(restart));
            }
            "hMerge" if value().as_deref() != Some("restart") => self.row(Builder::merge_left),
            "cellDel" => self.row(Builder::delete_cell),
            "hidden" if self.in_row_properties => self.row(Builder::hide_row),
            _ => {}
        }
    }

    fn row(&mut self, act: impl FnOnce(&mut Builder)) {
        if let Some((_, table)) = self.tables.last_mut() {
            act(table);
        }
    }

    fn begin_table(&mut self) {
        let tables = self.document.grids.len() as u64 + 1;
        let kept = (self.limits)
            .check(Limit::TableDepth, self.tables.len() as u64 + 1)
            .and_then(|()| self.limits.check(Limit::Sheets, tables));
        self.over = self.over.or(kept.err());
        let index = self.document.grids.len();
        let name = format!("表{}", index + 1);
        self.document
            .push_grid(Grid::new(name, Addressing::RowColumn, 0, 0));
        self.tables.push((index, Builder::default()));
    }

    fn end(&mut self, local: &str) {
        if self.ignored > 0 {
            self.ignored -= 1;
            return;
        }
        match local {
            "t" => self.in_text = false,
            "trPr" => self.in_row_properties = false,
            "p" => self.end_paragraph(),
            "tc" => self.row(Builder::end_cell),
            "tr" => self.row(Builder::end_row),
            "tbl" => {
                if let Some((index, table)) = self.tables.pop() {
                    let name = self.document.grids[index].name.clone();
                    match table.grid(name, self.limits) {
                        Ok(grid) => self.document.grids[index] = grid,
                        Err(over) => self.over = Some(over),
                    }
                }
            }
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        tick();
        let words = std::mem::take(&mut self.words);
        if let Some((_, table)) = self.tables.last_mut() {
            table.paragraph(&words);
            return;
        }
        let words = words.trim();
        if !words.is_empty() {
            self.paragraphs += 1;
            self.document.parts.push(Part::Words {
                heading: self.outlined || is_heading(words),
                text: words.into(),
                line: self.paragraphs,
            });
        }
    }
}
