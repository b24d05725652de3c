//! What the writer of workbooks has no word for: the language in the document's properties.

use std::io::{Cursor, Read, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::text::Lang;

const CORE: &str = "docProps/core.xml";
const END: &str = "</cp:coreProperties>";

/// The language as documents name it.
pub(super) fn language(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "zh-CN",
        Lang::En => "en",
    }
}

/// The same workbook with its language stated; every other part is copied as it is.
pub(super) fn with_language(bytes: &[u8], lang: Lang) -> Result<Vec<u8>, ZipError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let mut out = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len())));
    for at in 0..archive.len() {
        let is_core = matches!(archive.name_for_index(at), Some(Ok(name)) if name == CORE);
        if !is_core {
            out.raw_copy_file(archive.by_index_raw(at)?)?;
            continue;
        }
        let mut core = String::new();
        archive.by_index(at)?.read_to_string(&mut core)?;
        let stated = format!("<dc:language>{}</dc:language>{END}", language(lang));
        out.start_file(CORE, SimpleFileOptions::default())?;
        out.write_all(core.replacen(END, &stated, 1).as_bytes())?;
    }
    Ok(out.finish()?.into_inner())
}
