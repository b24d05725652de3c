//! Dossier → the county's report skeleton as docx.

mod paragraphs;
mod table;
mod template;

use std::io::Cursor;

use docx_rs::{Docx, PageMargin, RunFonts};

use crate::form::Library;
use crate::rollup::{Dossier, Summary};
use crate::text::{Lang, Text};
use paragraphs::Paragraphs;
use template::{Filler, Template};

/// Why no Word file could be written.
#[derive(Debug, thiserror::Error)]
pub enum WordError {
    /// There is no year to report on.
    #[error("no year to write a report for")]
    NoYear,
    /// The parts could not be put into one file.
    #[error("putting the Word file together: {0}")]
    Pack(String),
}

/// Writes the area's own report for the year reported on: the official sections in their order, the
/// tables filled in the official layout with merged cells, the sentences with figures filled in, and the
/// rest marked for the office to write.
///
/// A sum nobody has a number for stands as 缺, marked. While units are missing, the first paragraph says
/// which. The same dossier always gives the same bytes.
///
/// # Errors
/// The dossier has no year, or the file could not be put together.
///
/// ```
/// use huizong::{form::Library, rollup::Dossier, text::Lang, word};
/// assert!(word::write(&Dossier::default(), Library::official(), Lang::Zh).is_err());
/// ```
pub fn write(dossier: &Dossier, _library: &Library, lang: Lang) -> Result<Vec<u8>, WordError> {
    let latest = dossier.latest().ok_or(WordError::NoYear)?;
    let template = Template::built_in();
    let filler = Filler {
        dossier,
        latest,
        lang,
        template,
    };
    let mut paragraphs = Paragraphs::new(&template.style);
    let mut docx = page(&mut paragraphs, template);
    docx = opening(docx, &filler, &mut paragraphs);
    for section in &template.before {
        docx = heading(docx, &section.heading, &filler, &mut paragraphs);
        docx = sentences(docx, &section.paragraphs, &filler, &mut paragraphs);
    }
    docx = tables(docx, &filler, &mut paragraphs);
    for section in &template.after {
        docx = heading(docx, &section.heading, &filler, &mut paragraphs);
        docx = sentences(docx, &section.paragraphs, &filler, &mut paragraphs);
    }
    docx = docx.add_paragraph(paragraphs.body(""));
    for text in &template.sign_off {
        if let Some(words) = filler.sentence(text) {
            docx = docx.add_paragraph(paragraphs.signature(&words));
        }
    }
    let mut bytes = Cursor::new(Vec::new());
    (docx.build().pack(&mut bytes)).map_err(|e| WordError::Pack(e.to_string()))?;
    Ok(bytes.into_inner())
}

/// A4 with the margins of official documents: 37, 28, 35 and 26 mm.
fn page(paragraphs: &mut Paragraphs, template: &Template) -> Docx {
    let style = &template.style;
    let fonts = RunFonts::new()
        .ascii(&style.latin_font)
        .hi_ansi(&style.latin_font)
        .east_asia(&style.body_font);
    let mut docx = Docx::new()
        .page_size(11_906, 16_838)
        .page_margin(PageMargin {
            top: 2098,
            right: 1474,
            bottom: 1984,
            left: 1588,
            header: 851,
            footer: 992,
            gutter: 0,
        })
        .default_fonts(fonts)
        .default_size(style.body_size)
        .footer(paragraphs.footer());
    for style in paragraphs.styles() {
        docx = docx.add_style(style);
    }
    docx
}

fn opening(mut docx: Docx, filler: &Filler<'_>, paragraphs: &mut Paragraphs) -> Docx {
    let template = filler.template;
    if let Some(title) = filler.sentence(&template.title) {
        docx = docx.add_paragraph(paragraphs.title(&title));
    }
    if filler.latest.reported() < filler.latest.expected() {
        docx = sentences(docx, [&template.incomplete], filler, paragraphs);
    }
    sentences(docx, &template.introduction, filler, paragraphs)
}

fn heading(docx: Docx, text: &Text, filler: &Filler<'_>, paragraphs: &mut Paragraphs) -> Docx {
    docx.add_paragraph(paragraphs.heading(text.get(filler.lang)))
}

fn sentences<'t>(
    mut docx: Docx,
    texts: impl IntoIterator<Item = &'t Text>,
    filler: &Filler<'_>,
    paragraphs: &mut Paragraphs,
) -> Docx {
    for text in texts {
        if let Some(words) = filler.sentence(text) {
            docx = docx.add_paragraph(paragraphs.body(&words));
        }
    }
    docx
}

/// Every table of the form under its heading, with the sentences that go with it.
fn tables(mut docx: Docx, filler: &Filler<'_>, paragraphs: &mut Paragraphs) -> Docx {
    for table in &filler.latest.form.tables {
        docx = heading(docx, &table.label, filler, paragraphs);
        let texts = filler.template.tables.iter().find(|t| t.key == table.key);
        docx = sentences(
            docx,
            texts.iter().flat_map(|t| &t.paragraphs),
            filler,
            paragraphs,
        );
        docx = docx.add_table(table::table(table, filler, paragraphs));
    }
    if has_gaps(filler.latest) {
        docx = sentences(docx, [&filler.template.gaps], filler, paragraphs);
    }
    docx
}

fn has_gaps(latest: &Summary) -> bool {
    latest.totals.iter().any(|total| total.sum.is_none())
}
