//! What a run is told. Everything that is left out follows from the loss and the model, as in the study.

use crate::error::{Error, Result};
use crate::sources::mixtures::Mixture;
use crate::training::losses::{Constants, Method};
use crate::training::models::{self, Model};
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

/// A run as it is written in a file or on the command line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// A name of `training::models::MODELS`.
    pub model: String,
    /// A name of `training::losses::Method::all`.
    pub loss: String,
    /// The training set: any source of pictures, or `mixtures:…`, points in the plane.
    pub data: String,
    /// Only its first pictures.
    pub limit: Option<usize>,
    /// Height and width of the pictures; they are resized to it. Points have 1, and need not be told so.
    pub size: usize,
    /// 1 or 3. Points have 2, and need not be told so.
    pub channels: usize,
    /// Discriminator updates, as the study counts its budget.
    pub steps: usize,
    /// Pictures of a batch.
    pub batch_size: usize,
    /// Latent dimensions, each uniform in [-1, 1).
    pub latent: usize,
    /// The model's width; its own default if left out.
    pub width: Option<usize>,
    /// Of everything random.
    pub seed: u64,
    /// What computes. Numbers repeat on one kind of device, not between kinds.
    pub device: Backend,
    /// How weights move.
    pub optimizer: Rule,
    /// Their step; the loss's default if left out.
    pub learning_rate: Option<f64>,
    /// Adam's first decay; the loss's default if left out.
    pub beta1: Option<f64>,
    /// Adam's second decay.
    pub beta2: f64,
    /// Discriminator updates to each generator update; the loss's default if left out.
    pub n_critic: Option<usize>,
    /// Batch norm in the discriminator; the loss's default if left out.
    pub batch_norm: Option<bool>,
    /// Spectral normalisation in the discriminator.
    pub spectral_norm: bool,
    /// What batch norm's running averages keep at each step.
    pub batch_norm_decay: f64,
    /// Weight of the penalty (BEGAN: speed of the balance); the loss's default if left out.
    pub lambda: Option<f64>,
    /// Bound of the weights; the loss's default if left out.
    pub clip: Option<f64>,
    /// BEGAN's ratio; the loss's default if left out.
    pub gamma: Option<f64>,
    /// Largest norm of a network's whole gradient; longer ones are shortened to it.
    pub gradient_norm: Option<f64>,
    /// What the averaged generator keeps at each generator update; samples then come from the average.
    pub ema: Option<f64>,
    /// Share of each generated batch that is taken from earlier generators' samples.
    pub replay: Option<f64>,
    /// Samples of earlier generators that are kept.
    pub replay_capacity: usize,
    /// Steps between checkpoints; 0 for none but the last.
    pub checkpoint_every: usize,
    /// Steps between sample sheets and distances on the fly; 0 for none.
    pub look_every: usize,
    /// Samples for a distance on the fly; 0 for none.
    pub look_samples: usize,
    /// Threads; all of the machine's if left out. Never changes a number.
    pub threads: Option<usize>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            model: "info_gan".into(),
            loss: "non_saturating".into(),
            data: String::new(),
            limit: None,
            size: 28,
            channels: 1,
            steps: 15_625,
            batch_size: 64,
            latent: 64,
            width: None,
            seed: 0,
            device: Backend::Cpu,
            optimizer: Rule::Adam,
            learning_rate: None,
            beta1: None,
            beta2: 0.999,
            n_critic: None,
            batch_norm: None,
            spectral_norm: false,
            batch_norm_decay: 0.999,
            lambda: None,
            clip: None,
            gamma: None,
            gradient_norm: None,
            ema: None,
            replay: None,
            replay_capacity: 1024,
            checkpoint_every: 0,
            look_every: 0,
            look_samples: 0,
            threads: None,
        }
    }
}

/// What computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// burn's pure-Rust backend.
    Cpu,
    /// The first NVIDIA card, in builds with the cargo feature `cuda`.
    Cuda,
}

impl Backend {
    /// burn's device.
    ///
    /// # Errors
    /// `cuda` in a build without it.
    pub fn device(self) -> Result<Device> {
        match self {
            Self::Cpu => Ok(Device::flex()),
            #[cfg(feature = "cuda")]
            Self::Cuda => Ok(Device::cuda(0)),
            #[cfg(not(feature = "cuda"))]
            Self::Cuda => Err(Error::usage("this gavel was built without CUDA")
                .mend("cargo build --release --features cuda, or device = \"cpu\"")),
        }
    }
}

/// How weights move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// Adam (Kingma and Ba 2015).
    Adam,
    /// RMSProp with decay 0.9.
    Rmsprop,
}

/// A configuration that was checked, with nothing left out.
#[derive(Clone)]
pub struct Settled {
    /// As it was given, but for size and channels of points.
    pub config: Config,
    /// The mixture that it is trained on, if it is one.
    pub mixture: Option<Mixture>,
    /// The loss.
    pub method: Method,
    /// The architecture.
    pub model: &'static dyn Model,
    /// Its width.
    pub width: usize,
    /// Step of the optimizer.
    pub learning_rate: f64,
    /// Adam's first decay.
    pub beta1: f64,
    /// Discriminator updates to each generator update.
    pub n_critic: usize,
    /// Batch norm in the discriminator?
    pub batch_norm: bool,
    /// The loss's own numbers.
    pub constants: Constants,
}

impl Config {
    /// Checks everything that can be checked without the data.
    ///
    /// # Errors
    /// An unknown name or a number out of its range: which, and what it may be.
    pub fn settle(&self) -> Result<Settled> {
        let method = Method::find(&self.loss)?;
        let model = models::find(&self.model)?;
        let defaults = method.defaults();
        let mixture = Mixture::named(&self.data)?;
        let settled = Settled {
            config: match &mixture {
                Some(_) => self.for_points()?,
                None => self.clone(),
            },
            mixture,
            method,
            model,
            width: self.width.unwrap_or(model.width()),
            learning_rate: self.learning_rate.unwrap_or(defaults.learning_rate),
            beta1: self.beta1.unwrap_or(defaults.beta1),
            n_critic: self.n_critic.unwrap_or(defaults.n_critic),
            batch_norm: self.batch_norm.unwrap_or(defaults.batch_norm),
            constants: Constants {
                lambda: self.lambda.unwrap_or(defaults.constants.lambda),
                clip: self.clip.unwrap_or(defaults.constants.clip),
                gamma: self.gamma.unwrap_or(defaults.constants.gamma),
            },
        };
        settled.check()?;
        Ok(settled)
    }

    /// Points have size 1 and 2 channels; the defaults of pictures give way to that.
    fn for_points(&self) -> Result<Self> {
        let pictures = Self::default();
        let fits = [1, pictures.size].contains(&self.size)
            && [2, pictures.channels].contains(&self.channels);
        if !fits {
            return Err(Error::usage(format!(
                "{}: points have size 1 and 2 channels, not size {} and channels {}",
                self.data, self.size, self.channels
            ))
            .mend("leave size and channels out; they follow from the data"));
        }
        Ok(Self {
            size: 1,
            channels: 2,
            ..self.clone()
        })
    }
}

impl Settled {
    /// Does the generator make points in the plane, not pictures?
    #[must_use]
    pub fn makes_points(&self) -> bool {
        (self.config.size, self.config.channels) == (1, 2)
    }

    fn check(&self) -> Result<()> {
        let c = &self.config;
        for (name, count) in [
            ("steps", c.steps),
            ("batch_size", c.batch_size),
            ("n_critic", self.n_critic),
            ("replay_capacity", c.replay_capacity),
            ("threads", c.threads.unwrap_or(1)),
            ("limit", c.limit.unwrap_or(1)),
        ] {
            if count == 0 {
                return Err(out_of_range(name, 0.0, "at least 1"));
            }
        }
        let shares = [
            ("beta1", self.beta1),
            ("beta2", c.beta2),
            ("batch_norm_decay", c.batch_norm_decay),
            ("ema", c.ema.unwrap_or(0.0)),
            ("replay", c.replay.unwrap_or(0.0)),
        ];
        // The study draws beta1 from [0, 1]; 1 itself would never move a weight.
        for (name, share) in shares {
            if !(0.0..1.0).contains(&share) {
                return Err(out_of_range(name, share, "0 or more and below 1"));
            }
        }
        let positive = [
            ("learning_rate", self.learning_rate),
            ("gradient_norm", c.gradient_norm.unwrap_or(1.0)),
            (
                "clip",
                if self.method.clips() {
                    self.constants.clip
                } else {
                    1.0
                },
            ),
        ];
        for (name, value) in positive {
            if !(value > 0.0 && value.is_finite()) {
                return Err(out_of_range(name, value, "above 0"));
            }
        }
        for (name, value) in [
            ("lambda", self.constants.lambda),
            ("gamma", self.constants.gamma),
        ] {
            if !(value >= 0.0 && value.is_finite()) {
                return Err(out_of_range(name, value, "0 or more"));
            }
        }
        Ok(())
    }
}

fn out_of_range(name: &str, found: f64, wanted: &str) -> Error {
    Error::usage(format!("{name} is {found}, expected {wanted}")).mend(format!("correct `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_the_studys_default_of_the_loss() {
        let config = Config {
            loss: "wgan_gp".into(),
            ..Config::default()
        };
        let settled = config.settle().unwrap();
        assert_eq!((settled.beta1, settled.learning_rate), (0.5, 1e-4));
        assert_eq!((settled.n_critic, settled.batch_norm), (5, false));
        assert_eq!((settled.constants.lambda, settled.width), (10.0, 64));
    }

    #[test]
    fn size_and_channels_of_points_follow_from_the_data() {
        for text in [
            r#"{"data": "mixtures:ring"}"#,
            r#"{"data": "mixtures:ring", "size": 1, "channels": 2}"#,
            r#"{"data": "mixtures:ring", "channels": 2}"#,
        ] {
            let config: Config = serde_json::from_str(text).unwrap();
            let settled = config.settle().unwrap();
            assert_eq!((settled.config.size, settled.config.channels), (1, 2));
            assert!(settled.makes_points() && settled.mixture.unwrap().n_modes == 8);
        }
        let pictures = Config::default().settle().unwrap();
        assert!(!pictures.makes_points() && pictures.mixture.is_none());
    }

    #[test]
    fn numbers_out_of_range_and_unknown_words_are_refused() {
        for (text, word) in [
            (r#"{"beta1": 1.0}"#, "beta1"),
            (r#"{"steps": 0}"#, "steps"),
            (r#"{"learning_rate": -1.0}"#, "learning_rate"),
            (r#"{"loss": "wasserstein", "clip": 0.0}"#, "clip"),
            (r#"{"loss": "wgan"}"#, "wgan"),
            (r#"{"data": "mixtures:ring?modes=0"}"#, "modes=0"),
            (r#"{"data": "mixtures:ring", "size": 32}"#, "size 32"),
            (r#"{"data": "mixtures:ring", "channels": 3}"#, "channels 3"),
        ] {
            let config: Config = serde_json::from_str(text).unwrap();
            let error = config.settle().err().unwrap();
            assert!(error.message().contains(word), "{error}");
        }
        assert!(serde_json::from_str::<Config>(r#"{"lerning_rate": 1}"#).is_err());
    }
}
