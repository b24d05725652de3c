//! Dossier → xlsx: the county workbook, notices, blank templates. The only place that knows rust_xlsxwriter.
