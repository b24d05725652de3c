//! Tests of: compare.
