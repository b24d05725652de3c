//! A run worked through slice by slice, so that memory holds a slice of a store and not the store.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::console::Console;
use super::failure::Failure;
use super::run::{self, Collected, Opened};
use super::settings::Settings;
use super::stored::Counties;
use super::survey::{Grounds, Known, Spot, Survey};
use super::{Ending, wording};
use crate::batch::{self, Account, Batch, End, Input, Naming, Outcome, Piece};
use crate::check::{self, Corrections};
use crate::finding::Finding;
use crate::report::Report;
use crate::text::Text;
use crate::units::Registry;

/// No slice yet.
const NO_SLICE: u32 = u32::MAX;

/// A file with reports in several slices.
const SEVERAL: u32 = u32::MAX - 1;

/// What a slice is to keep together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// Whole counties with all their years: what is checked and rolled up.
    Counties,
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
        let most = settings.at_once;
        let stored: u64 = opened.stores.iter().map(|(_, store)| store.reports()).sum();
        if stored <= most as u64 {
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
        self,
        settings: &Settings,
        console: &Console,
        mut each: impl FnMut(&mut Collected) -> Result<(), Failure>,
    ) -> Result<Ledger, Failure> {
        match self {
            Self::Whole(mut whole) => {
                let inputs = whole.batch.inputs.clone();
                each(&mut whole)?;
                Ok(Ledger { inputs })
            }
            Self::Sliced(sliced) => {
                let mut books = Books::new(&sliced);
                let (count, reports) = (sliced.slices.len(), sliced.survey.known.len());
                console.detail(&Text::new(
                    format!("{reports} 份年报，分 {count} 批处理"),
                    format!("{reports} reports, worked through in {count} slices"),
                ));
                let label = Text::new("分批处理", "working through the store");
                let progress = console.progress(&label, sliced.slices.len());
                for number in 0..sliced.slices.len() {
                    let mut slice = sliced.load(number, settings)?;
                    books.enter(&sliced, number, &slice.batch)?;
                    each(&mut slice)?;
                    progress.step();
                }
                drop(progress);
                let ledger = books.close(&sliced)?;
                run::tell(&ledger.inputs, console);
                Ok(ledger)
            }
        }
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
        let registry = Arc::clone(&opened.registry);
        let corrections = Arc::clone(&opened.corrections);
        let account = Account::of(&opened.gathered.sources, 0);
        let mut survey = Survey::new(opened, settings)?;
        let account = account.with_pieces(survey.present());
        for paper in &survey.papers {
            super::stored::check_name(&paper.piece.name, settings)?;
        }
        let (slices, slice_of) = match cut {
            Cut::Counties => by_grounds(&survey, &registry, settings.at_once),
            Cut::Versions => (by_versions(&survey, settings.at_once), Vec::new()),
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
        let mut unmet: BTreeMap<u32, Vec<Finding>> = BTreeMap::new();
        for finding in corrections.unmet(in_words(&survey)) {
            let line = registry.find(&finding.unit, finding.year);
            let ground = line.map(|line| survey.ground_of_line(&registry, line));
            let slice = ground.and_then(|ground| slice_of.get(ground as usize));
            unmet
                .entry(slice.copied().unwrap_or(0))
                .or_default()
                .push(finding);
        }
        let names = Arc::new(std::mem::take(&mut survey.names));
        Ok(Self {
            survey,
            registry,
            corrections,
            names,
            account,
            slices,
            home,
            unmet,
        })
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
        Ok(Collected {
            batch,
            registry: Arc::clone(&self.registry),
            county: survey.county.clone(),
            counties,
            corrections: Arc::clone(&self.corrections),
            names: Some(Arc::clone(&self.names)),
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

/// Whole grounds, packed in the order of the registry, else as they come; what belongs nowhere goes first.
fn by_grounds(survey: &Survey, registry: &Registry, most: usize) -> (Vec<Vec<u32>>, Vec<u32>) {
    let mut reports: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut lines: BTreeMap<u32, u32> = BTreeMap::new();
    for (at, known) in survey.known.iter().enumerate() {
        reports.entry(known.ground).or_default().push(at as u32);
        let line = known.line.unwrap_or(u32::MAX);
        let first = lines.entry(known.ground).or_insert(u32::MAX);
        *first = (*first).min(line);
    }
    let depth = |ground: u32| {
        let line = lines.get(&ground).copied().unwrap_or(u32::MAX) as usize;
        let depth = registry
            .units
            .get(line)
            .map(|_| registry.above(line, None).len());
        (
            ground != Grounds::NOWHERE,
            std::cmp::Reverse(depth),
            line,
            ground,
        )
    };
    let mut grounds: Vec<u32> = reports.keys().copied().collect();
    grounds.sort_by_cached_key(|ground| depth(*ground));
    let mut slices: Vec<Vec<u32>> = vec![Vec::new()];
    let mut slice_of = vec![u32::MAX; survey.grounds.len()];
    for ground in grounds {
        let of_ground = reports.remove(&ground).unwrap_or_default();
        let last = slices.len() - 1;
        if !slices[last].is_empty() && slices[last].len() + of_ground.len() > most {
            slices.push(Vec::new());
        }
        let last = slices.len() - 1;
        slices[last].extend(of_ground);
        slice_of[ground as usize] = last as u32;
    }
    // Areas without any report stand with whatever comes first; joined grounds with their root.
    for ground in 0..slice_of.len() {
        let root = survey.grounds.root(ground as u32) as usize;
        slice_of[ground] = match slice_of[root] {
            u32::MAX => 0,
            slice => slice,
        };
    }
    for slice in &mut slices {
        slice.sort_unstable();
    }
    (slices, slice_of)
}

/// Versions of one report together, in the order of an export.
fn by_versions(survey: &Survey, most: usize) -> Vec<Vec<u32>> {
    let order = |known: &Known| {
        let (unit, file) = (
            Arc::clone(survey.words.get(known.unit)),
            Arc::clone(&survey.papers[known.piece as usize].piece.name),
        );
        (known.year, known.named.unwrap_or(u32::MAX), unit, file)
    };
    let mut reports: Vec<u32> = (0..survey.known.len() as u32).collect();
    reports.sort_by_cached_key(|at| order(&survey.known[*at as usize]));
    // Where the last version of each report stands: before it no cut is made.
    let identity = |known: &Known| {
        let unit = match known.code {
            Some(code) => survey.words.get(code),
            None => survey.words.get(known.unit),
        };
        let unit = match known.code {
            Some(_) => unit.to_string(),
            None => crate::units::plain_name(unit),
        };
        (known.code.is_some(), unit, known.year)
    };
    let mut last = BTreeMap::new();
    for (place, at) in reports.iter().enumerate() {
        last.insert(identity(&survey.known[*at as usize]), place);
    }
    let mut slices: Vec<Vec<u32>> = vec![Vec::new()];
    let mut open_until = 0;
    for (place, at) in reports.iter().enumerate() {
        let full = slices.last().is_some_and(|slice| slice.len() >= most);
        if full && place > open_until {
            slices.push(Vec::new());
        }
        let version = identity(&survey.known[*at as usize]);
        open_until = open_until.max(last.get(&version).copied().unwrap_or(place));
        if let Some(slice) = slices.last_mut() {
            slice.push(*at);
        }
    }
    slices
}

/// How every file of a run ended.
#[derive(Debug)]
pub(super) struct Ledger {
    pub inputs: Vec<Input>,
}

/// The ends of the files while slices go by.
struct Books {
    entered: Vec<Option<Input>>,
    /// Reports that count, in all slices so far.
    counting: usize,
}

impl Books {
    fn new(sliced: &Sliced) -> Self {
        Self {
            entered: (0..sliced.survey.papers.len()).map(|_| None).collect(),
            counting: 0,
        }
    }

    /// Takes down what became of the files of a slice.
    ///
    /// # Errors
    /// The slice has other files than it should, or a report with too few values.
    fn enter(&mut self, sliced: &Sliced, number: usize, batch: &Batch) -> Result<(), Failure> {
        batch::fill_their_forms(&batch.reports).map_err(Failure::Stage)?;
        let of_slice: BTreeSet<u32> = (sliced.slices[number].iter())
            .map(|report| sliced.survey.known[*report as usize].piece)
            .collect();
        let silent = (0..sliced.home.len() as u32).filter(|piece| {
            sliced.home[*piece as usize] == number as u32
                && !sliced.survey.papers[*piece as usize].has_reports
        });
        let pieces: BTreeSet<u32> = of_slice.into_iter().chain(silent).collect();
        // Both are in the order of the files.
        let names = (pieces.iter()).map(|piece| &sliced.survey.papers[*piece as usize].piece.name);
        if !names.eq(batch.inputs.iter().map(|input| &input.file)) {
            let what = format!("files {}, inputs {}", pieces.len(), batch.inputs.len());
            return Err(Failure::Stage(batch::wrong(what)));
        }
        self.counting += batch.reports.len();
        for (piece, more) in pieces.into_iter().zip(batch.inputs.iter().cloned()) {
            match &mut self.entered[piece as usize] {
                Some(input) => join(input, more),
                empty => *empty = Some(more),
            }
        }
        Ok(())
    }

    /// Every file in its order.
    ///
    /// # Errors
    /// What became of files and reports is not what was found.
    fn close(self, sliced: &Sliced) -> Result<Ledger, Failure> {
        let inputs: Vec<Input> = self.entered.into_iter().flatten().collect();
        let reports: usize = inputs.iter().map(|input| input.reports.len()).sum();
        let known = sliced.survey.known.len();
        if reports != known {
            let what = format!("reports {known}, in files {reports}");
            return Err(Failure::Stage(batch::wrong(what)));
        }
        (sliced.account)
            .add_up(&inputs, self.counting)
            .map_err(Failure::Stage)?;
        Ok(Ledger { inputs })
    }
}

/// Two parts of what is said of one file.
fn join(input: &mut Input, more: Input) {
    if more.end == End::Used {
        input.end = End::Used;
    }
    input.reports.extend(more.reports);
    for (why, more, stop) in [
        (&mut input.why.zh, more.why.zh, "；"),
        (&mut input.why.en, more.why.en, "; "),
    ] {
        if !why.is_empty() && !more.is_empty() {
            why.push_str(stop);
        }
        why.push_str(&more);
    }
}

impl Ledger {
    /// How many files ended in each way, in the order of [`End::ALL`].
    pub fn ends(&self) -> [usize; End::ALL.len()] {
        let mut ends = [0; End::ALL.len()];
        for input in &self.inputs {
            ends[input.end as usize] += 1;
        }
        ends
    }

    /// The same in words.
    pub fn words(&self) -> Text {
        wording::ends(&self.inputs)
    }

    /// How a run ends in which something is wrong, or not.
    pub fn ending(&self, is_wrong: bool) -> Ending {
        if is_wrong || self.ends()[End::Unreadable as usize] > 0 {
            Ending::WithErrors
        } else {
            Ending::Clean
        }
    }
}
