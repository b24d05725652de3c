//! huizong (汇总) rolls up the yearly open-government reports of a county's townships and departments
//! into the county's own statistics.
//!
//! One direction, one stage after the other: files → grid → report → frame → roll-up → workbook.

pub mod batch;
pub mod files;
pub mod finding;
pub mod form;
pub mod grid;
pub mod report;
pub mod rollup;
pub mod text;
pub mod units;
