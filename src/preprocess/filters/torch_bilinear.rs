//! torch `interpolate(mode="bilinear", align_corners=False)` on the CPU, without antialias (`UpSampleKernel.cpp`).

use crate::preprocess::kernel::{Kernel, Tap};

/// Half-pixel centres in float32: `src = max(scale * (i + 0.5) - 0.5, 0)` with `scale = in / out`; the two neighbours
/// `floor(src)` and the next one (the last pixel twice at the edge) have the weights `1 - w` and `w`.
/// The second neighbour's product is rounded and the first one's is fused onto it, as the compiled kernel does: hence
/// the order of the taps. When shrinking, pixels between the neighbours are skipped: this filter aliases.
pub(super) fn kernel(input: usize, output: usize) -> Kernel<f32> {
    let scale = input as f32 / output as f32;
    Kernel::collect(output, |i| {
        let position = (scale * (i as f32 + 0.5) - 0.5).max(0.0);
        let low = (position as usize).min(input - 1);
        let weight = (position - low as f32).clamp(0.0, 1.0);
        [
            Tap {
                index: (low + 1).min(input - 1),
                weight,
            },
            Tap {
                index: low,
                weight: 1.0 - weight,
            },
        ]
    })
}
