//! A deliberately bad pair for the question that the study leaves open: what does a loss do for a bad architecture?
//!
//! No normalisation at all, a constant number of channels, and deep: the WGAN paper's hard case, made deeper.

use super::{Model, Pair, Plan, autoencoder};
use crate::training::layers::{Builder, Extent, Init, Network};
use crate::training::losses::Head;

/// Convolutions 3x3 that keep the size, before each change of size.
const DEPTH: usize = 3;

/// G: fc, then twice (three convolutions 3x3, deconv 4x4/2), ReLU, sigmoid; D: the way back, leaky ReLU, fc 1. Never a
/// normalisation, whatever `batch_norm` says; spectral normalisation stays possible.
pub struct Bad;

impl Model for Bad {
    fn name(&self) -> &'static str {
        "bad"
    }

    fn about(&self) -> &'static str {
        "deliberately bad: deep, narrow, no normalisation"
    }

    fn width(&self) -> usize {
        16
    }

    fn sizes(&self) -> &'static [usize] {
        &[8, 16, 28, 32, 64]
    }

    fn pair(&self, plan: &Plan) -> Pair {
        let plan = &Plan {
            batch_norm: false,
            ..*plan
        };
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
    let deep = |built: Builder| (0..DEPTH).fold(built, |b, _| b.conv(width, 3, 1).relu());
    let built = Builder::new("g", Extent::flat(plan.latent), plan.seed, Init::He)
        .dense(width * quarter * quarter)
        .relu()
        .unflatten(quarter, width);
    let built = deep(built).transposed(width, plan.size / 2, 4, 2).relu();
    deep(built)
        .transposed(plan.channels, plan.size, 4, 2)
        .sigmoid()
        .finish(plan.decay)
}

fn discriminator(plan: &Plan) -> Network {
    let width = plan.width;
    let deep = |built: Builder| (0..DEPTH).fold(built, |b, _| b.conv(width, 3, 1).leaky_relu(0.2));
    let built = Builder::new("d", plan.picture(), plan.seed, Init::He)
        .spectral(plan.spectral_norm)
        .conv(width, 4, 2)
        .leaky_relu(0.2);
    let built = deep(built).conv(width, 4, 2).leaky_relu(0.2);
    deep(built).dense(plan.outputs()).finish(plan.decay)
}
