//! Do two numbers rise together? Spearman's rank correlation.

use super::kruskal_wallis::midranks;
use crate::rng::Seed;

/// ρ of pairs, and its p.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spearman {
    /// −1 to 1: the correlation of the midranks.
    pub rho: f64,
    /// Two-sided p by permutation.
    pub p: f64,
}

impl Spearman {
    /// Of three pairs or more; `None` otherwise, with NaN, or where one side is constant. p is (1 + number of permutations
    /// of one side that reach |ρ|) / (1 + `n_permutations`).
    ///
    /// Source: Spearman 1904; `scipy.stats.spearmanr` (ρ), `scipy.stats.permutation_test` (p).
    #[must_use]
    pub fn of(pairs: &[(f64, f64)], n_permutations: usize, seed: Seed) -> Option<Self> {
        if pairs.len() < 3 || pairs.iter().any(|(x, y)| x.is_nan() || y.is_nan()) {
            return None;
        }
        let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let (x, mut y) = (centered(&x), centered(&y));
        let product = |y: &[f64]| x.iter().zip(y).map(|(a, b)| a * b).sum::<f64>();
        let length = |all: &[f64]| all.iter().map(|v| v * v).sum::<f64>();
        let scale = (length(&x) * length(&y)).sqrt();
        if scale <= 0.0 {
            return None;
        }
        let rho = product(&y) / scale;
        let seen = rho.abs() - 1e-9;
        let mut stream = seed.stream("spearman", pairs.len() as u64);
        let mut reached = 0_usize;
        for _ in 0..n_permutations {
            for i in (1..y.len()).rev() {
                y.swap(i, stream.below(i + 1));
            }
            reached += usize::from((product(&y) / scale).abs() >= seen);
        }
        Some(Self {
            rho,
            p: (1 + reached) as f64 / (1 + n_permutations) as f64,
        })
    }
}

/// Midranks less their mean.
fn centered(values: &[f64]) -> Vec<f64> {
    let ranks = midranks(values).0;
    let mean = (values.len() as f64).midpoint(1.0);
    ranks.iter().map(|rank| rank - mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rho_and_p_are_those_of_scipy() {
        let y = [2.1, 1.0, 3.3, 3.3, 9.0, 4.2, 8.1, 7.7];
        let pairs: Vec<(f64, f64)> = (1..=8).map(f64::from).zip(y).collect();
        let found = Spearman::of(&pairs, 40_000, Seed(1)).unwrap();
        // SciPy 1.17.1: spearmanr(1..8, y).statistic and permutation_test over all 8! pairings.
        assert!(
            (found.rho - 0.8024095954818835).abs() < 1e-12,
            "{}",
            found.rho
        );
        // Standard error sqrt(p / 40000) = 0.0005.
        assert!(
            (found.p - 0.021130952380952382).abs() < 0.002,
            "{}",
            found.p
        );
        let falling: Vec<(f64, f64)> = pairs.iter().map(|(x, y)| (*x, -y)).collect();
        let turned = Spearman::of(&falling, 0, Seed(1)).unwrap();
        assert!((turned.rho + found.rho).abs() < 1e-12);
        assert!(Spearman::of(&[(1.0, 2.0), (2.0, 2.0), (3.0, 2.0)], 9, Seed(1)).is_none());
    }
}
