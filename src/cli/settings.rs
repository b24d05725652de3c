//! What was typed → what it means: flags before `huizong.toml`, that before what is found.

use std::env;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{Common, Reading};
use super::config::Config;
use super::failure::Failure;
use crate::batch::{Paths, reports_at_once};
use crate::files::Limits;
use crate::form::{FormError, Library};
use crate::text::Lang;

/// The resolved settings of a run.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// Language of results.
    pub lang: Lang,
    /// The forms at hand; only one of them where one is forced.
    pub library: Library,
    /// The same without regard to a form that is forced.
    pub every_form: Library,
    /// What is read; empty for a command that reads nothing.
    pub inputs: Vec<PathBuf>,
    /// Unit registry, where one was named.
    pub units: Option<PathBuf>,
    /// The analyst's overrides, where they were named.
    pub corrections: Option<PathBuf>,
    /// How many reports of a store are held in memory at once.
    pub at_once: usize,
    /// Name of the county, where it was given.
    pub county: Option<String>,
    /// How files are called in the results.
    pub paths: Paths,
    /// What is read at most.
    pub limits: Arc<Limits>,
    /// The rest of the settings file.
    pub config: Config,
}

impl Settings {
    /// Merges flags and settings file, and loads the forms.
    ///
    /// # Errors
    /// A settings file or form that cannot be read; nothing to read where something must be.
    pub fn new(common: &Common, reading: Option<&Reading>, lang: Lang) -> Result<Self, Failure> {
        let typed = reading.cloned().unwrap_or_default();
        let config = Config::find(common.config.as_deref(), &typed.inputs)?;
        let inputs = first(typed.inputs, &config.inputs);
        if reading.is_some() && inputs.is_empty() {
            return Err(Failure::NoInput);
        }
        let jobs = common.jobs.or(config.jobs).unwrap_or(0);
        // Fails only where threads run already, which is not so at the beginning of a program.
        let _ = rayon::ThreadPoolBuilder::new()
            .num_threads(jobs)
            .build_global();
        let every_form = library(&first(common.form.clone(), &config.form))?;
        Ok(Self {
            lang: common.lang.map(Lang::from).or(config.lang).unwrap_or(lang),
            library: forced(&every_form.0, every_form.1)?,
            every_form: every_form.0,
            inputs,
            at_once: config
                .reports_at_once
                .map_or_else(reports_at_once, NonZeroUsize::get),
            units: typed.units.or_else(|| config.units.clone()),
            corrections: typed.corrections.or_else(|| config.corrections.clone()),
            county: typed.county.or_else(|| config.county.clone()),
            paths: if common.redact_paths || config.redact_paths {
                Paths::Redacted
            } else {
                Paths::Whole
            },
            limits: Arc::new(limits(&common.limit, &config)?),
            config,
        })
    }
}

/// The limits: as typed, else as the settings file says, else those of `data/limits.toml`.
fn limits(typed: &[String], config: &Config) -> Result<Limits, Failure> {
    let mut limits = Limits::default();
    let written = config.limits.iter().map(|(name, value)| {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        (name.clone(), value)
    });
    let typed = typed.iter().map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.to_owned(), value.to_owned())
    });
    for (name, value) in written.chain(typed) {
        limits.set(&name, &value).map_err(Failure::Limit)?;
    }
    Ok(limits)
}

impl Settings {
    /// A path as it may stand in the results.
    pub fn shown(&self, path: &Path) -> String {
        match (self.paths, path.file_name()) {
            (Paths::Whole, _) => path.display().to_string(),
            (Paths::Redacted, Some(name)) => name.to_string_lossy().into_owned(),
            (Paths::Redacted, None) => ".".to_owned(),
        }
    }
}

fn first(typed: Vec<PathBuf>, written: &[PathBuf]) -> Vec<PathBuf> {
    if typed.is_empty() {
        written.to_vec()
    } else {
        typed
    }
}

/// The official forms with those in the files that were named (a form, or a crosswalk), and the id that
/// was named.
fn library(named: &[PathBuf]) -> Result<(Library, Option<String>), Failure> {
    let mut library = Library::official().clone();
    let mut forced = None;
    for name in named {
        if name.is_file() {
            add(&mut library, name)?;
        } else {
            forced = Some(name.to_string_lossy().into_owned());
        }
    }
    Ok((library, forced))
}

/// A library in which a form that was named stands alone.
fn forced(library: &Library, named: Option<String>) -> Result<Library, Failure> {
    let Some(id) = named else {
        return Ok(library.clone());
    };
    library.only(&id).ok_or_else(|| Failure::NoSuchForm {
        asked: id,
        there: library.forms().iter().map(|form| form.id.clone()).collect(),
    })
}

fn add(library: &mut Library, path: &Path) -> Result<(), Failure> {
    let text = fs::read_to_string(path).map_err(|e| Failure::file(path, &e))?;
    let name = path.display().to_string();
    let table: toml::Table = toml::from_str(&text).map_err(|e| FormError {
        file: name.clone(),
        problem: e.to_string(),
    })?;
    if table.contains_key("pairs") {
        library.add_crosswalk(&name, &text)?;
    } else {
        library.add(&name, &text)?;
    }
    Ok(())
}

/// The language of messages: as typed, else as the locale says. Without a locale it is Chinese.
pub(super) fn lang(common: &Common) -> Lang {
    if let Some(lang) = common.lang {
        return lang.into();
    }
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| env::var(name).ok())
        .find(|value| !value.is_empty());
    locale_lang(locale.as_deref().unwrap_or_default())
}

fn locale_lang(locale: &str) -> Lang {
    let name = locale.split(['.', '@']).next().unwrap_or_default();
    if name.is_empty() || name == "C" || name == "POSIX" || name.starts_with("zh") {
        Lang::Zh
    } else {
        Lang::En
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_tells_the_language() {
        for (locale, lang) in [
            ("", Lang::Zh),
            ("C.UTF-8", Lang::Zh),
            ("POSIX", Lang::Zh),
            ("zh_CN.UTF-8", Lang::Zh),
            ("en_US.UTF-8", Lang::En),
            ("de_DE@euro", Lang::En),
        ] {
            assert_eq!(locale_lang(locale), lang, "{locale}");
        }
    }
}
