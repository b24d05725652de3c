//! The tables of `huizong totals`. A country has millions of lines: areas are written on all cores.

use std::collections::BTreeMap;
use std::io::{self, Write};

use rayon::prelude::*;

use crate::export::guarded;
use crate::report::Status;
use crate::rollup::{StoredComparisons, StoredStatuses, StoredTotals};

/// Areas that are held as text at once.
const AREAS_AT_ONCE: usize = 256;

type Piece = csv::Writer<Vec<u8>>;

/// Writes a head line, and for each of so many areas its lines.
fn in_parallel(
    out: &mut dyn Write,
    head: &[&str],
    areas: usize,
    lines: impl Fn(usize, &mut Piece) -> csv::Result<()> + Sync,
) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(&mut *out);
    csv.write_record(head)?;
    csv.flush()?;
    drop(csv);
    let piece = |area: usize| {
        let mut csv = (csv::WriterBuilder::new().has_headers(false)).from_writer(Vec::new());
        lines(area, &mut csv)?;
        csv.into_inner().map_err(|error| error.into_error())
    };
    for first in (0..areas).step_by(AREAS_AT_ONCE) {
        let those = first..(first + AREAS_AT_ONCE).min(areas);
        let pieces: Vec<Vec<u8>> = those
            .into_par_iter()
            .map(piece)
            .collect::<io::Result<_>>()?;
        for piece in pieces {
            out.write_all(&piece)?;
        }
    }
    Ok(())
}

/// `area, county, year, form, key, sum, counted, reports`.
pub(super) fn totals(out: &mut dyn Write, totals: &StoredTotals<'_>) -> io::Result<()> {
    let head = [
        "area", "county", "year", "form", "key", "sum", "counted", "reports",
    ];
    in_parallel(out, &head, totals.areas(), |area, csv| {
        let mut named = None;
        for row in totals.of_area(area) {
            let (area, county) =
                named.get_or_insert_with(|| (guarded(row.area), guarded(row.county)));
            csv.serialize((
                &**area,
                &**county,
                row.year,
                row.form,
                row.key,
                row.sum,
                row.counted,
                row.reports,
            ))?;
        }
        Ok(())
    })
}

/// `area, scope, key, from_year, to_year, from, to, change, comparable, left_out`.
pub(super) fn comparisons(
    out: &mut dyn Write,
    comparisons: &StoredComparisons<'_>,
    left_out: &BTreeMap<(i32, i32), BTreeMap<&str, usize>>,
) -> io::Result<()> {
    let head = [
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
    ];
    in_parallel(out, &head, comparisons.areas(), |area, csv| {
        let mut named = None;
        for row in comparisons.of_area(area) {
            let scope = match row.like_for_like {
                true => "like_for_like",
                false => "all",
            };
            let of_years = left_out.get(&(row.from_year, row.to_year));
            let of_area = of_years.and_then(|areas| areas.get(row.area));
            csv.serialize((
                &**named.get_or_insert_with(|| guarded(row.area)),
                scope,
                row.key,
                row.from_year,
                row.to_year,
                row.from,
                row.to,
                row.change,
                row.comparable,
                of_area.copied().unwrap_or(0),
            ))?;
        }
        Ok(())
    })
}

/// `area, year, form, key`, and how many reports have it in each status.
pub(super) fn statuses(out: &mut dyn Write, rows: &[StoredStatuses]) -> io::Result<()> {
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
