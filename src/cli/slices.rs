//! A run worked through slice by slice, so that memory holds a slice of a store and not the store.

mod books;
mod cut;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::console::Console;
use super::failure::Failure;
use super::run::{self, Collected, Opened};
use super::settings::Settings;
use super::stored::Counties;
use super::survey::{Spot, Survey};
use crate::batch::{self, Account, Naming, Outcome, Piece};
use crate::check::{self, Corrections};
use crate::finding::Finding;
use crate::report::Report;
use crate::text::Text;
use crate::units::Registry;
use books::Books;
pub(super) use books::Ledger;
use cut::{by_grounds, by_versions};

/// No slice yet.
const NO_SLICE: u32 = u32::MAX;

/// A file with reports in several slices.
const SEVERAL: u32 = u32::MAX - 1;

/// What a slice is to keep together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// Whole counties with all their years: what is checked.
    Counties,
    /// The same, of what is rolled up. Without a registry everything is one area, which is not cut.
    Areas,
    /// The versions of one report. The slices are in the order of an export: by year, then by unit.
    Versions,
}

/// A run that does not fit into memory at once, cut into slices that do.
#[derive(Debug)]
pub(super) struct Sliced {
    pub survey: Survey,
    pub registry: Arc<Registry>,
    pub corrections: Arc<Corrections>,
    names: Arc<check::Names>,
    /// What was found, to be held against what became of it.
    account: Account,
    /// For every slice, numbers of its reports, ascending.
    pub slices: Vec<Vec<u32>>,
    /// For every file, its slice, the first where it has no report; or [`SEVERAL`].
    home: Vec<u32>,
    /// For every line of the registry, the slice its unit stands in, reported or not.
    slice_of_line: Vec<u32>,
    /// What the overrides speak of and is not there, by slice.
    unmet: BTreeMap<u32, Vec<Finding>>,
}

/// A run, whole or in slices.
pub(super) enum Run {
    /// Everything fits.
    Whole(Box<Collected>),
    /// It is worked through in slices.
    Sliced(Box<Sliced>),
}

impl Run {
    /// Reads the inputs; all at once where their stores are small, else slice by slice.
    ///
    /// # Errors
    /// Inputs that cannot be read, or no report at all.
    pub fn open(
        cut: Cut,
        settings: &Settings,
        apart: &[std::path::PathBuf],
        console: &Console,
    ) -> Result<Self, Failure> {
        let opened = run::open(settings, apart, console)?;
        let stored: u64 = opened.stores.iter().map(|(_, store)| store.reports()).sum();
        let is_one = cut == Cut::Areas && opened.registry.is_empty();
        if is_one || stored <= settings.at_once as u64 {
            let whole = run::whole(opened, settings, console)?;
            return Ok(Self::Whole(Box::new(whole)));
        }
        let sliced = Sliced::new(opened, cut, settings)?;
        Ok(Self::Sliced(Box::new(sliced)))
    }

    /// Gives every slice to `each`, one after the other, and says what became of the files. Everything together is
    /// one slice.
    ///
    /// # Errors
    /// A store that cannot be read, or the first error of `each`.
    pub fn each(
        &mut self,
        settings: &Settings,
        console: &Console,
        each: impl FnMut(&mut Collected) -> Result<(), Failure>,
    ) -> Result<Ledger, Failure> {
        if let Self::Sliced(sliced) = &*self {
            let (count, reports) = (sliced.slices.len(), sliced.survey.known.len());
            console.detail(&Text::new(
                format!("{reports} 份年报，分 {count} 批处理"),
                format!("{reports} reports, worked through in {count} slices"),
            ));
        }
        let ledger = self.again(settings, console, each)?;
        if let Self::Sliced(_) = self {
            run::tell(&ledger.inputs, console);
        }
        Ok(ledger)
    }

    /// The same once more. What was changed in the whole stays changed; slices are read anew.
    ///
    /// # Errors
    /// As [`Run::each`].
    pub fn again(
        &mut self,
        settings: &Settings,
        console: &Console,
        mut each: impl FnMut(&mut Collected) -> Result<(), Failure>,
    ) -> Result<Ledger, Failure> {
        match self {
            Self::Whole(whole) => {
                let inputs = whole.batch.inputs.clone();
                each(whole)?;
                Ok(Ledger { inputs })
            }
            Self::Sliced(sliced) => {
                let mut books = Books::new(sliced);
                let label = Text::new("分批处理", "working through the store");
                let progress = console.progress(&label, sliced.slices.len());
                for number in 0..sliced.slices.len() {
                    let mut slice = sliced.load(number, settings)?;
                    books.enter(sliced, number, &slice.batch)?;
                    each(&mut slice)?;
                    progress.step();
                }
                drop(progress);
                books.close(sliced)
            }
        }
    }

    /// Every report that counts with the name of its county, where everything is one slice.
    pub fn counted(&self) -> Option<Vec<(String, Arc<Report>)>> {
        let Self::Whole(whole) = self else {
            return None;
        };
        let named = (whole.reports().iter())
            .map(|report| (whole.county_of(report).to_owned(), Arc::clone(report)));
        Some(named.collect())
    }

    /// Cuts it anew.
    pub fn recut(&mut self, cut: Cut, settings: &Settings) {
        if let Self::Sliced(sliced) = self {
            sliced.cut(cut, settings);
        }
    }

    /// For every line of the registry, the slice its unit stands in; nothing where all is one.
    pub fn slice_of_line(&self) -> &[u32] {
        match self {
            Self::Whole(_) => &[],
            Self::Sliced(sliced) => &sliced.slice_of_line,
        }
    }

    /// Name of the county where no registry says otherwise.
    pub fn county(&self) -> &str {
        match self {
            Self::Whole(whole) => &whole.county,
            Self::Sliced(sliced) => &sliced.survey.county,
        }
    }

    /// The analyst's overrides.
    pub fn corrections(&self) -> Arc<Corrections> {
        Arc::clone(match self {
            Self::Whole(whole) => &whole.corrections,
            Self::Sliced(sliced) => &sliced.corrections,
        })
    }

    /// The registry; empty without one.
    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(match self {
            Self::Whole(whole) => &whole.registry,
            Self::Sliced(sliced) => &sliced.registry,
        })
    }

    /// The years there are reports for.
    pub fn years(&self) -> BTreeSet<i32> {
        match self {
            Self::Whole(whole) => whole.reports().iter().filter_map(|r| r.year).collect(),
            Self::Sliced(sliced) => sliced.survey.years(),
        }
    }
}

impl Sliced {
    /// Surveys the inputs and cuts them.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn new(opened: Opened, cut: Cut, settings: &Settings) -> Result<Self, Failure> {
        let (registry, corrections) = (opened.registry.clone(), opened.corrections.clone());
        let account = Account::of(&opened.gathered.sources, 0);
        let mut survey = Survey::new(opened, settings)?;
        let account = account.with_pieces(survey.present());
        for paper in &survey.papers {
            super::stored::check_name(&paper.piece.name, settings)?;
        }
        let names = Arc::new(std::mem::take(&mut survey.names));
        let mut sliced = Self {
            survey,
            registry,
            corrections,
            names,
            account,
            slices: Vec::new(),
            home: Vec::new(),
            slice_of_line: Vec::new(),
            unmet: BTreeMap::new(),
        };
        sliced.cut(cut, settings);
        Ok(sliced)
    }

    fn cut(&mut self, cut: Cut, settings: &Settings) {
        let (survey, registry) = (&mut self.survey, &self.registry);
        let (slices, slice_of) = match cut {
            Cut::Counties | Cut::Areas => by_grounds(survey, registry, settings.at_once),
            Cut::Versions => (by_versions(survey, settings.at_once), Vec::new()),
        };
        let mut home = vec![NO_SLICE; survey.papers.len()];
        for (number, slice) in slices.iter().enumerate() {
            for report in slice {
                let home = &mut home[survey.known[*report as usize].piece as usize];
                *home = match *home {
                    NO_SLICE => number as u32,
                    same if same == number as u32 => same,
                    _ => SEVERAL,
                };
            }
        }
        for home in home.iter_mut().filter(|home| **home == NO_SLICE) {
            *home = 0;
        }
        let slice_of_line: Vec<u32> = (0..registry.units.len())
            .map(|line| {
                let ground = survey.ground_of_line(registry, line);
                slice_of.get(ground as usize).copied().unwrap_or(0)
            })
            .collect();
        self.unmet.clear();
        for finding in self.corrections.unmet(in_words(survey)) {
            let line = registry.find(&finding.unit, finding.year);
            let slice = line.map_or(0, |line| slice_of_line[line]);
            self.unmet.entry(slice).or_default().push(finding);
        }
        self.slices = slices;
        self.home = home;
        self.slice_of_line = slice_of_line;
    }

    /// Reads the reports of a slice and decides which count.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn load(&self, number: usize, settings: &Settings) -> Result<Collected, Failure> {
        let survey = &self.survey;
        let mut of_piece = self.read(number)?;
        let mut counties = Counties::new();
        let mut pieces = Vec::new();
        for (at, paper) in survey.papers.iter().enumerate() {
            let reports = of_piece.remove(&(at as u32));
            let is_home = self.home[at] == number as u32;
            let outcome = match (reports, &paper.piece.outcome) {
                (Some(mut reports), _) => {
                    reports.sort_by_key(|(ordinal, _)| *ordinal);
                    Outcome::Reports(reports.into_iter().map(|(_, report)| report).collect())
                }
                (None, _) if !is_home || paper.has_reports => continue,
                (None, Outcome::NotAReport(why)) => Outcome::NotAReport(why.clone()),
                (None, Outcome::Unreadable(why)) => Outcome::Unreadable(why.clone()),
                (None, Outcome::Reports(_)) => continue,
            };
            if let Some(county) = paper.county {
                let county = survey.words.get(county).to_string();
                counties.insert(Arc::clone(&paper.piece.name), county);
            }
            pieces.push(Piece {
                name: Arc::clone(&paper.piece.name),
                modified: paper.piece.modified,
                outcome,
                findings: if is_home {
                    paper.piece.findings.clone()
                } else {
                    Vec::new()
                },
            });
        }
        let naming = Naming {
            registry: &self.registry,
            county: &survey.county,
            counties: &counties,
        };
        let mut batch = batch::assemble(pieces, naming, &settings.library);
        if number == 0 {
            // What was noticed about a file with reports in several slices is about none of their units alone.
            let several = survey.papers.iter().zip(&self.home);
            let several = several.filter(|(_, home)| **home == SEVERAL);
            let found = several.flat_map(|(paper, _)| &paper.piece.findings);
            batch.findings.extend(found.cloned());
        }
        if !self.corrections.is_empty() {
            let found = self.corrections.apply_known(&mut batch.reports);
            let unmet = self.unmet.get(&(number as u32)).into_iter().flatten();
            batch
                .findings
                .extend(found.into_iter().chain(unmet.cloned()));
            run::tally_again(&mut batch);
        }
        let lines = (0..self.slice_of_line.len())
            .filter(|line| self.slice_of_line[*line] == number as u32)
            .collect();
        Ok(Collected {
            batch,
            registry: Arc::clone(&self.registry),
            county: survey.county.clone(),
            counties,
            corrections: Arc::clone(&self.corrections),
            names: Some(Arc::clone(&self.names)),
            number: number as u32,
            lines: Some(lines),
        })
    }

    /// The reports of a slice by file, with their numbers within it.
    fn read(&self, number: usize) -> Result<BTreeMap<u32, Vec<(u32, Report)>>, Failure> {
        let survey = &self.survey;
        let mut of_piece: BTreeMap<u32, Vec<(u32, Report)>> = BTreeMap::new();
        let mut rows: BTreeMap<u32, Vec<(u32, u32)>> = BTreeMap::new();
        for known in self.slices[number]
            .iter()
            .map(|at| &survey.known[*at as usize])
        {
            match known.spot {
                Spot::Row(chunk, row) => rows.entry(chunk).or_default().push((row, known.piece)),
                Spot::Held => {
                    let report = survey.report(known.piece, known.ordinal).cloned();
                    let report = report.map(|report| (known.ordinal, report));
                    of_piece.entry(known.piece).or_default().extend(report);
                }
            }
        }
        for rows in rows.values_mut() {
            rows.sort_unstable();
        }
        let read = rows.into_par_iter().map(|(chunk, rows)| {
            let (store, chunk) = &survey.chunks[chunk as usize];
            let wanted: Vec<u32> = rows.iter().map(|(row, _)| *row).collect();
            let filed = survey.stores[*store].pick(chunk, &wanted)?;
            let pieces = rows.into_iter().map(|(_, piece)| piece);
            Ok(pieces.zip(filed).collect::<Vec<_>>())
        });
        for (piece, filed) in read
            .collect::<Result<Vec<_>, Failure>>()?
            .into_iter()
            .flatten()
        {
            let report = (filed.ordinal, filed.report);
            of_piece.entry(piece).or_default().push(report);
        }
        Ok(of_piece)
    }
}

/// What the overrides need to know of the reports.
fn in_words(survey: &Survey) -> impl Iterator<Item = check::Known<'_>> {
    survey.known.iter().map(|known| check::Known {
        unit: survey.words.get(known.unit),
        code: known.code.map(|code| &**survey.words.get(code)),
        year: known.year,
    })
}
