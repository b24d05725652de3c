//! Error localisation: the smallest sets of cells whose change makes every exact rule hold.

mod fit;
mod rows;
mod search;
mod system;

pub use search::solve;
pub use system::{Constraint, Limits, Repair, Sense, Solution, System, Variable};
