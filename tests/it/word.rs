//! Tests of: word.
