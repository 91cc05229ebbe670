//! Extrapolation of a biased score to infinitely many samples.
//!
//! A score of n samples whose bias falls as 1 / n is computed on random subsets of several sizes; the line of ordinary
//! least squares through (1 / n, score) is read at 1 / n = 0 (Chong and Forsyth 2020, arXiv:1911.07023). Sizes run evenly
//! from min(5000, max(n / 10, 2)) to n, as in dgm-eval; subsets are drawn without replacement.
//!
//! The points share samples, so the errors of least squares say nothing about the intercept. Instead: the intercept is
//! `Σ wi ti` with weights that depend on the sizes alone. To first order a sample x in a subset of n moves t by φ(x) / n,
//! so it moves the intercept by `φ(x) c(x)` with `c(x) = Σ wi / ni` over the subsets that hold x. [`Overlap`] has the sums
//! that follow from it.

use crate::rng::Seed;

/// Smallest subset of a set that is large enough.
const SMALLEST: usize = 5000;

/// Subset sizes for `n` samples, in rising order.
#[must_use]
pub fn sizes(n: usize, n_points: usize) -> Vec<usize> {
    let first = SMALLEST.min((n / 10).max(2)).min(n);
    let steps = n_points.saturating_sub(1).max(1) as f64;
    (0..n_points)
        .map(|i| {
            if i + 1 == n_points {
                n
            } else {
                (first as f64 + i as f64 * ((n - first) as f64 / steps)) as usize
            }
        })
        .collect()
}

/// One random subset of each of these sizes out of `0..n`, rows in rising order; subset i by stream i of `name`.
#[must_use]
pub fn subsets(n: usize, sizes: &[usize], seed: Seed, name: &str) -> Vec<Vec<usize>> {
    sizes
        .iter()
        .enumerate()
        .map(|(i, &size)| {
            let mut rows = seed.stream(name, i as u64).permutation(n);
            rows.truncate(size);
            rows.sort_unstable();
            rows
        })
        .collect()
}

/// A line through (1 / n, score).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// The score at 1 / n = 0.
    pub intercept: f64,
    /// Score per 1 / n: the bias of n samples is `slope / n`.
    pub slope: f64,
}

/// Ordinary least squares of `values` on 1 / `sizes`; `None` where the sizes do not differ.
#[must_use]
pub fn line(sizes: &[usize], values: &[f64]) -> Option<Line> {
    let weights = weights(sizes)?;
    let (middle, squares) = spread(sizes);
    let slope = sizes
        .iter()
        .zip(values)
        .map(|(&n, value)| (1.0 / n as f64 - middle) * value)
        .sum::<f64>()
        / squares;
    Some(Line {
        intercept: weights.iter().zip(values).map(|(w, value)| w * value).sum(),
        slope,
    })
}

/// What each point counts in the intercept: `1 / k − x̄ (xi − x̄) / Σ (x − x̄)²` with x = 1 / n. They sum to 1.
#[must_use]
pub fn weights(sizes: &[usize]) -> Option<Vec<f64>> {
    if sizes.iter().all(|n| Some(n) == sizes.first()) || sizes.contains(&0) {
        return None;
    }
    let (middle, squares) = spread(sizes);
    let count = sizes.len() as f64;
    Some(
        sizes
            .iter()
            .map(|&n| 1.0 / count - middle * (1.0 / n as f64 - middle) / squares)
            .collect(),
    )
}

/// Mean of 1 / n, and the sum of squares around it.
fn spread(sizes: &[usize]) -> (f64, f64) {
    let inverse = sizes.iter().map(|&n| 1.0 / n as f64);
    let middle = inverse.clone().sum::<f64>() / sizes.len() as f64;
    (middle, inverse.map(|x| (x - middle) * (x - middle)).sum())
}

/// How much single samples and pairs of samples count in the intercept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overlap {
    /// `Σx c(x)²`; 1 / n for one subset that is the whole set.
    pub singles: f64,
    /// `Σxy q(x, y)²` with `q = Σ wi / ni²` over the subsets that hold both; 1 / n² for the whole set.
    pub pairs: f64,
}

impl Overlap {
    /// Of these subsets of `0..n`, from the sizes of their intersections; `None` where the sizes do not differ or a row
    /// is not below n.
    #[must_use]
    pub fn of(n: usize, subsets: &[Vec<usize>]) -> Option<Self> {
        let sizes: Vec<usize> = subsets.iter().map(Vec::len).collect();
        let weights = weights(&sizes)?;
        let mut held = vec![vec![0_u64; n.div_ceil(64)]; subsets.len()];
        for (words, rows) in held.iter_mut().zip(subsets) {
            for &row in rows {
                *words.get_mut(row / 64)? |= 1 << (row % 64);
            }
        }
        let (mut singles, mut pairs) = (0.0, 0.0);
        for (a, left) in held.iter().enumerate() {
            for (b, right) in held.iter().enumerate() {
                let common: u32 = left
                    .iter()
                    .zip(right)
                    .map(|(l, r)| (l & r).count_ones())
                    .sum();
                let share = f64::from(common) / (sizes[a] as f64 * sizes[b] as f64);
                singles += weights[a] * weights[b] * share;
                pairs += weights[a] * weights[b] * share * share;
            }
        }
        Some(Self { singles, pairs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_run_from_a_tenth_or_5000_to_all() {
        // numpy.linspace(…, 15).astype(int), as dgm-eval.
        assert_eq!(
            sizes(1200, 15),
            [
                120, 197, 274, 351, 428, 505, 582, 660, 737, 814, 891, 968, 1045, 1122, 1200
            ]
        );
        assert_eq!(sizes(60_000, 3), [5000, 32_500, 60_000]);
        assert_eq!(sizes(12, 2), [2, 12]);
        assert_eq!(sizes(1, 2), [1, 1]);
    }

    #[test]
    fn a_score_with_a_bias_of_one_over_n_is_read_at_zero() {
        let sizes = [10, 20, 40];
        let values: Vec<f64> = sizes
            .iter()
            .map(|&n| 3.0 + 7.0 / f64::from(n as u32))
            .collect();
        let found = line(&sizes, &values).unwrap();
        assert!((found.intercept - 3.0).abs() < 1e-12 && (found.slope - 7.0).abs() < 1e-10);
        assert_eq!(line(&[5, 5], &[1.0, 2.0]), None);
        assert_eq!(line(&[], &[]), None);
    }

    #[test]
    fn overlaps_follow_from_the_weights() {
        // Sizes 1 and 2, x = 1 and 1/2, mean 3/4, squares 2/16: weights 1/2 − 3/4 (±1/4) / (1/8) = −1 and 2.
        let weights = weights(&[1, 2]).unwrap();
        assert!((weights[0] + 1.0).abs() < 1e-12 && (weights[1] - 2.0).abs() < 1e-12);
        // Row 0 is in both: c = −1 + 2/2 = 0; row 1: c = 1. Pairs: q(0,0) = −1 + 2/4 = −1/2, the other three 1/2.
        let found = Overlap::of(2, &[vec![0], vec![0, 1]]).unwrap();
        assert!((found.singles - 1.0).abs() < 1e-12, "{found:?}");
        assert!((found.pairs - 1.0).abs() < 1e-12, "{found:?}");
        assert_eq!(Overlap::of(2, &[vec![0], vec![0, 99]]), None);
    }

    #[test]
    fn subsets_have_no_row_twice_and_follow_the_seed() {
        let drawn = subsets(50, &[10, 50], Seed(1), "test");
        assert_eq!(drawn[1], (0..50).collect::<Vec<_>>());
        assert!(drawn[0].windows(2).all(|pair| pair[0] < pair[1]) && drawn[0].len() == 10);
        assert_ne!(drawn, subsets(50, &[10, 50], Seed(2), "test"));
    }
}
