//! Batch normalisation over the rows of each channel.

use super::{Drawing, Extent, Layer, Mode, Pass, Rows};
use crate::error::Result;
use crate::features::onnx_file::Value;

/// Added to the variance; the study's value.
const EPSILON: f32 = 1e-3;

/// `y = gamma (x - mean) / sqrt(variance + 0.001) + beta`, mean and (population) variance of each channel over the
/// batch in training, running averages in evaluation.
pub struct BatchNorm {
    pub(super) name: String,
    pub(super) extent: Extent,
    pub(super) gamma: usize,
    pub(super) beta: usize,
    pub(super) mean: usize,
    pub(super) variance: usize,
}

impl BatchNorm {
    /// The deviations from the mean, and one over the standard deviation.
    fn centered(&self, x: Rows, pass: &mut Pass<'_>) -> (Rows, Rows) {
        let (centered, variance) = match pass.mode {
            Mode::Training => {
                let mean = x.clone().mean_dim(0);
                let centered = x - mean.clone();
                let variance = centered.clone().square().mean_dim(0);
                pass.statistics.push((self.mean, mean.inner()));
                pass.statistics
                    .push((self.variance, variance.clone().inner()));
                (centered, variance)
            }
            Mode::Evaluation => (x - pass.lent.get(self.mean), pass.lent.get(self.variance)),
        };
        (centered, variance.add_scalar(EPSILON).sqrt().recip())
    }
}

impl Layer for BatchNorm {
    fn output(&self) -> Extent {
        self.extent
    }

    fn forward(&self, x: Rows, pass: &mut Pass<'_>) -> Rows {
        if pass.n_parts > 1 {
            let n_parts = std::mem::replace(&mut pass.n_parts, 1);
            let parts = x.chunk(n_parts, 0).into_iter();
            let parts = parts.map(|part| self.forward(part, pass)).collect();
            pass.n_parts = n_parts;
            return Rows::cat(parts, 0);
        }
        let (centered, inverse) = self.centered(x, pass);
        pass.remember(|| vec![centered.clone(), inverse.clone()]);
        centered * (inverse * pass.lent.get(self.gamma)) + pass.lent.get(self.beta)
    }

    /// With `h = (x - mean) / s` and `g' = gamma g`: `(g' - mean(g') - h mean(g' h)) / s` in training, `g' / s` in
    /// evaluation.
    fn input_gradient(&self, gradient: Rows, pass: &mut Pass<'_>) -> Rows {
        let mut kept = pass.recall();
        let (Some(inverse), Some(centered)) = (kept.pop(), kept.pop()) else {
            return gradient;
        };
        let gradient = gradient * pass.lent.get(self.gamma);
        match pass.mode {
            Mode::Evaluation => gradient * inverse,
            Mode::Training => {
                let normal = centered * inverse.clone();
                let along = (gradient.clone() * normal.clone()).mean_dim(0);
                let mean = gradient.clone().mean_dim(0);
                (gradient - mean - normal * along) * inverse
            }
        }
    }

    fn draw(&self, x: &Value, drawing: &mut Drawing<'_>) -> Result<Value> {
        let (gamma, beta) = (drawing.values(self.gamma), drawing.values(self.beta));
        let (mean, variance) = (drawing.values(self.mean), drawing.values(self.variance));
        let scale = gamma.iter().zip(&variance);
        let scale: Vec<f32> = scale.map(|(g, v)| g / (v + EPSILON).sqrt()).collect();
        let shift = beta.iter().zip(&mean).zip(&scale);
        let shift: Vec<f32> = shift.map(|((b, m), s)| b - m * s).collect();
        let channels = self.extent.channels;
        let flat = [1, channels];
        let spatial = [1, channels, 1, 1];
        let shape: &[usize] = match self.extent.area() {
            1 => &flat,
            _ => &spatial,
        };
        let graph = &mut drawing.graph;
        let scale = graph.constant(&format!("{}.scale", self.name), shape, &scale);
        let shift = graph.constant(&format!("{}.shift", self.name), shape, &shift);
        let scaled = graph.mul(&format!("{}.scaled", self.name), x, &scale);
        Ok(graph.add(&self.name, &scaled, &shift))
    }
}
