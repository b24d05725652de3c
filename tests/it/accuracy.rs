//! Tests of: accuracy.
