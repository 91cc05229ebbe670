//! Mean and covariance: streamed, merged, or given.

mod accumulator;

use ndarray::{Array1, Array2, ArrayView2};

use crate::error::{Error, Result};

pub use accumulator::Accumulator;
use accumulator::State;

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
