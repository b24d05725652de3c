//! `huizong totals`: sums and comparisons of a store of any size.

use std::io::{self, Write};

use super::Ending;
use super::args::TotalsArgs;
use super::console::Console;
use super::failure::Failure;
use super::output::Folder;
use super::settings::Settings;
use super::stored::warn_of_missing_shards;
use crate::export::guarded;
use crate::frame::store::{Filter, Store};
use crate::rollup::{Stored, StoredComparison, StoredTotal};
use crate::text::Text;

/// Writes `totals.csv` (area, county, year, form, key, sum, counted, reports) and `comparison.csv` (area, scope,
/// key, from_year, to_year, from, to, change, comparable).
pub(super) fn totals(
    args: &TotalsArgs,
    settings: &Settings,
    console: &Console,
) -> Result<Ending, Failure> {
    let mut folder = Folder::prove(&args.output)?;
    let store = Store::open(&args.store)?;
    warn_of_missing_shards(&store, &args.store, console);
    let filter = Filter {
        years: args
            .years
            .map(|range| (range.from..=range.to).collect())
            .unwrap_or_default(),
        ..Filter::default()
    };
    let stored = Stored::new(&store, &settings.library, &filter)?;
    let totals = stored.totals()?;
    let count = totals.len();
    folder.write_csv("totals.csv", |out| write_totals(out, &totals))?;
    drop(totals);
    if !args.no_comparison {
        let rows = stored.comparisons(&settings.library)?;
        folder.write_csv("comparison.csv", |out| write_comparisons(out, &rows))?;
    }
    let (reports, place) = (store.reports(), args.output.display());
    console.say(&Text::new(
        format!("{reports} 份年报，{count} 个合计，已写入 {place}"),
        format!("{reports} reports, {count} totals, written to {place}"),
    ));
    Ok(Ending::Clean)
}

fn number<N: ToString>(number: Option<N>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

fn write_totals(out: &mut dyn Write, rows: &[StoredTotal]) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record([
        "area", "county", "year", "form", "key", "sum", "counted", "reports",
    ])?;
    for row in rows {
        csv.write_record([
            &*guarded(&row.area),
            &guarded(&row.county),
            &row.year.to_string(),
            &row.form,
            &row.key,
            &number(row.sum),
            &row.counted.to_string(),
            &row.reports.to_string(),
        ])?;
    }
    csv.flush()
}

fn write_comparisons(out: &mut dyn Write, rows: &[StoredComparison]) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record([
        "area",
        "scope",
        "key",
        "from_year",
        "to_year",
        "from",
        "to",
        "change",
        "comparable",
    ])?;
    for row in rows {
        let scope = if row.like_for_like {
            "like_for_like"
        } else {
            "all"
        };
        csv.write_record([
            &*guarded(&row.area),
            scope,
            &row.key,
            &row.from_year.to_string(),
            &row.to_year.to_string(),
            &number(row.from),
            &number(row.to),
            &number(row.change),
            if row.comparable { "true" } else { "false" },
        ])?;
    }
    csv.flush()
}
