//! What a discriminator and a generator minimise: one file a loss, one line in [`LOSSES`] to register it.
//!
//! The study's code and the papers differ here and there. Where they do, both forms exist: the plain name is the code's
//! (the numbers that were published came from it), `…_paper` is the paper's, and [`Card::differences`] says in what.

pub mod ae_code;
mod began;
mod dragan;
pub mod glo;
mod hinge;
mod least_squares;
mod minimax;
mod non_saturating;
mod penalty;
pub mod vae;
mod wasserstein;
mod wgan_gp;

pub use penalty::{Probe, ProbeOf, penalty};
pub use vae::Vae;

use super::layers::Rows;
use crate::error::{Error, Result};
use crate::features::generator::Distribution;
use crate::rng::Stream;
use burn::tensor::{Tensor, activation};

/// What is known of a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card {
    /// Stable name, as in `--loss`.
    pub name: &'static str,
    /// What the discriminator and the generator minimise.
    pub formula: &'static str,
    /// Where it was proposed.
    pub paper: &'static str,
    /// How this form differs from the other form of the same loss; empty where there is one form.
    pub differences: &'static str,
}

/// The numbers of a loss; each loss reads its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Constants {
    /// Weight of the gradient penalty; for BEGAN the speed of its balance.
    pub lambda: f64,
    /// Bound of the discriminator's weights.
    pub clip: f64,
    /// BEGAN's wanted ratio of the two reconstruction errors.
    pub gamma: f64,
}

/// The study's default hyper-parameters of a loss (sample 0 of its searches).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Defaults {
    /// Adam's step.
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

/// Constants of losses that read none.
const NONE: Constants = Constants {
    lambda: 0.0,
    clip: 0.0,
    gamma: 0.0,
};

/// Pictures and what the discriminator says of them.
pub struct Judged {
    /// `[n, values]`.
    pub pictures: Rows,
    /// Logits `[n, 1]`, or reconstructions `[n, values]` where the loss asks for them.
    pub output: Rows,
}

/// What the last layer of a discriminator must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// One number a picture.
    Logit,
    /// The picture again: an auto-encoder.
    Reconstruction,
    /// Mean and deviation of each latent dimension: an encoder.
    Moments,
    /// A number for each latent dimension: an encoder.
    Code,
    /// There is no second network.
    Nothing,
}

impl Head {
    /// Is there no game?
    #[must_use]
    pub fn is_baseline(self) -> bool {
        matches!(self, Self::Moments | Self::Code | Self::Nothing)
    }
}

/// When a loss's own state ([`Loss::remembered`]) is updated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// There is none.
    None,
    /// Of the errors that the step itself found.
    OfTheStep,
    /// Of the same batch seen once more after both updates.
    SeenAgain,
}

/// One loss.
pub trait Loss: Send + Sync {
    /// What is known of it.
    fn card(&self) -> Card;

    /// The study's defaults.
    fn defaults(&self) -> Defaults;

    /// What the discriminator must give.
    fn head(&self) -> Head {
        Head::Logit
    }

    /// What the discriminator minimises (without penalty), of shape `[1]`. `k` is the loss's own state.
    fn discriminator(&self, real: &Judged, fake: &Judged, k: f64) -> Tensor<1>;

    /// What the generator minimises, of shape `[1]`.
    fn generator(&self, fake: &Judged) -> Tensor<1>;

    /// Has [`Loss::probe`] an answer?
    fn probes(&self) -> bool {
        false
    }

    /// Where the discriminator's gradient is held near 1, if anywhere. Both are row-major `[n, values]`.
    fn probe(
        &self,
        _real: &[f32],
        _fake: &[f32],
        _n: usize,
        _stream: &mut Stream,
    ) -> Option<Probe> {
        None
    }

    /// Are the discriminator's weights held in `[-clip, clip]`?
    fn clips(&self) -> bool {
        false
    }

    /// Does the generator's update draw its own latents, instead of those of the discriminator's?
    fn redraws(&self) -> bool {
        false
    }

    /// Has the loss a state, and when does it move?
    fn memory(&self) -> Memory {
        Memory::None
    }

    /// The new state after errors `real` and `fake`.
    fn remembered(&self, k: f64, _real: f64, _fake: f64, _constants: &Constants) -> f64 {
        k
    }
}

/// Every loss, the study's order first.
pub const LOSSES: &[&dyn Loss] = &[
    &minimax::Minimax,
    &non_saturating::NonSaturating,
    &least_squares::LeastSquares::CODE,
    &wasserstein::Wasserstein,
    &wgan_gp::WganGp::CODE,
    &dragan::Dragan::CODE,
    &began::Began::CODE,
    &hinge::Hinge,
    &least_squares::LeastSquares::PAPER,
    &wgan_gp::WganGp::PAPER,
    &dragan::Dragan::PAPER,
    &began::Began::PAPER,
];

/// A generator that is trained without an opponent: its pictures are compared with those that they belong to.
pub trait Baseline: Send + Sync {
    /// What is known of it.
    fn card(&self) -> Card;

    /// The study's defaults.
    fn defaults(&self) -> Defaults;

    /// Where the codes of training pictures come from: an encoder's moments, an encoder's codes, or a table of their own.
    fn head(&self) -> Head;

    /// The latents of samples.
    fn latents(&self) -> Distribution {
        Distribution::Normal
    }

    /// Is a normal distribution fitted to the codes of the training pictures, from which samples are then made?
    fn fits_codes(&self) -> bool;

    /// Codes `[n, latent]` out of what [`Baseline::head`] gives, with normal noise `[n, latent]` where it wants some.
    fn codes(&self, given: Rows, _noise: Rows) -> Rows {
        given
    }

    /// What encoder, codes and generator minimise, of shape `[1]`: `pictures` and `made` are `[n, values]` of `channels`
    /// channels, `given` is what [`Baseline::head`] gave.
    fn objective(&self, pictures: &Rows, made: Rows, given: Rows, channels: usize) -> Tensor<1>;
}

/// Every baseline, the study's first.
pub const BASELINES: &[&dyn Baseline] = &[&Vae::CODE, &Vae::PAPER, &ae_code::AeCode, &glo::Glo];

/// How a generator is trained.
#[derive(Clone, Copy)]
pub enum Method {
    /// Against a discriminator.
    Game(&'static dyn Loss),
    /// Without one.
    Baseline(&'static dyn Baseline),
}

impl Method {
    /// Every method: the games in their order, then the others.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let games = LOSSES.iter().copied().map(Self::Game);
        games
            .chain(BASELINES.iter().copied().map(Self::Baseline))
            .collect()
    }

    /// The method called `name`.
    ///
    /// # Errors
    /// No such method; the known ones are listed.
    pub fn find(name: &str) -> Result<Self> {
        let all = Self::all();
        let names: Vec<&str> = all.iter().map(|method| method.card().name).collect();
        let known = all.iter().find(|method| method.card().name == name);
        known.copied().ok_or_else(|| {
            Error::usage(format!("there is no loss `{name}`"))
                .mend(format!("use one of {}", names.join(", ")))
        })
    }

    /// What is known of it.
    #[must_use]
    pub fn card(self) -> Card {
        match self {
            Self::Game(loss) => loss.card(),
            Self::Baseline(baseline) => baseline.card(),
        }
    }

    /// The study's defaults.
    #[must_use]
    pub fn defaults(self) -> Defaults {
        match self {
            Self::Game(loss) => loss.defaults(),
            Self::Baseline(baseline) => baseline.defaults(),
        }
    }

    /// What the generator's opponent, or its encoder, must give.
    #[must_use]
    pub fn head(self) -> Head {
        match self {
            Self::Game(loss) => loss.head(),
            Self::Baseline(baseline) => baseline.head(),
        }
    }

    /// Are weights held in bounds?
    #[must_use]
    pub fn clips(self) -> bool {
        matches!(self, Self::Game(loss) if loss.clips())
    }

    /// Where the latents of samples come from.
    #[must_use]
    pub fn latents(self) -> Distribution {
        match self {
            Self::Game(_) => Distribution::Uniform,
            Self::Baseline(baseline) => baseline.latents(),
        }
    }
}

/// Mean of `ln(1 + exp(x))`: the cross entropy of logits with "generated".
fn mean_softplus(x: Rows) -> Tensor<1> {
    activation::log_sigmoid(x.neg()).mean().neg()
}

#[cfg(test)]
mod tests;
