//! Reports → findings: edit rules, continuity, plausibility, text against tables, error localisation, corrections.
