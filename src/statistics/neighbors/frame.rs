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
//!
//! Products of rows rounded to integers ([`crate::statistics::integer_products`]) have a bound of the same form, as
//! `2 E(x) |y'| ≤ λ |y'|² + E(x)² / λ` and `2 E(x) E(y) ≤ E(x)² + E(y)²`, with E(x) as measured and λ near E(x) / |x'|:
//!
//! ```text
//! e = Σ over both rows of (λ + τ) |x'|² + (1 + τ) (1 + 1 / λ) E(x)² + t₀      λ = 2⁻¹³,  τ = t / (1 − t),  t = (c + 40) 2⁻²⁴
//! ```
//! with c chunks: c + 3 roundings of each chunk's product, whose sizes sum to at most `|x̂| |ŷ|`, twice that being at most
//! the sum of `(1 + λ) |x'|² + (1 + 1 / λ) E(x)²`; the other 37 pay for what the 32 do above.

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

/// Unit roundoff of float32.
const ROUNDOFF: f64 = 1.0 / 16_777_216.0;

/// Rows that one job sums.
const ROWS: usize = 1024;

/// λ, near the part of a row that rounding it to integers takes away.
const LAMBDA: f64 = 1.0 / 8192.0;

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
            relative: gamma(t),
            absolute: (d as f64 + 32.0) * 2.0_f64.powi(-120),
        }
    }

    /// What a row of a squared norm contributes to the bound on an estimated squared distance.
    pub fn error(&self, norm: f64) -> f64 {
        self.relative * norm + self.absolute
    }

    /// The same for a row rounded to integers, which took away `squared_residual`, in `n_chunks` chunks.
    pub fn rounded_error(&self, norm: f64, squared_residual: f64, n_chunks: usize) -> f64 {
        let tau = gamma((n_chunks as f64 + 40.0) * ROUNDOFF);
        let taken = (1.0 + tau) * (1.0 + 1.0 / LAMBDA) * squared_residual;
        (LAMBDA + tau) * norm + taken + self.absolute
    }

    /// Squared distances times this are in the frame.
    pub fn squared_scale(&self) -> f64 {
        f64::from(self.scale) * f64::from(self.scale)
    }
}

/// t / (1 − t). Beyond 2^23 dimensions float32 says nothing, and every decision is settled in float64.
fn gamma(t: f64) -> f64 {
    if t < 0.5 { t / (1.0 - t) } else { 1e30 }
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
