//! DCGAN (Radford et al. 2016): convolutions only, halving to about 4 x 4 pixels.

use super::{Model, Pair, Plan, autoencoder};
use crate::training::layers::{Builder, Extent, Init, Network};
use crate::training::losses::Head;

/// D: convolutions 4x4/2 of width w, 2w, 4w, … [BN from the second on], leaky ReLU, fc 1. G: the way back, BN, ReLU,
/// sigmoid (the paper: tanh; pictures here are in [0, 1]). Width 64 in the discriminator as in the paper's code.
pub struct Dcgan;

impl Model for Dcgan {
    fn name(&self) -> &'static str {
        "dcgan"
    }

    fn about(&self) -> &'static str {
        "DCGAN: strided convolutions with batch norm, down to about 4 x 4 pixels"
    }

    fn width(&self) -> usize {
        64
    }

    fn sizes(&self) -> &'static [usize] {
        &[8, 16, 28, 32, 64]
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

/// The sizes from the picture down to 4 pixels: 28, 14, 7, 4.
fn sizes(size: usize) -> Vec<usize> {
    let halves = std::iter::successors(Some(size), |&s| (s > 4).then(|| s.div_ceil(2)));
    halves.collect()
}

fn generator(plan: &Plan) -> Network {
    let sizes = sizes(plan.size);
    let n_levels = sizes.len() - 1;
    let widest = plan.width << n_levels.saturating_sub(1);
    let smallest = sizes[n_levels];
    let start = Builder::new("g", Extent::flat(plan.latent), plan.seed, Init::Narrow)
        .dense(widest * smallest * smallest)
        .unflatten(smallest, widest)
        .batch_norm(true)
        .relu();
    let built = (1..n_levels).rev().fold(start, |built, level| {
        built
            .transposed(plan.width << (level - 1), sizes[level], 4, 2)
            .batch_norm(true)
            .relu()
    });
    built
        .transposed(plan.channels, plan.size, 4, 2)
        .sigmoid()
        .finish(plan.decay)
}

fn discriminator(plan: &Plan) -> Network {
    let n_levels = sizes(plan.size).len() - 1;
    let start = Builder::new("d", plan.picture(), plan.seed, Init::Narrow)
        .spectral(plan.spectral_norm)
        .conv(plan.width, 4, 2)
        .leaky_relu(0.2);
    let built = (1..n_levels).fold(start, |built, level| {
        built
            .conv(plan.width << level, 4, 2)
            .batch_norm(plan.batch_norm)
            .leaky_relu(0.2)
    });
    built.dense(plan.outputs()).finish(plan.decay)
}
