//! `gavel selftest` as typed.

use clap::Args;

/// `gavel selftest`.
#[derive(Debug, Args)]
pub struct Selftest {}
