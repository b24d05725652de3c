//! Frames + registry → county summaries, coverage, comparisons.

mod summary;

pub use summary::{
    Area, Comparison, Contribution, Dossier, Line, Made, Member, Movement, Ranking, Rate,
    RateRanking, Reconciled, Scope, Summary, Total,
};
