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

/// Rows whose distances set the bandwidth.
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

/// A bandwidth that was read off samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bandwidth {
    /// σ.
    pub sigma: f64,
    /// Standard error of σ over σ, as that of the median of a U-process (Serfling 1984, doi:10.1214/aos/1176346386): a
    /// row x has the part p(x) of its distances below the median, and `SE = 2 sd(p) / (√n f)` with the density f of
    /// distances at the median, read between the 45 % and the 55 % quantile.
    pub relative_error: f64,
}

/// Half the median distance between rows of `samples`, of which at most 1000, evenly spaced, are compared; `None` below
/// 2 rows or where that median is 0.
///
/// A pair at the median distance then has k² = exp(−4) = 0.018, so that a set whose rows are all that far apart counts
/// some fifty modes; with the whole median the count could never pass e = 2.7.
#[must_use]
pub fn bandwidth(samples: ArrayView2<'_, f32>) -> Option<Bandwidth> {
    let rows = spaced(samples.nrows());
    let distances: Vec<f64> = pairs(&rows)
        .map(|(i, j)| squared_distance(samples, i, samples, j).sqrt())
        .collect();
    let mut sorted = distances.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let quantile = |part: f64| sorted.get((part * sorted.len() as f64) as usize).copied();
    let (low, median, high) = (quantile(0.45)?, quantile(0.5)?, quantile(0.55)?);
    if median <= 0.0 {
        return None;
    }
    let position = |row: usize| row / samples.nrows().div_ceil(BANDWIDTH_ROWS).max(1);
    let mut below = vec![0.0; rows.len()];
    for ((i, j), distance) in pairs(&rows).zip(&distances) {
        if *distance < median {
            below[position(i)] += 1.0;
            below[position(j)] += 1.0;
        }
    }
    let others = rows.len() as f64 - 1.0;
    let parts: Vec<f64> = below.iter().map(|count| count / others).collect();
    // Chance alone gives each part the variance 1/4 over the number of distances.
    let spread = (variance(&parts) - 0.25 / others).max(0.0).sqrt();
    let relative_error = 2.0 * spread / (rows.len() as f64).sqrt() * (high - low) / 0.1 / median;
    Some(Bandwidth {
        sigma: 0.5 * median,
        relative_error,
    })
}

/// `d ln(mode count) / d ln σ`, negative: `−2 (1 − 1/n) mean of (|x − y|² / σ²) k²` times the mode count, the mean over
/// pairs of at most 1000 evenly spaced rows.
#[must_use]
pub fn sensitivity(samples: ArrayView2<'_, f32>, sigma: f64, mode_count: f64) -> f64 {
    let rows = spaced(samples.nrows());
    let (mut sum, mut count) = (0.0, 0.0);
    for (i, j) in pairs(&rows) {
        let scaled = squared_distance(samples, i, samples, j) / (sigma * sigma);
        sum += scaled * (-scaled).exp();
        count += 1.0;
    }
    if count == 0.0 {
        return 0.0;
    }
    -2.0 * (1.0 - 1.0 / samples.nrows() as f64) * sum / count * mode_count
}

/// At most 1000 evenly spaced rows of n.
fn spaced(n: usize) -> Vec<usize> {
    (0..n).step_by(n.div_ceil(BANDWIDTH_ROWS).max(1)).collect()
}

/// All pairs of different rows.
fn pairs(rows: &[usize]) -> impl Iterator<Item = (usize, usize)> + '_ {
    rows.iter()
        .enumerate()
        .flat_map(move |(k, &i)| rows[..k].iter().map(move |&j| (i, j)))
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
    use crate::rng::Seed;
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
        assert_eq!(bandwidth(rows.view()).unwrap().sigma, 1.0);
        assert_eq!(bandwidth(array![[1.0_f32], [1.0], [1.0]].view()), None);
        assert_eq!(bandwidth(array![[1.0_f32]].view()), None);
    }

    #[test]
    fn the_sensitivity_is_the_derivative() {
        let mut stream = Seed(3).stream("renyi test", 0);
        let x = ndarray::Array2::from_shape_fn((80, 3), |_| stream.normal() as f32);
        let count = |sigma: f64| mode_count(x.view(), sigma).value;
        let step = 1e-5;
        let numeric = (count(1.0 + step) / count(1.0 - step)).ln() / (2.0 * step);
        let found = sensitivity(x.view(), 1.0, count(1.0));
        assert!(
            (found / numeric - 1.0).abs() < 1e-4,
            "{found} and {numeric}"
        );
    }

    #[test]
    fn the_error_of_the_bandwidth_is_its_spread_over_fresh_samples() {
        let found: Vec<Bandwidth> = (0..100)
            .map(|k| {
                let mut stream = Seed(k).stream("renyi test", 1);
                let x = ndarray::Array2::from_shape_fn((150, 6), |_| stream.normal() as f32);
                bandwidth(x.view()).unwrap()
            })
            .collect();
        let logs: Vec<f64> = found.iter().map(|b| b.sigma.ln()).collect();
        let error = found.iter().map(|b| b.relative_error).sum::<f64>() / 100.0;
        // 100 repetitions know a standard deviation to 7 %.
        let ratio = error / variance(&logs).sqrt();
        assert!((0.75..1.3).contains(&ratio), "{ratio}");
    }
}
