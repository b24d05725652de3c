//! What is written of every area, and the tables that all areas share.

use std::collections::{BTreeMap, HashMap};

use super::failure::Failure;
use super::output::Folder;
use super::roll::Task;
use super::settings::Settings;
use super::spool::Spool;
use super::summary;
use crate::batch::Input;
use crate::check::Corrections;
use crate::export;
use crate::finding::Finding;
use crate::rollup::{Dossier, Made};
use crate::text::{Lang, Text};
use crate::{page, word, workbook};

/// Makes the files of areas.
pub(super) struct Maker<'a> {
    /// For every task, the name of its files, and how it is told of.
    names: Vec<(Option<String>, Telling)>,
    made: Made,
    corrections: &'a Corrections,
    settings: &'a Settings,
}

/// How much is said of an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Telling {
    Nothing,
    Line,
    Full,
}

/// The files of an area, and what is said of it.
pub(super) struct Files {
    named: Option<(String, [Vec<u8>; 3])>,
    pub told: Option<Told>,
}

/// What the tables of all areas have of one.
pub(super) struct Told {
    findings: Vec<Finding>,
    text: Vec<u8>,
    json: Option<serde_json::Value>,
    rows_csv: Vec<u8>,
    rows_json: Vec<u8>,
}

impl<'a> Maker<'a> {
    /// Gives every task the name of its files: an area and a year have one, whatever was asked for.
    pub fn new(
        tasks: &[Task],
        folder: &mut Folder,
        made: Made,
        corrections: &'a Corrections,
        settings: &'a Settings,
    ) -> Self {
        let last: Vec<bool> = tasks.iter().map(|task| task.is_last).collect();
        let told = last.iter().filter(|last| **last).count();
        let mut given = std::collections::BTreeSet::new();
        let mut so_far = 0;
        let names = tasks.iter().map(|task| {
            let area = task.plan().area();
            let identity = format!(
                "{} {}",
                area.code.as_deref().unwrap_or(&area.kind),
                area.name
            );
            let name = folder.name_for(&identity, &area.name, "-2022.xlsx");
            let name = task.year.map(|year| format!("{name}-{year}"));
            so_far += usize::from(task.is_last);
            let telling = match task.is_last {
                false => Telling::Nothing,
                true if told > summary::IN_FULL && so_far < told => Telling::Line,
                true => Telling::Full,
            };
            (name.filter(|name| given.insert(name.clone())), telling)
        });
        Self {
            names: names.collect(),
            made,
            corrections,
            settings,
        }
    }

    /// Makes the files of a task's dossier.
    ///
    /// # Errors
    /// A file that cannot be made.
    pub fn make(&self, number: usize, mut dossier: Dossier) -> Result<Files, Failure> {
        dossier.made = self.made.clone();
        self.corrections.accept(&mut dossier.findings);
        let (name, telling) = &self.names[number];
        let (library, lang) = (&self.settings.library, self.settings.lang);
        let stage = |error: &dyn std::fmt::Display| Failure::Stage(Text::same(error.to_string()));
        let named = match name {
            Some(name) => {
                let (book, (page, report)) = rayon::join(
                    || workbook::write(&dossier, library, lang),
                    || {
                        rayon::join(
                            || page::write(&dossier, library, lang),
                            || word::write(&dossier, library, lang),
                        )
                    },
                );
                let book = book.map_err(|error| stage(&error))?;
                let report = report.map_err(|error| stage(&error))?;
                Some((name.clone(), [book, page.into_bytes(), report]))
            }
            None => None,
        };
        let told = match telling {
            Telling::Nothing => None,
            telling => {
                let in_full = *telling == Telling::Full;
                Some(Told::of(dossier, in_full, lang).map_err(Failure::Stdout)?)
            }
        };
        Ok(Files { named, told })
    }
}

impl Files {
    /// Writes them.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn write(&self, folder: &mut Folder) -> Result<(), Failure> {
        let Some((name, files)) = &self.named else {
            return Ok(());
        };
        for (ending, bytes) in ["xlsx", "html", "docx"].iter().zip(files) {
            folder.write(&format!("{name}.{ending}"), bytes)?;
        }
        Ok(())
    }
}

impl Told {
    fn of(dossier: Dossier, in_full: bool, lang: Lang) -> std::io::Result<Self> {
        let (mut text, mut rows_csv) = (Vec::new(), Vec::new());
        summary::area(&mut text, &dossier, in_full, lang)?;
        export::comparison_rows_csv(&mut rows_csv, &dossier.comparisons, lang)?;
        Ok(Self {
            text,
            json: summary::area_json(&dossier),
            rows_csv,
            rows_json: export::comparison_rows_json(&dossier.comparisons, lang)?,
            findings: dossier.findings,
        })
    }
}

/// What all areas have told.
#[derive(Default)]
pub(super) struct Gathered {
    /// What the terminal says of each.
    pub told: Spool,
    /// The same for machines, by the number of the task.
    pub areas: BTreeMap<usize, serde_json::Value>,
    rows_csv: Spool,
    rows_json: Spool,
    known: Known,
    findings: Vec<Finding>,
}

/// The findings of all areas, each once: a unit's stands with its county and with what is above that.
#[derive(Default)]
struct Known {
    numbers: HashMap<[u8; 32], u32>,
    findings: Vec<Finding>,
    of_areas: BTreeMap<usize, Vec<u32>>,
}

impl Gathered {
    /// Takes what the area of a task has told.
    ///
    /// # Errors
    /// It cannot be kept: the disk is full.
    pub fn take(&mut self, number: usize, told: Option<Told>) -> Result<(), Failure> {
        let Some(told) = told else {
            return Ok(());
        };
        for (spool, text) in [
            (&mut self.told, &told.text),
            (&mut self.rows_csv, &told.rows_csv),
            (&mut self.rows_json, &told.rows_json),
        ] {
            spool.put(number, text).map_err(Failure::Stdout)?;
        }
        self.areas.extend(told.json.map(|json| (number, json)));
        self.known.take(number, told.findings);
        Ok(())
    }

    /// Every finding once: errors first, then in the order of the areas.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Writes the tables that all areas share.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn write(
        &mut self,
        folder: &mut Folder,
        inputs: &[Input],
        lang: Lang,
    ) -> Result<(), Failure> {
        self.findings = std::mem::take(&mut self.known).in_order();
        let findings = &self.findings;
        folder.write_with("findings.json", |out| {
            export::findings_json(out, findings, lang)
        })?;
        folder.write_csv("findings.csv", |out| {
            export::findings_csv(out, findings, lang)
        })?;
        folder.write_csv("inputs.csv", |out| export::manifest_csv(out, inputs, lang))?;
        folder.write_csv("comparison.csv", |out| {
            export::comparisons_csv_header(&mut *out)?;
            self.rows_csv.write(out, b"")
        })?;
        folder.write_with("comparison.json", |out| {
            let rows = &mut self.rows_json;
            export::comparison_parts_json(out, rows.is_empty(), |out, between| {
                rows.write(out, between)
            })
        })
    }
}

impl Known {
    fn take(&mut self, number: usize, findings: Vec<Finding>) {
        let of_area = self.of_areas.entry(number).or_default();
        for finding in findings {
            let identity = format!(
                "{:?}",
                (
                    &finding.rule,
                    &finding.unit,
                    finding.year,
                    &finding.keys,
                    &finding.places,
                    &finding.message.zh,
                )
            );
            let next = self.findings.len() as u32;
            let hash = *blake3::hash(identity.as_bytes()).as_bytes();
            let at = *self.numbers.entry(hash).or_insert(next);
            if at == next {
                self.findings.push(finding);
            }
            of_area.push(at);
        }
    }

    fn in_order(self) -> Vec<Finding> {
        let mut findings: Vec<Option<Finding>> = self.findings.into_iter().map(Some).collect();
        let mut all: Vec<Finding> = (self.of_areas.into_values().flatten())
            .filter_map(|at| findings[at as usize].take())
            .collect();
        all.sort_by_key(|finding| finding.severity);
        all
    }
}
