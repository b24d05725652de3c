//! `huizong rollup`: read, check, roll up, compare, write.

use std::env;
use std::io::Write;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use super::args::{RollupArgs, TextFormat, YearRange};
use super::attendance::Attendance;
use super::console::Console;
use super::failure::Failure;
use super::notices::Notices;
use super::output::{Folder, OpenFile};
use super::results::{Gathered, Maker};
use super::roll::{self, Task};
use super::run::{self, Collected};
use super::settings::Settings;
use super::slices::{Cut, Ledger, Run};
use super::{Ending, summary};
use crate::batch::Paths;
use crate::export;
use crate::finding::{Finding, Severity};
use crate::report::Report;
use crate::rollup::{By, Made, Options, Placed, Whole};
use crate::text::Text;

/// Where results go when nothing else is said.
const OUTPUT: &str = "output";

/// Writes the workbook, the page and the tables of every area, and says in ten lines what is in them.
pub(super) fn rollup(
    args: &RollupArgs,
    settings: &Settings,
    console: &Console,
) -> Result<Ending, Failure> {
    let config = &settings.config;
    let target = (args.output.clone().or_else(|| config.output.clone()))
        .unwrap_or_else(|| PathBuf::from(OUTPUT));
    let by = args.by.as_deref().map(parse_by).transpose()?;
    let range = years(args.years, settings)?;
    let mut folder = Folder::prove(&target)?;
    let mut run = Run::open(Cut::Areas, settings, std::slice::from_ref(&target), console)?;
    let registry = run.registry();
    let mut attendance = Attendance::take(&mut run, &registry, range, true, settings, console)?;
    let (wanted, asked) = focuses(args, settings, attendance.roster.years())?;
    let options = Options {
        from: range.map(|r| r.from),
        to: range.map(|r| r.to),
        focus: None,
        county: Some(run.county().to_owned()),
        by,
    };
    let years: Vec<Option<i32>> = wanted.iter().map(|year| Some(*year)).collect();
    let tasks = roll::tasks(
        &attendance.roster,
        &years,
        asked,
        &options,
        run.slice_of_line(),
    );
    let found = std::mem::take(&mut attendance.findings);
    let placed = Placed::new(&attendance.roster, found, &attendance.ledger.inputs);
    let passes = (range, settings, console);
    let (mut gathered, values) =
        write_side_by_side(&mut folder, &mut run, &attendance, placed, tasks, passes)?;
    gathered.write(&mut folder, &attendance.ledger.inputs, settings.lang)?;
    let notices =
        (wanted.last()).map(|year| Notices::new(gathered.findings(), attendance.counties, *year));
    write_values(&mut folder, &mut run, values, notices, passes)?;
    folder.commit()?;
    say(
        args,
        &folder,
        &target,
        &mut gathered,
        &attendance.ledger,
        passes,
    )?;
    let is_wrong = |finding: &Finding| finding.severity == Severity::Error;
    Ok((attendance.ledger).ending(gathered.findings().iter().any(is_wrong)))
}

/// Says in ten lines what is in the results, and where they are.
fn say(
    args: &RollupArgs,
    folder: &Folder,
    target: &Path,
    gathered: &mut Gathered,
    ends: &Ledger,
    (_, settings, console): Passes<'_>,
) -> Result<(), Failure> {
    let inside = |path: &PathBuf| path.strip_prefix(target).unwrap_or(path).to_path_buf();
    let mut shown: Vec<PathBuf> = match settings.paths {
        Paths::Whole => folder.written().to_vec(),
        Paths::Redacted => folder.written().iter().map(inside).collect(),
    };
    shown.sort();
    console.result(|out| match args.format {
        TextFormat::Text => {
            gathered.told.write(&mut *out, b"")?;
            summary::closing(out, gathered.findings(), &ends.inputs, settings.lang)
        }
        TextFormat::Json => {
            let areas = std::mem::take(&mut gathered.areas).into_values().collect();
            summary::json(out, areas, gathered.findings(), ends.ends(), &shown)
        }
    })?;
    for path in folder.written() {
        let path = path.display();
        console.detail(&Text::new(
            format!("已写入 {path}"),
            format!("written: {path}"),
        ));
    }
    let (count, place) = (folder.written().len(), target.display());
    console.say(&ends.words());
    console.say(&Text::new(
        format!("已写入 {count} 个文件：{place}"),
        format!("{count} files written to {place}"),
    ));
    Ok(())
}

/// What is the same in every pass over a run.
type Passes<'a> = (Option<YearRange>, &'a Settings, &'a Console);

/// Writes every area, and meanwhile the values, where everything is one slice; says whether they were.
fn write_side_by_side(
    folder: &mut Folder,
    run: &mut Run,
    attendance: &Attendance<'_>,
    placed: Placed<'_>,
    tasks: Vec<Task>,
    passes: Passes<'_>,
) -> Result<(Gathered, (Written, bool)), Failure> {
    let (mut values, ahead) = (Written::begin(folder)?, run.counted());
    let is_ahead = ahead.is_some();
    let (gathered, values) = thread::scope(|scope| {
        let values = scope.spawn(|| {
            let ahead = ahead.iter().flatten();
            let reports: Vec<_> = ahead
                .map(|(county, report)| (&**county, &**report))
                .collect();
            values.add(&reports)?;
            values.settle().map(|()| values)
        });
        let areas = write_areas(folder, run, attendance, placed, tasks, passes);
        let values = values.join().unwrap_or_else(|panic| resume_unwind(panic));
        (areas, values)
    });
    Ok((gathered?, (values?, is_ahead)))
}

/// Writes workbook, page and report of every area, and gathers what the tables of all of them are made of.
fn write_areas(
    folder: &mut Folder,
    run: &mut Run,
    attendance: &Attendance<'_>,
    placed: Placed<'_>,
    tasks: Vec<Task>,
    passes: Passes<'_>,
) -> Result<Gathered, Failure> {
    let (_, settings, console) = passes;
    let whole = Whole {
        roster: &attendance.roster,
        library: &settings.library,
    };
    let corrections = run.corrections();
    let maker = Maker::new(&tasks, folder, made(settings)?, &corrections, settings);
    let mut gathered = Gathered::default();
    let progress = console.progress(&Text::new("写入", "writing"), tasks.len());
    roll::each_area(
        run,
        whole,
        &placed,
        tasks,
        passes,
        |number, dossier| maker.make(number, dossier),
        |number, made| {
            made.write(folder)?;
            progress.step();
            gathered.take(number, made.told)
        },
    )?;
    Ok(gathered)
}

/// The values on their way to their file, and how many there are.
struct Written {
    file: OpenFile,
    keys: usize,
    lines: usize,
}

impl Written {
    fn begin(folder: &mut Folder) -> Result<Self, Failure> {
        let mut file = folder.open_csv("values.csv")?;
        let begun = export::ValuesCsv::begin(&mut file.out).map(drop);
        begun.map_err(|error| Failure::output(&file.place, &error))?;
        Ok(Self {
            file,
            keys: 0,
            lines: 0,
        })
    }

    fn add<'r>(&mut self, reports: &[(&'r str, &'r Report)]) -> Result<(), Failure> {
        let Self { file, keys, lines } = self;
        let located = reports
            .iter()
            .map(|(county, report)| export::Located { county, report });
        *keys += reports
            .iter()
            .map(|(_, report)| report.form.keys.len())
            .sum::<usize>();
        let pushed = export::ValuesCsv::resume(&mut file.out).push_all(located);
        *lines += pushed.map_err(|error| Failure::output(&file.place, &error))?;
        Ok(())
    }

    fn add_slice(&mut self, slice: &Collected) -> Result<(), Failure> {
        let reports: Vec<(&str, &Report)> = (slice.reports().iter())
            .map(|report| (slice.county_of(report), &**report))
            .collect();
        self.add(&reports)
    }

    /// Lets the disk take what has been written, while others still work.
    fn settle(&mut self) -> Result<(), Failure> {
        let out = &mut self.file.out;
        let settled = out.flush().and_then(|()| out.get_ref().sync_data());
        settled.map_err(|error| Failure::output(&self.file.place, &error))
    }

    fn end(self, folder: &mut Folder) -> Result<(), Failure> {
        let fail = |error: std::io::Error| Failure::output(&self.file.place, &error);
        run::all_values(self.keys, self.lines).map_err(fail)?;
        folder.close(self.file)
    }
}

/// Writes the values that were not written ahead, and a page for every unit that has something to check.
fn write_values(
    folder: &mut Folder,
    run: &mut Run,
    (mut values, ahead): (Written, bool),
    mut notices: Option<Notices>,
    (range, settings, console): Passes<'_>,
) -> Result<(), Failure> {
    run.recut(Cut::Versions, settings);
    run.again(settings, console, |slice| {
        slice.keep_years(range);
        if !ahead {
            values.add_slice(slice)?;
        }
        match &mut notices {
            Some(notices) => notices.write(folder, slice, settings),
            None => Ok(()),
        }
    })?;
    values.end(folder)
}

/// The value of `--by`.
pub(super) fn parse_by(word: &str) -> Result<By, Failure> {
    By::parse(word).ok_or_else(|| Failure::Value {
        option: "--by",
        given: word.to_owned(),
        possible: "kind, county, city, province".to_owned(),
    })
}

/// The years asked for: as typed, else as the settings file says.
pub(super) fn years(
    typed: Option<YearRange>,
    settings: &Settings,
) -> Result<Option<YearRange>, Failure> {
    if typed.is_some() {
        return Ok(typed);
    }
    let written = settings.config.years.as_deref();
    (written.map(str::parse).transpose()).map_err(|problem| Failure::Value {
        option: "years",
        given: written.unwrap_or_default().to_owned(),
        possible: problem,
    })
}

/// The years that get a workbook, ascending, and whether they were asked for.
fn focuses(
    args: &RollupArgs,
    settings: &Settings,
    there: Vec<i32>,
) -> Result<(Vec<i32>, bool), Failure> {
    let none = |asked: String, there: Vec<i32>| Failure::NoSuchYear { asked, there };
    if args.every_year || (settings.config.every_year && args.year.is_none()) {
        return Ok((there, false));
    }
    match args.year.or(settings.config.year) {
        Some(year) if there.contains(&year) => Ok((vec![year], true)),
        Some(year) => Err(none(year.to_string(), there)),
        None => match there.last() {
            Some(year) => Ok((vec![*year], false)),
            None => Err(Failure::NoYear),
        },
    }
}

/// The present time. `SOURCE_DATE_EPOCH` fixes it, for repeatable results.
pub(super) fn now() -> Result<jiff::ZonedDateTime, Failure> {
    match env::var("SOURCE_DATE_EPOCH") {
        Ok(given) => (given.parse().ok())
            .and_then(|second| jiff::Timestamp::from_second(second).ok())
            .map(|stamp| stamp.to_zoned_datetime(jiff::tz::TimeZone::UTC))
            .ok_or(Failure::Value {
                option: "SOURCE_DATE_EPOCH",
                given,
                possible: "seconds since 1970-01-01".to_owned(),
            }),
        Err(_) => Ok(jiff::ZonedDateTime::now()),
    }
}

/// When and from what the results are made.
fn made(settings: &Settings) -> Result<Made, Failure> {
    let at = now()?;
    let mut inputs: Vec<String> = settings
        .inputs
        .iter()
        .map(|input| settings.shown(input))
        .collect();
    Ok(Made {
        at: at.strftime("%Y-%m-%d %H:%M").to_string(),
        from: {
            // The same files are the same inputs in whatever order they are named.
            inputs.sort();
            inputs.join(" ")
        },
        by: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
    })
}
