//! An ONNX graph that layers append themselves to. ONNX pictures are `[N, C, H, W]`, ours `[N, H, W, C]`.

use super::{Extent, Parameters};
use crate::features::onnx_file::{Dim, GraphBuilder, Value, int, ints};

/// The graph and the weights that go into it.
pub struct Drawing<'a> {
    /// The graph.
    pub graph: GraphBuilder,
    parameters: &'a Parameters,
    n_turned: usize,
}

impl<'a> Drawing<'a> {
    /// An empty graph.
    #[must_use]
    pub fn new(name: &str, about: &str, parameters: &'a Parameters) -> Self {
        Self {
            graph: GraphBuilder::new(name, about),
            parameters,
            n_turned: 0,
        }
    }

    /// Declares the input `[N, values]`.
    pub fn input(&mut self, name: &str, width: usize) -> Value {
        self.graph.input(name, &Dim::batch_of(&[width]))
    }

    /// A parameter's values.
    pub(super) fn values(&self, slot: usize) -> Vec<f32> {
        self.parameters.values(slot).to_vec()
    }

    /// A picture as the vector that a dense layer reads; a vector as it is.
    pub(super) fn flattened(&mut self, x: &Value, extent: Extent) -> Value {
        if extent.area() == 1 {
            return x.clone();
        }
        self.n_turned += 1;
        let turned = format!("turned{}", self.n_turned);
        let turned = self.graph.transpose(&turned, x, &[0, 2, 3, 1]);
        self.graph
            .flatten(&format!("flat{}", self.n_turned), &turned)
    }

    /// A vector `[N, h * w * c]` as a picture `[N, c, h, w]`.
    pub fn picture(&mut self, name: &str, x: &Value, extent: Extent) -> Value {
        let size = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let (height, width) = (size(extent.height), size(extent.width));
        let shape = [-1, height, width, size(extent.channels)];
        let shape = self.graph.integers(&format!("{name}.shape"), &shape);
        let rows = format!("{name}.rows");
        let rows = self.graph.node(&rows, "Reshape", &[x, &shape], vec![]);
        self.graph.transpose(name, &rows, &[0, 3, 1, 2])
    }

    /// Each pixel four times.
    pub(super) fn doubled(&mut self, name: &str, x: &Value, channels: usize) -> Value {
        let ones = vec![1.0; channels * 4];
        let weight = format!("{name}.ones");
        let weight = self.graph.constant(&weight, &[channels, 1, 2, 2], &ones);
        let attributes = vec![
            ints("kernel_shape", &[2, 2]),
            ints("strides", &[2, 2]),
            ints("pads", &[0, 0, 0, 0]),
            ints("dilations", &[1, 1]),
            int("group", i64::try_from(channels).unwrap_or(1)),
        ];
        self.graph
            .node(name, "ConvTranspose", &[x, &weight], attributes)
    }
}
