//! What networks are made of: layers that know their forward pass, their input's gradient and their ONNX nodes.
//!
//! burn differentiates once. A gradient penalty needs the derivative of a derivative, so every layer also builds the
//! gradient of its *input* as an ordinary differentiable graph ([`Layer::input_gradient`]); burn then differentiates
//! that graph by the weights, and the penalty's gradient is exact.
//!
//! An activation is a matrix of rows `[n * height * width, channels]`, pictures outermost, row-major (NHWC). So a batch
//! norm is the same for dense and convolutional layers, and a convolution is a gather and a product, whose adjoint, the
//! transposed convolution, is a product and a scatter with the same table.

mod activation;
mod batch_norm;
mod builder;
mod convolution;
mod dense;
mod drawing;
mod network;
mod operations;
mod parameters;
mod pass;
mod pool;
mod reshape;
mod residual;
mod spectral;
mod table;

pub use activation::{Bend, Squash};
pub use builder::{Builder, Init};
pub use drawing::Drawing;
pub use network::{Network, values};
pub use parameters::{Parameter, Parameters, Role};
pub use pass::{Lent, Mode, Pass};

use crate::error::Result;
use crate::features::onnx_file::Value;
use burn::tensor::Tensor;

/// Activations or gradients, `[n * height * width, channels]`.
pub type Rows = Tensor<2>;

/// The extent of one picture's activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Rows of pixels.
    pub height: usize,
    /// Pixels of a row.
    pub width: usize,
    /// Values of a pixel.
    pub channels: usize,
}

impl Extent {
    /// A vector of `channels` values.
    #[must_use]
    pub fn flat(channels: usize) -> Self {
        Self {
            height: 1,
            width: 1,
            channels,
        }
    }

    /// A square picture.
    #[must_use]
    pub fn square(size: usize, channels: usize) -> Self {
        Self {
            height: size,
            width: size,
            channels,
        }
    }

    /// Pixels.
    #[must_use]
    pub fn area(self) -> usize {
        self.height * self.width
    }

    /// Values.
    #[must_use]
    pub fn len(self) -> usize {
        self.area() * self.channels
    }

    /// Nothing at all?
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// One layer.
pub trait Layer: Send + Sync {
    /// The extent of what comes out.
    fn output(&self) -> Extent;

    /// The layer's value. Under [`Pass::recording`] it also remembers what its input gradient will need.
    fn forward(&self, x: Rows, pass: &mut Pass<'_>) -> Rows;

    /// `d s / d x` for the scalar `s` whose gradient by the layer's output is `gradient`, as a differentiable graph.
    /// Takes what [`Layer::forward`] remembered, so layers must be asked in the opposite order.
    fn input_gradient(&self, gradient: Rows, pass: &mut Pass<'_>) -> Rows;

    /// Appends the layer's ONNX nodes, as it is in evaluation.
    fn draw(&self, x: &Value, drawing: &mut Drawing<'_>) -> Result<Value>;
}

/// Rows of one activation as rows of another extent, without moving a value.
fn rows_of(x: Rows, extent: Extent) -> Rows {
    let [rows, channels] = x.dims();
    let n = rows * channels / extent.len().max(1);
    x.reshape([n * extent.area(), extent.channels])
}

#[cfg(test)]
mod tests;
