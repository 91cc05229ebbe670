//! Running count, mean and centred products.

use faer::Mat;
use ndarray::{Array1, Array2, ArrayView2};

use super::Moments;
use crate::error::{Error, Result};
use crate::statistics::linalg;

/// Rows of one block. Results depend on it in the last bits and on nothing else about how rows arrive.
const BLOCK: usize = 1024;

/// Moments of rows that arrive in pieces of any size.
#[derive(Debug, Clone)]
pub struct Accumulator {
    waiting: Vec<f32>,
    d: usize,
    state: State,
}

impl Accumulator {
    /// No rows yet, of `n_features` dimensions.
    #[must_use]
    pub fn new(n_features: usize) -> Self {
        Self {
            waiting: Vec::new(),
            d: n_features,
            state: State::empty(n_features),
        }
    }

    /// Adds rows `[k, d]`. How rows are cut into pieces does not change a bit of the result.
    ///
    /// # Errors
    /// Input: another number of columns.
    pub fn push(&mut self, rows: ArrayView2<'_, f32>) -> Result<()> {
        if rows.ncols() != self.d {
            return Err(Error::input(format!(
                "rows of {} dimensions among rows of {}",
                rows.ncols(),
                self.d
            ))
            .mend("extract all rows with the same network and layer"));
        }
        for row in rows.rows() {
            self.waiting.extend(row);
            if self.waiting.len() >= BLOCK * self.d {
                self.flush();
            }
        }
        Ok(())
    }

    fn flush(&mut self) {
        let block = State::of_block(&self.waiting, self.d);
        self.state.merge(&block);
        self.waiting.clear();
    }

    /// The moments of all rows.
    ///
    /// # Errors
    /// Input: no rows were given, or they have no columns.
    pub fn finish(mut self) -> Result<Moments> {
        if !self.waiting.is_empty() {
            self.flush();
        }
        if self.state.n == 0 || self.d == 0 {
            return Err(
                Error::input(format!("no samples: [{}, {}]", self.state.n, self.d))
                    .mend("give at least one sample with at least one dimension"),
            );
        }
        Ok(self.state.finish())
    }
}

/// Count, mean and centred sum of products (lower triangle).
#[derive(Debug, Clone)]
pub(super) struct State {
    n: u64,
    mean: Vec<f64>,
    products: Mat<f64>,
}

impl State {
    fn empty(d: usize) -> Self {
        Self {
            n: 0,
            mean: vec![0.0; d],
            products: Mat::zeros(d, d),
        }
    }

    fn of_block(rows: &[f32], d: usize) -> Self {
        let n = rows.len() / d.max(1);
        let mut mean = vec![0.0_f64; d];
        for row in rows.chunks_exact(d.max(1)) {
            for (sum, &value) in mean.iter_mut().zip(row) {
                *sum += f64::from(value);
            }
        }
        for sum in &mut mean {
            *sum /= n as f64;
        }
        // Column i of `centred` is sample i, so a sample is contiguous as it is in `rows`.
        let centred = Mat::from_fn(d, n, |j, i| f64::from(rows[i * d + j]) - mean[j]);
        Self {
            n: n as u64,
            mean,
            products: linalg::gram_lower(centred.as_ref()),
        }
    }

    pub(super) fn from_moments(moments: &Moments, n: u64) -> Self {
        let scale = n as f64 - 1.0;
        Self {
            n,
            mean: moments.mean.to_vec(),
            products: Mat::from_fn(moments.n_features(), moments.n_features(), |i, j| {
                moments.covariance[[i, j]] * scale
            }),
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        let (n, m) = (self.n as f64, other.n as f64);
        let total = n + m;
        if total == 0.0 {
            return;
        }
        let shift: Vec<f64> = other
            .mean
            .iter()
            .zip(&self.mean)
            .map(|(b, a)| b - a)
            .collect();
        let weight = n * m / total;
        for j in 0..shift.len() {
            let scaled = weight * shift[j];
            let ours = self.products.col_as_slice_mut(j);
            let theirs = other.products.col_as_slice(j);
            for i in j..shift.len() {
                ours[i] += theirs[i] + scaled * shift[i];
            }
        }
        for (mean, shift) in self.mean.iter_mut().zip(&shift) {
            *mean += shift * (m / total);
        }
        self.n += other.n;
    }

    pub(super) fn finish(self) -> Moments {
        let d = self.mean.len();
        let scale = if self.n > 1 {
            1.0 / (self.n as f64 - 1.0)
        } else {
            0.0
        };
        Moments {
            n: Some(self.n),
            mean: Array1::from(self.mean),
            covariance: Array2::from_shape_fn((d, d), |(i, j)| {
                self.products[(i.max(j), i.min(j))] * scale
            }),
        }
    }
}
