//! `huizong totals`: sums and comparisons of a store of any size.

use std::collections::BTreeMap;

use super::Ending;
use super::args::TotalsArgs;
use super::console::Console;
use super::failure::Failure;
use super::output::Folder;
use super::settings::Settings;
use super::stored::warn_of_missing_shards;
use super::totals_csv;
use crate::frame::store::{Filter, Store};
use crate::rollup::Stored;
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
    let count = totals.count();
    folder.write_csv("totals.csv", |out| totals_csv::totals(out, &totals))?;
    drop(totals);
    if args.statuses {
        let rows = stored.statuses()?;
        folder.write_csv("statuses.csv", |out| totals_csv::statuses(out, &rows))?;
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
        totals_csv::comparisons(out, &rows, &left_out)
    })
}
