//! The discriminator is an auto-encoder; its errors on real and generated pictures are held in balance.

use super::{Card, Constants, Defaults, Head, Judged, Loss, Memory};
use burn::tensor::Tensor;

/// D: `L(x) - k L(G)`, `L(v) = mean |AE(v) - v|`; G: `L(G)`; then `k += λ (γ L(x) - L(G))`.
pub struct Began {
    as_in_code: bool,
}

impl Began {
    /// As in the study's code.
    pub const CODE: Self = Self { as_in_code: true };
    /// As in the paper.
    pub const PAPER: Self = Self { as_in_code: false };
}

impl Loss for Began {
    fn card(&self) -> Card {
        let (name, differences) = if self.as_in_code {
            (
                "began",
                "as in the study's code: k may leave [0, 1], and is updated from the same batch seen once more after both \
                 updates",
            )
        } else {
            (
                "began_paper",
                "as in the paper: k is held in [0, 1] and updated from the errors of the step itself",
            )
        };
        Card {
            name,
            formula: "D: L(x) - k L(G), L(v) = mean |AE(v) - v|; G: L(G); k += l (g L(x) - L(G)), k starts at 0",
            paper: "Berthelot et al. 2017, arXiv 1703.10717",
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
                lambda: 1e-3,
                clip: 0.0,
                gamma: 0.75,
            },
        }
    }

    fn head(&self) -> Head {
        Head::Reconstruction
    }

    fn discriminator(&self, real: &Judged, fake: &Judged, k: f64) -> Tensor<1> {
        error(real) - error(fake).mul_scalar(k)
    }

    fn generator(&self, fake: &Judged) -> Tensor<1> {
        error(fake)
    }

    fn memory(&self) -> Memory {
        if self.as_in_code {
            Memory::SeenAgain
        } else {
            Memory::OfTheStep
        }
    }

    fn remembered(&self, k: f64, real: f64, fake: f64, constants: &Constants) -> f64 {
        let moved = k + constants.lambda * (constants.gamma * real - fake);
        if self.as_in_code {
            moved
        } else {
            moved.clamp(0.0, 1.0)
        }
    }
}

/// Mean absolute error of the reconstruction.
fn error(judged: &Judged) -> Tensor<1> {
    (judged.output.clone() - judged.pictures.clone())
        .abs()
        .mean()
}
