//! Halving, doubling and summing up pictures.

use super::table::Table;
use super::{Drawing, Extent, Layer, Pass, Rows};
use crate::error::{Error, Result};
use crate::features::onnx_file::{Value, Window};

/// The mean of each 2 x 2 block.
pub struct Halve {
    pub(super) name: String,
    pub(super) table: Table,
}

impl Layer for Halve {
    fn output(&self) -> Extent {
        Extent {
            height: self.table.to.0,
            width: self.table.to.1,
            channels: self.table.from.channels,
        }
    }

    fn forward(&self, x: Rows, _: &mut Pass<'_>) -> Rows {
        let channels = self.table.from.channels;
        let seen = self.table.gather(x);
        let rows = seen.dims()[0];
        let seen = seen.reshape([rows, self.table.taps(), channels]);
        seen.mean_dim(1).reshape([rows, channels])
    }

    fn input_gradient(&self, gradient: Rows, _: &mut Pass<'_>) -> Rows {
        let taps = self.table.taps();
        let share = gradient.mul_scalar(1.0 / taps as f32);
        self.table.scatter(Rows::cat(vec![share; taps], 1))
    }

    fn draw(&self, x: &Value, drawing: &mut Drawing<'_>) -> Result<Value> {
        let window = Window::square(2, 2, 0);
        Ok(drawing.graph.average_pool(&self.name, x, window))
    }
}

/// Each pixel four times: nearest-neighbour enlargement; `table` goes from the large picture to the small one.
pub struct Double {
    pub(super) name: String,
    pub(super) table: Table,
}

impl Layer for Double {
    fn output(&self) -> Extent {
        self.table.from
    }

    fn forward(&self, x: Rows, _: &mut Pass<'_>) -> Rows {
        self.table.scatter(Rows::cat(vec![x; self.table.taps()], 1))
    }

    fn input_gradient(&self, gradient: Rows, _: &mut Pass<'_>) -> Rows {
        let channels = self.table.from.channels;
        let seen = self.table.gather(gradient);
        let rows = seen.dims()[0];
        let seen = seen.reshape([rows, self.table.taps(), channels]);
        seen.sum_dim(1).reshape([rows, channels])
    }

    fn draw(&self, x: &Value, drawing: &mut Drawing<'_>) -> Result<Value> {
        // A transposed convolution of ones, one group a channel, is understood by every engine.
        let channels = self.table.from.channels;
        Ok(drawing.doubled(&self.name, x, channels))
    }
}

/// The sum over all pixels.
pub struct Sum {
    pub(super) input: Extent,
}

impl Layer for Sum {
    fn output(&self) -> Extent {
        Extent::flat(self.input.channels)
    }

    fn forward(&self, x: Rows, _: &mut Pass<'_>) -> Rows {
        let (area, channels) = (self.input.area(), self.input.channels);
        let n = x.dims()[0] / area;
        let pictures = x.reshape([n, area, channels]);
        pictures.sum_dim(1).reshape([n, channels])
    }

    fn input_gradient(&self, gradient: Rows, _: &mut Pass<'_>) -> Rows {
        let (area, channels) = (self.input.area(), self.input.channels);
        let n = gradient.dims()[0];
        let spread = gradient.reshape([n, 1, channels]).repeat_dim(1, area);
        spread.reshape([n * area, channels])
    }

    fn draw(&self, _: &Value, _: &mut Drawing<'_>) -> Result<Value> {
        Err(Error::engine(
            "only generators are written as ONNX, and this network ends in a sum over pixels",
        ))
    }
}
