//! Generative latent optimisation: every training picture has a code of its own, and codes and generator are fitted together.

use super::vae::DEFAULTS;
use super::{Baseline, Card, Defaults, Head};
use crate::training::layers::Rows;
use burn::tensor::Tensor;

/// Minimises the squared error between a picture and what the generator makes of the picture's code.
///
/// Codes begin as normal draws and stay in the unit ball, as in the paper. Of its two errors (squared and Laplacian pyramid)
/// this is the first. A code moves by an Adam of its own, which counts the code's own updates (the paper: plain gradient
/// steps); it is seen once an epoch, so the method wants many epochs, which means few pictures where the budget is small.
pub struct Glo;

/// A code's step.
pub const CODE_RATE: f32 = 0.02;

impl Baseline for Glo {
    fn card(&self) -> Card {
        Card {
            name: "glo",
            formula: "mean over pictures of sum (G(z_i) - x_i)^2, by G and by the code z_i of each training picture, |z_i| <= 1; \
                      afterwards samples are G(m + S^(1/2) z), z ~ N(0, 1), with mean m and covariance S of the codes",
            paper: "Bojanowski et al. 2018, arXiv 1707.05776",
            differences: "",
        }
    }

    fn defaults(&self) -> Defaults {
        DEFAULTS
    }

    fn head(&self) -> Head {
        Head::Nothing
    }

    fn fits_codes(&self) -> bool {
        true
    }

    fn objective(&self, pictures: &Rows, made: Rows, _given: Rows, _channels: usize) -> Tensor<1> {
        let n = pictures.dims()[0] as f32;
        (made - pictures.clone()).square().sum().mul_scalar(1.0 / n)
    }
}

/// Brings codes, row-major `[n, latent]`, back into the unit ball.
pub fn into_ball(codes: &mut [f32], latent: usize) {
    for code in codes.chunks_mut(latent.max(1)) {
        let norm = code.iter().map(|v| v * v).sum::<f32>().sqrt();
        if norm > 1.0 {
            for value in code {
                *value /= norm;
            }
        }
    }
}
