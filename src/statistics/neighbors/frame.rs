//! The frame in which distances are estimated: scaled, centred, with a bound on every rounding.
//!
//! ```text
//! x' = fl32(s x − c)                    s a power of two, c the mean of both sets, both in float32
//! a  = |x'|² + |y'|² − 2 fl32(⟨x', y'⟩)
//! |a − s² |x − y|²| ≤ e = t / (1 − t) (|x'|² + |y'|²) + t₀      t = (d + 32) 2⁻²⁴,  t₀ = (d + 32) 2⁻¹²⁰
//! ```
//! A product of d terms in float32, summed in any order, is off by at most `γ_d |x'| |y'|` with `γ_d = d u / (1 − d u)`,
//! u = 2⁻²⁴ (Higham 2002, "Accuracy and Stability of Numerical Algorithms", section 3.1); `2 |x'| |y'| ≤ |x'|² + |y'|²`.
//! Rounding the centred values moves the squared distance by at most `4 u (|x'|² + |y'|²)`; the rest of the 32 pays for
//! sums and comparisons in float32. Scaling makes the largest value about 1, so nothing overflows, and `t₀` covers what
//! underflows. The bound is a sum of one term for each row, so that a comparison costs no more than without it.

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

/// Unit roundoff of float32.
const ROUNDOFF: f64 = 1.0 / 16_777_216.0;

/// Rows that one job sums.
const ROWS: usize = 1024;

/// Scale, centre and bound of a pair of sets.
#[derive(Debug)]
pub(super) struct Frame {
    /// The power of two that every value is multiplied with.
    pub scale: f32,
    /// Scaled mean of both sets.
    pub centre: Vec<f32>,
    relative: f64,
    absolute: f64,
}

impl Frame {
    /// The frame of some sets of the same dimension.
    pub fn of(sets: &[ArrayView2<'_, f32>]) -> Self {
        let d = sets.first().map_or(0, ArrayView2::ncols);
        let largest = sets
            .iter()
            .flat_map(|set| set.iter())
            .fold(0.0_f32, |largest, value| largest.max(value.abs()));
        let scale = power_of_two_below_inverse(largest);
        let n: usize = sets.iter().map(ArrayView2::nrows).sum();
        let mut sums = vec![0.0_f64; d];
        for set in sets {
            let blocks: Vec<_> = set.axis_chunks_iter(Axis(0), ROWS).collect();
            let partial: Vec<Vec<f64>> = blocks.into_par_iter().map(column_sums).collect();
            for block in partial {
                for (sum, part) in sums.iter_mut().zip(block) {
                    *sum += part;
                }
            }
        }
        let t = (d as f64 + 32.0) * ROUNDOFF;
        Self {
            scale,
            centre: sums
                .iter()
                .map(|sum| (sum / n.max(1) as f64 * f64::from(scale)) as f32)
                .collect(),
            // Beyond 2^23 dimensions float32 says nothing, and every decision is settled in float64.
            relative: if t < 0.5 { t / (1.0 - t) } else { 1e30 },
            absolute: (d as f64 + 32.0) * 2.0_f64.powi(-120),
        }
    }

    /// Bound on the error of an estimated squared distance between rows whose squared norms sum to `norms`.
    pub fn error(&self, norms: f64) -> f64 {
        self.relative * norms + self.absolute
    }

    /// A float32 value not above the lower end that a squared norm contributes to an estimate.
    pub fn lowered(&self, norm: f64) -> f32 {
        (norm - self.relative * norm - self.absolute) as f32
    }

    /// Squared distances times this are in the frame.
    pub fn squared_scale(&self) -> f64 {
        f64::from(self.scale) * f64::from(self.scale)
    }
}

fn column_sums(block: ArrayView2<'_, f32>) -> Vec<f64> {
    let mut sums = vec![0.0; block.ncols()];
    for row in block.rows() {
        for (sum, &value) in sums.iter_mut().zip(row) {
            *sum += f64::from(value);
        }
    }
    sums
}

/// The power of two s with s x in [0.5, 1), as far as float32 has it; 1 for 0.
fn power_of_two_below_inverse(x: f32) -> f32 {
    if x == 0.0 {
        return 1.0;
    }
    let exponent = (-f64::from(x).log2().floor() - 1.0).clamp(-126.0, 126.0);
    2.0_f64.powi(exponent as i32) as f32
}

/// An upper limit as float32, rounded up with room for one more rounding.
pub(super) fn raised(limit: f64) -> f32 {
    (limit * (1.0 + 8.0 * ROUNDOFF)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_scale_is_a_power_of_two_that_neither_overflows_nor_vanishes() {
        for (x, scale) in [(1.0, 0.5), (0.75, 1.0), (3.0, 0.25), (0.0, 1.0)] {
            assert_eq!(power_of_two_below_inverse(x), scale);
        }
        for x in [f32::MAX, 1e-45] {
            let scale = power_of_two_below_inverse(x);
            assert!(scale.is_normal() && (x * scale).is_finite());
        }
    }

    #[test]
    fn the_centre_is_the_mean_of_all_rows() {
        let frame = Frame::of(&[array![[0.5_f32, 0.0]].view(), array![[0.0_f32, 0.5]].view()]);
        // Scaled by 1: the largest value is in [0.5, 1) already.
        assert_eq!((frame.scale, frame.centre), (1.0, vec![0.25, 0.25]));
    }
}
