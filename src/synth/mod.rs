//! Made-up counties with known figures, for trying and for benchmarks.
