//! Prints how often error localisation finds the wrong cells of made-up reports: the table in
//! `docs/localisation.md`.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

#[path = "../tests/it/localise/experiment.rs"]
mod experiment;
#[path = "../tests/it/localise/generator.rs"]
#[allow(dead_code)]
mod generator;

fn main() {
    print!("{}", experiment::markdown(&experiment::all()));
}
