//! Why a store cannot be read or written.

use std::path::{Path, PathBuf};

use polars::prelude::PolarsError;

/// Why a store cannot be read or written. The path is that of the file or folder concerned.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operating system refused.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A part cannot be read or written as Parquet.
    #[error("{path}: {source}", path = path.display())]
    Parquet {
        /// The part.
        path: PathBuf,
        /// What polars says.
        source: PolarsError,
    },
    /// Something in the store is not as it was written.
    #[error("{path}: damaged: {what}; ingest the reports into a new store", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The folder is no store.
    #[error("{path}: not a store (it has no _huizong folder); make one with `huizong ingest`", path = path.display())]
    NotAStore {
        /// The folder.
        path: PathBuf,
    },
    /// Another ingest is at work on the same shard.
    #[error("{path}: another ingest is writing here: {holder}; wait until it is done, or try again later", path = path.display())]
    Busy {
        /// The store.
        path: PathBuf,
        /// Who holds it, as it wrote itself down.
        holder: String,
    },
    /// The store was made with another number of shards.
    #[error("{path}: made with {found} shards, and this is one of {wanted}; a file would be counted twice. Use the same number, or a new store", path = path.display())]
    Shards {
        /// The store.
        path: PathBuf,
        /// Number of shards it was made with.
        found: u32,
        /// Number of shards asked for.
        wanted: u32,
    },
    /// Reports are on a form that is not at hand.
    #[error("{path}: holds reports on the form `{form}`, which is not at hand; give it with --form", path = path.display())]
    NoForm {
        /// The part.
        path: PathBuf,
        /// Id of the form.
        form: String,
    },
    /// Reports are on another version of a form.
    #[error("{path}: was written with other keys of the form `{form}`; ingest the reports into a new store", path = path.display())]
    OtherForm {
        /// The part.
        path: PathBuf,
        /// Id of the form.
        form: String,
    },
}

impl StoreError {
    pub(super) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }

    pub(super) fn parquet(path: impl Into<PathBuf>) -> impl FnOnce(PolarsError) -> Self {
        let path = path.into();
        move |source| Self::Parquet { path, source }
    }

    /// A part, by its path in the store, that polars cannot handle.
    pub fn parquet_of(path: &str) -> impl FnOnce(PolarsError) -> Self {
        Self::parquet(path)
    }

    pub(super) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged {
            path: path.to_path_buf(),
            what: what.into(),
        }
    }
}
