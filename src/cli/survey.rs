//! What a run has before it holds it: every file, and whose every report is, without figures and texts.

mod grounds;
mod words;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::failure::Failure;
use super::run::{self, Opened};
use super::settings::Settings;
use super::stored::{Counties, time};
use crate::batch::{self, Outcome, Piece};
use crate::check::Names;
use crate::frame::store::{Came, Chunk, Store, Whose};
use crate::report::{Narrative, Report, Scope};
use crate::units::Registry;
pub(super) use grounds::Grounds;
use words::Words;

/// Where a report is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spot {
    /// It came from a file, and is held.
    Held,
    /// A row of a chunk of a store.
    Row(u32, u32),
}

/// One report, as far as it is known without being held.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// Number of its file.
    pub piece: u32,
    /// Its number within its file.
    pub ordinal: u32,
    pub year: Option<i32>,
    /// The registry's line by its names, which decides the order of reports.
    pub named: Option<u32>,
    /// The registry's line of its unit, by its code where its names do not tell.
    pub line: Option<u32>,
    /// Its unit's name and code, as numbers of words.
    pub unit: u32,
    pub code: Option<u32>,
    pub scope: Scope,
    /// Reports of one ground belong together: a county, or the counties a unit has belonged to.
    pub ground: u32,
    pub spot: Spot,
}

/// A file of a run, without its reports.
#[derive(Debug)]
pub(super) struct Paper {
    pub piece: Piece,
    /// Number of the word that names its county; none where it comes from no store.
    pub county: Option<u32>,
    /// It had reports when it was taken in; where none is left, it counts as gone.
    pub has_reports: bool,
}

/// Everything a run has.
#[derive(Debug)]
pub(super) struct Survey {
    pub stores: Vec<Store>,
    /// Chunks, with the number of their store.
    pub chunks: Vec<(usize, Chunk)>,
    pub papers: Vec<Paper>,
    /// Pieces of files, with their reports, in the order of the first papers.
    pub held: Vec<Piece>,
    pub known: Vec<Known>,
    pub words: Words,
    pub grounds: Grounds,
    pub county: String,
    pub names: Names,
}

impl Survey {
    /// Looks at every store once, reading the columns that tell whose the reports are.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn new(opened: Opened, settings: &Settings) -> Result<Self, Failure> {
        let registry = Arc::clone(&opened.registry);
        let mut survey = Self {
            stores: opened.stores.into_iter().map(|(_, store)| store).collect(),
            chunks: Vec::new(),
            papers: Vec::new(),
            held: opened.pieces,
            known: Vec::new(),
            words: Words::default(),
            grounds: Grounds::new(),
            county: String::new(),
            names: Names::default(),
        };
        let mut finding = Finding::default();
        survey.look_at_files();
        survey.look_at_stores(settings, &registry, &mut finding)?;
        let names: BTreeSet<&Arc<str>> = (survey.papers.iter())
            .filter_map(|paper| paper.county.map(|county| survey.words.get(county)))
            .collect();
        let counties: Counties = (names.into_iter())
            .map(|name| (Arc::clone(name), name.to_string()))
            .collect();
        survey.county = run::county(settings, &opened.gathered, &registry, &counties);
        survey.read_names(&registry)?;
        survey.place(&registry);
        let units: BTreeSet<u32> = survey.known.iter().map(|known| known.unit).collect();
        survey.names = Names::new(
            (units.iter().map(|unit| &**survey.words.get(*unit)))
                .chain(registry.units.iter().map(|unit| unit.name.as_str())),
        );
        Ok(survey)
    }

    /// The files that have been read: what they hold is known, and stays.
    fn look_at_files(&mut self) {
        for (at, piece) in self.held.iter().enumerate() {
            let reports = match &piece.outcome {
                Outcome::Reports(reports) => reports.as_slice(),
                _ => &[],
            };
            for (ordinal, report) in reports.iter().enumerate() {
                let code = report.code.as_deref().map(|code| self.words.number(code));
                self.known.push(Known {
                    piece: at as u32,
                    ordinal: ordinal as u32,
                    year: report.year,
                    named: None,
                    line: None,
                    unit: self.words.number(&report.unit),
                    code,
                    scope: report.scope,
                    ground: Grounds::NOWHERE,
                    spot: Spot::Held,
                });
            }
            self.papers.push(Paper {
                has_reports: !reports.is_empty(),
                county: None,
                piece: Piece {
                    name: Arc::clone(&piece.name),
                    modified: piece.modified,
                    outcome: match &piece.outcome {
                        Outcome::Reports(_) => Outcome::Reports(Vec::new()),
                        Outcome::NotAReport(why) => Outcome::NotAReport(why.clone()),
                        Outcome::Unreadable(why) => Outcome::Unreadable(why.clone()),
                    },
                    findings: piece.findings.clone(),
                },
            });
        }
    }

    fn look_at_stores(
        &mut self,
        settings: &Settings,
        registry: &Registry,
        finding: &mut Finding,
    ) -> Result<(), Failure> {
        for number in 0..self.stores.len() {
            let mut by_name: HashMap<(Arc<str>, Arc<str>), u32> = HashMap::new();
            for entry in self.stores[number].files()? {
                let at = self.papers.len() as u32;
                by_name.insert((Arc::clone(&entry.name), entry.source), at);
                let (outcome, has_reports) = match entry.came {
                    Came::Reports(_) => (Outcome::Reports(Vec::new()), true),
                    Came::NotAReport(why) => (Outcome::NotAReport(why), false),
                    Came::Unreadable(why) => (Outcome::Unreadable(why), false),
                };
                self.papers.push(Paper {
                    piece: Piece {
                        name: entry.name,
                        modified: entry.modified.map(time),
                        outcome,
                        findings: entry.findings,
                    },
                    county: None,
                    has_reports,
                });
            }
            let chunks = self.stores[number].chunks(&settings.library, &Default::default())?;
            // For each file, the first of its reports: its county stands for the file.
            let mut first: HashMap<u32, u32> = HashMap::new();
            for chunk in chunks {
                let rows = self.stores[number].whose(&chunk)?;
                for (row, whose) in rows.into_iter().enumerate() {
                    let key = (Arc::from(&*whose.file), Arc::from(&*whose.source));
                    let Some(piece) = by_name.get(&key).copied() else {
                        return Err(self.stores[number].has_strays(&whose.file).into());
                    };
                    let earliest = first.entry(piece).or_insert(u32::MAX);
                    if whose.ordinal < *earliest {
                        *earliest = whose.ordinal;
                        let county =
                            (!whose.county.is_empty()).then(|| self.words.number(&whose.county));
                        self.papers[piece as usize].county = county;
                    }
                    let spot = Spot::Row(self.chunks.len() as u32, row as u32);
                    self.learn(piece, &whose, chunk.part.year, spot, registry, finding);
                }
                self.chunks.push((number, chunk));
            }
        }
        Ok(())
    }

    fn learn(
        &mut self,
        piece: u32,
        whose: &Whose,
        year: Option<i32>,
        spot: Spot,
        registry: &Registry,
        finding: &mut Finding,
    ) {
        let unit = self.words.number(&whose.unit);
        let code = (whose.code.as_deref()).map(|code| self.words.number(code));
        self.known.push(Known {
            piece,
            ordinal: whose.ordinal,
            year,
            named: finding.line((unit, code, year), whose, registry),
            line: None,
            unit,
            code,
            scope: whose.scope,
            ground: Grounds::NOWHERE,
            spot,
        });
    }

    /// Reports whose unit's name tells nothing: other names they give, and what their title says.
    fn read_names(&mut self, registry: &Registry) -> Result<(), Failure> {
        if registry.is_empty() {
            return Ok(());
        }
        let mut unknown: BTreeMap<u32, Vec<(u32, usize)>> = BTreeMap::new();
        for (at, known) in self.known.iter().enumerate() {
            if let (Spot::Row(chunk, row), None) = (known.spot, known.named) {
                unknown.entry(chunk).or_default().push((row, at));
            }
        }
        for (number, rows) in unknown {
            let (store, chunk) = &self.chunks[number as usize];
            let wanted: Vec<u32> = rows.iter().map(|(row, _)| *row).collect();
            let texts = self.stores[*store].texts(chunk, &wanted)?;
            for ((_, at), narrative) in rows.into_iter().zip(texts) {
                let known = &self.known[at];
                let code = known.code.map(|code| self.words.get(code).to_string());
                let report = Report {
                    file: Arc::from(""),
                    form: Arc::clone(&chunk.form),
                    unit: self.words.get(known.unit).to_string(),
                    code,
                    year: known.year,
                    scope: known.scope,
                    values: Vec::new(),
                    narrative,
                    revision: 0,
                    findings: Vec::new(),
                };
                self.known[at] = look_closer(self.known[at], &report, registry, &self.county);
            }
        }
        for at in 0..self.known.len() {
            let known = self.known[at];
            if known.spot == Spot::Held
                && let Some(report) = self.report(known.piece, known.ordinal)
            {
                self.known[at] = look_closer(known, report, registry, &self.county);
            }
        }
        Ok(())
    }

    /// A report that is held.
    pub fn report(&self, piece: u32, ordinal: u32) -> Option<&Report> {
        match &self.held.get(piece as usize)?.outcome {
            Outcome::Reports(reports) => reports.get(ordinal as usize),
            _ => None,
        }
    }

    /// How many files there are. One whose reports have all gone is none.
    pub fn present(&self) -> usize {
        let with: BTreeSet<u32> = self.known.iter().map(|known| known.piece).collect();
        let papers = self.papers.iter().enumerate();
        papers
            .filter(|(at, paper)| !paper.has_reports || with.contains(&(*at as u32)))
            .count()
    }

    /// The years there are reports for.
    pub fn years(&self) -> BTreeSet<i32> {
        self.known.iter().filter_map(|known| known.year).collect()
    }
}

/// What the registry says of a report by all its names, and whether it gives an area's figures.
fn look_closer(known: Known, report: &Report, registry: &Registry, county: &str) -> Known {
    let (unit, code) = (&report.unit, report.code.as_deref());
    let Narrative { names, .. } = &report.narrative;
    let line =
        (!unit.is_empty()).then(|| batch::registered(unit, code, names, report.year, registry));
    let mut known = known;
    known.named = line.flatten().map(|line| line as u32);
    let consolidated = match known.named {
        Some(line) => !registry.reports_itself(line as usize),
        None => batch::calls_itself_consolidated(report, county),
    };
    if consolidated {
        known.scope = Scope::Consolidated;
    }
    known
}

/// Names that have been looked up.
#[derive(Debug, Default)]
struct Finding {
    lines: HashMap<(u32, Option<u32>, Option<i32>), Option<u32>>,
}

impl Finding {
    /// The line of a unit; `key` are its name and code as numbers, and the year.
    fn line(
        &mut self,
        key: (u32, Option<u32>, Option<i32>),
        whose: &Whose,
        registry: &Registry,
    ) -> Option<u32> {
        if registry.is_empty() || whose.unit.is_empty() {
            return None;
        }
        let (unit, code) = (&whose.unit, whose.code.as_deref());
        let found = || Some(registry.find_coded(unit, code, key.2)? as u32);
        *self.lines.entry(key).or_insert_with(found)
    }
}
