//! Rényi kernel entropy: how many modes a set has, and how alike two sets are (Jalali, Li and Farnia 2023,
//! arXiv:2306.11149).
//!
//! ```text
//! k(x, y) = exp(−|x − y|² / (2 σ²))
//! mode count = 1 / mean over all n² pairs of k(xi, xj)²,   RKE = ln mode count
//! RRKE = −ln ‖Kxy / √(n m)‖∗²   (nuclear norm)
//! ```
//! The mode count is the Vendi score of order 2 under this kernel. It is 1 where all rows are equal and n where all are
//! far apart; it means little without its bandwidth.

use faer::Mat;
use ndarray::ArrayView2;

use super::gaussian_kernel::{Rows, within};
use super::linalg;
use super::mmd::spread::{residual_within, variance};
use crate::error::Result;

/// Rows of the reference whose distances set the bandwidth.
const BANDWIDTH_ROWS: usize = 1000;

/// A mode count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModeCount {
    /// 1 / mean k².
    pub value: f64,
    /// Standard error by the delta method from the variance of mean k² as a U-statistic,
    /// `4 var a / n + 2 E k̃² / (n (n − 1))` (Hoeffding 1948); `None` below 4 rows.
    pub std_error: Option<f64>,
}

/// The mode count of the rows of `samples` `[n, d]`, n of at least 1.
#[must_use]
pub fn mode_count(samples: ArrayView2<'_, f32>, sigma: f64) -> ModeCount {
    let n = samples.nrows() as f64;
    // k² = exp(−|x − y|² / σ²); the sums are of k² − 1.
    let sums = within(&Rows::plain(samples), 1.0 / (sigma * sigma));
    let mean = 1.0 + sums.row_sums.iter().sum::<f64>() / (n * n);
    let std_error = (n >= 4.0).then(|| {
        let residual = residual_within(&sums);
        let row_means: Vec<f64> = sums.row_sums.iter().map(|sum| sum / (n - 1.0)).collect();
        let first_order = variance(&row_means) - residual / (n - 1.0);
        let second_order = 2.0 * residual / (n * (n - 1.0));
        let variance = 4.0 * first_order.max(0.0) / n + second_order.max(0.0);
        variance.sqrt() * (n - 1.0) / n / (mean * mean)
    });
    ModeCount {
        value: 1.0 / mean,
        std_error,
    }
}

/// RRKE of `x` `[n, d]` and `y` `[m, d]`: 0 for equal sets, larger the less they share. Costs min(n, m) n m; meant for
/// some hundred rows.
///
/// # Errors
/// Numerical: no convergence.
pub fn relative_entropy(x: ArrayView2<'_, f32>, y: ArrayView2<'_, f32>, sigma: f64) -> Result<f64> {
    let gamma = 0.5 / (sigma * sigma);
    let kernel = Mat::from_fn(x.nrows(), y.nrows(), |i, j| {
        (-gamma * squared_distance(x, i, y, j)).exp()
    });
    let norm: f64 = linalg::singular_values(kernel.as_ref())?.iter().sum();
    Ok(-2.0 * (norm / ((x.nrows() * y.nrows()) as f64).sqrt()).ln())
}

/// Half the median distance between rows of `samples`, of which at most 1000, evenly spaced, are compared; `None` below
/// 2 rows or where that median is 0.
///
/// A pair at the median distance then has k² = exp(−4) = 0.018, so that a set whose rows are all that far apart counts
/// some fifty modes; with the whole median the count could never pass e = 2.7.
#[must_use]
pub fn bandwidth(samples: ArrayView2<'_, f32>) -> Option<f64> {
    let step = samples.nrows().div_ceil(BANDWIDTH_ROWS).max(1);
    let rows: Vec<usize> = (0..samples.nrows()).step_by(step).collect();
    let mut squares: Vec<f64> = rows
        .iter()
        .enumerate()
        .flat_map(|(k, &i)| rows[..k].iter().map(move |&j| (i, j)))
        .map(|(i, j)| squared_distance(samples, i, samples, j))
        .collect();
    if squares.is_empty() {
        return None;
    }
    let middle = squares.len() / 2;
    let (_, median, _) = squares.select_nth_unstable_by(middle, f64::total_cmp);
    (*median > 0.0).then(|| 0.5 * median.sqrt())
}

fn squared_distance(x: ArrayView2<'_, f32>, i: usize, y: ArrayView2<'_, f32>, j: usize) -> f64 {
    x.row(i)
        .iter()
        .zip(y.row(j))
        .map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn far_groups_of_equal_rows_are_counted() {
        // Two groups of 2 equal rows, far apart: 8 of 16 pairs have k² = 1, so 1 / (8/16) = 2.
        let groups = array![[0.0_f32], [0.0], [1e6], [1e6]];
        assert!((mode_count(groups.view(), 1.0).value - 2.0).abs() < 1e-12);
        // Distance 1 under σ = 1: k = exp(−1/2), k² = exp(−1); 2 / (1 + 1/e).
        let pair = array![[0.0_f32], [1.0]];
        let want = 2.0 / (1.0 + (-1.0_f64).exp());
        assert!((mode_count(pair.view(), 1.0).value - want).abs() < 1e-12);
        assert_eq!(mode_count(pair.view(), 1.0).std_error, None);
    }

    #[test]
    fn a_set_is_its_own_relative() {
        // K of far rows is the identity: nuclear norm n, so ‖K / n‖∗ = 1 and RRKE = 0.
        let far = array![[0.0_f32], [1e6], [2e6]];
        assert!(relative_entropy(far.view(), far.view(), 1.0).unwrap().abs() < 1e-12);
    }

    #[test]
    fn the_bandwidth_is_half_the_median_distance() {
        // Distances 1, 3 and 2: median 2.
        let rows = array![[0.0_f32], [1.0], [3.0]];
        assert_eq!(bandwidth(rows.view()), Some(1.0));
        assert_eq!(bandwidth(array![[1.0_f32], [1.0], [1.0]].view()), None);
        assert_eq!(bandwidth(array![[1.0_f32]].view()), None);
    }
}
