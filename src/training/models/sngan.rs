//! The residual pair of spectral normalisation (Miyato et al. 2018, appendix B.4).

use super::{Model, Pair, Plan, autoencoder};
use crate::training::layers::{Builder, Extent, Init, Network};
use crate::training::losses::Head;

/// G: fc to a quarter (28) or an eighth (32, 64: as often as it divides to 4 or more), residual blocks that double, BN,
/// ReLU, conv 3x3, sigmoid. D: two residual blocks that halve, two that do not, ReLU, sum over pixels, fc 1. The paper's
/// width is 256 in the generator and 128 in the discriminator; here one width serves both (128).
pub struct Sngan;

impl Model for Sngan {
    fn name(&self) -> &'static str {
        "sngan"
    }

    fn about(&self) -> &'static str {
        "the residual pair of spectral normalisation; switch that on with spectral_norm"
    }

    fn width(&self) -> usize {
        128
    }

    fn sizes(&self) -> &'static [usize] {
        &[8, 16, 28, 32, 64]
    }

    fn pair(&self, plan: &Plan) -> Pair {
        Pair {
            generator: generator(plan),
            discriminator: match plan.head {
                Head::Reconstruction => autoencoder::convolutional(plan, plan.width, Init::He),
                _ => discriminator(plan),
            },
        }
    }
}

/// Pixels a side that the generator starts from, and how often it doubles them.
fn start(size: usize) -> (usize, usize) {
    let mut doublings = 0;
    let mut at = size;
    while at.is_multiple_of(2) && at >= 8 {
        at /= 2;
        doublings += 1;
    }
    (at, doublings)
}

fn generator(plan: &Plan) -> Network {
    let width = plan.width;
    let (smallest, doublings) = start(plan.size);
    let first = Builder::new("g", Extent::flat(plan.latent), plan.seed, Init::He)
        .dense(width * smallest * smallest)
        .unflatten(smallest, width);
    let built = (0..doublings).fold(first, |built, _| {
        built.residual(
            |b| {
                b.batch_norm(true)
                    .relu()
                    .double()
                    .conv(width, 3, 1)
                    .batch_norm(true)
                    .relu()
                    .conv(width, 3, 1)
            },
            |b| b.double().conv(width, 1, 1),
        )
    });
    built
        .batch_norm(true)
        .relu()
        .conv(plan.channels, 3, 1)
        .sigmoid()
        .finish(plan.decay)
}

fn discriminator(plan: &Plan) -> Network {
    let (width, norm) = (plan.width, plan.batch_norm);
    let first = Builder::new("d", plan.picture(), plan.seed, Init::He)
        .spectral(plan.spectral_norm)
        .residual(
            |b| b.conv(width, 3, 1).relu().conv(width, 3, 1).halve(),
            |b| b.halve().conv(width, 1, 1),
        )
        .residual(
            |b| {
                let b = b.batch_norm(norm).relu().conv(width, 3, 1);
                b.batch_norm(norm).relu().conv(width, 3, 1).halve()
            },
            |b| b.conv(width, 1, 1).halve(),
        );
    let built = (0..2).fold(first, |built, _| {
        built.residual(
            |b| {
                let b = b.batch_norm(norm).relu().conv(width, 3, 1);
                b.batch_norm(norm).relu().conv(width, 3, 1)
            },
            |b| b,
        )
    });
    built.relu().sum().dense(plan.outputs()).finish(plan.decay)
}
