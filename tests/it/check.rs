//! Edit rules, text against tables, corrections.

mod rules;
