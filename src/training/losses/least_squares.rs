//! Least squares instead of cross entropy.

use super::{Card, Defaults, Judged, Loss, NONE};
use crate::training::layers::Rows;
use burn::tensor::{Tensor, activation};

/// D: `(mean (o(x) - 1)² + mean o(G)²) / 2`; G: `mean (o(G) - 1)² / 2`; `o` the sigmoid of the logit, or the logit.
pub struct LeastSquares {
    squashed: bool,
}

impl LeastSquares {
    /// As in the study's code.
    pub const CODE: Self = Self { squashed: true };
    /// As in the paper.
    pub const PAPER: Self = Self { squashed: false };

    fn opinion(&self, logits: &Rows) -> Rows {
        if self.squashed {
            activation::sigmoid(logits.clone())
        } else {
            logits.clone()
        }
    }
}

impl Loss for LeastSquares {
    fn card(&self) -> Card {
        let (name, formula, differences) = if self.squashed {
            (
                "least_squares",
                "D: (mean (s(D(x)) - 1)^2 + mean s(D(G))^2) / 2; G: mean (s(D(G)) - 1)^2 / 2",
                "as in the study's code: squares of the sigmoid of the logit; the paper has the logit itself",
            )
        } else {
            (
                "least_squares_paper",
                "D: (mean (D(x) - 1)^2 + mean D(G)^2) / 2; G: mean (D(G) - 1)^2 / 2",
                "as in the paper: squares of the logit itself; the study's code has its sigmoid",
            )
        };
        Card {
            name,
            formula,
            paper: "Mao et al. 2017, arXiv 1611.04076",
            differences,
        }
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            learning_rate: 2e-4,
            beta1: 0.5,
            n_critic: 1,
            batch_norm: true,
            constants: NONE,
        }
    }

    fn discriminator(&self, real: &Judged, fake: &Judged, _: f64) -> Tensor<1> {
        let real = self.opinion(&real.output).sub_scalar(1.0).square().mean();
        let fake = self.opinion(&fake.output).square().mean();
        (real + fake).mul_scalar(0.5)
    }

    fn generator(&self, fake: &Judged) -> Tensor<1> {
        let off = self.opinion(&fake.output).sub_scalar(1.0);
        off.square().mean().mul_scalar(0.5)
    }
}
