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
mod roster;
mod share;
mod stored;
mod subject;
mod summarise;
mod summary;

pub use areas::Plan;
pub use book::Book;
pub use compare::movers;
pub use distribute::Placed;
pub use exact::percent;
pub use options::{By, Options};
pub use partial::{Cell, Group, Partial, Sums};
pub use place::{area_meant, area_names};
pub use roster::Roster;
pub use share::{Share, Whole};
pub use stored::{
    Stored, StoredComparison, StoredComparisons, StoredStatuses, StoredTotal, StoredTotals,
};
pub use subject::derived_label;
pub use summary::{
    Area, Comparison, Contribution, Dossier, Line, Made, Member, Movement, Ranking, Rate,
    RateRanking, Reconciled, Scope, Summary, Total, Values,
};

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
///
/// Reports that do not fit into memory at once are rolled up part by part: [`Roster::add`] is shown every part, then
/// each part makes a [`Book`], whose [`Share`] of every [`Plan`] is added to those of the other parts.
pub fn dossiers(
    batch: &Batch,
    registry: &Registry,
    library: &Library,
    options: &Options,
) -> Vec<Dossier> {
    let roster = Roster::of(&batch.reports, &batch.findings, registry);
    let (plans, remarks) = roster.plans(options);
    let placed = Placed::new(&roster, batch.findings.clone(), &batch.inputs);
    let book = Book::new(
        &batch.reports,
        &batch.findings,
        None,
        &roster,
        library,
        options,
    );
    let whole = Whole {
        roster: &roster,
        library,
    };
    (plans.iter())
        .map(|plan| Share::of(&book, plan).finish(&whole, plan, &placed, &remarks))
        .collect()
}
