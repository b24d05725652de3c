//! `huizong export`: every value.

use std::io::{self, Write};

use super::args::{ExportArgs, ExportFormat};
use super::console::Console;
use super::failure::Failure;
use super::rollup::years;
use super::settings::Settings;
use super::{Ending, output, run};
use crate::export::{Located, values_csv, values_json, values_parquet};
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
    let mut collected = run::collect(settings, &apart, console)?;
    collected.keep_years(years(args.years, settings)?)?;
    let located = || {
        (collected.reports().iter()).map(|report| Located {
            county: collected.county_of(report),
            report,
        })
    };
    let rows = |out: &mut dyn Write| -> io::Result<()> {
        match args.format {
            ExportFormat::Csv => values_csv(out, located()),
            ExportFormat::Json => values_json(out, located()),
            ExportFormat::Parquet => values_parquet(out, located()),
        }
    };
    match (&args.output, args.format) {
        (None, _) => console.result(rows)?,
        (Some(path), ExportFormat::Csv) => output::write_csv(path, rows)?,
        (Some(path), ExportFormat::Json | ExportFormat::Parquet) => output::write(path, rows)?,
    }
    console.say(&collected.ends());
    Ok(collected.ending(&collected.batch.findings, Severity::Error))
}
