//! An auto-encoder used as a generator: a normal distribution is fitted to the codes of the training pictures afterwards.

use super::vae::{DEFAULTS, cross_entropy};
use super::{Baseline, Card, Defaults, Head};
use crate::training::layers::Rows;
use burn::tensor::Tensor;

/// Minimises the cross entropy of the reconstruction, and nothing else; samples are made from
/// `N(mean, covariance)` of the codes.
pub struct AeCode;

impl Baseline for AeCode {
    fn card(&self) -> Card {
        Card {
            name: "ae_code",
            formula: "-mean over pictures and channels of sum (x ln y + (1 - x) ln(1 - y)), y = G(E(x)); afterwards samples \
                      are G(m + S^(1/2) z), z ~ N(0, 1), with mean m and covariance S of the codes of training pictures",
            paper: "Ghosh et al. 2020, arXiv 1903.12436 (ex-post density estimation, one normal distribution)",
            differences: "",
        }
    }

    fn defaults(&self) -> Defaults {
        DEFAULTS
    }

    fn head(&self) -> Head {
        Head::Code
    }

    fn fits_codes(&self) -> bool {
        true
    }

    fn objective(&self, pictures: &Rows, made: Rows, _given: Rows, channels: usize) -> Tensor<1> {
        cross_entropy(pictures, made, channels)
    }
}
