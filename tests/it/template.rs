//! Tests of: template.
