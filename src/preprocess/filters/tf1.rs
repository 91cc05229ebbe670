//! TensorFlow 1 `resize_bilinear(align_corners=False)`: what TTUR, torch-fidelity and ADM's evaluator do.

use crate::preprocess::kernel::{Kernel, Tap};

/// Without half-pixel centres, in float32: `src = i * scale` with `scale = in / out`; `low = floor(src)`,
/// `high = min(low + 1, in - 1)`, and the value is `low + (high - low) * (src - low)`, columns before rows
/// (`resize_bilinear_op.cc`; torch-fidelity's `interpolate_bilinear_2d_like_tensorflow1x`, method `slow`).
/// The picture moves by up to half a source pixel, and its last row and column are repeated when enlarging.
pub(super) fn kernel(input: usize, output: usize) -> Kernel<f32> {
    let scale = input as f32 / output as f32;
    Kernel::collect(output, |i| {
        let position = i as f32 * scale;
        let low = (position as usize).min(input - 1);
        [
            Tap {
                index: low,
                weight: 1.0,
            },
            Tap {
                index: (low + 1).min(input - 1),
                weight: position - low as f32,
            },
        ]
    })
}
