//! Parts that grow: the rows of every partition on their way to disk, each under a hidden name until it is
//! shown.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use polars::prelude::*;

use super::encode::{Gathering, Row, schema};
use super::error::StoreError;
use super::ingest::{Hook, Step};
use super::manifest::{Part, Shard};
use super::part::{Label, ROW_GROUP, Writing};
use super::schema::form_digest;
use crate::form::Form;

/// The form's id and the year.
pub(super) type Partition = (String, Option<i32>);

/// The rows of one partition on their way into parts.
struct Open {
    form: Arc<Form>,
    schema: SchemaRef,
    gathering: Gathering,
    /// The part being written, with its number.
    writing: Option<(usize, Writing)>,
}

/// All parts that one run writes. Each has a number before it has a name, which its content gives it.
pub(super) struct Growing<'h> {
    root: PathBuf,
    shard: Shard,
    /// Number of the run.
    sequence: u64,
    hook: Hook<'h>,
    open: BTreeMap<Partition, Open>,
    finished: BTreeMap<usize, Part>,
    next: usize,
}

impl<'h> Growing<'h> {
    pub(super) fn new(root: PathBuf, shard: Shard, sequence: u64, hook: Hook<'h>) -> Self {
        Self {
            root,
            shard,
            sequence,
            hook,
            open: BTreeMap::new(),
            finished: BTreeMap::new(),
            next: 0,
        }
    }

    /// Whether rows were put into a partition.
    pub(super) fn has(&self, form: &str, year: Option<i32>) -> bool {
        self.open.contains_key(&(form.to_owned(), year))
    }

    /// The parts that are whole, by their number.
    pub(super) fn finished(&self) -> &BTreeMap<usize, Part> {
        &self.finished
    }

    /// Puts a report into its partition; returns the number of the part it will stand in.
    pub(super) fn push(&mut self, row: Row<'_>) -> Result<usize, StoreError> {
        let partition = (row.report.form.id.clone(), row.report.year);
        self.open(&partition, &row.report.form)?;
        let number = self.part_number(&partition)?;
        if let Some(open) = self.open.get_mut(&partition) {
            open.gathering.push(row);
            if open.gathering.rows() >= ROW_GROUP {
                self.flush(&partition)?;
            }
        }
        Ok(number)
    }

    /// Puts rows of an earlier part into the same partition; returns the number of the part they will stand in.
    pub(super) fn push_rows(
        &mut self,
        partition: &Partition,
        form: &Arc<Form>,
        rows: DataFrame,
    ) -> Result<usize, StoreError> {
        self.open(partition, form)?;
        self.flush(partition)?;
        let number = self.part_number(partition)?;
        let writing = (self.open.get_mut(partition)).and_then(|open| open.writing.as_mut());
        if let Some((_, writing)) = writing {
            writing.push(rows)?;
        }
        Ok(number)
    }

    /// Ends every part that is still open.
    pub(super) fn finish_all(&mut self) -> Result<(), StoreError> {
        let partitions: Vec<Partition> = self.open.keys().cloned().collect();
        for partition in &partitions {
            self.flush(partition)?;
            self.finish(partition)?;
        }
        Ok(())
    }

    fn open(&mut self, partition: &Partition, form: &Arc<Form>) -> Result<(), StoreError> {
        if !self.open.contains_key(partition) {
            let schema = schema(form).map_err(StoreError::parquet(&self.root))?;
            let open = Open {
                form: form.clone(),
                schema,
                gathering: Gathering::new(form.clone()),
                writing: None,
            };
            self.open.insert(partition.clone(), open);
        }
        Ok(())
    }

    /// The number of the part that the next rows of a partition go to; begun where there is none.
    fn part_number(&mut self, partition: &Partition) -> Result<usize, StoreError> {
        let Some(open) = self.open.get_mut(partition) else {
            return Ok(0);
        };
        if let Some((number, _)) = &open.writing {
            return Ok(*number);
        }
        let number = self.next;
        self.next += 1;
        let label = label(&self.root, self.shard, partition, &open.form);
        let writing = Writing::begin(&label, &open.schema, self.sequence, number)?;
        open.writing = Some((number, writing));
        Ok(number)
    }

    /// Hands the gathered rows of a partition to its part; a full part is finished.
    fn flush(&mut self, partition: &Partition) -> Result<(), StoreError> {
        let Some(open) = self.open.get_mut(partition) else {
            return Ok(());
        };
        if open.gathering.rows() == 0 {
            return Ok(());
        }
        let frame = open
            .gathering
            .take()
            .map_err(StoreError::parquet(&self.root))?;
        if let Some((_, writing)) = &mut open.writing {
            writing.push(frame)?;
            if writing.is_full() {
                self.finish(partition)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, partition: &Partition) -> Result<(), StoreError> {
        let Some(open) = self.open.get_mut(partition) else {
            return Ok(());
        };
        if let Some((number, writing)) = open.writing.take() {
            let label = label(&self.root, self.shard, partition, &open.form);
            let part = writing.finish(&label)?;
            (self.hook)(Step::PartWritten).map_err(StoreError::io(part.hidden(&self.root)))?;
            self.finished.insert(number, part);
        }
        Ok(())
    }
}

fn label<'a>(
    root: &'a std::path::Path,
    shard: Shard,
    partition: &'a Partition,
    form: &Form,
) -> Label<'a> {
    Label {
        root,
        shard: shard.to_string(),
        form: &partition.0,
        keys: form_digest(form),
        year: partition.1,
    }
}
