//! Containers around the bytes that matter: a checksum or a sector table over random bytes would keep a fuzzer outside for
//! ever. An input is the parts in the order of a skeleton, with [`BETWEEN`] between them; a part it does not have is the
//! skeleton's own.

use std::io::{Cursor, Write};

use zip::CompressionMethod::Stored;
use zip::write::SimpleFileOptions;

/// What stands between the parts of an input; `examples/fuzz.rs` writes seeds with the same.
pub const BETWEEN: &[u8] = b"\n--next part--\n";

/// A zip package by its parts: name, and what stands there where the input has nothing.
pub type Skeleton = &'static [(&'static str, &'static str)];

/// A workbook of 2007.
pub const XLSX: Skeleton = &[
    (
        "xl/worksheets/sheet1.xml",
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData/></worksheet>",
    ),
    (
        "xl/sharedStrings.xml",
        "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"/>",
    ),
    (
        "xl/workbook.xml",
        "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>",
    ),
    (
        "xl/styles.xml",
        "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"/>",
    ),
    (
        "xl/_rels/workbook.xml.rels",
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"r3\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/></Relationships>",
    ),
    (
        "_rels/.rels",
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>",
    ),
    ("[Content_Types].xml", "<Types/>"),
];

/// A binary workbook of 2007.
pub const XLSB: Skeleton = &[
    ("xl/worksheets/sheet1.bin", ""),
    ("xl/workbook.bin", ""),
    (
        "xl/_rels/workbook.bin.rels",
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.bin\"/></Relationships>",
    ),
    ("[Content_Types].xml", "<Types/>"),
];

/// An OpenDocument spreadsheet.
pub const ODS: Skeleton = &[
    ("content.xml", ""),
    ("META-INF/manifest.xml", "<manifest:manifest/>"),
    ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
];

/// A Word document of 2007.
pub const DOCX: Skeleton = &[
    ("word/document.xml", ""),
    ("word/styles.xml", "<w:styles/>"),
    ("[Content_Types].xml", "<Types/>"),
];

/// The package of an input.
pub fn package(skeleton: Skeleton, input: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut parts = split(input).into_iter();
    for (name, own) in skeleton {
        let part = parts.next().unwrap_or(own.as_bytes());
        let options = SimpleFileOptions::default().compression_method(Stored);
        let written = (zip.start_file(*name, options).map_err(drop))
            .and_then(|()| zip.write_all(part).map_err(drop));
        assert_eq!(written, Ok(()), "{name}");
    }
    zip.finish().map(Cursor::into_inner).unwrap_or_default()
}

/// A workbook of 1997 whose stream of records is the input.
pub fn compound(input: &[u8]) -> Vec<u8> {
    let write = || {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new()))?;
        file.create_stream("/Workbook")?.write_all(input)?;
        file.flush()?;
        std::io::Result::Ok(file.into_inner().into_inner())
    };
    write().unwrap_or_default()
}

fn split(input: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = input;
    while let Some(at) = rest.windows(BETWEEN.len()).position(|w| w == BETWEEN) {
        parts.push(&rest[..at]);
        rest = &rest[at + BETWEEN.len()..];
    }
    parts.push(rest);
    parts
}
