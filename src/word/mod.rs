//! Dossier → the county's report skeleton as docx.
