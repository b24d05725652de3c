//! Pages saved with all their parts in one MIME file (`.mht`, `.mhtml`).

use std::sync::Arc;

use mailparse::ParsedMail;

use super::charset::{self, Decoded};
use super::limits::Limits;
use super::{Document, Refusal, note, page, refused, text};
use crate::text::Text;

/// How deep parts may nest.
const DEPTH: u32 = 16;

/// Reads the page of a MIME file; frames that are pages themselves follow it.
///
/// # Errors
/// A file whose parts cannot be told apart, or without any page in it.
pub(super) fn read(name: &Arc<str>, bytes: &[u8], limits: &Limits) -> Result<Document, Refusal> {
    let what = Text::new("网页归档（.mht）", "web archive (.mht)");
    let damaged = |cause: &str| refused::damaged(name, &what, cause);
    // Word puts a byte order mark before the headers.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let start = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
    if too_deep(&bytes[start..]) {
        return Err(damaged("部分嵌套过深 / parts nested too deeply"));
    }
    let mail = mailparse::parse_mail(&bytes[start..]).map_err(|e| damaged(&e.to_string()))?;
    let mut parts = Parts::default();
    parts.gather(&mail, 0);
    let mut document: Option<Document> = None;
    for (body, charset) in &parts.pages {
        let decoded = charset::decode(body, charset.as_deref());
        document = Some(match document.take() {
            None => page::read(name, &decoded, limits)?,
            Some(first) => join(first, page::read(name, &decoded, limits)?),
        });
    }
    if document.is_none()
        && let Some((body, charset)) = parts.plain.first()
    {
        let decoded: Decoded<'_> = charset::decode(body, charset.as_deref());
        document = Some(text::read(name, &decoded, limits)?);
    }
    let mut document = document.ok_or_else(|| damaged("其中没有网页 / there is no page in it"))?;
    if !parts.attachments.is_empty() {
        let list = parts.attachments.join("、");
        document.notes.push(note(
            "unread-attachment",
            format!("{name}：附件未读取（{list}），请存出后单独放入"),
            format!(
                "{name}: attachments were not read ({list}); save them and add them by themselves"
            ),
            None,
        ));
    }
    Ok(document)
}

/// Boundaries are declared once for each level; counting them is enough.
fn too_deep(bytes: &[u8]) -> bool {
    let key = b"boundary=";
    bytes
        .windows(key.len())
        .filter(|w| w.eq_ignore_ascii_case(key))
        .take(DEPTH as usize * 4)
        .count()
        >= DEPTH as usize * 4
}

fn join(mut first: Document, more: Document) -> Document {
    let offset = first.grids.len();
    first
        .parts
        .extend(more.parts.into_iter().map(|part| match part {
            super::Part::Grid(index) => super::Part::Grid(index + offset),
            words => words,
        }));
    for mut grid in more.grids {
        grid.name = format!("表{}", first.grids.len() + 1).into();
        first.grids.push(grid);
    }
    first.notes.extend(more.notes);
    first
}

type Body = (Vec<u8>, Option<String>);

#[derive(Default)]
struct Parts {
    pages: Vec<Body>,
    plain: Vec<Body>,
    attachments: Vec<String>,
}

impl Parts {
    fn gather(&mut self, mail: &ParsedMail<'_>, depth: u32) {
        if depth > DEPTH {
            return;
        }
        if !mail.subparts.is_empty() {
            for part in &mail.subparts {
                self.gather(part, depth + 1);
            }
            return;
        }
        let kind = mail.ctype.mimetype.to_ascii_lowercase();
        let charset = mail.ctype.params.get("charset").cloned();
        let file = mail
            .get_content_disposition()
            .params
            .get("filename")
            .or_else(|| mail.ctype.params.get("name"))
            .cloned();
        match kind.as_str() {
            "text/html" | "application/xhtml+xml" => {
                self.pages
                    .extend(mail.get_body_raw().ok().map(|body| (body, charset)));
            }
            "text/plain" if file.is_none() => {
                self.plain
                    .extend(mail.get_body_raw().ok().map(|body| (body, charset)));
            }
            _ if kind.starts_with("application/") && !kind.contains("javascript") => {
                self.attachments.extend(file);
            }
            _ => {}
        }
    }
}
