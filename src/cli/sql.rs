//! `huizong sql`: the roll-up or the comparison of a store as SQL.

use super::Ending;
use super::args::{SqlArgs, SqlDialect, SqlWhat};
use super::console::Console;
use super::failure::Failure;
use super::settings::Settings;
use super::stored::warn_of_missing_shards;
use crate::frame::store::Store;
use crate::frame::store::sql::{self, Dialect};

/// Prints the statement.
pub(super) fn sql(
    args: &SqlArgs,
    settings: &Settings,
    console: &Console,
) -> Result<Ending, Failure> {
    let store = Store::open(&args.store)?;
    warn_of_missing_shards(&store, &args.store, console);
    let folder = args.store.display().to_string();
    let dialect = match args.dialect {
        SqlDialect::Duckdb => Dialect::DuckDb,
        SqlDialect::Spark => Dialect::Spark,
    };
    let statement = match args.what {
        SqlWhat::Rollup => sql::rollup(&store, &folder, &settings.library, dialect)?,
        SqlWhat::Compare => sql::compare(&store, &folder, &settings.library, dialect)?,
    };
    console.result(|out| write!(out, "{statement}"))?;
    Ok(Ending::Clean)
}
