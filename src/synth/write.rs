//! A folder of made-up reports with their registries and the truth about them.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::paper::Paper;
use super::{MadeUp, Options, county, county_registry, registry, sheet, write_page, write_text};
use super::{write_word, write_xlsx};
use crate::units::{Registry, Unit};

/// A format, and an arrangement in it, in which a report can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// A workbook with the three tables on one sheet.
    Xlsx,
    /// A workbook with a sheet for each table.
    XlsxSheets,
    /// The sheet of [`Format::Xlsx`] as comma separated text.
    Csv,
    /// JSON nested by key path.
    Json,
    /// Plain text with flattened tables.
    Txt,
    /// A web page.
    Html,
    /// A Word document.
    Docx,
    /// Comma separated text, one line per value.
    Tidy,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 8] = [
        Self::Xlsx,
        Self::XlsxSheets,
        Self::Csv,
        Self::Json,
        Self::Txt,
        Self::Html,
        Self::Docx,
        Self::Tidy,
    ];

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::XlsxSheets => "xlsx-sheets",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Txt => "txt",
            Self::Html => "html",
            Self::Docx => "docx",
            Self::Tidy => "tidy",
        }
    }

    /// The format of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }

    /// The ending of its files' names.
    pub fn ending(self) -> &'static str {
        match self {
            Self::XlsxSheets => "xlsx",
            Self::Tidy => "csv",
            other => other.as_str(),
        }
    }

    /// A report in this format.
    ///
    /// # Errors
    /// Why the workbook's writer refused.
    pub fn bytes(self, paper: &Paper) -> Result<Vec<u8>, SynthError> {
        Ok(match self {
            Self::Xlsx => write_xlsx::xlsx(&[sheet::one_sheet(paper)])?,
            Self::XlsxSheets => write_xlsx::xlsx(&sheet::sheet_per_table(paper))?,
            Self::Csv => write_text::sheet_csv(paper),
            Self::Json => {
                let mut text = format!("{:#}", write_text::json(paper));
                text.push('\n');
                text.into_bytes()
            }
            Self::Txt => write_text::txt(paper).into_bytes(),
            Self::Html => write_page::page(paper).into_bytes(),
            Self::Docx => write_word::docx(paper),
            Self::Tidy => write_text::tidy(std::slice::from_ref(paper)),
        })
    }
}

/// Why made-up reports could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// A file or folder.
    #[error("{0}: {1}")]
    Io(PathBuf, std::io::Error),
    /// A workbook.
    #[error("workbook: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Reports, a file each.
    pub reports: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// The name of the file with the truth; hidden, so that no run takes it for a report.
pub const TRUTH: &str = ".truth.csv";

/// Writes `dir/<county>/<year>/<unit>.<ending>`, the formats taking turns, and for each county its
/// `units.csv` and `.truth.csv` (`unit,year,key,value`, a count or 分). With several counties `dir/units.csv`
/// is the registry of all.
///
/// # Errors
/// The first file that could not be written.
pub fn write(options: &Options, formats: &[Format], dir: &Path) -> Result<Written, SynthError> {
    let formats = if formats.is_empty() {
        &[Format::Xlsx]
    } else {
        formats
    };
    if options.counties > 1 {
        save(&dir.join("units.csv"), &registry_csv(&registry(options)))?;
    }
    let counties: Vec<Written> = (0..options.counties)
        .into_par_iter()
        .map(|number| write_county(options, formats, dir, number))
        .collect::<Result<_, _>>()?;
    Ok(counties
        .iter()
        .fold(Written::default(), |sum, one| Written {
            reports: sum.reports + one.reports,
            bytes: sum.bytes + one.bytes,
        }))
}

fn write_county(
    options: &Options,
    formats: &[Format],
    dir: &Path,
    number: usize,
) -> Result<Written, SynthError> {
    let units = county_registry(options, number);
    let name = units
        .units
        .first()
        .map_or("", |county| county.name.as_str());
    let dir = dir.join(name);
    save(&dir.join("units.csv"), &registry_csv(&units))?;
    let made = county(options, number);
    save(&dir.join(TRUTH), &truth_csv(&made))?;
    let sizes: Vec<u64> = (made.par_iter().enumerate())
        .map(|(at, made)| {
            let format = formats[(at + number) % formats.len()];
            let bytes = format.bytes(&made.paper())?;
            let name = format!("{}.{}", made.unit, format.ending());
            save(&dir.join(made.year.to_string()).join(name), &bytes)?;
            Ok(bytes.len() as u64)
        })
        .collect::<Result<_, SynthError>>()?;
    Ok(Written {
        reports: sizes.len(),
        bytes: sizes.iter().sum(),
    })
}

pub(super) fn save(path: &Path, bytes: &[u8]) -> Result<(), SynthError> {
    let fail = |error| SynthError::Io(path.to_owned(), error);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(fail)?;
    }
    fs::write(path, bytes).map_err(fail)
}

/// A registry as `units.csv`.
pub fn registry_csv(registry: &Registry) -> Vec<u8> {
    let year = |year: Option<i32>| year.map_or_else(String::new, |year| year.to_string());
    let line = |unit: &Unit| {
        let names = [&unit.code, &unit.name, &unit.kind, &unit.parent].map(String::clone);
        let mut line = names.to_vec();
        line.extend([unit.aliases.join(";"), year(unit.from), year(unit.to)]);
        line
    };
    let head = ["code", "name", "kind", "parent", "aliases", "from", "to"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(registry.units.iter().map(line));
    write_text::rows_csv(&rows)
}

/// The truth about some reports: `unit,year,key,value`.
pub fn truth_csv(made: &[MadeUp]) -> Vec<u8> {
    let mut rows = vec![["unit", "year", "key", "value"].map(str::to_owned)];
    for made in made {
        for (info, value) in made.form.keys.iter().zip(&made.values) {
            let (unit, year) = (made.unit.clone(), made.year.to_string());
            rows.push([unit, year, info.key.clone(), value.to_string()]);
        }
    }
    write_text::rows_csv(&rows)
}
