//! The variational auto-encoder: no game, but one objective of an encoder (in the discriminator's place) and a generator.

use super::{Baseline, Card, Defaults, Head, NONE};
use crate::features::generator::Distribution;
use crate::training::layers::Rows;
use burn::tensor::{Tensor, activation};

/// Keeps logarithms finite; the study's 1e-8 is lost in float32 beside 1.
const EDGE: f32 = 1e-7;

/// Minimises the cross entropy of the reconstruction plus the divergence of the codes from N(0, 1).
pub struct Vae {
    as_in_code: bool,
}

impl Vae {
    /// As in the study's code.
    pub const CODE: Self = Self { as_in_code: true };
    /// As in the paper.
    pub const PAPER: Self = Self { as_in_code: false };
}

/// The study's defaults for its auto-encoder.
pub(super) const DEFAULTS: Defaults = Defaults {
    learning_rate: 5e-5,
    beta1: 0.5,
    n_critic: 1,
    batch_norm: true,
    constants: NONE,
};

impl Baseline for Vae {
    fn card(&self) -> Card {
        let (name, differences) = if self.as_in_code {
            (
                "vae",
                "as in the study's code: trained with normal latents, but its samples are made from uniform ones in [-1, 1]",
            )
        } else {
            (
                "vae_paper",
                "as in the paper: samples are made from normal latents",
            )
        };
        Card {
            name,
            formula: "-mean over pictures and channels of sum (x ln y + (1 - x) ln(1 - y)) + mean over pictures of \
                      sum (m^2 + s^2 - ln(1e-8 + s^2) - 1) / 2",
            paper: "Kingma and Welling 2014, arXiv 1312.6114",
            differences,
        }
    }

    fn defaults(&self) -> Defaults {
        DEFAULTS
    }

    fn head(&self) -> Head {
        Head::Moments
    }

    fn latents(&self) -> Distribution {
        if self.as_in_code {
            Distribution::Uniform
        } else {
            Distribution::Normal
        }
    }

    fn fits_codes(&self) -> bool {
        false
    }

    fn codes(&self, given: Rows, noise: Rows) -> Rows {
        let (mean, deviation) = moments(given);
        mean + deviation * noise
    }

    fn objective(&self, pictures: &Rows, made: Rows, given: Rows, channels: usize) -> Tensor<1> {
        let n = pictures.dims()[0] as f32;
        let (mean, deviation) = moments(given);
        let variance = deviation.square();
        let log = variance.clone().add_scalar(1e-8).log();
        let divergence = (mean.square() + variance - log).sub_scalar(1.0).sum();
        cross_entropy(pictures, made, channels) + divergence.mul_scalar(0.5 / n)
    }
}

/// Means and deviations `[n, latent]` of the codes `[n, 2 latent]`; the deviation is `1e-6 + ln(1 + exp(raw))`.
#[must_use]
pub fn moments(given: Rows) -> (Rows, Rows) {
    let latent = given.dims()[1] / 2;
    let mean = given.clone().narrow(1, 0, latent);
    let raw = given.narrow(1, latent, latent);
    let deviation = activation::log_sigmoid(raw.neg()).neg().add_scalar(1e-6);
    (mean, deviation)
}

/// `-sum (x ln y + (1 - x) ln(1 - y))`, as a mean over pictures and channels, of shape `[1]`: the study's reconstruction
/// error of `pictures` and `made`, `[n, values]` of `channels` channels.
pub(super) fn cross_entropy(pictures: &Rows, made: Rows, channels: usize) -> Tensor<1> {
    let n = pictures.dims()[0] as f32;
    let made = made.clamp(EDGE, 1.0 - EDGE);
    let dark = pictures.clone().neg().add_scalar(1.0);
    let likelihood =
        pictures.clone() * made.clone().log() + dark * made.neg().add_scalar(1.0).log();
    likelihood.sum().mul_scalar(-1.0 / (n * channels as f32))
}
