//! One test binary; each file is one promise. Golden values come from `../shared` and are skipped aloud without it.

#![allow(
    clippy::print_stdout,
    reason = "a test says aloud what it skips and what it measured"
)]

mod architecture;
mod audit;
mod bad_input;
mod cli;
mod compare;
mod conformance;
mod decoding;
mod engines;
mod everything;
mod evidence;
mod faults;
mod gate;
mod golden;
mod grade;
mod inception;
mod metrics;
mod mixtures;
mod models;
mod networks;
mod one_decode;
mod polygons;
mod program;
mod properties;
mod protocols;
mod report;
mod selftest;
mod sensitivity;
mod shared;
mod sources;
mod statistics;
mod store;
mod study;
mod train;
