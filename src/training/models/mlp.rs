//! A pair of dense layers only, after the original paper's.

use super::{Model, Pair, Plan, autoencoder};
use crate::training::layers::{Builder, Extent, Init};
use crate::training::losses::Head;

/// G: fc w BN ReLU, fc w BN ReLU, fc picture, sigmoid. D: fc w [BN], fc w [BN], leaky ReLU, fc 1.
pub struct Mlp;

impl Model for Mlp {
    fn name(&self) -> &'static str {
        "mlp"
    }

    fn about(&self) -> &'static str {
        "two dense layers of `width` units on each side; also for points in the plane"
    }

    fn width(&self) -> usize {
        256
    }

    fn sizes(&self) -> &'static [usize] {
        &[1, 2, 8, 16, 28, 32, 64]
    }

    fn pair(&self, plan: &Plan) -> Pair {
        let generator = Builder::new("g", Extent::flat(plan.latent), plan.seed, Init::He)
            .dense(plan.width)
            .batch_norm(true)
            .relu()
            .dense(plan.width)
            .batch_norm(true)
            .relu()
            .dense(plan.picture().len())
            .sigmoid()
            .finish(plan.decay);
        let discriminator = || {
            Builder::new("d", plan.picture(), plan.seed, Init::He)
                .spectral(plan.spectral_norm)
                .dense(plan.width)
                .batch_norm(plan.batch_norm)
                .leaky_relu(0.2)
                .dense(plan.width)
                .batch_norm(plan.batch_norm)
                .leaky_relu(0.2)
                .dense(plan.outputs())
                .finish(plan.decay)
        };
        Pair {
            generator,
            discriminator: match plan.head {
                Head::Reconstruction => autoencoder::dense(plan),
                _ => discriminator(),
            },
        }
    }
}
