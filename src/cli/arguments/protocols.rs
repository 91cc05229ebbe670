//! `gavel protocols` as typed.

use super::{Network, Output};
use clap::Args;

/// `gavel protocols`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gavel protocols real/ generated/
  gavel protocols real.tar.gz a.tgz b.tgz --metrics fid,kid --csv protocols.csv

Every picture is decoded once and goes through every protocol; --protocol has no effect here.")]
pub struct Protocols {
    /// The real set, of pictures
    pub reference: String,
    /// The generated sets, of pictures; with two or more, changes of rank are named
    #[arg(required = true)]
    pub generated: Vec<String>,
    /// Comma-separated metric ids, or `core`, or `all`
    #[arg(long, value_name = "LIST", default_value = "fid")]
    pub metrics: String,
    /// A metric's parameter; several values give several rows (repeatable)
    #[arg(long = "set", value_name = "METRIC.PARAM=VALUE[,VALUE]")]
    pub set: Vec<String>,
    /// The one seed of everything random
    #[arg(long, value_name = "N", default_value_t = 2020)]
    pub seed: u64,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub network: Network,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: Output,
}
