//! Values, findings, comparisons and the manifest as CSV and JSON.
