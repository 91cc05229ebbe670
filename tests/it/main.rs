//! One test binary; each file is one promise. Golden values come from `../shared` and are skipped aloud without it.

mod architecture;
mod cli;
mod conformance;
mod decoding;
mod engines;
mod faults;
mod golden;
mod inception;
mod metrics;
mod models;
mod networks;
mod polygons;
mod program;
mod protocols;
mod shared;
mod sources;
mod statistics;
mod store;
