//! The gradient penalty: `mean (sqrt(floor + |∇|²) - 1)²`, exactly differentiable by the weights.

use crate::rng::Stream;
use crate::training::layers::{Lent, Mode, Network, Pass};
use burn::tensor::{Device, Tensor, TensorData, activation};

/// Whose gradient is held near 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeOf {
    /// The logit's.
    Logit,
    /// That of the logit's sigmoid.
    Sigmoid,
}

/// Where the gradient is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// Row-major `[n, values]`.
    pub points: Vec<f32>,
    /// Whose gradient.
    pub of: ProbeOf,
    /// Added to the squared norm before its root.
    pub floor: f64,
}

/// The penalty of `discriminator` at the points of `probe`, without its weight, of shape `[1]`.
///
/// In training mode, as in the study: a batch norm takes the statistics of the points themselves, and the gradient goes
/// through them.
#[must_use]
pub fn penalty(discriminator: &Network, lent: &Lent, probe: Probe, device: &Device) -> Tensor<1> {
    let width = discriminator.input().len();
    let n = probe.points.len() / width.max(1);
    let points = Tensor::from_data(TensorData::new(probe.points, [n, width]), device);
    let mut pass = Pass::recording(lent, Mode::Training);
    let logits = discriminator.forward(points, &mut pass);
    let seed = match probe.of {
        ProbeOf::Logit => logits.ones_like(),
        ProbeOf::Sigmoid => {
            let squashed = activation::sigmoid(logits);
            squashed.clone() - squashed.square()
        }
    };
    let gradient = discriminator.input_gradient(seed, &mut pass);
    let squared = gradient.square().sum_dim(1).add_scalar(probe.floor);
    squared.sqrt().sub_scalar(1.0).square().mean()
}

/// `from + α (to - from)` with one `α ~ U(0, 1)` for each of the `n` pictures.
pub(super) fn between(from: &[f32], to: &[f32], n: usize, stream: &mut Stream) -> Vec<f32> {
    let width = (from.len() / n.max(1)).max(1);
    let mut points = Vec::with_capacity(from.len());
    for (from, to) in from.chunks(width).zip(to.chunks(width)) {
        let share = stream.uniform() as f32;
        let pairs = from.iter().zip(to);
        points.extend(pairs.map(|(from, to)| from + share * (to - from)));
    }
    points
}
