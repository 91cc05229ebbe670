//! The hinge loss: the discriminator stops caring once the margin is kept.

use super::{Card, Defaults, Judged, Loss, NONE};
use burn::tensor::{Tensor, activation};

/// D: `mean max(0, 1 - D(x)) + mean max(0, 1 + D(G))`; G: `-mean D(G)`.
pub struct Hinge;

impl Loss for Hinge {
    fn card(&self) -> Card {
        Card {
            name: "hinge",
            formula: "D: mean max(0, 1 - D(x)) + mean max(0, 1 + D(G)); G: -mean D(G)",
            paper: "Lim and Ye 2017, arXiv 1705.02894; Miyato et al. 2018, arXiv 1802.05957",
            differences: "",
        }
    }

    /// The study has no hinge loss: these are Miyato et al.'s, setting C.
    fn defaults(&self) -> Defaults {
        Defaults {
            learning_rate: 2e-4,
            beta1: 0.5,
            n_critic: 1,
            batch_norm: false,
            constants: NONE,
        }
    }

    fn discriminator(&self, real: &Judged, fake: &Judged, _: f64) -> Tensor<1> {
        let real = activation::relu(real.output.clone().neg().add_scalar(1.0));
        let fake = activation::relu(fake.output.clone().add_scalar(1.0));
        real.mean() + fake.mean()
    }

    fn generator(&self, fake: &Judged) -> Tensor<1> {
        fake.output.clone().mean().neg()
    }
}
