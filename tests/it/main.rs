//! Every integration test, in one binary: linking once is quicker than linking twenty times.

#![allow(clippy::unwrap_used)]

mod accuracy;
mod check;
mod cli;
mod compare;
mod form;
mod layering;
mod localise;
mod page;
mod readers;
mod recognise;
mod rollup;
mod rough;
mod sample;
mod store;
mod synth;
mod template;
mod units;
mod word;
mod workbook;
