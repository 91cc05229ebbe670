//! The Wasserstein critic whose gradient is held near 1 between real and generated pictures.

use super::penalty::{Probe, ProbeOf, between};
use super::wasserstein::critic;
use super::{Card, Constants, Defaults, Judged, Loss};
use crate::rng::Stream;
use burn::tensor::Tensor;

/// D: `mean D(G) - mean D(x) + λ mean (|∇D(x̂)| - 1)²` at `x̂ = x + α (G - x)`, `α ~ U(0, 1)` for each picture.
pub struct WganGp {
    /// Added to the squared norm before its root.
    floor: f64,
}

impl WganGp {
    /// As in the study's code.
    pub const CODE: Self = Self { floor: 1e-4 };
    /// As in the paper.
    pub const PAPER: Self = Self { floor: 0.0 };
}

impl Loss for WganGp {
    fn card(&self) -> Card {
        let (name, differences) = if self.floor > 0.0 {
            (
                "wgan_gp",
                "as in the study's code: 1e-4 is added to the squared norm under the root, and the generator's update draws \
                 new latents",
            )
        } else {
            (
                "wgan_gp_paper",
                "as in the paper: the norm without the study's 1e-4 under the root",
            )
        };
        Card {
            name,
            formula: "D: mean D(G) - mean D(x) + l mean (|grad D(x + a (G - x))| - 1)^2, a ~ U(0, 1) a picture; G: -mean D(G)",
            paper: "Gulrajani et al. 2017, arXiv 1704.00028",
            differences,
        }
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            learning_rate: 1e-4,
            beta1: 0.5,
            n_critic: 5,
            batch_norm: false,
            constants: Constants {
                lambda: 10.0,
                clip: 0.0,
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

    fn probes(&self) -> bool {
        true
    }

    fn probe(&self, real: &[f32], fake: &[f32], n: usize, stream: &mut Stream) -> Option<Probe> {
        Some(Probe {
            points: between(real, fake, n, stream),
            of: ProbeOf::Logit,
            floor: self.floor,
        })
    }

    fn redraws(&self) -> bool {
        true
    }
}
