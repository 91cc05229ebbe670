//! `gavel train` as typed.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Device {
    /// The processor.
    Cpu,
    /// The first NVIDIA card.
    Cuda,
}

/// `gavel train`. What is not typed is read from `--config`, from the checkpoint with `--resume`, or follows from loss
/// and model as in the study.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gavel train --model info_gan --loss wgan_gp --data mnist/train-images-idx3-ubyte.gz --steps 15625 -o run/
  gavel train --model dcgan --width 16 --loss hinge --spectral-norm --data 'polygons:triangles?n=8000' --steps 2000 -o t/
  gavel train -o run/ --resume
  gavel train --data 'mixtures:ring' --model mlp -o ring/   # 8 Gaussians in the plane: which modes does it drop?

A step is one update of the discriminator, as the study counts. In the folder: run.json (settings, status, losses),
checkpoint.gavel, samples/step-N.png, generator.onnx with generator.toml. A run whose losses are no longer finite is
recorded as failed and ends with exit code 5.
Models: info_gan dcgan sngan mlp bad. Losses: minimax non_saturating least_squares wasserstein wgan_gp dragan began hinge,
and the papers' forms least_squares_paper wgan_gp_paper dragan_paper began_paper. Baselines without a discriminator: vae
vae_paper ae_code (an auto-encoder, a normal distribution fitted to its codes) glo (a code for each picture; few pictures,
many epochs).
Points in the plane: mixtures:ring?modes=8&n=50000&std=0.02&seed=0 and mixtures:grid?modes=25, with the model mlp; run.json
then has measures: precision, recall, f1, jensen_shannon and fid_score against the mixture.")]
pub struct Train {
    /// Settings as a TOML file; what is typed here wins over it
    #[arg(long, value_name = "FILE.toml")]
    pub config: Option<PathBuf>,
    /// The folder of the run
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
    /// Go on from the folder's checkpoint, to the same bits as without the break
    #[arg(long)]
    pub resume: bool,
    /// The architecture [default: `info_gan`]
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// The loss [default: `non_saturating`]
    #[arg(long, value_name = "NAME")]
    pub loss: Option<String>,
    /// The training set: pictures, or mixtures:ring, mixtures:grid
    #[arg(long, value_name = "SOURCE")]
    pub data: Option<String>,
    /// Only its first N pictures
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Updates of the discriminator [default: 15625]
    #[arg(long, value_name = "N")]
    pub steps: Option<usize>,
    /// Height and width of the pictures [default: 28; 1 for points]
    #[arg(long, value_name = "PIXELS")]
    pub size: Option<usize>,
    /// 1 (gray) or 3 [default: 1; 2 for points]
    #[arg(long, value_name = "N")]
    pub channels: Option<usize>,
    /// The model's width [default: the source's]
    #[arg(long, value_name = "N")]
    pub width: Option<usize>,
    /// Pictures of a batch [default: 64]
    #[arg(long, value_name = "N")]
    pub batch_size: Option<usize>,
    /// Of everything random [default: 0]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Step of the optimizer
    #[arg(long, value_name = "X")]
    pub learning_rate: Option<f64>,
    /// Adam's first decay
    #[arg(long, value_name = "X")]
    pub beta1: Option<f64>,
    /// Updates of the discriminator to each of the generator
    #[arg(long, value_name = "N")]
    pub n_critic: Option<usize>,
    /// Batch norm in the discriminator
    #[arg(long, value_name = "true|false")]
    pub batch_norm: Option<bool>,
    /// How slowly the statistics that samples use follow the batches' [default: 0.999, as the study; 0.99 for short runs]
    #[arg(long, value_name = "X")]
    pub batch_norm_decay: Option<f64>,
    /// Spectral normalisation in the discriminator
    #[arg(long)]
    pub spectral_norm: bool,
    /// Weight of the gradient penalty; BEGAN's speed
    #[arg(long, value_name = "X")]
    pub lambda: Option<f64>,
    /// Bound of the weights (wasserstein)
    #[arg(long, value_name = "X")]
    pub clip: Option<f64>,
    /// BEGAN's ratio of errors
    #[arg(long, value_name = "X")]
    pub gamma: Option<f64>,
    /// Average the generator, keeping so much at each update
    #[arg(long, value_name = "X")]
    pub ema: Option<f64>,
    /// Share of each generated batch that comes from earlier generators
    #[arg(long, value_name = "X")]
    pub replay: Option<f64>,
    /// Steps between checkpoints [default: 1000]
    #[arg(long, value_name = "N")]
    pub checkpoint_every: Option<usize>,
    /// Steps between sample sheets and distances on the fly [default: 1000]
    #[arg(long, value_name = "N")]
    pub look_every: Option<usize>,
    /// Samples for a distance on the fly, 0 for none [default: 500]
    #[arg(long, value_name = "N")]
    pub look_samples: Option<usize>,
    /// cpu, or cuda in builds with that cargo feature [default: cpu]
    #[arg(long, value_enum)]
    pub device: Option<Device>,
    /// Threads [default: one a core]; never changes a number
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
}
