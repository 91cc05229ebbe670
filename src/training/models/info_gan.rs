//! The pair of the study, after InfoGAN (Chen et al. 2016), as in its code of 2018-02-12.

use super::{Model, Pair, Plan, autoencoder};
use crate::training::layers::{Builder, Extent, Init, Network};
use crate::training::losses::Head;

/// Slope of every leaky ReLU.
const SLOPE: f32 = 0.2;

/// D: conv 4x4/2 64, conv 4x4/2 128 [BN], fc 1024 [BN], fc 1, leaky ReLU between. G: fc 1024 BN, fc 128 h/4 w/4 BN,
/// deconv 4x4/2 64 BN, deconv 4x4/2 c, leaky ReLU between, sigmoid. Width 64 is the study's.
pub struct InfoGan;

impl Model for InfoGan {
    fn name(&self) -> &'static str {
        "info_gan"
    }

    fn about(&self) -> &'static str {
        "the pair of \"Are GANs Created Equal?\", after InfoGAN"
    }

    fn width(&self) -> usize {
        64
    }

    fn sizes(&self) -> &'static [usize] {
        &[8, 28, 32, 64]
    }

    fn pair(&self, plan: &Plan) -> Pair {
        Pair {
            generator: generator(plan),
            discriminator: match plan.head {
                Head::Reconstruction => autoencoder::convolutional(plan, plan.width, Init::Narrow),
                _ => discriminator(plan),
            },
        }
    }
}

fn generator(plan: &Plan) -> Network {
    let (width, quarter) = (plan.width, plan.size / 4);
    // The study's auto-encoder decodes with ReLU; so do the other baselines.
    let slope = if plan.head.is_baseline() { 0.0 } else { SLOPE };
    Builder::new("g", Extent::flat(plan.latent), plan.seed, Init::Narrow)
        .dense(16 * width)
        .batch_norm(true)
        .leaky_relu(slope)
        .dense(2 * width * quarter * quarter)
        .batch_norm(true)
        .leaky_relu(slope)
        .unflatten(quarter, 2 * width)
        .transposed(width, plan.size / 2, 4, 2)
        .batch_norm(true)
        .leaky_relu(slope)
        .transposed(plan.channels, plan.size, 4, 2)
        .sigmoid()
        .finish(plan.decay)
}

fn discriminator(plan: &Plan) -> Network {
    let width = plan.width;
    Builder::new("d", plan.picture(), plan.seed, Init::Narrow)
        .spectral(plan.spectral_norm)
        .conv(width, 4, 2)
        .leaky_relu(SLOPE)
        .conv(2 * width, 4, 2)
        .batch_norm(plan.batch_norm)
        .leaky_relu(SLOPE)
        .dense(16 * width)
        .batch_norm(plan.batch_norm)
        .leaky_relu(SLOPE)
        .dense(plan.outputs())
        .finish(plan.decay)
}
