//! The stages joined: gather, read, recognise, decide what counts, check.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Ending;
use super::console::Console;
use super::failure::Failure;
use super::settings::Settings;
use super::stored::{self, Counties};
use super::wording;
use crate::batch::{self, Batch, End, Gathered, Kept, Naming};
use crate::check::{self, Corrections};
use crate::finding::{Finding, Severity};
use crate::frame::store::Store;
use crate::report::Report;
use crate::text::Text;
use crate::units::Registry;

/// Everything that was read, and what was found in it.
#[derive(Debug)]
pub(super) struct Collected {
    /// Files, reports, and the findings of reading.
    pub batch: Batch,
    /// The registry; empty without one.
    pub registry: Registry,
    /// Name of the county where no registry says otherwise.
    pub county: String,
    /// Name of the county by file, for reports out of a store that were taken in with a registry.
    pub counties: Counties,
    /// The analyst's overrides, applied already, and what was accepted.
    corrections: Corrections,
}

/// Reads the inputs and decides which reports count. `apart` is left out: where results go.
///
/// # Errors
/// A registry that cannot be read, or no report at all.
pub(super) fn collect(
    settings: &Settings,
    apart: &[PathBuf],
    console: &Console,
) -> Result<Collected, Failure> {
    let gathered = batch::gather(&settings.inputs, apart, Store::is_store);
    for folder in &gathered.results {
        let folder = folder.display();
        console.say(&Text::new(
            format!("{folder}：是以前运行的结果，跳过"),
            format!("{folder}: results of an earlier run, skipped"),
        ));
    }
    let registry = registry(settings, &gathered)?;
    let corrections = corrections(settings, &gathered)?;
    let (kept, counties) = stored::pieces(&gathered, settings, console)?;
    let county = county(settings, &gathered, &registry, &counties);
    let progress = console.progress(&Text::new("读取", "reading"), gathered.sources.len());
    let reader = batch::Reader::new(&settings.library, settings.limits.clone());
    let pieces = reader.read(&gathered.sources, &|| progress.step());
    drop(progress);
    let pieces = pieces.into_iter().chain(kept).collect();
    let naming = Naming {
        registry: &registry,
        county: &county,
        counties: &counties,
    };
    let mut batch = batch::assemble(pieces, naming, &settings.library);
    correct(&mut batch, &corrections);
    tell(&batch, console);
    if batch.reports.is_empty() {
        return Err(nothing_usable(settings, &batch, console));
    }
    Ok(Collected {
        batch,
        registry,
        county,
        counties,
        corrections,
    })
}

/// Says what became of every file, for those who asked.
fn tell(batch: &Batch, console: &Console) {
    for input in &batch.inputs {
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
            Ok(Registry::parse(&path.display().to_string(), &text)?)
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

/// Applies the overrides to the reports that count, and to what is said of them file by file.
fn correct(batch: &mut Batch, corrections: &Corrections) {
    if corrections.is_empty() {
        return;
    }
    let found = corrections.apply(&mut batch.reports);
    batch.findings.extend(found);
    for report in &batch.reports {
        let inputs = (batch.inputs.iter_mut()).filter(|input| input.file == report.file);
        for found in inputs.flat_map(|input| &mut input.reports) {
            if (&found.unit, found.year, &found.form)
                == (&report.unit, report.year, &report.form.id)
                && found.superseded_by.is_none()
            {
                found.tally = report.tally();
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
        let file = settings.inputs.iter().find(|input| input.is_file())?;
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

    /// Keeps the reports of some years.
    ///
    /// # Errors
    /// No report is left.
    pub fn keep_years(&mut self, years: Option<super::args::YearRange>) -> Result<(), Failure> {
        let Some(range) = years else {
            return Ok(());
        };
        let mut there: Vec<i32> = self.batch.reports.iter().filter_map(|r| r.year).collect();
        there.dedup();
        let wanted = |year: Option<i32>| year.is_some_and(|year| range.contains(year));
        self.batch.reports.retain(|report| wanted(report.year));
        (self.batch.findings).retain(|f| f.year.is_none() || wanted(f.year));
        if self.batch.reports.is_empty() {
            let asked = if range.from == range.to {
                range.from.to_string()
            } else {
                format!("{}..{}", range.from, range.to)
            };
            return Err(Failure::NoSuchYear { asked, there });
        }
        Ok(())
    }

    /// Evaluates every rule; all findings, those of reading included, in one fixed order.
    pub fn check(&self, settings: &Settings) -> (Vec<Finding>, check::Checked) {
        let mut checked = check::run(
            &self.batch.reports,
            &self.registry,
            &settings.library,
            check::Settings::embedded(),
        );
        let mut findings = self.batch.findings.clone();
        findings.append(&mut checked.findings);
        self.accept(&mut findings);
        self.sort(&mut findings);
        (findings, checked)
    }

    /// Turns what the analyst has accepted into notes.
    pub fn accept(&self, findings: &mut [Finding]) {
        self.corrections.accept(findings);
    }

    /// Worst first; then by year, unit in the order of the registry, rule, keys and places.
    fn sort(&self, findings: &mut [Finding]) {
        let order = |unit: &str| {
            (self.registry.units.iter())
                .position(|known| known.name == unit)
                .unwrap_or(usize::MAX)
        };
        findings.sort_by_cached_key(|f| {
            (
                f.severity,
                f.year,
                order(&f.unit),
                f.unit.clone(),
                f.rule.clone(),
                f.keys.clone(),
                f.places.clone(),
                f.message.zh.clone(),
            )
        });
    }

    /// The reports that count.
    pub fn reports(&self) -> &[Arc<Report>] {
        &self.batch.reports
    }

    /// Says how the files ended.
    pub fn ends(&self) -> Text {
        wording::ends(&self.batch)
    }

    /// How a run with these findings ends.
    pub fn ending(&self, findings: &[Finding], fail_on: Severity) -> Ending {
        let unread = self.batch.ends()[End::Unreadable as usize] > 0;
        if unread || findings.iter().any(|f| f.severity <= fail_on) {
            Ending::WithErrors
        } else {
            Ending::Clean
        }
    }
}
