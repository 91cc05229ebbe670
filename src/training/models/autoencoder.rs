//! Discriminators that give the picture again, for BEGAN.

use super::Plan;
use crate::training::layers::{Builder, Init, Network};

/// Slope of every leaky ReLU.
const SLOPE: f32 = 0.2;

/// The study's: conv 64, conv 128 (nothing before the code), fc 64 [BN], fc 128 h/4 w/4 [BN], deconv 64 [BN], deconv c,
/// sigmoid.
pub(super) fn convolutional(plan: &Plan, width: usize, init: Init) -> Network {
    let quarter = plan.size.div_ceil(4);
    Builder::new("d", plan.picture(), plan.seed, init)
        .spectral(plan.spectral_norm)
        .conv(width, 4, 2)
        .leaky_relu(SLOPE)
        .conv(2 * width, 4, 2)
        .dense(width)
        .batch_norm(plan.batch_norm)
        .leaky_relu(SLOPE)
        .dense(2 * width * quarter * quarter)
        .batch_norm(plan.batch_norm)
        .leaky_relu(SLOPE)
        .unflatten(quarter, 2 * width)
        .transposed(width, plan.size.div_ceil(2), 4, 2)
        .batch_norm(plan.batch_norm)
        .leaky_relu(SLOPE)
        .transposed(plan.channels, plan.size, 4, 2)
        .sigmoid()
        .finish(plan.decay)
}

/// fc width, fc width / 8, fc width, fc picture, sigmoid.
pub(super) fn dense(plan: &Plan) -> Network {
    let code = (plan.width / 8).max(2);
    Builder::new("d", plan.picture(), plan.seed, Init::He)
        .spectral(plan.spectral_norm)
        .dense(plan.width)
        .batch_norm(plan.batch_norm)
        .leaky_relu(SLOPE)
        .dense(code)
        .dense(plan.width)
        .batch_norm(plan.batch_norm)
        .leaky_relu(SLOPE)
        .dense(plan.picture().len())
        .sigmoid()
        .finish(plan.decay)
}
