//! Tests of: workbook.
