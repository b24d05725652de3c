//! Tests of: synth.
