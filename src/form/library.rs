//! The forms at hand: the official ones, embedded, and those given on the command line.

use std::sync::{Arc, LazyLock};

use super::file::{self, FormError};
use super::{Crosswalk, Form, Indicators};

const FORMS: [(&str, &str); 2] = [
    (
        "forms/2019.toml",
        include_str!("../../data/forms/2019.toml"),
    ),
    (
        "forms/2021.toml",
        include_str!("../../data/forms/2021.toml"),
    ),
];
const RULE_SETS: [(&str, &str); 1] = [("official", include_str!("../../data/rules/official.toml"))];
const CROSSWALKS: [(&str, &str); 1] = [(
    "forms/crosswalk-2019-2021.toml",
    include_str!("../../data/forms/crosswalk-2019-2021.toml"),
)];
const INDICATORS: (&str, &str) = (
    "indicators.toml",
    include_str!("../../data/indicators.toml"),
);

/// Every form at hand, with what connects them.
#[derive(Debug, Clone)]
pub struct Library {
    forms: Vec<Arc<Form>>,
    crosswalks: Vec<Crosswalk>,
    indicators: Indicators,
}

impl Library {
    /// The official forms.
    ///
    /// # Panics
    /// Never with a tested binary: the embedded data is loaded by the tests.
    pub fn official() -> &'static Self {
        static OFFICIAL: LazyLock<Library> =
            LazyLock::new(|| Library::embedded().unwrap_or_else(|e| panic!("embedded data: {e}")));
        &OFFICIAL
    }

    /// Loads and checks the embedded data.
    ///
    /// # Errors
    /// Whatever is wrong with it; a test keeps it right.
    pub fn embedded() -> Result<Self, FormError> {
        let mut library = Self {
            forms: Vec::new(),
            crosswalks: Vec::new(),
            indicators: Indicators::load(INDICATORS.0, INDICATORS.1)?,
        };
        for (name, text) in FORMS {
            library.add(name, text)?;
        }
        for (name, text) in CROSSWALKS {
            let crosswalk = Crosswalk::load(name, text, |id| library.get(id).map(Arc::as_ref))?;
            library.crosswalks.push(crosswalk);
        }
        Ok(library)
    }

    /// Adds a form, or replaces the one of the same id.
    ///
    /// # Errors
    /// What is wrong with the form's text; `name` is the file to be named in the message.
    pub fn add(&mut self, name: &str, text: &str) -> Result<&Arc<Form>, FormError> {
        let form = Arc::new(file::load(name, text, &RULE_SETS)?);
        let at = match self.forms.iter().position(|known| known.id == form.id) {
            Some(at) => {
                self.crosswalks
                    .retain(|c| c.from != form.id && c.to != form.id);
                self.forms[at] = form;
                at
            }
            None => {
                self.forms.push(form);
                self.forms.len() - 1
            }
        };
        Ok(&self.forms[at])
    }

    /// Adds a crosswalk between two forms at hand.
    ///
    /// # Errors
    /// What is wrong with its text.
    pub fn add_crosswalk(&mut self, name: &str, text: &str) -> Result<(), FormError> {
        let crosswalk = Crosswalk::load(name, text, |id| self.get(id).map(Arc::as_ref))?;
        self.crosswalks
            .retain(|c| (&c.from, &c.to) != (&crosswalk.from, &crosswalk.to));
        self.crosswalks.push(crosswalk);
        Ok(())
    }

    /// A library with one form alone: whatever is read, is read as that form. None where there is no such form.
    #[must_use]
    pub fn only(&self, id: &str) -> Option<Self> {
        let mut library = self.clone();
        library.forms.retain(|form| form.id == id);
        library.crosswalks.clear();
        (!library.forms.is_empty()).then_some(library)
    }

    /// Every form, official ones first.
    pub fn forms(&self) -> &[Arc<Form>] {
        &self.forms
    }

    /// The form of an id.
    pub fn get(&self, id: &str) -> Option<&Arc<Form>> {
        self.forms.iter().find(|form| form.id == id)
    }

    /// The form that reports for a year use; of several, the one added last.
    pub fn for_year(&self, year: i32) -> Option<&Arc<Form>> {
        self.forms
            .iter()
            .rev()
            .find(|form| form.years.contains(year))
    }

    /// Id of the first form that a form can be compared with: what stands for all versions of one report,
    /// whichever form they are on.
    pub fn family<'f>(&'f self, form: &'f Form) -> &'f str {
        let related = |other: &&Arc<Form>| self.crosswalk(other, form).is_some();
        (self.forms.iter().find(related)).map_or(&form.id, |other| &other.id)
    }

    /// What can be compared between two forms; none where nobody has laid it down.
    pub fn crosswalk(&self, from: &Form, to: &Form) -> Option<Crosswalk> {
        if from.id == to.id {
            return Some(Crosswalk::identity(from));
        }
        (self.crosswalks.iter()).find_map(|c| {
            if c.from == from.id && c.to == to.id {
                Some(c.clone())
            } else if c.from == to.id && c.to == from.id {
                Some(c.reversed())
            } else {
                None
            }
        })
    }

    /// The forms of two years and what compares between them; none where one of the years has no form, or nobody
    /// has laid down what compares.
    pub fn years(&self, from: i32, to: i32) -> Option<(&Arc<Form>, &Arc<Form>, Crosswalk)> {
        let (from, to) = (self.for_year(from)?, self.for_year(to)?);
        Some((from, to, self.crosswalk(from, to)?))
    }

    /// The definitions of derived indicators.
    pub fn indicators(&self) -> &Indicators {
        &self.indicators
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_official_forms_have_their_cells() {
        let library = Library::embedded().unwrap();
        for (id, cells, requests) in [("2019", 198, 161), ("2021", 200, 175)] {
            let form = library.get(id).unwrap();
            assert_eq!(form.keys.len(), cells);
            let in_requests = form
                .keys
                .iter()
                .filter(|k| k.key.starts_with("requests."))
                .count();
            assert_eq!(in_requests, requests);
            assert!(
                form.index("appeals.litigation_after_review.pending")
                    .is_some()
            );
        }
    }

    #[test]
    fn a_form_with_a_mistake_is_refused_with_its_place() {
        let good = FORMS[0].1;
        for (from, to, part) in [
            ("cells = 198", "cells = 197", "cells"),
            ("\"Natural persons\"", "\"\"", "empty label"),
            ("key = \"carried_in\"", "key = \"received\"", "twice"),
            ("published\"]\nrelation", "publish\"]\nrelation", "publish"),
            ("relation = \"<=\"", "relation = \"<\"", "relation"),
            ("cells = 198", "cells = 198\ncolour = 1", "colour"),
        ] {
            assert!(good.contains(from), "{from}");
            let bad = good.replacen(from, to, 1);
            let mut library = Library::embedded().unwrap();
            let error = library.add("mine.toml", &bad).unwrap_err();
            assert!(error.to_string().contains("mine.toml"), "{error}");
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
