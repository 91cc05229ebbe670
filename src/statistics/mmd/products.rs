//! Inner products of the samples of two sets, a tile at a time: in float64, or in exact integers ([`Rounded`]).
//!
//! [`Rounded`]: super::rounded::Rounded

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatMut, Par};
use ndarray::{ArrayView2, Axis, Slice};

use super::gram::TILE;

/// A set whose samples can be multiplied with those of another set in the same form.
pub(super) trait Products: Sync {
    /// Some samples, arranged to be multiplied with many others.
    type Block: Send + Sync;

    /// Number of samples.
    fn n(&self) -> usize;

    /// Number of dimensions, d of the kernel.
    fn n_dimensions(&self) -> usize;

    /// Samples `start..start + TILE`, fewer at the end.
    fn block(&self, start: usize) -> Self::Block;

    /// ⟨x, y⟩ for every y of this set's `start..start + TILE` (lines) and every x of `left` (places in a line).
    fn multiply(&self, start: usize, left: &Self::Block) -> Vec<f64>;

    /// ⟨x, x⟩ in float64.
    fn square(&self, sample: usize) -> f64;
}

/// Samples `[n, d]` multiplied in float64.
pub(super) struct Float64<'a>(pub ArrayView2<'a, f32>);

impl Products for Float64<'_> {
    /// `[d, samples]`.
    type Block = Mat<f64>;

    fn n(&self) -> usize {
        self.0.nrows()
    }

    fn n_dimensions(&self) -> usize {
        self.0.ncols()
    }

    fn block(&self, start: usize) -> Mat<f64> {
        let end = (start + TILE).min(self.n());
        let rows = self.0.slice_axis(Axis(0), Slice::from(start..end));
        let mut out = Mat::zeros(rows.ncols(), rows.nrows());
        for (i, row) in rows.rows().into_iter().enumerate() {
            for (slot, &value) in out.col_as_slice_mut(i).iter_mut().zip(row) {
                *slot = f64::from(value);
            }
        }
        out
    }

    fn multiply(&self, start: usize, left: &Mat<f64>) -> Vec<f64> {
        let right = self.block(start);
        let mut out = vec![0.0; left.ncols() * right.ncols()];
        matmul(
            MatMut::from_column_major_slice_mut(&mut out, left.ncols(), right.ncols()),
            Accum::Replace,
            left.transpose(),
            right.as_ref(),
            1.0,
            Par::Seq,
        );
        out
    }

    fn square(&self, sample: usize) -> f64 {
        square(self.0, sample)
    }
}

/// ⟨x, x⟩ of row `sample`, in float64.
pub(super) fn square(samples: ArrayView2<'_, f32>, sample: usize) -> f64 {
    samples
        .row(sample)
        .iter()
        .map(|&v| f64::from(v) * f64::from(v))
        .sum()
}
