//! Two ways that are added.

use super::{Drawing, Extent, Layer, Pass, Rows};
use crate::error::Result;
use crate::features::onnx_file::Value;

/// `body(x) + shortcut(x)`; an empty shortcut is `x` itself.
pub struct Residual {
    pub(super) name: String,
    pub(super) output: Extent,
    pub(super) body: Vec<Box<dyn Layer>>,
    pub(super) shortcut: Vec<Box<dyn Layer>>,
}

impl Layer for Residual {
    fn output(&self) -> Extent {
        self.output
    }

    fn forward(&self, x: Rows, pass: &mut Pass<'_>) -> Rows {
        let body = along(&self.body, x.clone(), pass);
        body + along(&self.shortcut, x, pass)
    }

    fn input_gradient(&self, gradient: Rows, pass: &mut Pass<'_>) -> Rows {
        // What was remembered last is asked for first.
        let through = back(&self.shortcut, gradient.clone(), pass);
        back(&self.body, gradient, pass) + through
    }

    fn draw(&self, x: &Value, drawing: &mut Drawing<'_>) -> Result<Value> {
        let mut ends = Vec::new();
        for way in [&self.body, &self.shortcut] {
            let mut value = x.clone();
            for layer in way {
                value = layer.draw(&value, drawing)?;
            }
            ends.push(value);
        }
        Ok(drawing.graph.add(&self.name, &ends[0], &ends[1]))
    }
}

/// All layers in order.
pub(super) fn along(layers: &[Box<dyn Layer>], x: Rows, pass: &mut Pass<'_>) -> Rows {
    layers.iter().fold(x, |x, layer| layer.forward(x, pass))
}

/// All layers' input gradients in the opposite order.
pub(super) fn back(layers: &[Box<dyn Layer>], gradient: Rows, pass: &mut Pass<'_>) -> Rows {
    let mut gradient = gradient;
    for layer in layers.iter().rev() {
        gradient = layer.input_gradient(gradient, pass);
    }
    gradient
}
