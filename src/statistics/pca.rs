//! Projection onto the leading principal components of a set.

use faer::Mat;
use ndarray::{Array2, ArrayView2, Axis, Slice};
use rayon::prelude::*;

use super::linalg;
use super::moments::Moments;
use crate::error::Result;

/// Rows projected by one product.
const BLOCK: usize = 256;

/// Mean and leading eigenvectors of a set's covariance.
pub struct Projection {
    mean: Vec<f64>,
    /// `[d, n_components]`.
    basis: Mat<f64>,
}

impl Projection {
    /// The `n_components` directions of largest variance; fewer where there are fewer dimensions. The sign of a
    /// direction is not defined, and no distance depends on it.
    ///
    /// # Errors
    /// Numerical: the eigenvalues did not converge.
    pub fn of(moments: &Moments, n_components: usize) -> Result<Self> {
        let covariance = linalg::to_faer(moments.covariance().view());
        let d = covariance.nrows();
        let (_, vectors) = linalg::eigen(covariance.as_ref())?;
        // Eigenvalues rise: the last columns have the largest.
        let kept = n_components.min(d);
        Ok(Self {
            mean: moments.mean().to_vec(),
            basis: Mat::from_fn(d, kept, |i, k| vectors[(i, d - 1 - k)]),
        })
    }

    /// Coordinates `[n, n_components]` of samples `[n, d]`.
    #[must_use]
    pub fn apply(&self, samples: ArrayView2<'_, f32>) -> Array2<f64> {
        let mut out = Array2::zeros((samples.nrows(), self.basis.ncols()));
        out.axis_chunks_iter_mut(Axis(0), BLOCK)
            .into_par_iter()
            .enumerate()
            .for_each(|(block, mut out)| {
                let start = block * BLOCK;
                let rows = samples.slice_axis(Axis(0), Slice::from(start..start + out.nrows()));
                let mut rows = linalg::columns(rows);
                for i in 0..rows.ncols() {
                    for (value, mean) in rows.col_as_slice_mut(i).iter_mut().zip(&self.mean) {
                        *value -= mean;
                    }
                }
                let products = linalg::inner_products(self.basis.as_ref(), rows.as_ref());
                for ((i, k), slot) in out.indexed_iter_mut() {
                    *slot = products[(k, i)];
                }
            });
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_first_component_is_the_direction_of_largest_variance() {
        // On the line (3, 4) t + (1, 1) with t = -1, 0, 1 and nothing across it: coordinates ±5, 0.
        let samples = array![[-2.0_f32, -3.0], [1.0, 1.0], [4.0, 5.0]];
        let moments = Moments::of(samples.view()).unwrap();
        let found = Projection::of(&moments, 1).unwrap().apply(samples.view());
        assert_eq!(found.dim(), (3, 1));
        assert!((found[[0, 0]].abs() - 5.0).abs() < 1e-12);
        assert!((found[[0, 0]] + found[[2, 0]]).abs() < 1e-12);
        assert!(found[[1, 0]].abs() < 1e-12);
    }
}
