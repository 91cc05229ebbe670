//! The study: what many seeded runs of many losses say together. `scores.csv` is its only input, a foreign one with the
//! columns of "Are GANs Created Equal?" as well as our own; figures, tables and tested sentences are what comes out.

pub mod claim;
pub mod copier;
pub mod figures;
pub mod known;
pub mod markdown;
pub mod runs;
pub mod samples;
pub mod scores;
pub mod sentences;
pub mod statistics;
pub mod sweep;
