//! The original game, in which the generator's gradient vanishes while the discriminator wins.

use super::{Card, Defaults, Judged, Loss, NONE, mean_softplus};
use burn::tensor::Tensor;

/// D: `-mean ln σ(D(x)) - mean ln(1 - σ(D(G)))`; G: `mean ln(1 - σ(D(G)))`.
pub struct Minimax;

impl Loss for Minimax {
    fn card(&self) -> Card {
        Card {
            name: "minimax",
            formula: "D: -mean ln s(D(x)) - mean ln(1 - s(D(G))); G: mean ln(1 - s(D(G))); s the sigmoid",
            paper: "Goodfellow et al. 2014, arXiv 1406.2661",
            differences: "",
        }
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            learning_rate: 5e-5,
            beta1: 0.0,
            n_critic: 1,
            batch_norm: true,
            constants: NONE,
        }
    }

    fn discriminator(&self, real: &Judged, fake: &Judged, _: f64) -> Tensor<1> {
        cross_entropy(real, fake)
    }

    /// `ln(1 - σ(z)) = -ln(1 + exp(z))`.
    fn generator(&self, fake: &Judged) -> Tensor<1> {
        mean_softplus(fake.output.clone()).neg()
    }
}

/// The discriminator's part, which other losses share.
pub(super) fn cross_entropy(real: &Judged, fake: &Judged) -> Tensor<1> {
    mean_softplus(real.output.clone().neg()) + mean_softplus(fake.output.clone())
}
