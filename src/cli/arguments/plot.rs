//! `gavel plot` as typed.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `gavel plot`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gavel plot scores.csv -o figures/
  gavel plot scores.csv --curves curves.csv --sensitivity mnist.json -o figures/ --format svg
  gavel plot mini/scores.csv --samples -o figures/   # and what the generators make, from mini/runs/

A scores table has one line for each run (or checkpoint): the columns of `gavel sweep`, or those of \"Are GANs Created
Equal?\" (model, dataset, tf_seed, inception_score, fid_score, sample_id, hyper-parameters). Rows of sample 0 are the
default configuration. Several files are read as one table. Besides the figures study.md is written: tables, and a
tested sentence for each comparison.")]
pub struct Plot {
    /// Scores tables (.csv)
    #[arg(required = true, value_name = "SCORES.csv")]
    pub scores: Vec<PathBuf>,
    /// Where the figures and study.md go
    #[arg(short, long, value_name = "DIR", default_value = "figures")]
    pub output: PathBuf,
    /// What figures are written as
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Drawing::Svg, Drawing::Png])]
    pub format: Vec<Drawing>,
    /// Distances during training, in the same columns (a sweep's curves.csv) [default: rows of several steps in SCORES.csv]
    #[arg(long, value_name = "CURVES.csv")]
    pub curves: Option<PathBuf>,
    /// Documents of `gavel sensitivity --json`, for the distance against mode dropping and noise (repeatable)
    #[arg(long, value_name = "FILE.json")]
    pub sensitivity: Vec<PathBuf>,
    /// Also a sheet of samples (PNG) for each data set, from the generators of a sweep: of each loss and architecture the run with the
    /// median distance. DIR is the sweep's folder [default: the folder of SCORES.csv]
    #[arg(long, value_name = "DIR")]
    pub samples: Option<Option<PathBuf>>,
    /// The one seed of the permutations and of the samples
    #[arg(long, value_name = "N", default_value_t = 2020)]
    pub seed: u64,
}

/// What a figure is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Drawing {
    /// Lines and text; every size is sharp.
    Svg,
    /// Pixels.
    Png,
}

impl Drawing {
    /// The extension of its files.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }
}
