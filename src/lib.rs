//! **gavel** judges image generators: FID, KID, Inception Score and their uncertainty.
//!
//! ```text
//! sources ──▶ preprocess ──▶ features ──▶ metrics ──▶ audit ──▶ verdicts ──▶ cli
//!    └────────────┴──────────────┴───────────┴──▶ training ──────────────────▶ ┘
//! leaves: error · rng · statistics (arrays in, numbers out)
//! ```
//! `ARCHITECTURE.md` says what each stage owns and what it must never know.

pub mod atomic_file;
pub mod audit;
pub mod cli;
pub mod error;
pub mod features;
pub mod metrics;
pub mod plots;
pub mod preprocess;
pub mod progress;
pub mod rng;
pub mod sources;
pub mod statistics;
#[cfg(feature = "training")]
pub mod training;
pub mod verdicts;
