//! Every integration test, in one binary: linking once is quicker than linking twenty times.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod accuracy;
mod check;
mod cli;
mod cli_corrections;
mod cli_demo;
mod cli_rollup;
mod cli_template;
mod cli_values;
mod compare;
mod desk;
mod form;
mod kills;
mod kinds;
mod layering;
mod limits;
mod localise;
mod mutation;
mod page;
mod readers;
mod readme;
mod recognise;
mod reproducible;
mod rollup;
mod rough;
mod safety;
mod sample;
mod slices;
mod store;
mod supply;
mod synth;
mod template;
mod units;
mod word;
mod workbook;
