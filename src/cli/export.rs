//! `huizong export`: every value.

use std::io::{self, Write};

use super::args::{ExportArgs, ExportFormat, YearRange};
use super::console::Console;
use super::failure::Failure;
use super::rollup::years;
use super::settings::Settings;
use super::slices::{Cut, Ledger, Run};
use super::{Ending, output, run};
use crate::export::{Located, Values, ValuesCsv, ValuesJson, ValuesParquet};
use crate::finding::Severity;

/// Writes every value of every report that counts, to a file or to standard output.
pub(super) fn export(
    args: &ExportArgs,
    settings: &Settings,
    console: &Console,
) -> Result<Ending, Failure> {
    if let Some(path) = &args.output {
        output::prove_file(path)?;
    }
    let apart: Vec<_> = args.output.iter().cloned().collect();
    let range = years(args.years, settings)?;
    let run = Run::open(Cut::Versions, settings, &apart, console)?;
    let there = run.years();
    if let Some(range) = range
        && !there.iter().any(|year| range.contains(*year))
    {
        return Err(run::no_such_year(range, there.into_iter().collect()));
    }
    let mut done = None;
    let rows = |out: &mut dyn Write| -> io::Result<()> {
        let written = begin(args.format, out).map_err(Failure::Stdout);
        let written = written.and_then(|values| write(values, run, range, settings, console));
        match written {
            // The place to which it is written makes the sentence.
            Err(Failure::Stdout(error)) => Err(error),
            Err(failure) => {
                done = Some(Err(failure));
                Err(io::Error::other("given up"))
            }
            Ok(written) => {
                done = Some(Ok(written));
                Ok(())
            }
        }
    };
    let written = match (&args.output, args.format) {
        (None, _) => console.result(rows),
        (Some(path), ExportFormat::Csv) => output::write_csv(path, rows),
        (Some(path), ExportFormat::Json | ExportFormat::Parquet) => output::write(path, rows),
    };
    let (ledger, is_wrong) = match (done, written) {
        (Some(Err(failure)), _) | (_, Err(failure)) => return Err(failure),
        (Some(Ok(done)), Ok(())) => done,
        (None, Ok(())) => return Ok(Ending::Clean),
    };
    console.say(&ledger.words());
    Ok(ledger.ending(is_wrong))
}

fn begin<'o>(format: ExportFormat, out: &'o mut dyn Write) -> io::Result<Box<dyn Values + 'o>> {
    Ok(match format {
        ExportFormat::Csv => Box::new(ValuesCsv::begin(out)?),
        ExportFormat::Json => Box::new(ValuesJson::begin(out)?),
        ExportFormat::Parquet => Box::new(ValuesParquet::begin(out)?),
    })
}

/// Writes the values slice by slice; says how the files ended, and whether an error was found in reading.
pub(super) fn write(
    mut values: Box<dyn Values + '_>,
    mut run: Run,
    range: Option<YearRange>,
    settings: &Settings,
    console: &Console,
) -> Result<(Ledger, bool), Failure> {
    let wanted = |year: Option<i32>| match (range, year) {
        (Some(range), Some(year)) => range.contains(year),
        (Some(_), None) => false,
        (None, _) => true,
    };
    let mut is_wrong = false;
    let (mut keys, mut lines) = (0, 0);
    let ledger = run.each(settings, console, |slice| {
        let findings = &slice.batch.findings;
        is_wrong |= (findings.iter())
            .filter(|finding| finding.year.is_none() || wanted(finding.year))
            .any(|finding| finding.severity == Severity::Error);
        for report in slice.reports().iter().filter(|report| wanted(report.year)) {
            let county = slice.county_of(report);
            let located = Located { county, report };
            keys += report.form.keys.len();
            lines += values.push(located).map_err(Failure::Stdout)?;
        }
        Ok(())
    })?;
    run::all_values(keys, lines).map_err(Failure::Stdout)?;
    values.finish().map_err(Failure::Stdout)?;
    Ok((ledger, is_wrong))
}
