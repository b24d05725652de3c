//! Frames + registry → county summaries, coverage, comparisons.

mod adapt;
mod areas;
mod book;
mod both_ways;
mod compare;
mod distribute;
mod exact;
mod lines;
mod missing;
mod options;
mod partial;
mod place;
mod ranking;
mod rates;
mod reconcile;
mod stored;
mod subject;
mod summarise;
mod summary;

pub use compare::movers;
pub use exact::percent;
pub use options::{By, Options};
pub use partial::{Cell, Group, Partial, Sums};
pub use place::{area_meant, area_names};
pub use stored::{
    Stored, StoredComparison, StoredComparisons, StoredStatuses, StoredTotal, StoredTotals,
};
pub use subject::derived_label;
pub use summary::{
    Area, Comparison, Contribution, Dossier, Line, Made, Member, Movement, Ranking, Rate,
    RateRanking, Reconciled, Scope, Summary, Total,
};

use areas::Plan;
use book::Book;

use crate::batch::Batch;
use crate::form::Library;
use crate::units::Registry;

/// Everything about every area of a batch.
///
/// One dossier for each of the lowest areas that have units and any report, and one for each area above that
/// has several of them; or one for each area of a level, or each kind of unit, as `options.by` says. Lower areas
/// come first, else they stand in the order of the registry. Without a registry there is one dossier, and every
/// unit that reports is expected.
///
/// An area with others below it has these as its members, each as its roll-up; its totals and its coverage still
/// count the units at the bottom. [`Dossier::made`] is left to the caller.
pub fn dossiers(
    batch: &Batch,
    registry: &Registry,
    library: &Library,
    options: &Options,
) -> Vec<Dossier> {
    let mut book = Book::new(batch, registry, library, options);
    let plans = areas::plans(&mut book, options);
    let placed = distribute::Placed::new(batch, &book);
    (plans.iter())
        .map(|plan| dossier(&book, plan, &placed, batch, library))
        .collect()
}

fn dossier(
    book: &Book<'_>,
    plan: &Plan,
    placed: &distribute::Placed,
    batch: &Batch,
    library: &Library,
) -> Dossier {
    let mut findings = placed.for_plan(book, plan);
    let mut years = Vec::with_capacity(book.years.len());
    for (at, year) in book.years.iter().enumerate() {
        let summary = summarise::summarise(book, plan, year, library, &mut findings);
        both_ways::both_ways(book, plan, year, &summary, &mut findings);
        let before = at.checked_sub(1).map(|at| &book.years[at]);
        let is_focus = at + 1 == book.years.len();
        missing::missing(book, plan, (before, year), is_focus, &mut findings);
        years.push(summary);
    }
    distribute::sort(&book.registry, &mut findings);
    let (comparisons, contributions) = comparisons(book, plan, library);
    let rates: Vec<Rate> = (book.years.iter().zip(&years))
        .flat_map(|(year, summary)| rates::rates(book, plan, year, summary, library))
        .collect();
    let focus = years.last();
    Dossier {
        area: plan.area.clone(),
        comparisons,
        rankings: focus.map_or_else(Vec::new, ranking::rankings),
        rate_rankings: focus
            .map_or_else(Vec::new, |focus| ranking::rate_rankings(&rates, focus.year)),
        rates,
        lines: lines::lines(book, plan),
        contributions,
        findings,
        inputs: batch.inputs.clone(),
        years,
        ..Dossier::default()
    }
}

/// Each year against the one before, then the last against the first where that is something else; and the
/// contributions to the last change from one year to the next.
fn comparisons(book: &Book<'_>, plan: &Plan, library: &Library) -> compare::Compared {
    let (mut rows, mut contributions) = (Vec::new(), Vec::new());
    for pair in book.years.windows(2) {
        let (more, parts) = compare::compare(book, plan, (&pair[0], &pair[1]), library);
        rows.extend(more);
        contributions = parts;
    }
    if let [first, _, .., last] = book.years.as_slice() {
        rows.extend(compare::compare(book, plan, (first, last), library).0);
    }
    (rows, contributions)
}
