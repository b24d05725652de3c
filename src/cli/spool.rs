//! Text that is made in any order and written in one: in memory while it is little, else on disk.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom, Write};

use tempfile::SpooledTempFile;

/// How much is held in memory, in bytes.
const IN_MEMORY: usize = 8 << 20;

/// Parts of a text, each with its place among the others.
#[derive(Debug)]
pub(super) struct Spool {
    file: SpooledTempFile,
    end: u64,
    /// Where each part lies, and how long it is.
    parts: BTreeMap<usize, (u64, u64)>,
}

impl Default for Spool {
    fn default() -> Self {
        Self {
            file: SpooledTempFile::new(IN_MEMORY),
            end: 0,
            parts: BTreeMap::new(),
        }
    }
}

impl Spool {
    /// Takes the part of this number; an empty one is none.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn put(&mut self, number: usize, text: &[u8]) -> io::Result<()> {
        if !text.is_empty() {
            self.file.write_all(text)?;
            let length = text.len() as u64;
            self.parts.insert(number, (self.end, length));
            self.end += length;
        }
        Ok(())
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Writes all parts in the order of their numbers, with something between them.
    ///
    /// # Errors
    /// Whatever reading or the writer answers.
    pub fn write(&mut self, out: &mut dyn Write, between: &[u8]) -> io::Result<()> {
        for (at, (start, length)) in self.parts.values().enumerate() {
            if at > 0 {
                out.write_all(between)?;
            }
            self.file.seek(SeekFrom::Start(*start))?;
            let copied = io::copy(&mut (&mut self.file).take(*length), out)?;
            if copied != *length {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
            }
        }
        self.file.seek(SeekFrom::Start(self.end))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_out_in_their_order() {
        let mut spool = Spool::default();
        spool.put(2, b"c").unwrap();
        spool.put(0, b"aa").unwrap();
        spool.put(1, b"").unwrap();
        for _ in 0..2 {
            let mut out = Vec::new();
            spool.write(&mut out, b", ").unwrap();
            assert_eq!(out, b"aa, c");
        }
        spool.put(1, b"b").unwrap();
        let mut out = Vec::new();
        spool.write(&mut out, b"").unwrap();
        assert_eq!(out, b"aabc");
    }
}
