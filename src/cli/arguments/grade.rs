//! `gavel grade` as typed.

use super::{EngineChoice, ProviderChoice};
use clap::Args;
use std::path::PathBuf;

/// `gavel grade`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gavel grade submissions/ --course course.toml -o grades/
  gavel grade submissions/ --course course.toml -o grades/ --roster roster.csv
  gavel grade --rejudge --course stricter.toml -o grades/      # other bands, same measurements: seconds, no picture read

SUBMISSIONS holds one file or folder for each student: archives (zip, tar, tar.gz, tgz) or folders of pictures, in any
state. Each is checked, measured, audited and compared with all others. One that is broken never stops the rest.
A second run measures again only what changed. A roster is a CSV with the columns submission, student, late_days.

A course file, the shortest (examples/courses has two documented ones):

  name = \"Anime faces\"
  [submission]
  count = 1000
  names = \"{1..1000}.jpg\"
  folder = \".\"
  size = [64, 64]
  [data]
  reference = \"held-out.tar.gz\"
  train = \"train.tar.gz\"
  [measure]
  detector = \"animeface\"
  [[indicator]]
  metric = \"fd\"
  [[indicator]]
  metric = \"face_rate\"
  [[band]]
  name = \"simple\"
  points = 60
  limits = { fd = 30, face_rate = 0.2 }
  [[band]]
  name = \"boss\"
  points = 100
  limits = { fd = 5, face_rate = 0.5 }")]
pub struct Grade {
    /// A folder with one file or folder for each submission
    #[arg(required_unless_present = "rejudge")]
    pub submissions: Option<PathBuf>,
    /// The course's rules
    #[arg(long, value_name = "FILE.toml")]
    pub course: PathBuf,
    /// Where the grade book goes
    #[arg(short, long, value_name = "DIR", default_value = "grades")]
    pub output: PathBuf,
    /// Names and late days: a CSV with the columns submission, student, late_days
    #[arg(long, value_name = "FILE.csv")]
    pub roster: Option<PathBuf>,
    /// Judge what was measured before, without looking at any submission
    #[arg(long, conflicts_with = "submissions")]
    pub rejudge: bool,
    /// Which engine runs the network
    #[arg(long, value_enum, default_value_t = EngineChoice::Auto)]
    pub engine: EngineChoice,
    /// Where ONNX Runtime computes
    #[arg(long, value_enum, default_value_t = ProviderChoice::Cpu)]
    pub provider: ProviderChoice,
    /// The ONNX Runtime library [default: `ORT_DYLIB_PATH`, the Python environment, the system]
    #[arg(long, value_name = "PATH")]
    pub onnxruntime: Option<PathBuf>,
    /// Worker threads [default: one a core]; never changes a number
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Folder of the feature store, or `none` [default: `$GAVEL_STORE` or the user's cache folder]
    #[arg(long, value_name = "DIR|none")]
    pub store: Option<String>,
    /// Folder of installed models [default: `$GAVEL_MODELS` or the user's data folder]
    #[arg(long, value_name = "DIR")]
    pub models: Option<PathBuf>,
}
