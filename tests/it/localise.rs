//! Error localisation: published cases, made-up reports, and a brute-force search as independent truth.

mod brute;
pub mod generator;
mod published;
