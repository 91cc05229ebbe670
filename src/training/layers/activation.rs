//! Activations without weights.

use super::operations::bend;
use super::{Drawing, Extent, Layer, Pass, Rows};
use crate::error::Result;
use crate::features::onnx_file::Value;
use burn::tensor::activation;

/// `x` where `x >= 0`, else `slope * x`: leaky ReLU, and with slope 0 ReLU.
pub struct Bend {
    pub(super) name: String,
    pub(super) extent: Extent,
    pub(super) slope: f32,
}

impl Layer for Bend {
    fn output(&self) -> Extent {
        self.extent
    }

    fn forward(&self, x: Rows, pass: &mut Pass<'_>) -> Rows {
        if self.slope == 0.0 && !pass.is_recording() {
            return activation::relu(x);
        }
        // The slopes are constants almost everywhere, so both the gradient and the gradient's gradient multiply by them.
        pass.remember(|| {
            let still = x.clone().inner();
            let slopes = still.ones_like();
            vec![slopes.mask_fill(still.lower_elem(0.0), self.slope)]
        });
        bend(x, self.slope)
    }

    fn input_gradient(&self, gradient: Rows, pass: &mut Pass<'_>) -> Rows {
        match pass.recall().pop() {
            Some(slopes) => gradient * slopes,
            None => gradient,
        }
    }

    fn draw(&self, x: &Value, drawing: &mut Drawing<'_>) -> Result<Value> {
        Ok(drawing.graph.leaky_relu(&self.name, x, self.slope))
    }
}

/// `1 / (1 + exp(-x))`.
pub struct Squash {
    pub(super) name: String,
    pub(super) extent: Extent,
}

impl Layer for Squash {
    fn output(&self) -> Extent {
        self.extent
    }

    fn forward(&self, x: Rows, pass: &mut Pass<'_>) -> Rows {
        let y = activation::sigmoid(x);
        pass.remember(|| vec![y.clone()]);
        y
    }

    /// `g y (1 - y)`.
    fn input_gradient(&self, gradient: Rows, pass: &mut Pass<'_>) -> Rows {
        match pass.recall().pop() {
            Some(y) => gradient * (y.clone() - y.square()),
            None => gradient,
        }
    }

    fn draw(&self, x: &Value, drawing: &mut Drawing<'_>) -> Result<Value> {
        Ok(drawing.graph.node(&self.name, "Sigmoid", &[x], vec![]))
    }
}
