//! Nearest neighbour.

use crate::preprocess::kernel::{Kernel, Tap};

/// The pixel under the output's centre: `floor((i + 0.5) * in / out)`, as Pillow's `NEAREST` and torch's
/// `nearest-exact` choose it (torch's plain `nearest` is `floor(i * in / out)`).
pub(super) fn kernel(input: usize, output: usize) -> Kernel<f32> {
    Kernel::collect(output, |i| {
        // In integers: (2 i + 1) in / (2 out), without the rounding of a float.
        let index = (2 * i as u128 + 1) * input as u128 / (2 * output as u128);
        [Tap {
            index: (index as usize).min(input - 1),
            weight: 1.0,
        }]
    })
}
