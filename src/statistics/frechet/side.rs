//! One side of a Fréchet distance: few samples as they are, or moments of many.

use std::sync::OnceLock;

use faer::Mat;
use ndarray::ArrayView2;

use crate::error::{Error, Result};
use crate::statistics::linalg;
use crate::statistics::moments::Moments;

/// Where a covariance has full rank only by rounding, its smallest Cholesky pivot is below this part of the largest.
pub(super) const PIVOT_FLOOR: f64 = 1e-12;

/// One side: its samples where they are fewer than dimensions, else its moments.
#[derive(Debug, Clone, Copy)]
pub enum Side<'a> {
    /// n ≤ d samples `[n, d]`: the covariance has rank n − 1 at most and is never formed.
    Few(ArrayView2<'a, f32>),
    /// Moments, and the samples behind them where they are at hand (for the standard error).
    Many {
        /// Mean and covariance.
        moments: &'a Moments,
        /// `[n, d]`.
        samples: Option<ArrayView2<'a, f32>>,
    },
}

impl<'a> Side<'a> {
    /// Takes samples directly where n ≤ d, and asks for moments otherwise.
    ///
    /// # Errors
    /// Those of `moments`.
    pub fn choose(
        samples: Option<ArrayView2<'a, f32>>,
        moments: impl FnOnce() -> Result<&'a Moments>,
    ) -> Result<Self> {
        match samples {
            Some(few) if few.nrows() <= few.ncols() => Ok(Self::Few(few)),
            _ => Ok(Self::Many {
                moments: moments()?,
                samples,
            }),
        }
    }

    /// Number of dimensions.
    #[must_use]
    pub fn n_features(&self) -> usize {
        match self {
            Self::Few(samples) => samples.ncols(),
            Self::Many { moments, .. } => moments.n_features(),
        }
    }

    /// Number of samples, where it is known.
    #[must_use]
    pub fn n(&self) -> Option<u64> {
        match self {
            Self::Few(samples) => Some(samples.nrows() as u64),
            Self::Many { moments, .. } => moments.n(),
        }
    }

    /// The samples `[n, d]`, where they are at hand.
    #[must_use]
    pub fn samples(&self) -> Option<ArrayView2<'a, f32>> {
        match self {
            Self::Few(samples) => Some(*samples),
            Self::Many { samples, .. } => *samples,
        }
    }
}

/// Mean `[d]` of the rows of `samples`, summed in row order.
pub(super) fn mean(samples: ArrayView2<'_, f32>) -> Vec<f64> {
    let mut mean = vec![0.0_f64; samples.ncols()];
    for row in samples.rows() {
        for (sum, &value) in mean.iter_mut().zip(row) {
            *sum += f64::from(value);
        }
    }
    for sum in &mut mean {
        *sum /= samples.nrows() as f64;
    }
    mean
}

/// Samples less `mean`, as columns `[d, n]`.
pub(super) fn centred(samples: ArrayView2<'_, f32>, mean: &[f64]) -> Mat<f64> {
    let mut out = Mat::zeros(samples.ncols(), samples.nrows());
    for (i, row) in samples.rows().into_iter().enumerate() {
        for ((slot, &value), mean) in out.col_as_slice_mut(i).iter_mut().zip(row).zip(mean) {
            *slot = f64::from(value) - mean;
        }
    }
    out
}

/// A side in the form that the matrix work wants.
pub(super) struct Prepared {
    /// `[d]`.
    pub mean: Vec<f64>,
    /// Trace of the covariance.
    pub trace: f64,
    /// The covariance, or a factor of it.
    pub spread: Spread,
    /// The rank that a covariance of n samples can have at most: min(n − 1, d).
    pub rank_bound: usize,
    /// A factor of the covariance, once it was needed.
    factor: OnceLock<Factor>,
}

impl Prepared {
    /// The factor of this side's covariance, computed at the first call and kept for further distances.
    ///
    /// # Errors
    /// Those of [`factor`].
    pub(super) fn factor_of(&self, covariance: &Mat<f64>) -> Result<&Factor> {
        if let Some(known) = self.factor.get() {
            return Ok(known);
        }
        let found = factor(covariance, self.rank_bound)?;
        Ok(self.factor.get_or_init(|| found))
    }
}

/// A covariance S, whole or as a factor.
pub(super) enum Spread {
    /// F with S = F Fᵀ, one column for each sample.
    Factor(Factor),
    /// S `[d, d]`.
    Covariance(Mat<f64>),
}

impl Side<'_> {
    /// Mean, trace and spread.
    ///
    /// # Errors
    /// Cannot tell: fewer than 2 samples.
    pub(super) fn prepare(&self) -> Result<Prepared> {
        if let Some(n @ 0..2) = self.n() {
            return Err(Error::cannot_tell(format!(
                "a set of {n} sample has no covariance; at least 2 are needed"
            ))
            .mend("give more images; a Fréchet distance needs thousands to be worth reading"));
        }
        let d = self.n_features();
        let rank_bound = self
            .n()
            .map_or(d, |n| usize::try_from(n - 1).unwrap_or(d).min(d));
        Ok(match self {
            Self::Few(samples) => {
                let mean = mean(*samples);
                let mut factor = centred(*samples, &mean);
                let scale = 1.0 / (samples.nrows() as f64 - 1.0).sqrt();
                let mut trace = 0.0;
                for i in 0..factor.ncols() {
                    for value in factor.col_as_slice_mut(i) {
                        *value *= scale;
                        trace += *value * *value;
                    }
                }
                Prepared {
                    mean,
                    trace,
                    spread: Spread::Factor(Factor {
                        matrix: factor,
                        is_lower: false,
                    }),
                    rank_bound,
                    factor: OnceLock::new(),
                }
            }
            Self::Many { moments, .. } => Prepared {
                mean: moments.mean().to_vec(),
                trace: moments.covariance().diag().iter().sum(),
                spread: Spread::Covariance(linalg::to_faer(moments.covariance().view())),
                rank_bound,
                factor: OnceLock::new(),
            },
        })
    }
}

/// F `[d, k]` with S = F Fᵀ.
pub(super) struct Factor {
    pub matrix: Mat<f64>,
    /// Is it lower triangular?
    pub is_lower: bool,
}

/// The Cholesky factor where S is safely positive definite, else scaled eigenvectors of its `rank_bound` largest
/// eigenvalues, without those that are not positive.
///
/// # Errors
/// Numerical: the eigenvalues did not converge.
pub(super) fn factor(covariance: &Mat<f64>, rank_bound: usize) -> Result<Factor> {
    let d = covariance.nrows();
    if rank_bound == d
        && let Some(lower) = linalg::cholesky(covariance)
    {
        let pivots = (0..d).map(|i| lower[(i, i)] * lower[(i, i)]);
        let (low, high) = pivots.fold((f64::INFINITY, 0.0_f64), |(low, high), p| {
            (low.min(p), high.max(p))
        });
        if low > PIVOT_FLOOR * high {
            return Ok(Factor {
                matrix: lower,
                is_lower: true,
            });
        }
    }
    let (values, vectors) = linalg::eigen(covariance.as_ref())?;
    let kept = values.iter().rev().take(rank_bound);
    let first = d - kept.take_while(|value| **value > 0.0).count();
    Ok(Factor {
        matrix: Mat::from_fn(d, d - first, |i, k| {
            vectors[(i, first + k)] * values[first + k].sqrt()
        }),
        is_lower: false,
    })
}
