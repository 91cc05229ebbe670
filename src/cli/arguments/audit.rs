//! `gavel audit` as typed.

use super::{Network, Output};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `gavel audit`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gavel audit mnist/t10k-images-idx3-ubyte.gz samples/ --train mnist/train-images-idx3-ubyte.gz
  gavel audit real.tar.gz submission.tgz --train train.tar.gz --sheets sheets/ --json audit.json
  gavel audit real/ generated/ --audits duplicates,hygiene --fail-on serious
  gavel audit real/ generated/ --audits faces --detector lbpcascade_animeface.xml --annotate faces/
  gavel audit real/ --series epoch10/ epoch20/ epoch30/ --audits collapse,dropping

REFERENCE should be real pictures that the generator was not trained on: they show how near honest pictures
come to the training set, so that only what is nearer than chance is called a copy.
Exit code 1 where --fail-on is given and a finding is that severe.")]
pub struct Audit {
    /// The real set, held out from training
    pub reference: String,
    /// The generated set
    #[arg(required_unless_present = "series")]
    pub generated: Option<String>,
    /// Checkpoints of one generator in the order of training, before GENERATED or, without it, with the last as the
    /// generated set: where does it collapse, and what comes and goes from one to the next?
    #[arg(long, value_name = "SOURCE", num_args = 1..)]
    pub series: Vec<String>,
    /// The set that the generator was trained on: without it nothing can be called a copy
    #[arg(long, value_name = "SOURCE")]
    pub train: Option<String>,
    /// Comma-separated audits, or `all`
    #[arg(long, value_name = "LIST", default_value = "all")]
    pub audits: String,
    /// A face detector: an OpenCV cascade (XML), an ONNX network of the UltraFace or YuNet family, or a name such as
    /// animeface, frontalface, ultraface, yunet; without it faces are not counted
    #[arg(long, value_name = "FILE|NAME")]
    pub detector: Option<String>,
    /// Enlarge pictures as often before looking for faces (`--set faces.upscale=N`)
    #[arg(long, value_name = "N", requires = "detector")]
    pub upscale: Option<usize>,
    /// Least width and height of a face in pixels, after enlarging (`--set faces.min_size=N`)
    #[arg(long, value_name = "N", requires = "detector")]
    pub min_size: Option<usize>,
    /// Write every generated picture with its faces framed into this folder, as PNG
    #[arg(long, value_name = "DIR", requires = "detector")]
    pub annotate: Option<PathBuf>,
    /// An audit's parameter (repeatable); `gavel audits NAME` lists them
    #[arg(long = "set", value_name = "AUDIT.PARAM=VALUE")]
    pub set: Vec<String>,
    /// Contact sheets of the pictures that prove the findings, one for each finding
    #[arg(long, value_name = "DIR")]
    pub sheets: Option<PathBuf>,
    /// End with exit code 1 where a finding is at least this severe
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,
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

/// From which severity on the audit has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// A warning or worse.
    Warning,
    /// Only what makes the numbers meaningless.
    Serious,
}
