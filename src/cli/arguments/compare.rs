//! `gavel compare` as typed.

use super::{Network, Output};
use clap::Args;

/// `gavel compare`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gavel compare real/ old/ new/
  gavel compare real.tar.gz a.tgz b.tgz c.tgz d.tgz e.tgz --against A --metrics fid,kid --json comparison.json
  gavel compare a.json b.json          # saved by `gavel evaluate … --json`

Generators are labelled A, B, C, … in the order given. Up to four are compared pair by pair, more of them each with the
first one (or --against). A verdict needs a p-value of at most 0.05 after Holm's correction over all tests.")]
pub struct Compare {
    /// The real set and two or more generated sets; or two or more saved results (.json)
    #[arg(required = true, num_args = 2.., value_name = "REFERENCE A B… | A.json B.json…")]
    pub sets: Vec<String>,
    /// Compare each generator with this one only: its label (A, B, …) or its set as typed
    #[arg(long, value_name = "LABEL|SET")]
    pub against: Option<String>,
    /// The set that the generators were trained on
    #[arg(long, value_name = "SOURCE")]
    pub train: Option<String>,
    /// Comma-separated metric ids, or `core`, or `all`; `kid` is tested as `relative_mmd`
    #[arg(long, value_name = "LIST", default_value = "fid,kid,precision_recall")]
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
