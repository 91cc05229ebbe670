//! The game as it is played: the generator raises the probability of "real".

use super::minimax::cross_entropy;
use super::{Card, Defaults, Judged, Loss, NONE, mean_softplus};
use burn::tensor::Tensor;

/// D: as minimax; G: `-mean ln σ(D(G))`.
pub struct NonSaturating;

impl Loss for NonSaturating {
    fn card(&self) -> Card {
        Card {
            name: "non_saturating",
            formula: "D: -mean ln s(D(x)) - mean ln(1 - s(D(G))); G: -mean ln s(D(G))",
            paper: "Goodfellow et al. 2014, arXiv 1406.2661, section 3",
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

    fn generator(&self, fake: &Judged) -> Tensor<1> {
        generator(fake)
    }
}

/// The generator's part, which other losses share.
pub(super) fn generator(fake: &Judged) -> Tensor<1> {
    mean_softplus(fake.output.clone().neg())
}
