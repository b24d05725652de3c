//! The plainest xlsx, which is nearly every one: numbers and texts as spreadsheet programs write them. Each part is unpacked
//! once and gone through once.
//!
//! Nothing here guesses. A formula, a date, an error value, a comment, a prefix, an attribute that is not quite as it should
//! be, damage, or anything beyond a limit: and the whole file is left to calamine, as if nothing had been read. What is read
//! here is what calamine reads; tests hold the two against each other.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use flate2::{Decompress, FlushDecompress, Status};

use super::super::Document;
use super::super::limits::{Limit, Limits};
use super::frame::{self, Format, Relation};
use super::plain_sheet::Reading;
use super::plain_xml::{Step, Walk};
use super::{Builder, Package};

/// Parts that are the same in most workbooks of one program.
const COMMON: [&str; 3] = ["_rels/.rels", "xl/_rels/workbook.xml.rels", "xl/styles.xml"];

/// Reads a plain workbook; none where it is not plain and calamine is to read it.
pub(super) fn read<'a>(
    name: &Arc<str>,
    bytes: &'a [u8],
    package: &mut Package<'a>,
    limits: &Limits,
) -> Option<Document> {
    let plain = |name: &[u8]| name.is_ascii() && !name.contains(&b'\\');
    if !package.file_names_raw().all(plain) {
        return None;
    }
    let most = limits.get(Limit::XmlDepth);
    let mut parts = Parts { package, bytes };
    let common = parts.common(most)?;
    let strings = match parts.text("xl/sharedStrings.xml")? {
        Some(xml) => strings(&xml, most)?,
        None => Vec::new(),
    };
    let book = parts.text("xl/workbook.xml")??;
    let sheets = frame::sheets(&book, &common.relations, most)?;
    limits.check(Limit::Sheets, sheets.len() as u64).ok()?;
    let mut builder = Builder::new(name, limits);
    for (sheet, path) in sheets {
        let xml = parts.text(&path)??;
        let mut reading = Reading::new(&strings, &common.formats, limits, sheet);
        reading.read(&xml, most)?;
        builder.sheet(reading.sheet).ok()?;
    }
    builder.finish("xlsx").ok()
}

/// A part as it lies in its package. The same bytes unpack to the same text.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Packed<'a> {
    /// Checksum and size of what they unpack to.
    whole: (u32, u64),
    deflated: bool,
    bytes: &'a [u8],
}

/// The same, kept.
struct Kept {
    whole: (u32, u64),
    deflated: bool,
    bytes: Box<[u8]>,
}

impl Kept {
    fn packed(&self) -> Packed<'_> {
        Packed {
            whole: self.whole,
            deflated: self.deflated,
            bytes: &self.bytes,
        }
    }
}

/// What the common parts say.
struct Common {
    parts: [Option<Kept>; 3],
    most: u64,
    relations: Vec<Relation>,
    formats: Vec<Format>,
}

/// Bytes of common parts that are worth remembering.
const REMEMBERED: usize = 1 << 18;

/// Bytes of a part that is unpacked in one go.
const LARGEST: u64 = 1 << 24;

thread_local! {
    static LAST: RefCell<Option<Rc<Common>>> = const { RefCell::new(None) };
    /// What unpacks is made once: it costs as much as a small part.
    static INFLATE: RefCell<Decompress> = RefCell::new(Decompress::new(false));
}

/// A package with the bytes it lies in.
struct Parts<'p, 'a> {
    package: &'p mut Package<'a>,
    bytes: &'a [u8],
}

impl<'a> Parts<'_, 'a> {
    /// What the common parts say: as for the workbook before, where they are the same to the byte.
    fn common(&mut self, most: u64) -> Option<Rc<Common>> {
        let mut parts = [None; 3];
        for (part, path) in parts.iter_mut().zip(COMMON) {
            *part = self.packed(path)?;
        }
        let last = LAST.with_borrow(Clone::clone);
        if let Some(last) = last.filter(|last| {
            let kept = last
                .parts
                .iter()
                .map(|part| part.as_ref().map(Kept::packed));
            last.most == most && kept.eq(parts)
        }) {
            return Some(last);
        }
        let text = |part: Option<Packed<'_>>| match part {
            Some(part) => part.text().map(Some),
            None => Some(None),
        };
        let [root, relations, styles] = parts;
        frame::leads_to_the_workbook(&text(root)??, most)?;
        let formats = match text(styles)? {
            Some(xml) => frame::formats(&xml, most)?,
            None => Vec::new(),
        };
        let common = Rc::new(Common {
            most,
            relations: frame::relations(&text(relations)??, most)?,
            formats,
            parts: parts.map(|part| {
                part.map(|part| Kept {
                    whole: part.whole,
                    deflated: part.deflated,
                    bytes: part.bytes.into(),
                })
            }),
        });
        if parts
            .iter()
            .flatten()
            .map(|part| part.bytes.len())
            .sum::<usize>()
            <= REMEMBERED
        {
            LAST.set(Some(common.clone()));
        }
        Some(common)
    }

    /// The part that goes by this name and no other; none inside where there is no such part.
    fn packed(&mut self, path: &str) -> Option<Option<Packed<'a>>> {
        let alike = (self.package.file_names_raw())
            .filter(|name| name.eq_ignore_ascii_case(path.as_bytes()))
            .count();
        let index = match (alike, self.package.index_for_name(path)) {
            (0, None) => return Some(None),
            (1, Some(index)) => index,
            _ => return None,
        };
        let entry = self.package.by_index_raw(index).ok()?;
        let deflated = match entry.compression() {
            zip::CompressionMethod::Stored => false,
            zip::CompressionMethod::Deflated => true,
            _ => return None,
        };
        if entry.encrypted() || entry.size() > LARGEST {
            return None;
        }
        let start = usize::try_from(entry.data_start()?).ok()?;
        let end = start.checked_add(usize::try_from(entry.compressed_size()).ok()?)?;
        Some(Some(Packed {
            whole: (entry.crc32(), entry.size()),
            deflated,
            bytes: self.bytes.get(start..end)?,
        }))
    }

    /// The text of a part; none inside where there is no such part.
    fn text(&mut self, path: &str) -> Option<Option<String>> {
        match self.packed(path)? {
            Some(part) => part.text().map(Some),
            None => Some(None),
        }
    }
}

impl Packed<'_> {
    /// What it unpacks to, where that is of the size and checksum it is said to be.
    fn text(&self) -> Option<String> {
        let (checksum, size) = self.whole;
        let whole = if self.deflated {
            let mut whole = Vec::with_capacity(size as usize + 8);
            INFLATE.with_borrow_mut(|inflate| {
                inflate.reset(false);
                let end = inflate.decompress_vec(self.bytes, &mut whole, FlushDecompress::Finish);
                (end.ok()? == Status::StreamEnd).then_some(())
            })?;
            whole
        } else {
            self.bytes.to_vec()
        };
        let right = whole.len() as u64 == size && crc32fast::hash(&whole) == checksum;
        right.then(|| String::from_utf8(whole).ok())?
    }
}

/// The shared strings.
fn strings(xml: &str, most: u64) -> Option<Vec<String>> {
    let (mut walk, first) = Walk::into(xml, "sst", most)?;
    let mut strings = Vec::with_capacity(128);
    if let Step::Empty(_) = first {
        return walk.is_done().then_some(strings);
    }
    loop {
        match walk.step()? {
            Step::Start(tag) if tag.name == "si" => strings.push(walk.item()?),
            Step::Empty(tag) if tag.name == "si" => strings.push(String::new()),
            Step::Text(_) | Step::Reference(_) => {}
            Step::End("sst") => return walk.is_done().then_some(strings),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read, Write};
    use std::path::Path;

    use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet, XlsxError};

    use super::super::xlsx::by_calamine;
    use super::*;

    fn open(bytes: &[u8]) -> Package<'_> {
        zip::ZipArchive::new(Cursor::new(bytes)).unwrap()
    }

    /// Whether a workbook is plain; then it is what calamine reads.
    fn is_plain(bytes: &[u8]) -> bool {
        let (name, limits) = (Arc::from("a.xlsx"), Limits::default());
        let Some(plain) = read(&name, bytes, &mut open(bytes), &limits) else {
            return false;
        };
        let other = by_calamine(&name, bytes, open(bytes), &limits).unwrap();
        assert_eq!(format!("{plain:?}"), format!("{other:?}"));
        true
    }

    fn made(fill: impl Fn(&mut Worksheet) -> Result<(), XlsxError>) -> Vec<u8> {
        let mut book = Workbook::new();
        for name in ["甲 & 乙", "丙"] {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            sheet.write(2, 1, "  <总计>  ").unwrap();
            sheet.write(3, 30, -12.5e-3).unwrap();
            fill(sheet).unwrap();
        }
        book.save_to_buffer().unwrap()
    }

    /// The workbook with one of its parts changed.
    fn changed(bytes: &[u8], path: &str, change: impl Fn(String) -> String) -> Vec<u8> {
        let mut package = open(bytes);
        let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for index in 0..package.len() {
            let mut entry = package.by_index(index).unwrap();
            let name = String::from_utf8(entry.name_raw().to_vec()).unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            let text = if name == path { change(text) } else { text };
            out.start_file(name, zip::write::SimpleFileOptions::default())
                .unwrap();
            out.write_all(text.as_bytes()).unwrap();
        }
        out.finish().unwrap().into_inner()
    }

    #[test]
    fn the_demo_is_read_as_calamine_reads_it() {
        let mut plain = 0;
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "xlsx") {
                    let bytes = std::fs::read(path).unwrap();
                    // One of them is a web page by another name.
                    plain += usize::from(bytes.starts_with(b"PK") && is_plain(&bytes));
                }
            }
        }
        assert!(plain >= 5, "{plain}");
    }

    #[test]
    fn merged_hidden_rich_and_inline_cells_are_read_as_calamine_reads_them() {
        let bold = Format::new().set_bold();
        let bytes = made(|sheet| {
            sheet.merge_range(5, 0, 6, 3, "合并", &bold)?;
            sheet
                .set_row_hidden(7)?
                .set_row_hidden(8)?
                .set_column_hidden(2)?;
            sheet.write_rich_string(9, 0, &[(&bold, " 甲"), (&Format::new(), "乙 ")])?;
            sheet.write_blank(10, 0, &bold)?;
            sheet.write_with_format(10, 1, 3, &Format::new().set_num_format("#,##0.00"))?;
            sheet.set_hidden(sheet.name() == "丙");
            Ok(())
        });
        assert!(is_plain(&bytes));
        let inline = |xml: String| {
            xml.replace(
                "<sheetData>",
                "<sheetData><row><c t=\"inlineStr\"><is><t>一 &#x4E8C;</t></is></c><c t=\"str\"><v>a&lt;</v></c><c><v/></c></row>",
            )
        };
        assert!(is_plain(&changed(
            &bytes,
            "xl/worksheets/sheet1.xml",
            inline
        )));
    }

    #[test]
    fn what_is_not_plain_is_left_to_calamine() {
        let plain = made(|_| Ok(()));
        assert!(is_plain(&plain));
        let date = Format::new().set_num_format("yyyy-mm-dd");
        for bytes in [
            made(|sheet| sheet.write_with_format(0, 0, 44_000, &date).map(|_| ())),
            made(|sheet| sheet.write_formula(0, 0, Formula::new("=1+1")).map(|_| ())),
            made(|sheet| sheet.write_boolean(0, 0, true).map(|_| ())),
        ] {
            assert!(!is_plain(&bytes));
        }
        let sheet = "xl/worksheets/sheet2.xml";
        for (path, from, to) in [
            (sheet, "<sheetData>", "<!-- --><sheetData>"),
            (sheet, "t=\"s\"", "t=\"e\""),
            (sheet, "<v>0</v>", "<v>99</v>"),
            (sheet, "<v>0</v>", "<v>0</v><v>0</v>"),
            (sheet, "<v>-", "<v>+"),
            (sheet, "<row r=\"3\"", "<row r='3'"),
            (sheet, "<row r=\"3\"", "<row r=\"0\""),
            (sheet, "</worksheet>", ""),
            ("xl/workbook.xml", "name=\"丙\"", "name=\"甲 &amp; 乙\""),
            (
                "xl/sharedStrings.xml",
                "<t ",
                "<t xml:lang=\"zh\" xml:lang=\"zh\" ",
            ),
            ("xl/sharedStrings.xml", "总计", "总_x0041_计"),
            ("_rels/.rels", "xl/workbook.xml", "xl/workbook2.xml"),
        ] {
            let bytes = changed(&plain, path, |xml| {
                assert!(xml.contains(from), "{path}: {from} in {xml}");
                xml.replace(from, to)
            });
            if to.contains("xml:lang") {
                // Said twice, but it says nothing.
                assert!(is_plain(&bytes));
            } else {
                assert!(!is_plain(&bytes), "{path}: {to}");
            }
        }
        let mut damaged = plain;
        let at = damaged.len() / 2;
        damaged[at] ^= 0xFF;
        is_plain(&damaged);
    }
}
