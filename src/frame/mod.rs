//! Reports ⇄ polars ⇄ Parquet store.
