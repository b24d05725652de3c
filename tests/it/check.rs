//! Edit rules, text against tables, corrections.

mod corrections;
mod narrative;
mod rules;
