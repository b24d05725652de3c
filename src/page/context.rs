//! What every part of the page needs at hand.

use std::sync::LazyLock;

use super::plan::Plan;
use crate::form::{Library, Measure};
use crate::grid::Place;
use crate::rollup::{Dossier, Summary};
use crate::show;
use crate::text::{Lang, Text};
use crate::words::Words;

const WORDS: &str = include_str!("../../data/page/strings.toml");

/// The words of the page.
pub(super) fn words() -> &'static Words {
    static LOADED: LazyLock<Words> = LazyLock::new(|| {
        Words::load("data/page/strings.toml", WORDS).unwrap_or_else(|e| panic!("{e}"))
    });
    &LOADED
}

/// A page being written.
pub(super) struct Page<'a> {
    pub dossier: &'a Dossier,
    pub library: &'a Library,
    pub lang: Lang,
    /// The year reported on.
    pub latest: &'a Summary,
    pub plan: &'static Plan,
}

impl<'a> Page<'a> {
    /// A word of the interface.
    pub fn t(&self, name: &'static str) -> &'static str {
        words().get(name, self.lang)
    }

    /// A word of the interface with its holders filled.
    pub fn fill(&self, name: &str, with: &[(&str, &str)]) -> String {
        words().fill(name, self.lang, with)
    }

    /// A text in the page's language.
    pub fn text<'t>(&self, text: &'t Text) -> &'t str {
        text.get(self.lang)
    }

    /// The area's name, or a word for it.
    pub fn area(&self) -> &'a str {
        match self.dossier.area.name.as_str() {
            "" => self.t("unnamed-area"),
            name => name,
        }
    }

    /// A number with 万元 behind it where it is money.
    pub fn with_unit(&self, measure: Measure, number: i64) -> String {
        match measure {
            Measure::Count => show::count(number),
            Measure::Fen => format!("{}{}", show::number(measure, number), self.t("wan-yuan")),
        }
    }

    /// A number, or the word for a missing one.
    pub fn or_missing(&self, measure: Measure, number: Option<i64>) -> String {
        match number {
            Some(number) => show::number(measure, number),
            None => self.t("missing").to_owned(),
        }
    }

    /// The label of a key; the key itself where no form knows it.
    pub fn label(&self, key: &str) -> String {
        (self.latest.form.label(key, self.lang))
            .or_else(|| {
                (self.library.forms().iter().rev()).find_map(|form| form.label(key, self.lang))
            })
            .unwrap_or_else(|| key.to_owned())
    }

    /// Whether a key is money and its label does not say in what unit.
    pub fn needs_unit(&self, key: &str) -> bool {
        let stated = (std::iter::once(&self.latest.form).chain(self.library.forms()))
            .find_map(|form| Some(form.keys[form.index(key)?].stated_unit.is_some()));
        self.measure(key) == Measure::Fen && stated != Some(true)
    }

    /// Measure of a key in any form.
    pub fn measure(&self, key: &str) -> Measure {
        super::plan::measure(&self.latest.form, key)
            .or_else(|| {
                (self.library.forms().iter().rev()).find_map(|f| super::plan::measure(f, key))
            })
            .unwrap_or_default()
    }
}

/// A place in words: file › sheet › cell.
pub(super) fn place(place: &Place) -> String {
    format!("{} › {} › {}", place.file, place.sheet, place.cell)
}
