//! Error localisation: published cases, made-up reports, and a brute-force search as independent truth.

pub mod generator;
