//! Frames + registry → county summaries, coverage, comparisons.

mod summary;

pub use summary::{
    Area, Comparison, Contribution, Dossier, Made, Member, Movement, Ranking, Rate, Reconciled,
    Scope, Summary, Total,
};
