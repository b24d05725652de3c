//! The command line: what was typed, and what it means. The only place that prints or exits.
