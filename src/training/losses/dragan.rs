//! Cross entropy with a discriminator whose gradient is held near 1 about the real pictures.

use super::minimax::cross_entropy;
use super::non_saturating::generator;
use super::penalty::{Probe, ProbeOf, between};
use super::{Card, Constants, Defaults, Judged, Loss};
use crate::rng::Stream;
use burn::tensor::Tensor;

/// D: as non-saturating, `+ λ mean (|∇D| - 1)²` about the real pictures; G: as non-saturating.
pub struct Dragan {
    as_in_code: bool,
}

impl Dragan {
    /// As in the study's code.
    pub const CODE: Self = Self { as_in_code: true };
    /// As in the study's paper.
    pub const PAPER: Self = Self { as_in_code: false };
}

impl Loss for Dragan {
    fn card(&self) -> Card {
        let (name, formula, differences) = if self.as_in_code {
            (
                "dragan",
                "D: as non_saturating + l mean (|grad s(D(x'))| - 1)^2, x' = x + a (p - x), p = x + 0.5 std(x) u, u ~ U[0, 1) \
                 a value, a ~ U(0, 1) a picture; G: as non_saturating",
                "as in the study's code: the gradient of the sigmoid of the logit, noise that is never negative, one standard \
                 deviation for the whole batch, 1e-4 under the root",
            )
        } else {
            (
                "dragan_paper",
                "D: as non_saturating + l mean (|grad D(x + d)| - 1)^2, d ~ N(0, (0.5 std(x))^2) a value; G: as \
                 non_saturating",
                "as in the study's paper: the gradient of the logit at x + d with normal d; the study's code has the sigmoid's \
                 gradient on the way to a point with non-negative noise",
            )
        };
        Card {
            name,
            formula,
            paper: "Kodali et al. 2017, arXiv 1705.07215",
            differences,
        }
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            learning_rate: 1e-4,
            beta1: 0.5,
            n_critic: 1,
            batch_norm: true,
            constants: Constants {
                lambda: 10.0,
                clip: 0.0,
                gamma: 0.0,
            },
        }
    }

    fn discriminator(&self, real: &Judged, fake: &Judged, _: f64) -> Tensor<1> {
        cross_entropy(real, fake)
    }

    fn generator(&self, fake: &Judged) -> Tensor<1> {
        generator(fake)
    }

    fn probes(&self) -> bool {
        true
    }

    fn probe(&self, real: &[f32], _: &[f32], n: usize, stream: &mut Stream) -> Option<Probe> {
        let scale = 0.5 * deviation(real);
        if !self.as_in_code {
            let moved = |&x: &f32| x + (scale * stream.normal()) as f32;
            return Some(Probe {
                points: real.iter().map(moved).collect(),
                of: ProbeOf::Logit,
                floor: 0.0,
            });
        }
        let moved = |&x: &f32| x + (scale * stream.uniform()) as f32;
        let moved: Vec<f32> = real.iter().map(moved).collect();
        Some(Probe {
            points: between(real, &moved, n, stream),
            of: ProbeOf::Sigmoid,
            floor: 1e-4,
        })
    }
}

/// Population standard deviation of all values.
fn deviation(values: &[f32]) -> f64 {
    let n = values.len().max(1) as f64;
    let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
    let squares = values.iter().map(|&v| (f64::from(v) - mean).powi(2));
    (squares.sum::<f64>() / n).sqrt()
}
