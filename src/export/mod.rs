//! Values, findings, comparisons and the manifest as CSV and JSON.
//!
//! The fields are a contract: scripts depend on them. Nothing here opens a file; everything is written
//! to a [`std::io::Write`] that the caller provides.

mod comparisons;
mod findings;
mod guard;
mod manifest;
mod sarif;
mod values;

pub use comparisons::{
    comparison_parts_json, comparison_rows_csv, comparison_rows_json, comparisons_csv,
    comparisons_csv_header, comparisons_json,
};
pub use findings::{findings_csv, findings_json};
pub use guard::{guarded, unguarded};
pub use manifest::manifest_csv;
pub use sarif::findings_sarif;
pub use values::{COLUMNS, Located, Values, ValuesCsv, ValuesJson, ValuesParquet, values_csv};

/// The mark that makes spreadsheet programs read a CSV file as UTF-8.
///
/// Files on disk begin with it; what goes to standard output does not.
pub const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A number as a CSV field; nothing where there is none.
fn optional(number: Option<impl ToString>) -> String {
    number.map(|n| n.to_string()).unwrap_or_default()
}
