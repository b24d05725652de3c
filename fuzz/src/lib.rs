//! The program as far as recognition, built from its own sources, and what the targets have in common.

#[path = "../../src/files/mod.rs"]
pub mod files;
#[path = "../../src/finding/mod.rs"]
pub mod finding;
#[path = "../../src/form/mod.rs"]
pub mod form;
#[path = "../../src/grid.rs"]
pub mod grid;
#[path = "../../src/privacy.rs"]
pub mod privacy;
pub mod probe;
#[path = "../../src/report/mod.rs"]
pub mod report;
pub mod skeleton;
#[path = "../../src/text.rs"]
pub mod text;
