//! Tests of: rollup.
