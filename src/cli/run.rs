//! The stages joined: gather, read, recognise, decide what counts, check.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::YearRange;
use super::console::Console;
use super::failure::Failure;
use super::settings::Settings;
use super::stored::{self, Counties};
use crate::batch::{self, Account, Batch, End, Gathered, Kept, Naming, Piece};
use crate::check::{self, Corrections};
use crate::finding::Finding;
use crate::frame::store::Store;
use crate::report::Report;
use crate::text::Text;
use crate::units::Registry;

/// What was read, and what was found in it: everything there is, or a slice of it.
#[derive(Debug)]
pub(super) struct Collected {
    /// Files, reports, and the findings of reading.
    pub batch: Batch,
    /// The registry; empty without one.
    pub registry: Arc<Registry>,
    /// Name of the county where no registry says otherwise.
    pub county: String,
    /// Name of the county by file, for reports out of a store that were taken in with a registry.
    pub counties: Counties,
    /// The analyst's overrides, applied already, and what was accepted.
    pub corrections: Arc<Corrections>,
    /// The names of all units of the run, where this is a slice of it.
    pub names: Option<Arc<check::Names>>,
    /// The number of the slice.
    pub number: u32,
    /// The lines of the registry whose units stand in the slice; none where it is everything.
    pub lines: Option<Vec<usize>>,
}

/// The inputs of a run: files have been read, stores are open.
#[derive(Debug)]
pub(super) struct Opened {
    /// What was found under the inputs.
    pub gathered: Gathered,
    /// The registry; empty without one.
    pub registry: Arc<Registry>,
    /// The analyst's overrides.
    pub corrections: Arc<Corrections>,
    /// Stores with their folders.
    pub stores: Vec<(PathBuf, Store)>,
    /// What came of the files.
    pub pieces: Vec<Piece>,
}

/// Reads the inputs, all of them, and decides which reports count. `apart` is left out: where results go.
///
/// # Errors
/// A registry that cannot be read, or no report at all.
pub(super) fn collect(
    settings: &Settings,
    apart: &[PathBuf],
    console: &Console,
) -> Result<Collected, Failure> {
    whole(open(settings, apart, console)?, settings, console)
}

/// Reads the files among the inputs and opens the stores. `apart` is left out: where results go.
///
/// # Errors
/// A registry, overrides or a store that cannot be read.
pub(super) fn open(
    settings: &Settings,
    apart: &[PathBuf],
    console: &Console,
) -> Result<Opened, Failure> {
    let gathered = batch::gather(&settings.inputs, apart, settings.paths, Store::is_store);
    for folder in &gathered.results {
        let folder = folder.display();
        console.say(&Text::new(
            format!("{folder}：是以前运行的结果，跳过"),
            format!("{folder}: results of an earlier run, skipped"),
        ));
    }
    let registry = registry(settings, &gathered)?;
    let corrections = corrections(settings, &gathered)?;
    let stores = stored::open(&gathered, console)?;
    let progress = console.progress(&Text::new("读取", "reading"), gathered.sources.len());
    let reader = batch::Reader::new(&settings.library, settings.limits.clone());
    let pieces = reader.read(&gathered.sources, &|| progress.step());
    drop(progress);
    Ok(Opened {
        gathered,
        registry: Arc::new(registry),
        corrections: Arc::new(corrections),
        stores,
        pieces,
    })
}

/// Everything there is, at once.
///
/// # Errors
/// A store that cannot be read, or no report at all.
pub(super) fn whole(
    opened: Opened,
    settings: &Settings,
    console: &Console,
) -> Result<Collected, Failure> {
    let (kept, counties) = stored::pieces(&opened.stores, settings)?;
    let county = county(settings, &opened.gathered, &opened.registry, &counties);
    let Opened {
        gathered,
        registry,
        corrections,
        pieces,
        ..
    } = opened;
    let pieces: Vec<Piece> = pieces.into_iter().chain(kept).collect();
    let account = Account::of(&gathered.sources, pieces.len());
    let naming = Naming {
        registry: &registry,
        county: &county,
        counties: &counties,
    };
    let mut batch = batch::assemble(pieces, naming, &settings.library);
    account.check(&batch).map_err(Failure::Stage)?;
    if !corrections.is_empty() {
        let found = corrections.apply(&mut batch.reports);
        batch.findings.extend(found);
        tally_again(&mut batch);
    }
    tell(&batch.inputs, console);
    if batch.reports.is_empty() {
        return Err(nothing_usable(settings, &batch, console));
    }
    Ok(Collected {
        batch,
        registry,
        county,
        counties,
        corrections,
        names: None,
        number: 0,
        lines: None,
    })
}

/// Says what became of every file, for those who asked.
pub(super) fn tell(inputs: &[batch::Input], console: &Console) {
    for input in inputs {
        console.detail(&fate(input));
    }
}

fn fate(input: &batch::Input) -> Text {
    let label = input.end.label();
    let dash = |why: &str| {
        if why.is_empty() {
            String::new()
        } else {
            format!(" — {why}")
        }
    };
    Text::new(
        format!("{}：{}{}", input.file, label.zh, dash(&input.why.zh)),
        format!("{}: {}{}", input.file, label.en, dash(&input.why.en)),
    )
}

/// Nothing counts: every file says why, unless `-v` has said so already.
fn nothing_usable(settings: &Settings, batch: &Batch, console: &Console) -> Failure {
    if !console.is_verbose() {
        for input in &batch.inputs {
            console.say(&fate(input));
        }
    }
    Failure::NothingUsable {
        files: batch.inputs.len(),
        unreadable: batch.ends()[End::Unreadable as usize],
        inputs: settings.inputs.clone(),
    }
}

/// The registry: the one that was named, else the one that lies in an input folder.
pub(super) fn registry(settings: &Settings, gathered: &Gathered) -> Result<Registry, Failure> {
    let found = gathered.the(Kept::Units);
    match settings.units.as_deref().or(found) {
        Some(path) => {
            let text = text_of(path, settings)?;
            Ok(Registry::parse(&settings.shown(path), &text)?)
        }
        None => Ok(Registry::default()),
    }
}

/// The overrides: those that were named, else those that lie in an input folder.
fn corrections(settings: &Settings, gathered: &Gathered) -> Result<Corrections, Failure> {
    let found = gathered.the(Kept::Corrections);
    let Some(path) = settings.corrections.as_deref().or(found) else {
        return Ok(Corrections::default());
    };
    Corrections::parse(&text_of(path, settings)?).map_err(|error| Failure::Settings {
        file: path.to_path_buf(),
        problem: Text::new(
            format!("第 {} 行：{}", error.line, error.problem.zh),
            format!("line {}: {}", error.line, error.problem.en),
        ),
    })
}

/// Says anew, file by file, how many values have which status: overrides have been applied.
pub(super) fn tally_again(batch: &mut Batch) {
    let mut inputs: BTreeMap<Arc<str>, Vec<usize>> = BTreeMap::new();
    for (at, input) in batch.inputs.iter().enumerate() {
        inputs.entry(Arc::clone(&input.file)).or_default().push(at);
    }
    for report in &batch.reports {
        for at in inputs.get(&report.file).into_iter().flatten() {
            for found in &mut batch.inputs[*at].reports {
                if (&found.unit, found.year, &found.form)
                    == (&report.unit, report.year, &report.form.id)
                    && found.superseded_by.is_none()
                {
                    found.tally = report.tally();
                }
            }
        }
    }
}

/// Text of a file that a person keeps: UTF-8, or what spreadsheet programs in China save.
fn text_of(path: &Path, settings: &Settings) -> Result<String, Failure> {
    let bytes = batch::bytes_of(path, &settings.limits).map_err(|problem| Failure::Settings {
        file: path.to_path_buf(),
        problem,
    })?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let (text, _, _) = encoding_rs::GB18030.decode(error.as_bytes());
            text.into_owned()
        }
    })
}

/// The county's name: as given, else the registry's, else the folder's.
pub(super) fn county(
    settings: &Settings,
    gathered: &Gathered,
    registry: &Registry,
    counties: &Counties,
) -> String {
    let given = settings.county.clone();
    let registered = || {
        let mut tops = (registry.units.iter())
            .filter(|unit| unit.parent.is_empty() && registry.has_children(&unit.code));
        let top = tops.next()?;
        tops.all(|other| other.code == top.code)
            .then(|| top.name.clone())
    };
    let parent = || {
        // The first by name: the order in which files are typed decides nothing.
        let file = (settings.inputs.iter().filter(|input| input.is_file())).min()?;
        let folder = file.canonicalize().ok()?;
        Some(folder.parent()?.file_name()?.to_string_lossy().into_owned())
    };
    let stored = || {
        let mut names = counties.values();
        let first = names.next()?;
        names.all(|name| name == first).then(|| first.to_string())
    };
    (given.or_else(registered))
        .or_else(stored)
        .or_else(|| gathered.folder.clone())
        .or_else(parent)
        .unwrap_or_default()
}

/// Worst first; then by year, unit in the order of the registry, rule, keys and places.
pub(super) fn sort(registry: &Registry, findings: &mut [Finding]) {
    let mut order: HashMap<&str, usize> = HashMap::new();
    for (at, unit) in registry.units.iter().enumerate() {
        order.entry(&unit.name).or_insert(at);
    }
    findings.sort_by_cached_key(|f| {
        (
            f.severity,
            f.year,
            order.get(f.unit.as_str()).copied().unwrap_or(usize::MAX),
            f.unit.clone(),
            f.rule.clone(),
            f.keys.clone(),
            f.places.clone(),
            f.message.zh.clone(),
        )
    });
}

/// There are reports, but none of the years asked for.
pub(super) fn no_such_year(range: YearRange, there: Vec<i32>) -> Failure {
    let asked = if range.from == range.to {
        range.from.to_string()
    } else {
        format!("{}..{}", range.from, range.to)
    };
    Failure::NoSuchYear { asked, there }
}

/// Nothing, when as many values were written as were read: one for every key of every report that counts.
///
/// # Errors
/// It is another number: a mistake of this program.
pub(super) fn all_values(read: usize, written: usize) -> io::Result<()> {
    if read == written {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "internal error: {read} values read, {written} written"
    )))
}

impl Collected {
    /// The county a report belongs to: by the registry, else the county of the run.
    pub fn county_of(&self, report: &Report) -> &str {
        let code = report.code.as_deref();
        let line = code.and_then(|code| self.registry.line_of(code, report.year));
        let Some(line) = line else {
            return self
                .counties
                .get(&report.file)
                .map_or(&*self.county, |name| name);
        };
        if !self.registry.reports_itself(line) {
            return &self.registry.units[line].name;
        }
        let above = self.registry.above(line, report.year);
        (above.first()).map_or(&self.county, |area| &self.registry.units[*area].name)
    }

    /// Keeps the reports of some years, and what was found in them.
    pub fn keep_years(&mut self, years: Option<YearRange>) {
        let Some(range) = years else {
            return;
        };
        let wanted = |year: Option<i32>| year.is_some_and(|year| range.contains(year));
        self.batch.reports.retain(|report| wanted(report.year));
        (self.batch.findings).retain(|f| f.year.is_none() || wanted(f.year));
    }

    /// Evaluates every rule; all findings, those of reading included, in one fixed order.
    pub fn check(&self, settings: &Settings) -> (Vec<Finding>, check::Checked) {
        let own = self.names.is_none().then(|| {
            let units = self.batch.reports.iter().map(|report| report.unit.as_str());
            let registered = self.registry.units.iter().map(|unit| unit.name.as_str());
            check::Names::new(units.chain(registered))
        });
        let none = check::Names::default();
        let surroundings = check::Surroundings {
            names: self.names.as_deref().or(own.as_ref()).unwrap_or(&none),
            counties: &self.counties,
        };
        let mut checked = check::run_among(
            &self.batch.reports,
            &self.registry,
            &settings.library,
            check::Settings::embedded(),
            surroundings,
        );
        let mut findings = self.batch.findings.clone();
        findings.append(&mut checked.findings);
        self.accept(&mut findings);
        sort(&self.registry, &mut findings);
        (findings, checked)
    }

    /// Turns what the analyst has accepted into notes.
    pub fn accept(&self, findings: &mut [Finding]) {
        self.corrections.accept(findings);
    }

    /// The reports that count.
    pub fn reports(&self) -> &[Arc<Report>] {
        &self.batch.reports
    }
}
