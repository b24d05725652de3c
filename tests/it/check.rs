//! Tests of: check.
