//! huizong (汇总) rolls up the yearly open-government reports of a county's townships and departments
//! into the county's own statistics.
//!
//! One direction, one stage after the other: files → grid → report → frame → roll-up → workbook.

pub mod batch;
pub mod check;
pub mod cli;
pub mod export;
pub mod filename;
pub mod files;
pub mod finding;
pub mod form;
pub mod frame;
pub mod grid;
pub mod page;
pub mod privacy;
pub mod report;
pub mod rollup;
pub mod show;
pub mod synth;
pub mod text;
pub mod units;
pub mod word;
pub mod words;
pub mod workbook;
