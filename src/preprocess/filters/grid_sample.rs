//! The `affine_grid` / `grid_sample` imitation of TF1's resize inside NVIDIA's TorchScript Inception: clean-fid's
//! `legacy_tensorflow` and StyleGAN2-ada/3, EDM2.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into `with_simd` is compiled for the vector units found at run time"
)]

use crate::preprocess::levels::Levels;
use crate::preprocess::passes::RowSink;

/// One output column or row: the two neighbours and how far the point lies behind the first.
struct Point {
    low: usize,
    high: usize,
    weight: f32,
}

/// `theta = [[1, 0, 1/W - 1/W'], [0, 1, 1/H - 1/H']]`, `affine_grid(align_corners=False)`, then bilinear `grid_sample`
/// with border padding: `nw * NW + ne * NE + sw * SW + se * SE`. All in float32 and fused as in torch's compiled kernel,
/// coordinates included, so that even an unchanged size is not exactly the identity.
pub(super) fn resize(source: &Levels<'_>, (height, width): (usize, usize), sink: RowSink<'_>) {
    pulp::Arch::new().dispatch(Sampling {
        source,
        columns: points(source.width, width),
        rows: points(source.height, height),
        sink,
    });
}

/// The work of [`resize`] as a value, so that its fused multiply-adds are instructions where the machine has them.
struct Sampling<'a> {
    source: &'a Levels<'a>,
    columns: Vec<Point>,
    rows: Vec<Point>,
    sink: RowSink<'a>,
}

impl pulp::WithSimd for Sampling<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let source = self.source;
        let channels = source.channels;
        let mut result = Vec::with_capacity(self.columns.len() * channels);
        for Point { low, high, weight } in self.rows {
            let (top, bottom) = (source.row(low), source.row(high));
            let (north, south) = (1.0 - weight, weight);
            result.clear();
            for column in &self.columns {
                let (west, east) = (1.0 - column.weight, column.weight);
                for channel in 0..channels {
                    let at = |row: &[u8], x: usize| source.float(row[x * channels + channel]);
                    let sum = at(top, column.low) * (west * north);
                    let sum = at(top, column.high).mul_add(east * north, sum);
                    let sum = at(bottom, column.low).mul_add(west * south, sum);
                    result.push(at(bottom, column.high).mul_add(east * south, sum));
                }
            }
            (self.sink)(&result);
        }
    }
}

/// The sampling points of one axis: `linspace(-1, 1, out) * (out - 1) / out` moved by `1/in - 1/out`, then taken back
/// to pixels by `(g + 1) * in / 2 - 0.5` and held inside the picture.
fn points(input: usize, output: usize) -> Vec<Point> {
    let (n, m) = (input as f32, output as f32);
    let shift = 1.0 / n - 1.0 / m;
    let step = if output > 1 { 2.0 / (m - 1.0) } else { 0.0 };
    (0..output)
        .map(|i| {
            // torch's linspace counts from the nearer end, with fused multiply-adds.
            let even = if i < output / 2 {
                step.mul_add(i as f32, -1.0)
            } else {
                (-step).mul_add((output - 1 - i) as f32, 1.0)
            };
            // affine_grid of a single column is its centre.
            let base = if output > 1 {
                even * (m - 1.0) / m
            } else {
                0.0
            };
            let position = (base + shift + 1.0)
                .mul_add(n / 2.0, -0.5)
                .clamp(0.0, n - 1.0);
            let low = (position as usize).min(input - 1);
            Point {
                low,
                high: (low + 1).min(input - 1),
                weight: position - low as f32,
            }
        })
        .collect()
}
