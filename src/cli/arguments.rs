//! The command line as typed. Every field here is raw; `plan` checks it.

mod audit;
mod compare;
mod gate;
mod grade;
mod plot;
mod protocols;
mod report;
mod selftest;
mod sensitivity;
mod shims;
mod sweep;
mod train;

pub use audit::{Audit, FailOn};
pub use compare::Compare;
pub use gate::{Annotations, Gate};
pub use grade::Grade;
pub use plot::{Drawing, Plot};
pub use protocols::Protocols;
pub use report::{Format, Report};
pub use selftest::Selftest;
pub use sensitivity::Sensitivity;
pub use shims::{Fidelity, PytorchFid};
pub use sweep::{ExecutorChoice, RunOne, Sweep, SweepCommand, SweepPlan};
pub use train::{Device, Train};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const SOURCES_HELP: &str = "\
A set is
  a folder, .zip, .tar, .tar.gz or .tgz of pictures, or @list.txt of paths
  an IDX file (MNIST), a CIFAR archive, an .npz with arr_0
  a feature file (.npy or .npz, [N, D]), a statistics file (.npz: mu, sigma)
  polygons:triangles?n=4000&seed=0
  a generator: generator.onnx?n=10000&seed=7 (its latents are declared in
  generator.toml: [generator] latent, distribution, range)
Select with #train/cat, #label=3, #first=1000 or #shard=2/8.";

const SIDECAR_HELP: &str = "\
Any ONNX network can be an extractor: --extractor FILE.onnx. What it takes
and gives is declared in FILE.toml beside it (every line is optional; what is
missing is read from the file, and said):

  [input]
  size = [224, 224]
  range = \"unit\"              # bytes, unit, minus1_1, minus128_over_128
  mean = [0.485, 0.456, 0.406]
  std = [0.229, 0.224, 0.225]
  filter = \"pillow_bicubic\"   # torch_bilinear, tf1_bilinear, none, ...
  [outputs]
  features = \"features\"
  logits = \"logits\"           # or probabilities = \"...\"";

/// Judges image generators: FID, KID, Inception Score and their uncertainty, in one binary.
#[derive(Debug, Parser)]
#[command(name = "gavel", version, propagate_version = true, after_help = SOURCES_HELP)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Say nothing on stderr but errors.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// No progress bars.
    #[arg(long, global = true)]
    pub no_progress: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Metrics of a generated set against a reference set
    #[command(after_help = "\
Examples:
  gavel evaluate mnist/t10k-images-idx3-ubyte.gz samples/
  gavel evaluate real.tar.gz submission.tgz --extractor inception --protocol pytorch_fid --json results.json
  gavel evaluate ref.npz samples.npz --metrics fid --set fid.ddof=0
  gavel evaluate real/ samples/ --metrics all --per-class --sheets sheets/
  gavel evaluate real-features.npy generated-features.npy --metrics fid,kid --set kid.subset_size=100,500")]
    Evaluate(Evaluate),
    /// Copies, mirrors, duplicates, collapse, missing modes, faces: findings with the pictures that prove them
    Audit(Audit),
    /// Many submissions, one course: a grade book
    Grade(Grade),
    /// Is B better than A, and is that more than chance?
    Compare(Compare),
    /// Pass, fail or cannot tell: a policy held against saved results, for CI
    Gate(Gate),
    /// The same pair under every protocol: how much of the number is preprocessing?
    Protocols(Protocols),
    /// How each metric responds to known corruptions of your own reference set
    Sensitivity(Sensitivity),
    /// One self-contained page, or Markdown, CSV, JUnit, from saved results
    Report(Report),
    /// Many seeded training runs, resumable, one row each: here or on Slurm
    Sweep(Sweep),
    /// A study's scores table as figures, tables and tested sentences
    Plot(Plot),
    /// Recompute known values and print the agreement table
    Selftest(Selftest),
    /// What can be measured, and how each number is defined
    #[command(after_help = "Examples:\n  gavel metrics\n  gavel metrics prdc")]
    Metrics(Metrics),
    /// What can be audited, how each audit decides, and its parameters
    #[command(after_help = "Examples:\n  gavel audits\n  gavel audits copies")]
    Audits(Audits),
    /// Precompute, show, merge and convert reference statistics
    #[command(subcommand)]
    Stats(Stats),
    /// Extract features to a file
    #[command(after_help = "\
Examples:
  gavel features cifar-10-python.tar.gz -o cifar.npz
  gavel features big.zip -o part2.npz --shard 2/8")]
    Features(Features),
    /// List, verify, convert and fetch extractors
    #[command(subcommand, after_help = SIDECAR_HELP)]
    Models(Models),
    /// Train a reference generator: a model, a loss, a data set, a seed (needs the cargo feature `training`)
    Train(Train),
    /// Everything at once on data made on the spot, no download
    #[command(after_help = "Example:\n  gavel demo -o demo/")]
    Demo(Demo),
    /// What was found on this machine: engine, threads, models, store; and what to do next
    Doctor(Doctor),
    /// Show or prune the feature store
    #[command(subcommand)]
    Store(StoreCommand),
    /// Drop-in for pytorch-fid: prints "FID:  x"
    #[command(
        name = "pytorch-fid",
        after_help = "\
Examples:
  gavel pytorch-fid real/ generated/
  gavel pytorch-fid --save-stats real/ real.npz"
    )]
    PytorchFid(PytorchFid),
    /// Drop-in for torch-fidelity's `fidelity`
    #[command(after_help = "\
Example:
  gavel fidelity --isc --fid --kid --input1 generated/ --input2 real/ --json

An Inception converted with `gavel models convert` is given with --feature-extractor-weights-path FILE.onnx.")]
    Fidelity(Fidelity),
}

/// Which network, which protocol, which engine, and how failures are met.
#[derive(Debug, Clone, Args)]
pub struct Network {
    /// `inception`, `embedded`, `pixels`, or an ONNX file [default: inception when installed, else embedded]
    #[arg(long, value_name = "NAME|FILE.onnx")]
    pub extractor: Option<String>,
    /// clean, `pytorch_fid`, tf1, `torchmetrics_aa`, `legacy_pytorch`, `legacy_tensorflow`
    #[arg(long, value_name = "NAME", default_value = "clean")]
    pub protocol: String,
    /// Which engine runs the network
    #[arg(long, value_enum, default_value_t = EngineChoice::Auto)]
    pub engine: EngineChoice,
    /// Where ONNX Runtime computes
    #[arg(long, value_enum, default_value_t = ProviderChoice::Cpu)]
    pub provider: ProviderChoice,
    /// The ONNX Runtime library [default: `ORT_DYLIB_PATH`, the Python environment, the system]
    #[arg(long, value_name = "PATH")]
    pub onnxruntime: Option<PathBuf>,
    /// Pictures that a worker takes at once [default: what suits the engine]; never changes a number
    #[arg(long, value_name = "N")]
    pub batch_size: Option<usize>,
    /// Worker threads [default: one a core]; never changes a number
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Folder of the feature store, or `none` [default: `$GAVEL_STORE` or the user's cache folder]
    #[arg(long, value_name = "DIR|none")]
    pub store: Option<String>,
    /// Folder of installed models [default: `$GAVEL_MODELS` or the user's data folder]
    #[arg(long, value_name = "DIR")]
    pub models: Option<PathBuf>,
    /// What to do with a picture that cannot be read
    #[arg(long, value_enum, default_value_t = OnErrorChoice::Fail)]
    pub on_error: OnErrorChoice,
    /// With `--on-error skip`: give up after this many unreadable pictures
    #[arg(long, value_name = "N")]
    pub max_bad: Option<usize>,
    /// Only the first N pictures of each set
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Pictures drawn from a generator.onnx that does not say ?n= [default: 10000]
    #[arg(long, value_name = "N")]
    pub n: Option<usize>,
}

/// Which engine runs the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineChoice {
    /// ONNX Runtime when it is found, else tract.
    Auto,
    /// ONNX Runtime or nothing.
    Onnxruntime,
    /// The compiled-in pure-Rust engine.
    Tract,
}

/// Where ONNX Runtime computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProviderChoice {
    /// On the processor.
    Cpu,
    /// On an NVIDIA card (the library must have the provider).
    Cuda,
}

/// What to do with a picture that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnErrorChoice {
    /// Stop, naming it.
    Fail,
    /// Leave it out and report it.
    Skip,
}

/// Where results go besides the terminal.
#[derive(Debug, Clone, Default, Args)]
pub struct Output {
    /// Write the results document (`-` for stdout)
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
    /// Write the rows as CSV (`-` for stdout)
    #[arg(long, value_name = "FILE|-")]
    pub csv: Option<PathBuf>,
    /// Write a Markdown table (`-` for stdout)
    #[arg(long, value_name = "FILE|-")]
    pub markdown: Option<PathBuf>,
    /// Write one self-contained page (`-` for stdout)
    #[arg(long, value_name = "FILE|-")]
    pub html: Option<PathBuf>,
}

impl Output {
    /// Is a document wanted that has pictures in it?
    #[must_use]
    pub fn has_pictures(&self) -> bool {
        self.json.is_some() || self.html.is_some()
    }
}

/// `gavel evaluate`.
#[derive(Debug, Args)]
pub struct Evaluate {
    /// The real set
    #[arg(required_unless_present_any = ["logits", "probabilities"])]
    pub reference: Option<String>,
    /// The generated set
    #[arg(required_unless_present_any = ["logits", "probabilities"])]
    pub generated: Option<String>,
    /// The set that the generator was trained on: for `mifid`, `authenticity`, `ct_score` and `fld`
    #[arg(long, value_name = "SOURCE")]
    pub train: Option<String>,
    /// Comma-separated metric ids, or `core`, or `all`
    #[arg(long, value_name = "LIST", default_value = "core")]
    pub metrics: String,
    /// A metric's parameter; several values give several rows (repeatable)
    #[arg(long = "set", value_name = "METRIC.PARAM=VALUE[,VALUE]")]
    pub set: Vec<String>,
    /// Logits of the generated set, [N, classes], for the score on arrays
    #[arg(long, value_name = "FILE.npy", conflicts_with = "probabilities")]
    pub logits: Option<String>,
    /// Class probabilities of the generated set, [N, classes]
    #[arg(long, value_name = "FILE.npy")]
    pub probabilities: Option<String>,
    /// Every metric also for each class that both sets have, at matched sizes (both sets need labels)
    #[arg(long)]
    pub per_class: bool,
    /// Contact sheets of the pictures behind the numbers, one for each metric that names some
    #[arg(long, value_name = "DIR")]
    pub sheets: Option<PathBuf>,
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

/// `gavel metrics`.
#[derive(Debug, Args)]
pub struct Metrics {
    /// A metric: its formula, source and parameters
    pub name: Option<String>,
}

/// `gavel audits`.
#[derive(Debug, Args)]
pub struct Audits {
    /// An audit: how it decides, its source and parameters
    pub name: Option<String>,
}

/// `gavel stats`.
#[derive(Debug, Subcommand)]
pub enum Stats {
    /// Moments of a set, with provenance, readable by pytorch-fid and clean-fid
    #[command(after_help = "Example:\n  gavel stats save real/ -o real.npz")]
    Save {
        /// The set
        source: String,
        /// The file to write (.npz)
        #[arg(long, short, value_name = "FILE.npz")]
        output: PathBuf,
        #[command(flatten)]
        #[allow(missing_docs)]
        network: Network,
    },
    /// What a statistics file holds
    #[command(after_help = "Example:\n  gavel stats show real.npz")]
    Show {
        /// The file
        file: String,
        /// Print JSON on stdout
        #[arg(long)]
        json: bool,
    },
    /// Statistics of the union of disjoint sets, from their statistics
    #[command(after_help = "Example:\n  gavel stats merge part1.npz part2.npz -o all.npz")]
    Merge {
        /// The files (each must say its n)
        #[arg(required = true, num_args = 2..)]
        files: Vec<String>,
        /// The file to write (.npz)
        #[arg(long, short, value_name = "FILE.npz")]
        output: PathBuf,
    },
    /// Foreign statistics with their missing facts added, or ours in the bare mu, sigma form
    #[command(after_help = "\
Examples:
  gavel stats convert clean-fid.npz -o ours.npz --n 50000 --protocol clean --extractor inception-2015-12-05
  gavel stats convert ours.npz -o bare.npz --bare")]
    Convert {
        /// The file to read
        file: String,
        /// The file to write (.npz)
        #[arg(long, short, value_name = "FILE.npz")]
        output: PathBuf,
        /// Number of samples behind a foreign file, which does not store it
        #[arg(long)]
        n: Option<u64>,
        /// The protocol that a foreign file was made with
        #[arg(long)]
        protocol: Option<String>,
        /// The extractor that a foreign file was made with
        #[arg(long)]
        extractor: Option<String>,
        /// Write mu and sigma alone, as pytorch-fid does
        #[arg(long)]
        bare: bool,
    },
}

/// `gavel features`.
#[derive(Debug, Args)]
pub struct Features {
    /// The set
    pub source: String,
    /// The file to write (.npz with `features`, `logits` and `spatial` where the network has them, or .npy)
    #[arg(long, short, value_name = "FILE.npz|FILE.npy")]
    pub output: PathBuf,
    /// Only part I of K, so that several machines share the work
    #[arg(long, value_name = "I/K")]
    pub shard: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub network: Network,
}

/// `gavel models`.
#[derive(Debug, Subcommand)]
pub enum Models {
    /// What is installed, built in, and known to be published
    List {
        /// Folder of installed models
        #[arg(long, value_name = "DIR")]
        models: Option<PathBuf>,
    },
    /// Check installed models against their recorded checksums
    Verify {
        /// Folder of installed models
        #[arg(long, value_name = "DIR")]
        models: Option<PathBuf>,
    },
    /// Published PyTorch weights to ONNX
    #[command(after_help = "\
Examples:
  gavel models convert pt_inception-2015-12-05-6726825d.pth
  gavel models convert other-weights.pth -o other.onnx

The published file is known by its sha256 and installed as `inception`. Any other file with the same 472 tensors is
written where -o says and named by its own hash in every result.")]
    Convert {
        /// The .pth file
        weights: PathBuf,
        /// The ONNX file to write [default: into the folder of installed models, for the published file only]
        #[arg(long, short, value_name = "FILE.onnx")]
        output: Option<PathBuf>,
        /// Folder of installed models
        #[arg(long, value_name = "DIR")]
        models: Option<PathBuf>,
    },
    /// Get a listed file from its publisher, verify it, and install it
    #[command(after_help = "Example:\n  gavel models fetch inception")]
    Fetch {
        /// A name of `gavel models list`
        name: String,
        /// Take the file from this address instead of its publisher's (the checksum is verified all the same)
        #[arg(long, value_name = "URL")]
        from: Option<String>,
        /// Folder of installed models
        #[arg(long, value_name = "DIR")]
        models: Option<PathBuf>,
    },
}

/// `gavel demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// The folder to write into
    #[arg(long, short, value_name = "DIR", default_value = "demo")]
    pub output: PathBuf,
    /// Pictures in each set
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub n: usize,
    /// The one seed
    #[arg(long, value_name = "N", default_value_t = 2020)]
    pub seed: u64,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub network: Network,
}

/// `gavel doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// The ONNX Runtime library to look at
    #[arg(long, value_name = "PATH")]
    pub onnxruntime: Option<PathBuf>,
    /// Folder of the feature store
    #[arg(long, value_name = "DIR|none")]
    pub store: Option<String>,
    /// Folder of installed models
    #[arg(long, value_name = "DIR")]
    pub models: Option<PathBuf>,
}

/// `gavel store`.
#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Where it is and how large
    Show {
        /// Folder of the feature store
        #[arg(long, value_name = "DIR")]
        store: Option<String>,
    },
    /// Remove what was not used for longest until it is small enough
    #[command(after_help = "Example:\n  gavel store prune --max-gib 5")]
    Prune {
        /// Keep at most this much
        #[arg(long, value_name = "GIB")]
        max_gib: f64,
        /// Folder of the feature store
        #[arg(long, value_name = "DIR")]
        store: Option<String>,
    },
}
