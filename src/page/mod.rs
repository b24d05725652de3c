//! Dossier → one self-contained HTML page.
