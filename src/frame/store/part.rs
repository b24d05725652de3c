//! Writing one part, and reading parts row group by row group.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use polars::prelude::*;
use polars_io::prelude::*;

use super::error::StoreError;
use super::manifest::Part;
use super::schema::partition_folder;

/// Reports in a row group: what is held in memory for each partition while writing, and for each thread
/// while reading.
pub(super) const ROW_GROUP: usize = 16_384;

/// Reports in a part. One changed file costs the rewriting of one part.
pub(super) const PART_ROWS: usize = 4 * ROW_GROUP;

/// A part that is being written, under a hidden name.
pub(super) struct Writing {
    writer: polars_io::parquet::write::BatchedWriter<BufWriter<File>>,
    file: File,
    path: PathBuf,
    waiting: Option<DataFrame>,
    hasher: blake3::Hasher,
    rows: usize,
}

/// Whose part it is.
pub(super) struct Label<'a> {
    pub root: &'a Path,
    pub shard: String,
    pub form: &'a str,
    pub keys: String,
    pub year: Option<i32>,
}

impl Writing {
    /// Begins a part. `number` tells apart the parts of one run, which has the number `sequence`.
    pub(super) fn begin(
        label: &Label<'_>,
        schema: &Schema,
        sequence: u64,
        number: usize,
    ) -> Result<Self, StoreError> {
        let folder = label.root.join(partition_folder(label.form, label.year));
        std::fs::create_dir_all(&folder).map_err(StoreError::io(&folder))?;
        let path = folder.join(format!(".part-{}-{sequence}-{number}.tmp", label.shard));
        let file = File::create(&path).map_err(StoreError::io(&path))?;
        let copy = file.try_clone().map_err(StoreError::io(&path))?;
        let writer = ParquetWriter::new(BufWriter::new(copy))
            .with_compression(ParquetCompression::Zstd(None))
            .with_statistics(StatisticsOptions::default())
            .batched(schema)
            .map_err(StoreError::parquet(&path))?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(format!("{sequence} {number}\n").as_bytes());
        Ok(Self {
            writer,
            file,
            path,
            waiting: None,
            hasher,
            rows: 0,
        })
    }

    pub(super) fn is_full(&self) -> bool {
        self.rows >= PART_ROWS
    }

    /// Adds rows; they are written when there are enough for a row group.
    pub(super) fn push(&mut self, frame: DataFrame) -> Result<(), StoreError> {
        for name in ["file", "hash"] {
            let parquet = || StoreError::parquet(&self.path);
            let column = frame.column(name).map_err(parquet())?;
            for words in column.str().map_err(parquet())?.iter() {
                self.hasher.update(words.unwrap_or_default().as_bytes());
                self.hasher.update(b"\n");
            }
        }
        self.rows += frame.height();
        match &mut self.waiting {
            Some(waiting) => {
                waiting
                    .vstack_mut(&frame)
                    .map_err(StoreError::parquet(&self.path))?;
            }
            None => self.waiting = Some(frame),
        }
        if self
            .waiting
            .as_ref()
            .is_some_and(|frame| frame.height() >= ROW_GROUP)
        {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        if let Some(mut frame) = self.waiting.take() {
            frame.rechunk_mut();
            self.writer
                .write_batch(&frame)
                .map_err(StoreError::parquet(&self.path))?;
        }
        Ok(())
    }

    /// Ends the part and gives it its hidden name. It is on disk when this returns.
    pub(super) fn finish(mut self, label: &Label<'_>) -> Result<Part, StoreError> {
        self.flush()?;
        self.writer
            .finish()
            .map_err(StoreError::parquet(&self.path))?;
        drop(self.writer);
        self.file.sync_all().map_err(StoreError::io(&self.path))?;
        let bytes = self
            .file
            .metadata()
            .map_err(StoreError::io(&self.path))?
            .len();
        let digest = self.hasher.finalize().to_hex();
        let folder = partition_folder(label.form, label.year);
        let part = Part {
            path: format!("{folder}/part-{}-{}.parquet", label.shard, &digest[..16]),
            form: label.form.to_owned(),
            keys: label.keys.clone(),
            year: label.year,
            rows: self.rows as u64,
            bytes,
        };
        let hidden = part.hidden(label.root);
        std::fs::rename(&self.path, &hidden).map_err(StoreError::io(&hidden))?;
        Ok(part)
    }
}

/// The footer of a part: row groups, columns, and where they stand.
pub(super) type Footer = FileMetadataRef;

/// A part open for reading.
pub(super) struct Reading {
    file: File,
    path: PathBuf,
    metadata: Footer,
}

impl Reading {
    pub(super) fn open(path: PathBuf) -> Result<Self, StoreError> {
        let file = File::open(&path).map_err(StoreError::io(&path))?;
        let copy = file.try_clone().map_err(StoreError::io(&path))?;
        let mut reader = ParquetReader::new(copy);
        let metadata = reader
            .get_metadata()
            .map_err(StoreError::parquet(&path))?
            .clone();
        Ok(Self {
            file,
            path,
            metadata,
        })
    }

    /// Opens a part whose footer has been read before.
    pub(super) fn again(path: PathBuf, metadata: Footer) -> Result<Self, StoreError> {
        let file = File::open(&path).map_err(StoreError::io(&path))?;
        Ok(Self {
            file,
            path,
            metadata,
        })
    }

    pub(super) fn footer(&self) -> Footer {
        self.metadata.clone()
    }

    /// First row and number of rows of every row group.
    pub(super) fn groups(&self) -> Vec<(usize, usize)> {
        let mut start = 0;
        let next = |rows: usize| {
            start += rows;
            (start - rows, rows)
        };
        self.metadata
            .row_groups
            .iter()
            .map(|group| group.num_rows())
            .map(next)
            .collect()
    }

    /// Reads one row group; all columns, or those named.
    pub(super) fn read(
        &self,
        group: (usize, usize),
        columns: Option<&[String]>,
    ) -> Result<DataFrame, StoreError> {
        let copy = self.file.try_clone().map_err(StoreError::io(&self.path))?;
        let mut reader = ParquetReader::new(copy)
            .with_slice(Some(group))
            .with_columns(columns.map(<[String]>::to_vec))
            .read_parallel(ParallelStrategy::None);
        reader.set_metadata(self.metadata.clone());
        reader.finish().map_err(StoreError::parquet(&self.path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}
