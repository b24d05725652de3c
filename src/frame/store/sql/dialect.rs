//! What differs between the engines.

/// The view of a store that Spark is given.
const VIEW: &str = "huizong_store";

/// Its columns, but for keys.
const COLUMNS: &str = "form STRING, year INT, file STRING, county STRING, area STRING, unit STRING, \
     code STRING, line STRING, scope STRING, status STRING, ordinal INT, revision INT, modified BIGINT";

/// For which engine a statement is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// DuckDB.
    DuckDb,
    /// Apache Spark, 3.4 or later.
    Spark,
}

impl Dialect {
    pub(super) fn quoted(self, name: &str) -> String {
        match self {
            Self::DuckDb => format!("\"{}\"", name.replace('"', "\"\"")),
            Self::Spark => format!("`{}`", name.replace('`', "``")),
        }
    }

    /// A text as a literal. Spark reads a backslash as the beginning of an escape.
    pub(super) fn literal(self, text: &str) -> String {
        match self {
            Self::DuckDb => format!("'{}'", text.replace('\'', "''")),
            Self::Spark => {
                format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
            }
        }
    }

    /// The rows of a store. Parts on different forms have different columns.
    pub(super) fn source(self, folder: &str) -> String {
        match self {
            Self::DuckDb => format!(
                "read_parquet({}, hive_partitioning = true, hive_types = {{'form': VARCHAR, 'year': INTEGER}}, union_by_name = true)",
                self.literal(&format!("{folder}/form=*/year=*/part-*.parquet"))
            ),
            Self::Spark => VIEW.to_owned(),
        }
    }

    /// Statements that have to run first. Spark is told the columns: left to itself it would take those of one
    /// part for all, and a form's id for a number.
    pub(super) fn preamble(self, folder: &str, keys: &[String]) -> String {
        match self {
            Self::DuckDb => String::new(),
            Self::Spark => {
                let keys: Vec<String> = keys.iter().map(|key| format!("{key} BIGINT")).collect();
                format!(
                    "CREATE OR REPLACE TEMPORARY VIEW {VIEW} ({COLUMNS},\n  {}) USING parquet OPTIONS (path {});\n",
                    keys.join(", "),
                    self.literal(folder)
                )
            }
        }
    }

    /// The rows of `table` that have no row in `others`, by file and place in it. Few reports have several
    /// versions, so that every machine can be told of all of them.
    pub(super) fn without(self, table: &str, others: &str) -> String {
        let (hint, join) = match self {
            Self::DuckDb => ("", "ANTI JOIN"),
            Self::Spark => ("/*+ BROADCAST(x) */ ", "LEFT ANTI JOIN"),
        };
        format!(
            "SELECT {hint}o.* FROM {table} o {join} {others} x ON x.file = o.file AND x.ordinal = o.ordinal"
        )
    }

    /// For every row of `counting` that passes, one row for each of some values: `columns`, its number
    /// from 0 as `pos`, and `value`. That keeps a plan small whatever the number of keys.
    pub(super) fn each(self, columns: &str, values: &[String], passes: &str) -> String {
        let list = values.join(", ");
        match self {
            Self::DuckDb => format!(
                "SELECT {columns}, unnest(range({})) AS pos, unnest([{list}]) AS value FROM counting WHERE {passes}",
                values.len()
            ),
            Self::Spark => format!(
                "SELECT {columns}, pos, value FROM counting LATERAL VIEW posexplode(array({list})) u AS pos, value WHERE {passes}"
            ),
        }
    }

    /// The element of a list at `pos`.
    pub(super) fn at_pos(self, list: &[String]) -> String {
        let list = list.join(", ");
        match self {
            Self::DuckDb => format!("([{list}])[pos + 1]"),
            Self::Spark => format!("element_at(array({list}), pos + 1)"),
        }
    }

    /// A sum that is null rather than wrong where it does not fit.
    pub(super) fn sum(self, words: &str) -> String {
        match self {
            Self::DuckDb => format!("sum({words})"),
            Self::Spark => format!("try_sum({words})"),
        }
    }

    /// A sum as a number of 64 bits, or null where it does not fit.
    pub(super) fn fitting(self, words: &str) -> String {
        match self {
            Self::DuckDb => format!("TRY_CAST({words} AS BIGINT)"),
            Self::Spark => words.to_owned(),
        }
    }

    /// Values of one report together; null where one is missing, or the sum does not fit.
    pub(super) fn plus(self, names: &[String]) -> String {
        let mut names = names.iter();
        let Some(first) = names.next() else {
            return "CAST(NULL AS BIGINT)".to_owned();
        };
        match self {
            Self::DuckDb => names.fold(first.clone(), |sum, name| format!("{sum} + {name}")),
            Self::Spark => names.fold(first.clone(), |sum, name| format!("try_add({sum}, {name})")),
        }
    }

    pub(super) fn minus(self, one: &str, other: &str) -> String {
        match self {
            Self::DuckDb => format!("TRY_CAST({one} - {other} AS BIGINT)"),
            Self::Spark => format!("try_subtract({one}, {other})"),
        }
    }
}
