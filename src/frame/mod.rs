//! Reports ⇄ polars ⇄ Parquet store.

mod reports;

pub use reports::{ABOUT, Row, column_name, wide};
