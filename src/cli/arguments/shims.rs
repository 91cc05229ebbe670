//! The options of the two programs that people know by heart, under their names.

use super::EngineChoice;
use clap::Args;
use std::path::PathBuf;

/// `gavel pytorch-fid`.
#[derive(Debug, Args)]
pub struct PytorchFid {
    /// Two sets or statistics files; with --save-stats, a set and the file to write
    #[arg(num_args = 2, required = true)]
    pub paths: Vec<String>,
    /// As in pytorch-fid; never changes a number here
    #[arg(long, default_value_t = 50)]
    pub batch_size: usize,
    /// As in pytorch-fid: worker threads
    #[arg(long)]
    pub num_workers: Option<usize>,
    /// As in pytorch-fid: cpu or cuda
    #[arg(long)]
    pub device: Option<String>,
    /// Only 2048 is known here
    #[arg(long, default_value_t = 2048)]
    pub dims: usize,
    /// Write the statistics of the first path to the second
    #[arg(long)]
    pub save_stats: bool,
    /// An ONNX file to use in place of the installed Inception
    #[arg(long, value_name = "FILE.onnx")]
    pub extractor: Option<String>,
    /// Which engine runs the network
    #[arg(long, value_enum, default_value_t = EngineChoice::Auto)]
    pub engine: EngineChoice,
    /// The ONNX Runtime library
    #[arg(long, value_name = "PATH")]
    pub onnxruntime: Option<PathBuf>,
    /// Folder of the feature store, or `none`
    #[arg(long, value_name = "DIR|none")]
    pub store: Option<String>,
    /// Folder of installed models
    #[arg(long, value_name = "DIR")]
    pub models: Option<PathBuf>,
}

/// `gavel fidelity`.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools)]
pub struct Fidelity {
    /// First set (the generated one)
    #[arg(long)]
    pub input1: String,
    /// Second set (the real one); the Inception Score needs none
    #[arg(long)]
    pub input2: Option<String>,
    /// Inception Score of input1
    #[arg(long, short = 'i')]
    pub isc: bool,
    /// Fréchet Inception Distance
    #[arg(long, short = 'f')]
    pub fid: bool,
    /// Kernel Inception Distance
    #[arg(long, short = 'k')]
    pub kid: bool,
    /// Precision and recall, of the same features as the rest (torch-fidelity takes VGG16 where it is asked for nothing else)
    #[arg(long, short = 'r')]
    pub prc: bool,
    /// Print JSON
    #[arg(long, short = 'j')]
    pub json: bool,
    /// Worker pictures in flight; never changes a number
    #[arg(long, short = 'b', default_value_t = 64)]
    pub batch_size: usize,
    /// Use CUDA
    #[arg(long, short = 'g', value_name = "GPU")]
    pub gpu: Option<String>,
    /// Use the processor
    #[arg(long, short = 'c')]
    pub cpu: bool,
    /// Splits of the Inception Score
    #[arg(long, default_value_t = 10)]
    pub isc_splits: usize,
    /// Subsets of KID
    #[arg(long, default_value_t = 100)]
    pub kid_subsets: usize,
    /// Pictures in a subset of KID
    #[arg(long, default_value_t = 1000)]
    pub kid_subset_size: usize,
    /// Seed of the draws
    #[arg(long, default_value_t = 2020)]
    pub rng_seed: u32,
    /// Keep the order of pictures when splitting for the Inception Score
    #[arg(long)]
    pub no_samples_shuffle: bool,
    /// As in torch-fidelity; folders are always searched whole here
    #[arg(long)]
    pub samples_find_deep: bool,
    /// Say nothing on stderr
    #[arg(long)]
    pub silent: bool,
    /// No feature store
    #[arg(long)]
    pub no_cache: bool,
    /// Folder of the feature store
    #[arg(long)]
    pub cache_root: Option<String>,
    /// An ONNX file to use in place of the installed Inception
    #[arg(long, value_name = "FILE.onnx")]
    pub feature_extractor_weights_path: Option<String>,
    /// The ONNX Runtime library
    #[arg(long, value_name = "PATH")]
    pub onnxruntime: Option<PathBuf>,
    /// Which engine runs the network
    #[arg(long, value_enum, default_value_t = EngineChoice::Auto)]
    pub engine: EngineChoice,
    /// Folder of installed models
    #[arg(long, value_name = "DIR")]
    pub models: Option<PathBuf>,
}
