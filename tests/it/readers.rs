//! Tests of: readers.
