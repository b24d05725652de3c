//! Reports ⇄ polars ⇄ Parquet store.

mod reports;
pub mod store;

pub use reports::{ABOUT, Row, column_name, wide};
