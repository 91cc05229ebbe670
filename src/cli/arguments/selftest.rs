//! `gavel selftest` as typed.

use clap::Args;
use std::path::PathBuf;

/// `gavel selftest`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gavel selftest
  gavel selftest --conformance conformance/ --json selftest.json

Every number is computed as `gavel evaluate` computes it and compared with one that somebody else published or
computed. Exit code 5 when one of them disagrees.")]
pub struct Selftest {
    /// Also the golden values of a conformance kit (the folder with golden/ and features/)
    #[arg(long, value_name = "DIR")]
    pub conformance: Option<PathBuf>,
    /// Write the table as JSON (`-` for stdout)
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
}
