//! A vector read as a picture.

use super::{Drawing, Extent, Layer, Pass, Rows, rows_of};
use crate::error::Result;
use crate::features::onnx_file::Value;

/// `[n, h * w * c]` as `[n * h * w, c]`.
pub struct Unflatten {
    pub(super) name: String,
    pub(super) extent: Extent,
}

impl Layer for Unflatten {
    fn output(&self) -> Extent {
        self.extent
    }

    fn forward(&self, x: Rows, _: &mut Pass<'_>) -> Rows {
        rows_of(x, self.extent)
    }

    fn input_gradient(&self, gradient: Rows, _: &mut Pass<'_>) -> Rows {
        rows_of(gradient, Extent::flat(self.extent.len()))
    }

    fn draw(&self, x: &Value, drawing: &mut Drawing<'_>) -> Result<Value> {
        Ok(drawing.picture(&self.name, x, self.extent))
    }
}
