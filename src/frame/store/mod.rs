//! Reports kept as Parquet: read once, rolled up many times.
//!
//! A store is a folder of Hive partitions, `form=2021/year=2022/part-1-of-1-<digest>.parquet`, that any tool
//! reads as it is, and a folder `_huizong` with the manifest of every shard. `docs/store.md` describes the
//! columns. [`Ingest`] writes a store, [`Store`] reads one.

mod decode;
mod encode;
mod entry;
mod error;
mod growing;
mod ingest;
mod lock;
mod manifest;
mod part;
mod place;
mod raw;
mod read;
mod rewrite;
mod schema;
mod select;
pub mod sql;
mod tidy;
mod words;

pub use entry::{Belonging, Came, Entry, Filed, Filter};
pub use error::StoreError;
pub use ingest::{Changes, Ingest, Options, Step};
pub use manifest::{Part, Shard, Taken};
pub use read::{Chunk, Store};
pub use schema::{
    COLUMNS, NO_YEAR, PARTITIONS, column_name, form_digest, letter_status, partition_folder,
    scope_word, status_letter, word_scope,
};
pub use select::Whose;
