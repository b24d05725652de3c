//! `huizong totals`: sums and comparisons of a store of any size.

use std::collections::BTreeMap;
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
use crate::report::Status;
use crate::rollup::{Stored, StoredComparison, StoredStatuses, StoredTotal};
use crate::text::Text;

/// Writes `totals.csv` (area, county, year, form, key, sum, counted, reports) and `comparison.csv` (area, scope,
/// key, from_year, to_year, from, to, change, comparable, left_out); asked for, `statuses.csv` (area, year, form,
/// key, and a column for each status).
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
    if args.statuses {
        let rows = stored.statuses()?;
        folder.write_csv("statuses.csv", |out| write_statuses(out, &rows))?;
    }
    if !args.no_comparison {
        compare(
            &stored,
            &store.years(&filter),
            &mut folder,
            settings,
            console,
        )?;
    }
    folder.commit()?;
    let (reports, place) = (store.reports(), args.output.display());
    console.say(&Text::new(
        format!("{reports} 份年报，{count} 个合计，已写入 {place}"),
        format!("{reports} reports, {count} totals, written to {place}"),
    ));
    Ok(Ending::Clean)
}

/// Writes the comparison, and says what is not in it.
fn compare(
    stored: &Stored<'_>,
    years: &[i32],
    folder: &mut Folder,
    settings: &Settings,
    console: &Console,
) -> Result<(), Failure> {
    let library = &settings.library;
    let mut left_out: BTreeMap<(i32, i32), BTreeMap<&str, usize>> = BTreeMap::new();
    for pair in years.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        if library.years(from, to).is_none() {
            console.say(&Text::new(
                format!("{from}年与{to}年的格式没有对照表，不比较"),
                format!("{from} and {to}: no crosswalk between the forms, so nothing compares"),
            ));
            continue;
        }
        let those = stored.left_out(library, [from, to]);
        let count: usize = those.values().sum();
        if count > 0 {
            console.say(&Text::new(
                format!("{from}年与{to}年：{count} 份年报未使用该年格式，不参加比较（见 left_out 列）"),
                format!("{from} and {to}: {count} reports on another form than their year's are not compared (column left_out)"),
            ));
        }
        left_out.insert((from, to), those);
    }
    let rows = stored.comparisons(library)?;
    folder.write_csv("comparison.csv", |out| {
        write_comparisons(out, &rows, &left_out)
    })
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

fn write_statuses(out: &mut dyn Write, rows: &[StoredStatuses]) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let head = ["area", "year", "form", "key"].into_iter();
    csv.write_record(head.chain(Status::ALL.iter().map(|status| status.as_str())))?;
    for row in rows {
        let year = row.year.to_string();
        let head = [&*guarded(&row.area), &year, &row.form, &row.key].map(str::to_owned);
        csv.write_record(
            head.into_iter()
                .chain(row.counts.map(|count| count.to_string())),
        )?;
    }
    csv.flush()
}

fn write_comparisons(
    out: &mut dyn Write,
    rows: &[StoredComparison],
    left_out: &BTreeMap<(i32, i32), BTreeMap<&str, usize>>,
) -> io::Result<()> {
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
        "left_out",
    ])?;
    for row in rows {
        let scope = if row.like_for_like {
            "like_for_like"
        } else {
            "all"
        };
        let of_years = left_out.get(&(row.from_year, row.to_year));
        let of_area = of_years.and_then(|areas| areas.get(row.area.as_str()));
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
            &of_area.copied().unwrap_or(0).to_string(),
        ])?;
    }
    csv.flush()
}
