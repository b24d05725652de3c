//! The roll-up and the comparison of a store as SQL, made from the same forms and crosswalks as the program's
//! own: for engines that span more than one machine.

use std::fmt::Write;

use super::entry::Filter;
use super::error::StoreError;
use super::read::Store;
use super::schema::column_name;
use crate::form::{Form, Library, Pair};

/// For which engine a statement is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// DuckDB.
    DuckDb,
    /// Apache Spark.
    Spark,
}

impl Dialect {
    fn quoted(self, name: &str) -> String {
        match self {
            Self::DuckDb => format!("\"{}\"", name.replace('"', "\"\"")),
            Self::Spark => format!("`{}`", name.replace('`', "``")),
        }
    }

    /// A text as a literal. Spark reads a backslash as the beginning of an escape.
    fn literal(self, text: &str) -> String {
        let text = match self {
            Self::DuckDb => text.to_owned(),
            Self::Spark => text.replace('\\', "\\\\"),
        };
        match self {
            Self::DuckDb => format!("'{}'", text.replace('\'', "''")),
            Self::Spark => format!("'{}'", text.replace('\'', "\\'")),
        }
    }

    fn source(self, folder: &str) -> String {
        let folder = folder.trim_end_matches('/');
        match self {
            Self::DuckDb => format!(
                "read_parquet({}, hive_partitioning = true, hive_types = {{'form': VARCHAR, 'year': INTEGER}}, union_by_name = true)",
                self.literal(&format!("{folder}/form=*/year=*/part-*.parquet"))
            ),
            Self::Spark => format!("parquet.{}", self.quoted(folder)),
        }
    }

    /// One row for each list of named values.
    fn rows(self, structs: &[String], table: &str) -> String {
        let list = structs.join(",\n  ");
        match self {
            Self::DuckDb => format!("{table}, unnest([\n  {list}\n]) AS u(r)"),
            Self::Spark => format!("{table} LATERAL VIEW explode(array(\n  {list}\n)) u AS r"),
        }
    }

    fn record(self, fields: &[(&str, String)]) -> String {
        match self {
            Self::DuckDb => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(name, value)| format!("'{name}': {value}"))
                    .collect();
                format!("{{{}}}", fields.join(", "))
            }
            Self::Spark => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(name, value)| format!("'{name}', {value}"))
                    .collect();
                format!("named_struct({})", fields.join(", "))
            }
        }
    }

    /// Statements that have to run first.
    fn preamble(self) -> &'static str {
        match self {
            Self::DuckDb => "",
            Self::Spark => "SET spark.sql.parquet.mergeSchema=true;\n",
        }
    }
}

/// The reports that count: units' own, and of several of one unit for one year the latest.
fn counting(dialect: Dialect, folder: &str) -> String {
    format!(
        "source AS (SELECT *, coalesce(nullif(area, ''), county) AS whose FROM {}),\n\
         ranked AS (\n  SELECT file AS kept_file, ordinal AS kept_ordinal, row_number() OVER (\n    \
         PARTITION BY coalesce(nullif(area, ''), county), coalesce(code, unit), year\n    \
         ORDER BY revision DESC, modified DESC NULLS LAST, file DESC, ordinal DESC) AS place\n  \
         FROM source WHERE scope = 'own' AND year IS NOT NULL),\n\
         counting AS (SELECT s.* FROM source s JOIN ranked r ON r.kept_file = s.file \
         AND r.kept_ordinal = s.ordinal AND r.place = 1 WHERE s.scope = 'own' AND s.year IS NOT NULL)",
        dialect.source(folder)
    )
}

/// The sum of some keys of one report; nothing where one of them has no number.
fn together(dialect: Dialect, form: &Form, keys: &[usize]) -> String {
    if keys.is_empty() {
        return "CAST(NULL AS BIGINT)".to_owned();
    }
    let names: Vec<String> = keys
        .iter()
        .map(|key| dialect.quoted(&column_name(&form.keys[*key].key)))
        .collect();
    names.join(" + ")
}

/// Sums by area, year and key: `area, county, year, form, key, sum, counted, reports`. `counted` is how many
/// reports have a number; a sum of none is null. Derived keys count where a report has all parts.
///
/// # Errors
/// A store on forms that are not at hand.
pub fn rollup(
    store: &Store,
    folder: &str,
    library: &Library,
    dialect: Dialect,
) -> Result<String, StoreError> {
    let mut sql = format!("{}WITH {}\n", dialect.preamble(), counting(dialect, folder));
    for (at, form) in store.forms(library)?.iter().enumerate() {
        let keys: Vec<(&str, String)> = (form.keys.iter().enumerate())
            .map(|(index, info)| (info.key.as_str(), vec![index]))
            .chain(
                form.derived
                    .iter()
                    .map(|d| (d.key.as_str(), d.parts.clone())),
            )
            .map(|(key, parts)| (key, together(dialect, form, &parts)))
            .collect();
        let (mut sums, mut records) = (String::new(), Vec::new());
        for (number, (key, words)) in keys.iter().enumerate() {
            let _ = write!(
                sums,
                ",\n    CAST(sum({words}) AS BIGINT) AS s{number}, count({words}) AS c{number}"
            );
            records.push(dialect.record(&[
                ("key", dialect.literal(key)),
                ("sum", format!("s{number}")),
                ("counted", format!("c{number}")),
            ]));
        }
        let id = dialect.literal(&form.id);
        let grouped = format!(
            "(\n  SELECT whose AS area, max(county) AS county, year, count(*) AS reports{sums}\n  \
             FROM counting WHERE CAST(form AS {}) = {id} GROUP BY whose, year) g",
            match dialect {
                Dialect::DuckDb => "VARCHAR",
                Dialect::Spark => "STRING",
            }
        );
        let union = if at == 0 { "" } else { "UNION ALL\n" };
        let rows = dialect.rows(&records, &grouped);
        let _ = writeln!(
            sql,
            "{union}SELECT area, county, year, {id} AS form, r.key AS key, r.sum AS sum, r.counted AS counted, reports FROM {rows}"
        );
    }
    Ok(sql)
}

/// Each year against the one before: `area, scope, key, from_year, to_year, from, to, change, comparable`, for
/// all units and like for like (the lines of descent of which every unit has a number in both years).
///
/// # Errors
/// A store on forms that are not at hand.
pub fn compare(
    store: &Store,
    folder: &str,
    library: &Library,
    dialect: Dialect,
) -> Result<String, StoreError> {
    let mut sql = format!("{}WITH {}\n", dialect.preamble(), counting(dialect, folder));
    let years = store.years(&Filter::default());
    let mut union = "";
    for pair in years.windows(2) {
        let (Some(from), Some(to)) = (library.for_year(pair[0]), library.for_year(pair[1])) else {
            continue;
        };
        let Some(crosswalk) = library.crosswalk(from, to) else {
            continue;
        };
        sql.push_str(union);
        sql.push_str(&one_comparison(
            dialect,
            (pair[0], from),
            (pair[1], to),
            &crosswalk.pairs,
        ));
        union = "UNION ALL\n";
    }
    Ok(sql)
}

fn one_comparison(
    dialect: Dialect,
    (from_year, from): (i32, &Form),
    (to_year, to): (i32, &Form),
    pairs: &[Pair],
) -> String {
    let side = |year: i32, form: &Form, pick: fn(&Pair) -> &Vec<usize>| {
        let mut sums = String::new();
        for (number, pair) in pairs.iter().enumerate() {
            let words = together(dialect, form, pick(pair));
            let _ = write!(
                sums,
                ",\n      sum({words}) AS s{number}, count({words}) AS c{number}"
            );
        }
        let id = dialect.literal(&form.id);
        let text = if dialect == Dialect::DuckDb {
            "VARCHAR"
        } else {
            "STRING"
        };
        format!(
            "(SELECT whose, line, count(*) AS units{sums}\n      FROM counting WHERE year = {year} AND CAST(form AS {text}) = {id} GROUP BY whose, line)"
        )
    };
    let (mut sums, mut records) = (String::new(), Vec::new());
    for (number, pair) in pairs.iter().enumerate() {
        let n = number;
        let alike = format!("CASE WHEN a.c{n} = a.units AND b.c{n} = b.units");
        let _ = write!(
            sums,
            ",\n    CAST(sum(a.s{n}) AS BIGINT) AS f{n}, CAST(sum(b.s{n}) AS BIGINT) AS t{n},\n    \
             CAST(sum({alike} THEN a.s{n} END) AS BIGINT) AS lf{n}, CAST(sum({alike} THEN b.s{n} END) AS BIGINT) AS lt{n}"
        );
        let comparable = pair.comparability.is_comparable();
        for (scope, f, t) in [("all", "f", "t"), ("like_for_like", "lf", "lt")] {
            let change = if comparable {
                format!("{t}{n} - {f}{n}")
            } else {
                "CAST(NULL AS BIGINT)".to_owned()
            };
            records.push(dialect.record(&[
                ("scope", dialect.literal(scope)),
                ("key", dialect.literal(&pair.key)),
                ("from_sum", format!("{f}{n}")),
                ("to_sum", format!("{t}{n}")),
                ("change", change),
                ("comparable", comparable.to_string()),
            ]));
        }
    }
    let joined = format!(
        "(\n  SELECT coalesce(a.whose, b.whose) AS area{sums}\n  FROM {}\n  a FULL OUTER JOIN {}\n  b ON a.whose = b.whose AND a.line = b.line\n  GROUP BY coalesce(a.whose, b.whose)) g",
        side(from_year, from, |pair| &pair.from),
        side(to_year, to, |pair| &pair.to)
    );
    format!(
        "SELECT area, r.scope AS scope, r.key AS key, {from_year} AS from_year, {to_year} AS to_year, r.from_sum AS {}, r.to_sum AS {}, r.change AS change, r.comparable AS comparable FROM {}\n",
        dialect.quoted("from"),
        dialect.quoted("to"),
        dialect.rows(&records, &joined)
    )
}
