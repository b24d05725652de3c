//! The roll-up and the comparison of a store as SQL, made from the same forms and crosswalks as the program's
//! own: for engines that span more than one machine.

mod dialect;

use std::fmt::Write;

pub use dialect::Dialect;

use super::entry::Filter;
use super::error::StoreError;
use super::read::Store;
use super::schema::{column_name, status_letter};
use crate::form::{Form, Library, Pair};
use crate::report::Status;

/// What a statement is made for.
struct Asked<'a> {
    dialect: Dialect,
    folder: &'a str,
    library: &'a Library,
    forms: Vec<std::sync::Arc<Form>>,
}

impl<'a> Asked<'a> {
    fn new(
        store: &Store,
        folder: &'a str,
        library: &'a Library,
        dialect: Dialect,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            dialect,
            folder,
            library,
            forms: store.forms(library)?,
        })
    }

    /// The reports that count: units' own, and of several versions of one report the latest.
    fn counting(&self) -> String {
        let folder = self.folder.trim_end_matches('/');
        let preamble = self.dialect.preamble(folder, &self.keys());
        let (source, family) = (self.dialect.source(folder), self.family());
        let counting = self.dialect.without("own", "superseded");
        format!(
            "{preamble}WITH own AS (\n  SELECT *, coalesce(nullif(area, ''), county) AS whose FROM {source}\n  \
             WHERE scope = 'own' AND year IS NOT NULL AND unit <> ''),\n\
             superseded AS (\n  SELECT file, ordinal FROM (\n    \
             SELECT file, ordinal, row_number() OVER (\n      \
             PARTITION BY whose, coalesce(code, line), year{family}\n      \
             ORDER BY revision DESC, modified DESC NULLS LAST, file DESC, ordinal DESC) AS place FROM own) ranked\n  \
             WHERE place > 1),\n\
             counting AS (\n  {counting})\n"
        )
    }

    /// The columns of all keys, each once.
    fn keys(&self) -> Vec<String> {
        let mut seen = std::collections::HashSet::new();
        (self.forms.iter().flat_map(|form| &form.keys))
            .map(|info| self.dialect.quoted(&column_name(&info.key)))
            .filter(|name| seen.insert(name.clone()))
            .collect()
    }

    /// Reports on forms that have nothing to do with each other are no versions of one another.
    fn family(&self) -> String {
        let families: Vec<&str> = (self.forms.iter())
            .map(|form| self.library.family(form))
            .collect();
        if families.windows(2).all(|two| two[0] == two[1]) {
            return String::new();
        }
        let mut cases = String::new();
        for (form, family) in self.forms.iter().zip(families) {
            let literal = |id| self.dialect.literal(id);
            let _ = write!(
                cases,
                " WHEN {} THEN {}",
                literal(&form.id),
                literal(family)
            );
        }
        format!(", CASE form{cases} END")
    }

    /// The sum of some keys of one report; nothing where one of them has no number.
    fn together(&self, form: &Form, keys: &[usize]) -> String {
        let names: Vec<String> = (keys.iter())
            .map(|key| self.dialect.quoted(&column_name(&form.keys[*key].key)))
            .collect();
        self.dialect.plus(&names)
    }

    fn literals<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Vec<String> {
        texts.map(|text| self.dialect.literal(text)).collect()
    }
}

/// Name of the column that counts a status.
fn column_of(status: Status) -> String {
    status.as_str().replace('-', "_")
}

/// Sums by area, year, form and key: `area, county, year, form, key, sum, counted, reports`, and for each
/// status how many reports have it there. `counted` is how many have a number; a sum of none is null. Derived
/// keys count where a report has all parts, and have no status of their own.
///
/// # Errors
/// A store on forms that are not at hand.
pub fn rollup(
    store: &Store,
    folder: &str,
    library: &Library,
    dialect: Dialect,
) -> Result<String, StoreError> {
    let asked = Asked::new(store, folder, library, dialect)?;
    let mut sql = asked.counting();
    for (at, form) in asked.forms.iter().enumerate() {
        if at > 0 {
            sql.push_str("UNION ALL\n");
        }
        sql.push_str(&one_form(&asked, form));
    }
    if asked.forms.is_empty() {
        let columns = [
            "area", "county", "year", "form", "key", "sum", "counted", "reports",
        ];
        let statuses = Status::ALL.map(column_of);
        let statuses = statuses.iter().map(String::as_str);
        return Ok(nothing(dialect, columns.into_iter().chain(statuses)));
    }
    Ok(sql)
}

fn one_form(asked: &Asked<'_>, form: &Form) -> String {
    let dialect = asked.dialect;
    let own = form.keys.len();
    let keys = form.keys.iter().map(|info| &*info.key);
    let names = asked.literals(keys.chain(form.derived.iter().map(|d| &*d.key)));
    let values: Vec<String> = ((0..own).map(|key| asked.together(form, &[key])))
        .chain(form.derived.iter().map(|d| asked.together(form, &d.parts)))
        .collect();
    let (mut statuses, mut columns) = (String::new(), String::new());
    for status in Status::ALL {
        let (column, letter) = (column_of(status), status_letter(status));
        let _ = write!(
            statuses,
            ",\n    CASE WHEN pos < {own} THEN count(CASE WHEN letter = '{letter}' THEN 1 END) END AS {column}"
        );
        let _ = write!(columns, ", {column}");
    }
    let id = dialect.literal(&form.id);
    let each = dialect.each(
        "whose, county, year, status",
        &values,
        &format!("form = {id}"),
    );
    let (sum, key) = (
        dialect.fitting(&dialect.sum("value")),
        dialect.at_pos(&names),
    );
    format!(
        "SELECT area, county, year, {id} AS form, {key} AS key, total AS sum, counted, reports{columns}\n\
         FROM (\n  SELECT whose AS area, max(county) AS county, year, pos, {sum} AS total, count(value) AS counted,\n    \
         count(*) AS reports{statuses}\n  \
         FROM (SELECT whose, county, year, pos, value, substr(status, CAST(pos AS INTEGER) + 1, 1) AS letter FROM (\n    {each}) e) l\n  \
         GROUP BY whose, year, pos) g\n"
    )
}

/// Each year against the one before: `area, scope, key, from_year, to_year, from, to, change, comparable,
/// left_out`, for all units and like for like (the lines of descent of which every unit has a number in both
/// years). Reports on another form than their year's are in neither side; `left_out` says how many.
///
/// # Errors
/// A store on forms that are not at hand.
pub fn compare(
    store: &Store,
    folder: &str,
    library: &Library,
    dialect: Dialect,
) -> Result<String, StoreError> {
    let asked = Asked::new(store, folder, library, dialect)?;
    let mut notes = String::from(
        "-- Reports on another form than their year's are in neither side; left_out says how many.\n\
         -- 未使用该年格式的年报不参加比较，left_out 列为其份数。\n",
    );
    let mut parts = Vec::new();
    for pair in store.years(&Filter::default()).windows(2) {
        let [a, b] = [pair[0], pair[1]];
        match library.years(a, b) {
            Some((from, to, crosswalk)) => {
                parts.push(one_comparison(
                    &asked,
                    [(a, from), (b, to)],
                    &crosswalk.pairs,
                ));
            }
            None => {
                let _ = writeln!(
                    notes,
                    "-- {a}, {b}: no crosswalk between the forms, so nothing compares.\n\
                     -- {a}年与{b}年的格式没有对照表，不比较。"
                );
            }
        }
    }
    if parts.is_empty() {
        let columns = "area scope key from_year to_year from to change comparable left_out";
        return Ok(notes + &nothing(dialect, columns.split(' ')));
    }
    Ok(notes + &asked.counting() + &parts.join("UNION ALL\n"))
}

/// A statement that answers with no row.
fn nothing<'t>(dialect: Dialect, columns: impl Iterator<Item = &'t str>) -> String {
    let columns: Vec<String> = columns
        .map(|name| format!("NULL AS {}", dialect.quoted(name)))
        .collect();
    format!("SELECT {} WHERE 1 = 0\n", columns.join(", "))
}

fn one_comparison(asked: &Asked<'_>, sides: [(i32, &Form); 2], pairs: &[Pair]) -> String {
    let dialect = asked.dialect;
    let [(from_year, from), (to_year, to)] = sides;
    let side = |(year, form): (i32, &Form), pick: fn(&Pair) -> &Vec<usize>| {
        let values: Vec<String> = (pairs.iter())
            .map(|pair| asked.together(form, pick(pair)))
            .collect();
        let passes = format!("year = {year} AND form = {}", dialect.literal(&form.id));
        dialect.each("whose, line", &values, &passes)
    };
    let (before, after) = (
        side((from_year, from), |pair| &pair.from),
        side((to_year, to), |pair| &pair.to),
    );
    let keys = dialect.at_pos(&asked.literals(pairs.iter().map(|pair| &*pair.key)));
    let comparable: Vec<String> = (pairs.iter())
        .map(|pair| pair.comparability.is_comparable().to_string())
        .collect();
    let comparable = dialect.at_pos(&comparable);
    let sum = |words: &str| dialect.sum(words);
    let fitting = |words: &str| dialect.fitting(&dialect.sum(words));
    let (lines_f, lines_t) = (sum("f"), sum("t"));
    let (f, t) = (fitting("f"), fitting("t"));
    let (lf, lt) = (
        fitting("CASE WHEN alike THEN f END"),
        fitting("CASE WHEN alike THEN t END"),
    );
    let other_form = |year: i32, form: &Form| {
        let id = dialect.literal(&form.id);
        format!("(year = {year} AND form <> {id})")
    };
    let left_out = format!(
        "{} OR {}",
        other_form(from_year, from),
        other_form(to_year, to)
    );
    let (from_name, to_name) = (dialect.quoted("from"), dialect.quoted("to"));
    let change = dialect.minus("b", "a");
    format!(
        "SELECT area, scope, {keys} AS key, {from_year} AS from_year, {to_year} AS to_year, a AS {from_name}, b AS {to_name},\n  \
         CASE WHEN {comparable} THEN {change} END AS change, {comparable} AS comparable, left_out\n\
         FROM (\n  SELECT area, pos, scope, coalesce(n, 0) AS left_out,\n    \
         CASE scope WHEN 'all' THEN f ELSE lf END AS a, CASE scope WHEN 'all' THEN t ELSE lt END AS b\n  FROM (\n    \
         SELECT whose AS area, pos, {f} AS f, {t} AS t, {lf} AS lf, {lt} AS lt FROM (\n      \
         SELECT whose, line, pos, {lines_f} AS f, {lines_t} AS t,\n        \
         sum(fu) > 0 AND sum(fu) = count(f) AND sum(tu) > 0 AND sum(tu) = count(t) AS alike FROM (\n        \
         SELECT whose, line, pos, value AS f, CAST(NULL AS BIGINT) AS t, 1 AS fu, 0 AS tu FROM (\n          {before}) x\n        \
         UNION ALL\n        \
         SELECT whose, line, pos, CAST(NULL AS BIGINT) AS f, value AS t, 0 AS fu, 1 AS tu FROM (\n          {after}) y\n      \
         ) both_sides GROUP BY whose, line, pos) lines GROUP BY whose, pos) sums\n  \
         CROSS JOIN (SELECT 'all' AS scope UNION ALL SELECT 'like_for_like' AS scope) scopes\n  \
         LEFT JOIN (SELECT whose AS other, count(*) AS n FROM counting WHERE {left_out} GROUP BY whose) others ON other = area) g\n"
    )
}
