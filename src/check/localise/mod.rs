//! Error localisation: the smallest sets of cells whose change makes every exact rule hold.

mod events;
mod evidence;
mod fit;
mod report;
mod rows;
mod search;
mod slips;
mod system;

pub use report::{Candidate, Certainty, Localised, Mended, localise};
pub use search::solve;
pub use system::{Constraint, Limits, Repair, Sense, Solution, System, Variable};
