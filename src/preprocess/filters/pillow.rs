//! Pillow's antialiased filters on mode F (`ImagingResample` of `Resample.c`).
//!
//! With `scale = in / out` and `stretch = max(scale, 1)`, output `i` is centred on `(i + 0.5) * scale` and takes the
//! source pixels within `support * stretch` of it, with weights `f((x - centre + 0.5) / stretch)` that are divided by
//! their sum. Weights and sums are float64; the value between the passes is float32.

use crate::preprocess::kernel::{Kernel, Tap};

/// Bicubic, `a = -0.5`, support 2 (Pillow's `BICUBIC`, Keys' cubic convolution).
pub(super) fn bicubic(input: usize, output: usize) -> Kernel<f64> {
    antialiased(input, output, cubic, 2.0)
}

/// Triangle, support 1 (Pillow's `BILINEAR`).
pub(super) fn bilinear(input: usize, output: usize) -> Kernel<f64> {
    antialiased(input, output, triangle, 1.0)
}

fn cubic(x: f64) -> f64 {
    const A: f64 = -0.5;
    let x = x.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}

fn triangle(x: f64) -> f64 {
    (1.0 - x.abs()).max(0.0)
}

/// `precompute_coeffs`, operation by operation.
fn antialiased(input: usize, output: usize, filter: fn(f64) -> f64, support: f64) -> Kernel<f64> {
    let scale = input as f64 / output as f64;
    let stretch = scale.max(1.0);
    let support = support * stretch;
    let shrink = 1.0 / stretch;
    Kernel::collect(output, |i| {
        let center = (i as f64 + 0.5) * scale;
        // A float-to-integer cast truncates as C's does, and turns what is below 0 into 0.
        let first = (center - support + 0.5) as usize;
        let end = ((center + support + 0.5) as usize).min(input);
        let mut taps: Vec<Tap<f64>> = (first..end)
            .map(|index| Tap {
                index,
                weight: filter((index as f64 - center + 0.5) * shrink),
            })
            .collect();
        let sum: f64 = taps.iter().map(|tap| tap.weight).sum();
        if sum != 0.0 {
            for tap in &mut taps {
                tap.weight /= sum;
            }
        }
        taps
    })
}
