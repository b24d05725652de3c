//! Dossier → one self-contained HTML page.

mod chart;
mod charts;
mod compare;
mod context;
mod coverage;
mod figures;
mod findings;
mod official;
mod plan;
mod rates;
mod series;
mod sources;
mod units;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use crate::form::Library;
use crate::rollup::Dossier;
use crate::text::Lang;
use context::{Page, words};
use plan::Plan;

const STYLE: &str = include_str!("../../data/page/page.css");
const SCRIPT: &str = include_str!("../../data/page/page.js");

/// Sections in order, by the name of their heading; the name is also their anchor.
const SECTIONS: [&str; 10] = [
    "figures",
    "coverage",
    "charts",
    "official",
    "units",
    "comparison",
    "rates",
    "findings",
    "sources",
    "notes",
];

/// Writes a dossier as one HTML page that needs nothing else: no network, no other file.
///
/// The page opens from disk and can be put on a website as it is. Its content security policy admits
/// only its own style and script, by hash, so that nothing which came in with a unit's name or a cell
/// can ever run. Without a script it reads as plain tables. The same dossier always gives the same page.
///
/// ```
/// use huizong::{form::Library, page, rollup::Dossier, text::Lang};
/// let html = page::write(&Dossier::default(), Library::official(), Lang::Zh);
/// assert!(html.starts_with("<!DOCTYPE html>"));
/// ```
pub fn write(dossier: &Dossier, library: &Library, lang: Lang) -> String {
    let Some(latest) = dossier.latest() else {
        let title = words().get("no-data", lang);
        return shell(lang, title, html! { main #main { h1 { (title) } } }).into_string();
    };
    let page = Page {
        dossier,
        library,
        lang,
        latest,
        plan: Plan::built_in(),
    };
    let year = latest.year.to_string();
    let title = page.fill("title", &[("area", page.area()), ("year", &year)]);
    shell(lang, &title, body(&page, &title)).into_string()
}

fn shell(lang: Lang, title: &str, body: Markup) -> Markup {
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    let code = match lang {
        Lang::Zh => "zh-Hans",
        Lang::En => "en",
    };
    html! {
        (DOCTYPE)
        html lang=(code) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body data-filter=(words().get("filter", lang))
                data-sort=(words().get("sort-by", lang))
                data-rows=(words().get("rows-shown", lang)) {
                (body)
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// A content's hash as a content security policy names it.
fn hash(content: &str) -> String {
    format!(
        "sha256-{}",
        BASE64.encode(Sha256::digest(content.as_bytes()))
    )
}

fn body(page: &Page<'_>, title: &str) -> Markup {
    let made = &page.dossier.made;
    html! {
        a.skip href="#main" { (page.t("skip")) }
        header {
            h1 { (title) }
            p.lead { (coverage::sentence(page, page.latest)) }
            @if !made.at.is_empty() || !made.from.is_empty() {
                p.made { (page.fill("made", &[("at", &made.at), ("from", &made.from), ("by", &made.by)])) }
            }
        }
        nav aria-label=(page.t("contents")) {
            ol { @for name in SECTIONS { li { a href={ "#" (name) } { (page.t(name)) } } } }
        }
        main #main tabindex="-1" {
            (figures::section(page))
            (coverage::section(page))
            (charts::section(page))
            (official::section(page))
            (units::section(page))
            (compare::section(page))
            (rates::section(page))
            (findings::section(page))
            (sources::section(page))
            (sources::notes(page))
        }
        footer { p { (page.t("footer")) } }
    }
}
