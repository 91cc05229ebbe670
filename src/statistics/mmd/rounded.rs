//! Samples rounded once to 16-bit integers ([`crate::statistics::integer_products`]), about a common centre.
//!
//! With a common centre c, ⟨x, y⟩ = ⟨x − c, y − c⟩ + r(x) + r(y), where r(x) = ⟨x, c⟩ − ⟨c, c⟩ / 2 is a float64 number. Of
//! both sets x − c is rounded.
//!
//! **Error.** A rounded value is off by at most 1.1e-5 of its chunk's norm, and a sample x by at most 1.8e-4 of |x − c|
//! (root mean square 1e-4), in a direction that has nothing to do with the other samples. The estimate is that of two sets
//! whose samples were moved by a ten-thousandth of their spread. It differs from the float64 value by about that part of
//! its own standard error.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into `with_simd` is compiled for the vector units found at run time"
)]

use std::borrow::Cow;

use ndarray::{ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

use super::gram::TILE;
use super::products::{Products, square};
use crate::statistics::integer_products::{Lines, Panels, Rows};

/// Largest size of a value whose products stay within float32's range.
const LARGEST_VALUE: f32 = 1e15;

/// Most samples that the centre is the mean of; it need not be exact.
const CENTRE_SAMPLES: usize = 1024;

/// A set of rounded samples.
pub(super) struct Rounded<'a> {
    samples: ArrayView2<'a, f32>,
    /// x − c.
    rows: Rows,
    /// r(x), `[n]`.
    offsets: Vec<f64>,
}

/// Rounds two sets about a common centre; `None` where a value is too large for it.
pub(super) fn round_both<'a>(
    x: ArrayView2<'a, f32>,
    y: ArrayView2<'a, f32>,
) -> Option<[Rounded<'a>; 2]> {
    let small = |samples: ArrayView2<'_, f32>| {
        let blocks = samples
            .axis_chunks_iter(Axis(0), CENTRE_SAMPLES)
            .into_par_iter();
        blocks.all(|rows| rows.iter().all(|v| v.abs() <= LARGEST_VALUE))
    };
    if !small(x) || !small(y) {
        return None;
    }
    let centre = centre(x, y);
    Some([Rounded::new(x, &centre), Rounded::new(y, &centre)])
}

/// The mean of some samples of both sets, spread over all of each.
fn centre(x: ArrayView2<'_, f32>, y: ArrayView2<'_, f32>) -> Vec<f32> {
    let mut sum = vec![0.0_f64; x.ncols()];
    let mut count = 0.0;
    for set in [x, y] {
        let step = set.nrows().div_ceil(CENTRE_SAMPLES).max(1);
        for row in set.rows().into_iter().step_by(step) {
            for (sum, &value) in sum.iter_mut().zip(row) {
                *sum += f64::from(value);
            }
            count += 1.0;
        }
    }
    sum.iter().map(|sum| (sum / count) as f32).collect()
}

impl<'a> Rounded<'a> {
    fn new(samples: ArrayView2<'a, f32>, centre: &[f32]) -> Self {
        let n = samples.nrows();
        let rows = Rows::new(n, centre.len(), |row, dimensions, out| {
            let sample = in_memory(samples.row(row));
            let centred = sample[dimensions.clone()].iter().zip(&centre[dimensions]);
            for (slot, (value, centre)) in out.iter_mut().zip(centred) {
                *slot = value - centre;
            }
        });
        let half: f64 = dot(centre, centre) / 2.0;
        let offsets = (0..n)
            .into_par_iter()
            .map(|row| dot(&in_memory(samples.row(row)), centre) - half)
            .collect();
        Self {
            samples,
            rows,
            offsets,
        }
    }
}

/// The values one after another; a copy only where they are not so in memory.
fn in_memory(sample: ArrayView1<'_, f32>) -> Cow<'_, [f32]> {
    match sample.to_slice() {
        Some(values) => Cow::Borrowed(values),
        None => Cow::Owned(sample.to_vec()),
    }
}

/// ⟨x, y⟩ in float64, eight sums side by side.
fn dot(x: &[f32], y: &[f32]) -> f64 {
    let mut sums = [0.0; 8];
    for (x, y) in x.chunks(8).zip(y.chunks(8)) {
        for (sum, (x, y)) in sums.iter_mut().zip(x.iter().zip(y)) {
            *sum += f64::from(*x) * f64::from(*y);
        }
    }
    sums.iter().sum()
}

/// Samples arranged to be multiplied with others.
pub(super) struct Block {
    panels: Panels,
    offsets: Vec<f64>,
}

impl Products for Rounded<'_> {
    type Block = Block;

    fn n(&self) -> usize {
        self.samples.nrows()
    }

    fn n_dimensions(&self) -> usize {
        self.samples.ncols()
    }

    fn block(&self, start: usize) -> Block {
        let len = TILE.min(self.n() - start);
        Block {
            panels: self.rows.panels(start, len, 1.0),
            offsets: self.offsets[start..start + len].to_vec(),
        }
    }

    fn multiply(&self, start: usize, left: &Block) -> Vec<f64> {
        let len = TILE.min(self.n() - start);
        let mut out = vec![0.0; len * left.offsets.len()];
        pulp::Arch::new().dispatch(Uncentring {
            lines: &self.rows.multiply(start, len, &left.panels),
            own: &left.offsets,
            offsets: &self.offsets[start..start + len],
            out: &mut out,
        });
        out
    }

    fn square(&self, sample: usize) -> f64 {
        square(self.samples, sample)
    }
}

/// ⟨x, y⟩ from ⟨x − c, y − c⟩, as work for the vector units at hand.
struct Uncentring<'a> {
    lines: &'a Lines,
    own: &'a [f64],
    offsets: &'a [f64],
    /// `[offsets, own]`.
    out: &'a mut [f64],
}

impl pulp::WithSimd for Uncentring<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let lines = self.out.chunks_exact_mut(self.own.len().max(1));
        for (at, (out, offset)) in lines.zip(self.offsets).enumerate() {
            let centred = self.lines.line(at).iter().zip(self.own);
            for (slot, (&sum, own)) in out.iter_mut().zip(centred) {
                *slot = f64::from(sum) + (own + offset);
            }
        }
    }
}
