//! Rank and condition of a covariance: how much of it is there to compare.

use super::side::{PIVOT_FLOOR, Side, Spread};
use crate::error::Result;
use crate::statistics::linalg;

/// Largest covariance whose eigenvalues are computed for this alone.
const EXACT_SIZE: usize = 512;

/// Rank and condition number of a covariance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spectrum {
    /// Number of eigenvalues above d · 2⁻⁵² of the largest.
    pub rank: usize,
    /// Largest over smallest of those; `None` where there is none (all samples equal).
    pub condition: Option<f64>,
    /// Was `condition` read off Cholesky pivots? Then it is a lower bound.
    pub is_bound: bool,
}

/// The spectrum of one side: eigenvalues of the smaller Gram matrix where n ≤ d or d ≤ 512 or the covariance is
/// singular, Cholesky pivots otherwise.
///
/// # Errors
/// Cannot tell: fewer than 2 samples. Numerical: no convergence.
pub fn spectrum(side: &Side<'_>) -> Result<Spectrum> {
    let prepared = side.prepare()?;
    let d = prepared.mean.len();
    let values = match &prepared.spread {
        Spread::Factor(factor) => {
            linalg::eigenvalues(linalg::gram_lower(factor.matrix.transpose()).as_ref())?
        }
        Spread::Covariance(covariance) => {
            if d > EXACT_SIZE
                && prepared.rank_bound == d
                && let Some(lower) = linalg::cholesky(covariance)
            {
                let pivots: Vec<f64> = (0..d).map(|i| lower[(i, i)] * lower[(i, i)]).collect();
                let found = count(&pivots, d, prepared.rank_bound);
                if found.rank == d && found.condition.is_some_and(|c| c < 1.0 / PIVOT_FLOOR) {
                    return Ok(Spectrum {
                        is_bound: true,
                        ..found
                    });
                }
            }
            linalg::eigenvalues(covariance.as_ref())?
        }
    };
    Ok(count(&values, d, prepared.rank_bound))
}

fn count(values: &[f64], d: usize, rank_bound: usize) -> Spectrum {
    let high = values.iter().copied().fold(0.0_f64, f64::max);
    let mut kept: Vec<f64> = values
        .iter()
        .copied()
        .filter(|v| *v > high * f64::EPSILON * d as f64)
        .collect();
    kept.sort_by(f64::total_cmp);
    kept.drain(..kept.len().saturating_sub(rank_bound));
    Spectrum {
        rank: kept.len(),
        condition: kept.first().map(|low| high / low),
        is_bound: false,
    }
}
