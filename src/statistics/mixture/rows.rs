//! Normalised rows of a set, read block by block, and their squared distances to centres.

use faer::Mat;
use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

use crate::statistics::distance::squared;
use crate::statistics::linalg;

/// Rows of one block.
pub(super) const BLOCK: usize = 256;

/// Below this part of |x|² + |c|² a distance out of a product has lost its digits and is summed directly.
const DIRECT: f64 = 1e-8;

/// What is taken off every dimension, and what it is divided by.
pub struct Scaling {
    mean: Vec<f64>,
    deviation: Vec<f64>,
    /// Dimensions without spread; they are only centred.
    pub n_constant: usize,
}

impl Scaling {
    /// Mean and standard deviation (n − 1) of samples `[n, d]`.
    #[must_use]
    pub fn of(samples: ArrayView2<'_, f32>) -> Self {
        let (n, d) = (samples.nrows() as f64, samples.ncols());
        let mut mean = vec![0.0; d];
        let mut deviation = vec![0.0; d];
        for row in samples.rows() {
            for (sum, &value) in mean.iter_mut().zip(row) {
                *sum += f64::from(value) / n;
            }
        }
        for row in samples.rows() {
            for ((sum, &value), mean) in deviation.iter_mut().zip(row).zip(&mean) {
                *sum += (f64::from(value) - mean).powi(2);
            }
        }
        let mut n_constant = 0;
        let first = samples.row(0);
        for (j, sum) in deviation.iter_mut().enumerate() {
            *sum = (*sum / (n - 1.0).max(1.0)).sqrt();
            if samples.column(j).iter().all(|v| *v == first[j]) {
                *sum = 1.0;
                n_constant += 1;
            }
        }
        Self {
            mean,
            deviation,
            n_constant,
        }
    }

    /// Leaves samples as they are.
    #[cfg(test)]
    pub(super) fn none(d: usize) -> Self {
        Self {
            mean: vec![0.0; d],
            deviation: vec![1.0; d],
            n_constant: 0,
        }
    }
}

/// Some rows of a set, normalised when they are read.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    samples: ArrayView2<'a, f32>,
    /// All of them, if `None`.
    chosen: Option<&'a [usize]>,
    scaling: &'a Scaling,
}

impl<'a> Rows<'a> {
    /// The `chosen` rows (or all) of `samples` `[n, d]`. Every index must be below n.
    #[must_use]
    pub fn new(
        samples: ArrayView2<'a, f32>,
        chosen: Option<&'a [usize]>,
        scaling: &'a Scaling,
    ) -> Self {
        Self {
            samples,
            chosen,
            scaling,
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn n(&self) -> usize {
        self.chosen.map_or(self.samples.nrows(), <[usize]>::len)
    }

    /// Number of dimensions.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.samples.ncols()
    }

    /// All rows at once.
    pub(super) fn columns(&self) -> Columns {
        self.block(0, self.n())
    }

    /// The rows in blocks of [`BLOCK`], in order.
    pub(super) fn par_blocks(&self) -> impl IndexedParallelIterator<Item = Columns> + '_ {
        (0..self.n().div_ceil(BLOCK))
            .into_par_iter()
            .map(|b| self.block(b * BLOCK, ((b + 1) * BLOCK).min(self.n())))
    }

    fn block(&self, start: usize, end: usize) -> Columns {
        let mut values = Mat::zeros(self.n_features(), end - start);
        for i in start..end {
            let row = self.chosen.map_or(i, |rows| rows[i]);
            let scaled = values.col_as_slice_mut(i - start).iter_mut();
            let source = self.samples.index_axis(Axis(0), row);
            let scaling = self.scaling.mean.iter().zip(&self.scaling.deviation);
            for ((slot, &value), (mean, deviation)) in scaled.zip(source).zip(scaling) {
                *slot = (f64::from(value) - mean) / deviation;
            }
        }
        Columns::new(values)
    }

    /// |x − mean|² of every row, with the mean of these rows.
    pub(super) fn squares_to_mean(&self) -> Vec<f64> {
        let sums: Vec<Vec<f64>> = self.par_blocks().map(|block| block.sum()).collect();
        let mut mean = vec![0.0; self.n_features()];
        for sum in sums {
            for (mean, sum) in mean.iter_mut().zip(sum) {
                *mean += sum / self.n() as f64;
            }
        }
        let squares: Vec<Vec<f64>> = self
            .par_blocks()
            .map(|block| {
                (0..block.n())
                    .map(|i| squared(block.values.col_as_slice(i), &mean))
                    .collect()
            })
            .collect();
        squares.concat()
    }
}

/// Normalised rows as columns `[d, n]`, with their squared lengths.
pub(super) struct Columns {
    values: Mat<f64>,
    norms: Vec<f64>,
}

impl Columns {
    fn new(values: Mat<f64>) -> Self {
        let norms = (0..values.ncols())
            .map(|i| values.col_as_slice(i).iter().map(|v| v * v).sum())
            .collect();
        Self { values, norms }
    }

    pub(super) fn n(&self) -> usize {
        self.norms.len()
    }

    fn sum(&self) -> Vec<f64> {
        let mut sum = vec![0.0; self.values.nrows()];
        for i in 0..self.n() {
            for (sum, value) in sum.iter_mut().zip(self.values.col_as_slice(i)) {
                *sum += value;
            }
        }
        sum
    }

    /// |x − c|² for these centres c and the rows x of `block`: `[n_centres, rows]`.
    pub(super) fn squared_distances(&self, block: &Self) -> Mat<f64> {
        let mut out = linalg::inner_products(self.values.as_ref(), block.values.as_ref());
        for (i, norm) in block.norms.iter().enumerate() {
            for (j, (slot, own)) in out
                .col_as_slice_mut(i)
                .iter_mut()
                .zip(&self.norms)
                .enumerate()
            {
                let square = norm + own - 2.0 * *slot;
                *slot = if square > DIRECT * (norm + own) {
                    square
                } else {
                    squared(self.values.col_as_slice(j), block.values.col_as_slice(i))
                };
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn rows_are_normalised_by_mean_and_deviation_with_n_minus_one() {
        // Column 0: mean 2, deviation sqrt(((-1)^2 + 1^2) / 1) = sqrt 2. Column 1 is constant: only centred.
        let samples = array![[1.0_f32, 5.0], [3.0, 5.0]];
        let scaling = Scaling::of(samples.view());
        assert_eq!(scaling.n_constant, 1);
        let other = array![[2.0_f32, 6.0], [4.0, 5.0]];
        let rows = Rows::new(other.view(), None, &scaling).columns();
        assert_eq!(rows.values.col_as_slice(0), [0.0, 1.0]);
        assert!((rows.values[(0, 1)] - 2.0_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn copies_are_at_distance_zero_to_the_bit() {
        let samples = array![[1.1_f32, -7.3, 0.123], [2.2, 0.7, 9.1]];
        let scaling = Scaling::none(3);
        let rows = Rows::new(samples.view(), None, &scaling).columns();
        let found = rows.squared_distances(&rows);
        assert_eq!((found[(0, 0)], found[(1, 1)]), (0.0, 0.0));
        assert!(found[(0, 1)] > 100.0);
    }
}
