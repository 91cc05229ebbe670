//! Convolution and transposed convolution, each the other's adjoint.

use super::operations::product;
use super::table::Table;
use super::{Drawing, Extent, Layer, Pass, Rows};
use crate::error::Result;
use crate::features::onnx_file::{Value, int, ints};

/// `y = patches(x) W + b`.
pub struct Convolution {
    pub(super) name: String,
    pub(super) table: Table,
    pub(super) channels: usize,
    /// `[taps * inputs, outputs]`.
    pub(super) weight: usize,
    /// `[1, outputs]`.
    pub(super) bias: usize,
}

impl Layer for Convolution {
    fn output(&self) -> Extent {
        Extent {
            height: self.table.to.0,
            width: self.table.to.1,
            channels: self.channels,
        }
    }

    fn forward(&self, x: Rows, pass: &mut Pass<'_>) -> Rows {
        let seen = self.table.gather(x);
        product(seen, pass.lent.get(self.weight)) + pass.lent.get(self.bias)
    }

    /// The transposed convolution with the same weight.
    fn input_gradient(&self, gradient: Rows, pass: &mut Pass<'_>) -> Rows {
        let weight = pass.lent.get(self.weight);
        self.table.scatter(gradient.matmul(weight.transpose()))
    }

    fn draw(&self, x: &Value, drawing: &mut Drawing<'_>) -> Result<Value> {
        let (taps, inputs) = (self.table.taps(), self.table.from.channels);
        // [taps, inputs, outputs] to [outputs, inputs, taps].
        let stored = drawing.values(self.weight);
        let at = |o: usize, i: usize, t: usize| stored[(t * inputs + i) * self.channels + o];
        let weight = ordered(self.channels, inputs, taps, at);
        let shape = [self.channels, inputs, self.table.kernel, self.table.kernel];
        Ok(drawn(
            drawing,
            &self.name,
            "Conv",
            x,
            (&shape, &weight),
            self.bias,
            &self.table,
        ))
    }
}

/// `y = spread(x Wᵀ) + b`: the transposed convolution; `table` goes from the (larger) output to the input.
pub struct Transposed {
    pub(super) name: String,
    pub(super) table: Table,
    pub(super) inputs: usize,
    /// `[inputs, taps * outputs]`.
    pub(super) weight: usize,
    /// `[1, outputs]`.
    pub(super) bias: usize,
}

impl Layer for Transposed {
    fn output(&self) -> Extent {
        self.table.from
    }

    fn forward(&self, x: Rows, pass: &mut Pass<'_>) -> Rows {
        let spread = self.table.scatter(product(x, pass.lent.get(self.weight)));
        spread + pass.lent.get(self.bias)
    }

    fn input_gradient(&self, gradient: Rows, pass: &mut Pass<'_>) -> Rows {
        let weight = pass.lent.get(self.weight);
        self.table.gather(gradient).matmul(weight.transpose())
    }

    fn draw(&self, x: &Value, drawing: &mut Drawing<'_>) -> Result<Value> {
        let (taps, outputs) = (self.table.taps(), self.table.from.channels);
        // [inputs, taps, outputs] to [inputs, outputs, taps].
        let stored = drawing.values(self.weight);
        let at = |i: usize, o: usize, t: usize| stored[(i * taps + t) * outputs + o];
        let weight = ordered(self.inputs, outputs, taps, at);
        let shape = [self.inputs, outputs, self.table.kernel, self.table.kernel];
        let named = (&shape, weight.as_slice());
        Ok(drawn(
            drawing,
            &self.name,
            "ConvTranspose",
            x,
            named,
            self.bias,
            &self.table,
        ))
    }
}

/// `[a, b, c]` values in order.
fn ordered(a: usize, b: usize, c: usize, at: impl Fn(usize, usize, usize) -> f32) -> Vec<f32> {
    let mut values = Vec::with_capacity(a * b * c);
    for i in 0..a {
        for j in 0..b {
            values.extend((0..c).map(|k| at(i, j, k)));
        }
    }
    values
}

fn drawn(
    drawing: &mut Drawing<'_>,
    name: &str,
    operator: &str,
    x: &Value,
    (shape, weight): (&[usize; 4], &[f32]),
    bias: usize,
    table: &Table,
) -> Value {
    let bias = drawing.values(bias);
    let graph = &mut drawing.graph;
    let weight = graph.constant(&format!("{name}.weight"), shape, weight);
    let bias = graph.constant(&format!("{name}.bias"), &[bias.len()], &bias);
    let after = |size: usize, results: usize, before: usize| {
        ((results.max(1) - 1) * table.stride + table.kernel).saturating_sub(size + before)
    };
    let (top, left) = table.pad;
    let bottom = after(table.from.height, table.to.0, top);
    let right = after(table.from.width, table.to.1, left);
    let attributes = vec![
        ints("kernel_shape", &[table.kernel, table.kernel]),
        ints("strides", &[table.stride, table.stride]),
        ints("pads", &[top, left, bottom, right]),
        ints("dilations", &[1, 1]),
        int("group", 1),
    ];
    graph.node(name, operator, &[x, &weight, &bias], attributes)
}
