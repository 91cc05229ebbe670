//! torch `interpolate(mode="bilinear", align_corners=False, antialias=True)` on the CPU (`UpSampleKernel.cpp`).

use crate::preprocess::kernel::{Kernel, Tap};

/// Pillow's triangle filter in float32: support `max(scale, 1)` around `scale * (i + 0.5)`, weights divided by their
/// sum. The halves are float64 literals in torch's source, so those additions are float64 here too.
pub(super) fn kernel(input: usize, output: usize) -> Kernel<f32> {
    let scale = input as f32 / output as f32;
    let (support, shrink) = if scale >= 1.0 {
        (scale, 1.0 / scale)
    } else {
        (1.0, 1.0)
    };
    Kernel::collect(output, |i| {
        let center = (f64::from(scale) * (i as f64 + 0.5)) as f32;
        let first = (f64::from(center - support) + 0.5) as usize;
        let end = ((f64::from(center + support) + 0.5) as usize).min(input);
        let mut taps: Vec<Tap<f32>> = (first..end)
            .map(|index| {
                let offset = f64::from(index as f32 - center) + 0.5;
                let x = ((offset * f64::from(shrink)) as f32).abs();
                Tap {
                    index,
                    weight: if x < 1.0 { 1.0 - x } else { 0.0 },
                }
            })
            .collect();
        let sum: f32 = taps.iter().map(|tap| tap.weight).sum();
        if sum != 0.0 {
            for tap in &mut taps {
                tap.weight /= sum;
            }
        }
        taps
    })
}
