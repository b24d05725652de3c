//! `huizong.toml`: a run written down. Flags go before it.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::failure::Failure;
use crate::text::{Lang, Text};

/// The name that is looked for.
pub(super) const NAME: &str = "huizong.toml";

/// The settings of a file. Paths are relative to the file's folder.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Config {
    /// What is read.
    pub inputs: Vec<PathBuf>,
    /// Where results are written.
    pub output: Option<PathBuf>,
    /// Unit registry.
    pub units: Option<PathBuf>,
    /// The analyst's overrides.
    pub corrections: Option<PathBuf>,
    /// Name of the county.
    pub county: Option<String>,
    /// Forms of your own, or the id of one to force.
    pub form: Vec<PathBuf>,
    /// Year of the workbook.
    pub year: Option<i32>,
    /// Years to take.
    pub years: Option<String>,
    /// A workbook for every year.
    pub every_year: bool,
    /// Threads.
    pub jobs: Option<usize>,
    /// Language.
    pub lang: Option<Lang>,
    /// Reports of a store that are held in memory at once.
    pub reports_at_once: Option<NonZeroUsize>,
    /// `error` or `warning`.
    pub fail_on: Option<String>,
    /// No folders of the user's in the results.
    pub redact_paths: bool,
    /// What is read at most, by name.
    pub limits: BTreeMap<String, toml::Value>,
}

impl Config {
    /// Reads the file that was named, else the one that is found, else nothing.
    ///
    /// # Errors
    /// The named file cannot be read; a file says something that is not understood.
    pub fn find(named: Option<&Path>, inputs: &[PathBuf]) -> Result<Self, Failure> {
        if let Some(path) = named {
            return Self::read(path);
        }
        let folders = inputs.iter().filter(|input| input.is_dir());
        let found = folders
            .map(|folder| folder.join(NAME))
            .chain([PathBuf::from(NAME)])
            .find(|path| path.is_file());
        found.map_or_else(|| Ok(Self::default()), |path| Self::read(&path))
    }

    fn read(path: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(path).map_err(|e| Failure::file(path, &e))?;
        let mut config: Self = toml::from_str(&text).map_err(|error| {
            let problem = error.to_string();
            Failure::Settings {
                file: path.to_path_buf(),
                problem: Text::same(problem.trim_end()),
            }
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let place = |path: &mut PathBuf| *path = folder.join(&path);
        config.inputs.iter_mut().for_each(place);
        config.output.iter_mut().for_each(place);
        config.units.iter_mut().for_each(place);
        config.corrections.iter_mut().for_each(place);
        for form in &mut config.form {
            if folder.join(&form).is_file() {
                place(form);
            }
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_file_and_unknown_settings_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        fs::write(&path, "inputs = [\"in\"]\nyear = 2022\nform = [\"2021\"]\n").unwrap();
        let config = Config::find(None, &[folder.path().to_path_buf()]).unwrap();
        assert_eq!(config.inputs, [folder.path().join("in")]);
        assert_eq!(config.form, [PathBuf::from("2021")]);
        assert_eq!(config.year, Some(2022));
        fs::write(&path, "colour = 1\n").unwrap();
        let failure = Config::find(Some(&path), &[]).unwrap_err();
        assert!(failure.text().en.contains("colour"), "{failure:?}");
    }
}
