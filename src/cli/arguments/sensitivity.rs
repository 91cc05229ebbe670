//! `gavel sensitivity` as typed.

use super::{Network, Output};
use clap::Args;
use std::path::PathBuf;

/// `gavel sensitivity`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gavel sensitivity real.tar.gz -o sensitivity/
  gavel sensitivity t10k-images-idx3-ubyte.gz --n 1000 --metrics fid,kid --corruptions blur,modes_dropped
  gavel sensitivity features.npy            (a feature file: modes, duplicates and copies only)

The set is split at random into a reference and a held-out part, which plays the generator. The held-out part is
corrupted in known ways; the effect on each metric is given in standard errors of the difference of two separate
evaluations of this size. 2.8 of them are seen with 80 % power at the 5 % level.")]
pub struct Sensitivity {
    /// The real set
    pub reference: String,
    /// Folder for sensitivity.json, .csv, .svg and .png
    #[arg(long = "output", short = 'o', value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Metrics: core, all, or names
    #[arg(long, value_name = "LIST", default_value = "core")]
    pub metrics: String,
    /// A metric's parameter, repeatable: kid.subset_size=500
    #[arg(long, value_name = "METRIC.PARAM=VALUE")]
    pub set: Vec<String>,
    /// Only these corruptions: blur, noise, jpeg, crop, flips, modes_dropped, duplicates, copies
    #[arg(long, value_name = "LIST")]
    pub corruptions: Option<String>,
    /// Samples of each part [default: as many as there are, at most 2000]
    #[arg(long, value_name = "N")]
    pub n: Option<usize>,
    /// Seed of the split and of the corruptions
    #[arg(long, value_name = "N", default_value_t = 2020)]
    pub seed: u64,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub network: Network,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: Output,
}
