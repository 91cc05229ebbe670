//! The dense layer: `y = x W + b`.

use super::operations::product;
use super::{Drawing, Extent, Layer, Pass, Rows, rows_of};
use crate::error::Result;
use crate::features::onnx_file::Value;

/// `[n, inputs]` to `[n, outputs]`; a picture is read as a vector, pixel by pixel.
pub struct Dense {
    pub(super) name: String,
    pub(super) input: Extent,
    pub(super) outputs: usize,
    /// `[inputs, outputs]`.
    pub(super) weight: usize,
    /// `[1, outputs]`.
    pub(super) bias: usize,
}

impl Layer for Dense {
    fn output(&self) -> Extent {
        Extent::flat(self.outputs)
    }

    fn forward(&self, x: Rows, pass: &mut Pass<'_>) -> Rows {
        let x = rows_of(x, Extent::flat(self.input.len()));
        product(x, pass.lent.get(self.weight)) + pass.lent.get(self.bias)
    }

    /// `g Wᵀ`.
    fn input_gradient(&self, gradient: Rows, pass: &mut Pass<'_>) -> Rows {
        let gradient = gradient.matmul(pass.lent.get(self.weight).transpose());
        rows_of(gradient, self.input)
    }

    fn draw(&self, x: &Value, drawing: &mut Drawing<'_>) -> Result<Value> {
        let flat = drawing.flattened(x, self.input);
        // ONNX's Gemm takes the weight as [outputs, inputs].
        let stored = drawing.values(self.weight);
        let (rows, columns) = (self.input.len(), self.outputs);
        let turned: Vec<f32> = (0..columns)
            .flat_map(|c| (0..rows).map(move |r| (r, c)))
            .map(|(r, c)| stored[r * columns + c])
            .collect();
        let bias = drawing.values(self.bias);
        let weight = format!("{}.weight", self.name);
        let weight = drawing.graph.constant(&weight, &[columns, rows], &turned);
        let bias_name = format!("{}.bias", self.name);
        let bias = drawing.graph.constant(&bias_name, &[columns], &bias);
        Ok(drawing.graph.gemm(&self.name, &flat, &weight, Some(&bias)))
    }
}
