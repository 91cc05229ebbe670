//! Mean and covariance: streamed, merged, or given.

use faer::Mat;
use ndarray::{Array1, Array2, ArrayView2};

use super::linalg;
use crate::error::{Error, Result};

/// Rows of one block. Results depend on it in the last bits and on nothing else about how rows arrive.
const BLOCK: usize = 1024;

/// Mean `[d]` and covariance `[d, d]` (divided by n − 1) of `n` samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    n: Option<u64>,
    mean: Array1<f64>,
    covariance: Array2<f64>,
}

impl Moments {
    /// Moments of the rows of `samples` `[n, d]`: float64 sums of float32 values, centred block by block and merged
    /// in row order, so the bits are the same for any number of threads.
    ///
    /// # Errors
    /// Input: no rows or no columns.
    pub fn of(samples: ArrayView2<'_, f32>) -> Result<Self> {
        let mut accumulator = Accumulator::new(samples.ncols());
        accumulator.push(samples)?;
        accumulator.finish()
    }

    /// Moments that somebody else computed. `n` is `None` where it is not known.
    ///
    /// # Errors
    /// Input: shapes other than `[d]` and `[d, d]`, d = 0, n = 0, a value that is NaN or infinite, a negative
    /// variance, or a covariance that is not symmetric within 1e-6 of its largest entry.
    pub fn from_parts(mean: Array1<f64>, covariance: Array2<f64>, n: Option<u64>) -> Result<Self> {
        let d = mean.len();
        if d == 0 || covariance.dim() != (d, d) {
            return Err(Error::input(format!(
                "mu has shape [{d}] and sigma {:?}; they must be [d] and [d, d] with d of at least 1",
                covariance.shape()
            ))
            .mend("save both with the same program, for example gavel stats save"));
        }
        if n == Some(0) {
            return Err(Error::input("n is 0; statistics need at least one sample")
                .mend("compute the statistics again"));
        }
        if mean
            .iter()
            .chain(&covariance)
            .any(|value| !value.is_finite())
        {
            return Err(Error::input(
                "mu or sigma holds a value that is NaN or infinite; all must be finite",
            )
            .mend("compute the statistics again from finite features"));
        }
        let largest = covariance
            .iter()
            .fold(0.0_f64, |top, value| top.max(value.abs()));
        let slack = 1e-6 * largest;
        if let Some(i) = (0..d).find(|&i| covariance[[i, i]] < -slack) {
            return Err(Error::input(format!(
                "sigma[{i}, {i}] is {:e}; a variance is never negative",
                covariance[[i, i]]
            ))
            .mend("compute the statistics again"));
        }
        let mut symmetric = covariance;
        for i in 0..d {
            for j in 0..i {
                let (below, above) = (symmetric[[i, j]], symmetric[[j, i]]);
                if (below - above).abs() > slack {
                    return Err(Error::input(format!(
                        "sigma is not symmetric: sigma[{i}, {j}] = {below:e}, sigma[{j}, {i}] = {above:e}"
                    ))
                    .mend("compute the statistics again"));
                }
                let middle = 0.5 * (below + above);
                symmetric[[i, j]] = middle;
                symmetric[[j, i]] = middle;
            }
        }
        Ok(Self {
            n,
            mean,
            covariance: symmetric,
        })
    }

    /// Moments of the union of two disjoint sets (Chan, Golub and LeVeque 1979).
    ///
    /// # Errors
    /// Input: other dimensions, or a side whose `n` is not known.
    pub fn merge(&self, other: &Self) -> Result<Self> {
        if self.n_features() != other.n_features() {
            return Err(Error::input(format!(
                "cannot merge statistics of {} and {} dimensions",
                self.n_features(),
                other.n_features()
            ))
            .mend("merge statistics of the same network and layer"));
        }
        let (Some(n), Some(m)) = (self.n, other.n) else {
            return Err(
                Error::input("cannot merge statistics without a sample count (pytorch-fid and clean-fid store none)")
                    .mend("save the statistics with gavel stats save, which stores n"),
            );
        };
        let mut state = State::from_moments(self, n);
        state.merge(&State::from_moments(other, m));
        Ok(state.finish())
    }

    /// Number of samples, where it is known.
    #[must_use]
    pub fn n(&self) -> Option<u64> {
        self.n
    }

    /// Number of dimensions.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.mean.len()
    }

    /// Mean `[d]`.
    #[must_use]
    pub fn mean(&self) -> &Array1<f64> {
        &self.mean
    }

    /// Covariance `[d, d]`, divided by n − 1 (all zero for one sample), symmetric to the bit.
    #[must_use]
    pub fn covariance(&self) -> &Array2<f64> {
        &self.covariance
    }

    /// (n − 1) / n, the factor from ddof = 1 to ddof = 0; `None` where n is not known.
    #[must_use]
    pub fn ddof0_factor(&self) -> Option<f64> {
        self.n.map(|n| (n as f64 - 1.0) / n as f64)
    }
}

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
struct State {
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

    fn from_moments(moments: &Moments, n: u64) -> Self {
        let scale = n as f64 - 1.0;
        Self {
            n,
            mean: moments.mean.to_vec(),
            products: Mat::from_fn(moments.n_features(), moments.n_features(), |i, j| {
                moments.covariance[[i, j]] * scale
            }),
        }
    }

    fn merge(&mut self, other: &Self) {
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

    fn finish(self) -> Moments {
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
