//! Tests of: form.
