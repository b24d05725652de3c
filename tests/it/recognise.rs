//! Tests of: recognise.
