//! The Wasserstein critic with clipped weights.

use super::{Card, Constants, Defaults, Judged, Loss};
use burn::tensor::Tensor;

/// D: `mean D(G) - mean D(x)`, then every weight is held in `[-clip, clip]`; G: `-mean D(G)`.
pub struct Wasserstein;

impl Loss for Wasserstein {
    fn card(&self) -> Card {
        Card {
            name: "wasserstein",
            formula: "D: mean D(G) - mean D(x), then clip every weight to [-c, c]; G: -mean D(G)",
            paper: "Arjovsky et al. 2017, arXiv 1701.07875",
            differences: "as in the study's code: Adam, where the paper has RMSProp (optimizer = \"rmsprop\"); biases and \
                          batch norm's parameters are clipped as well. The code leaves the order of update and clip open; \
                          here the clip comes after",
        }
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            learning_rate: 5e-5,
            beta1: 0.5,
            n_critic: 5,
            batch_norm: true,
            constants: Constants {
                lambda: 0.0,
                clip: 0.01,
                gamma: 0.0,
            },
        }
    }

    fn discriminator(&self, real: &Judged, fake: &Judged, _: f64) -> Tensor<1> {
        critic(real, fake)
    }

    fn generator(&self, fake: &Judged) -> Tensor<1> {
        fake.output.clone().mean().neg()
    }

    fn clips(&self) -> bool {
        true
    }
}

/// The critic's part, which the penalised form shares.
pub(super) fn critic(real: &Judged, fake: &Judged) -> Tensor<1> {
    fake.output.clone().mean() - real.output.clone().mean()
}
