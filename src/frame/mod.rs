//! Reports ⇄ polars ⇄ Parquet store.

mod long;
mod reports;
pub mod store;

pub use long::{Cells, Parquet};
pub use reports::{ABOUT, Row, column_name, wide};
