//! What the writer of workbooks does not do: the rows of the data sheets, and the language in the document's properties.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read, Write};
use std::ops::Range;

use rayon::prelude::*;
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, ZipFileBuilder};
use zip::{ZipArchive, ZipWriter};

use super::body::Body;
use super::escape;
use crate::text::Lang;

const CORE: &str = "docProps/core.xml";
const SHARED: &str = "xl/sharedStrings.xml";
/// How hard rows are compressed: the usual level takes five times as long and saves a tenth.
const LEVEL: i64 = 2;

/// The language as documents name it.
pub(super) fn language(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "zh-CN",
        Lang::En => "en",
    }
}

/// A part of the package that is written anew.
enum Part<'b> {
    /// Title, author, language.
    Core(Lang),
    /// The texts that sheets share.
    Shared(&'b Texts<'b>),
    /// A sheet, and the numbers of the texts of its rows.
    Sheet(&'b Body, &'b [u32]),
    /// The table of such a sheet.
    Table(&'b Body),
}

/// The texts of the rows of all sheets, each once.
#[derive(Default)]
struct Texts<'b> {
    all: Vec<&'b str>,
    /// The numbers of every sheet's texts.
    numbers: Vec<Vec<u32>>,
    /// Cells that show one.
    uses: u32,
}

impl<'b> Texts<'b> {
    /// `first` is the number of the first one.
    fn of(bodies: &'b [Option<Body>], first: u32) -> Self {
        let mut texts = Self::default();
        let mut known: HashMap<&str, u32> = HashMap::new();
        for body in bodies {
            let numbers = (body.iter().flat_map(Body::texts)).map(|text| {
                *known.entry(text).or_insert_with(|| {
                    texts.all.push(text);
                    first + texts.all.len() as u32 - 1
                })
            });
            texts.numbers.push(numbers.collect());
            // The label of the total row stands in the frame already, where these rows take its place.
            let counted = |body: &Body| body.text_uses() - u32::from(body.has_total);
            texts.uses += body.as_ref().map_or(0, counted);
        }
        texts
    }
}

/// The same workbook with the rows of its sheets in their places, and its language stated; every other part is copied as it
/// is. `bodies` are those of the sheets, in order.
pub(super) fn finished(
    bytes: &[u8],
    bodies: &[Option<Body>],
    lang: Lang,
) -> Result<Vec<u8>, ZipError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let first_text = match bodies.iter().any(Option::is_some) {
        true => number(&read(&mut archive, SHARED)?, "uniqueCount=\"")?,
        false => 0,
    };
    let texts = Texts::of(bodies, first_text);
    let mut anew = parts(&mut archive, bodies, &texts, lang)?;
    // What takes longest begins first.
    anew.sort_by_key(|(_, _, part)| match part {
        Part::Sheet(body, _) => std::cmp::Reverse(body.size()),
        _ => std::cmp::Reverse(0),
    });
    let written = (anew.into_par_iter().with_max_len(1)).map(|(at, name, part)| {
        // Reading is cheap: without its rows a sheet is small.
        let xml = read(&mut ZipArchive::new(Cursor::new(bytes))?, &name)?;
        let options = SimpleFileOptions::default().compression_level(Some(LEVEL));
        let mut out = ZipFileBuilder::new(&name, options)?;
        match part {
            Part::Core(lang) => core(&xml, lang, &mut out),
            Part::Shared(texts) => shared(&xml, texts, &mut out),
            Part::Sheet(body, texts) => sheet(&xml, body, texts, &mut out),
            Part::Table(body) => table(&xml, body, &mut out),
        }?;
        Ok((at, out.finish()?))
    });
    let mut written: BTreeMap<usize, _> = written.collect::<Result<_, ZipError>>()?;
    let mut out = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len())));
    for at in 0..archive.len() {
        match written.remove(&at) {
            Some(part) => out.add_prepared_file(part)?,
            None => out.raw_copy_file(archive.by_index_raw(at)?)?,
        }
    }
    Ok(out.finish()?.into_inner())
}

/// The parts that are written anew, with their places and names in the package.
fn parts<'b>(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    bodies: &'b [Option<Body>],
    texts: &'b Texts,
    lang: Lang,
) -> Result<Vec<(usize, String, Part<'b>)>, ZipError> {
    let there: Vec<&Body> = bodies.iter().flatten().collect();
    let mut sheets: BTreeMap<String, Part> = (bodies.iter().zip(&texts.numbers).enumerate())
        .filter_map(|(at, (body, texts))| {
            let name = format!("xl/worksheets/sheet{}.xml", at + 1);
            Some((name, Part::Sheet(body.as_ref()?, texts)))
        })
        .collect();
    let mut parts = Vec::new();
    for at in 0..archive.len() {
        let Some(name) = archive.name_for_index(at).transpose()? else {
            continue;
        };
        let name = name.into_owned();
        let part = match name.as_str() {
            CORE => Some(Part::Core(lang)),
            SHARED if !there.is_empty() => Some(Part::Shared(texts)),
            table if table.starts_with("xl/tables/") => {
                let xml = read(archive, table)?;
                let called = &xml[between(&xml, "displayName=\"", "\"")?];
                let body = there.iter().find(|body| body.table() == called);
                body.map(|body| Part::Table(body))
            }
            other => sheets.remove(other),
        };
        parts.extend(part.map(|part| (at, name, part)));
    }
    match sheets.is_empty() {
        true => Ok(parts),
        false => Err(defect("a sheet is not where it should be")),
    }
}

fn read(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<String, ZipError> {
    let mut xml = String::new();
    archive.by_name(name)?.read_to_string(&mut xml)?;
    Ok(xml)
}

fn defect(what: &'static str) -> ZipError {
    ZipError::InvalidArchive(Cow::Borrowed(what))
}

/// Where that stands which stands first between two words.
fn between(xml: &str, before: &str, after: &str) -> Result<Range<usize>, ZipError> {
    (xml.find(before).map(|at| at + before.len()))
        .and_then(|start| Some(start..start + xml[start..].find(after)?))
        .ok_or_else(|| defect("a part does not hold what it should"))
}

fn number(xml: &str, before: &str) -> Result<u32, ZipError> {
    (xml[between(xml, before, "\"")?].parse()).map_err(|_| defect("a number is none"))
}

/// Writes a part with something else in one range.
fn replaced(xml: &str, range: Range<usize>, by: &str, out: &mut dyn Write) -> Result<(), ZipError> {
    out.write_all(&xml.as_bytes()[..range.start])?;
    out.write_all(by.as_bytes())?;
    Ok(out.write_all(&xml.as_bytes()[range.end..])?)
}

fn core(xml: &str, lang: Lang, out: &mut dyn Write) -> Result<(), ZipError> {
    let end = between(xml, "", "</cp:coreProperties>")?.end;
    let stated = format!("<dc:language>{}</dc:language>", language(lang));
    replaced(xml, end..end, &stated, out)
}

fn shared(xml: &str, texts: &Texts, out: &mut dyn Write) -> Result<(), ZipError> {
    let opening = between(xml, "<sst ", ">")?;
    let unique = number(xml, "uniqueCount=\"")? + texts.all.len() as u32;
    let uses = number(xml, " count=\"")? + texts.uses;
    let namespace = &xml[between(xml, "xmlns=\"", "\"")?];
    let attributes = format!("xmlns=\"{namespace}\" count=\"{uses}\" uniqueCount=\"{unique}\"");
    let end = between(xml, "", "</sst>")?.end;
    replaced(&xml[..end], opening, &attributes, out)?;
    let mut elements = String::new();
    for text in &texts.all {
        escape::shared(text, &mut elements);
    }
    out.write_all(elements.as_bytes())?;
    Ok(out.write_all(&xml.as_bytes()[end..])?)
}

fn sheet(xml: &str, body: &Body, texts: &[u32], out: &mut dyn Write) -> Result<(), ZipError> {
    let samples = format!("<row r=\"{}\"", body.first_row() + 1);
    let start = between(xml, "", &samples)?.end;
    let samples = &xml[between(xml, &samples, "</row>")?];
    let looks = (samples.split("<c ").skip(1)).map(|cell| match cell.contains(" s=\"") {
        true => number(cell, " s=\""),
        false => Ok(0),
    });
    let looks = looks.collect::<Result<Vec<u32>, _>>()?;
    if looks.len() != body.look_count() {
        return Err(defect("a look has no number"));
    }
    let dimension = between(xml, "<dimension ref=\"", "\"")?;
    replaced(&xml[..start], dimension, &body.dimension(), out)?;
    body.write(&looks, texts, out)?;
    let rest = &xml[between(xml, "", "</sheetData>")?.end..];
    let links = between(rest, "", "</hyperlinks>")?.end;
    replaced(rest, links..links, body.links(), out)
}

fn table(xml: &str, body: &Body, out: &mut dyn Write) -> Result<(), ZipError> {
    let mut xml = xml.to_owned();
    for (element, with_total) in [("<autoFilter ", false), ("<table ", true)] {
        let start = between(&xml, "", element)?.end;
        let range = between(&xml[start..], " ref=\"", "\"")?;
        let range = start + range.start..start + range.end;
        xml.replace_range(range, &body.reference(with_total));
    }
    Ok(out.write_all(xml.as_bytes())?)
}
