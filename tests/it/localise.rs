//! Tests of: localise.
