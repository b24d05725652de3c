//! Edit rules, text against tables, corrections.

mod narrative;
mod rules;
