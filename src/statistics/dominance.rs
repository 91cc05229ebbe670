//! Is one of two samples larger? Cliff's delta, and its permutation test: exact where the samples are small.

use super::kruskal_wallis::midranks;
use super::mann_whitney::MannWhitney;
use crate::rng::Seed;

/// Divisions up to which all of them are counted: 10 against 10 has 184,756.
const MOST_EXACT: f64 = 200_000.0;

/// Two samples compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Dominance {
    /// Cliff's δ = P(a > b) − P(a < b), −1 to 1: positive where the first sample is larger.
    pub delta: f64,
    /// Two-sided p of |δ| under exchange of values between the samples.
    pub p: f64,
    /// Was every division counted, or were they drawn?
    pub is_exact: bool,
}

impl Dominance {
    /// Of two samples, neither of them empty; `None` otherwise or with NaN. `n_permutations` are drawn where the divisions
    /// of all values into both sides are more than 200,000.
    ///
    /// Source: Cliff 1993 (Psychological Bulletin 114); without ties p is `scipy.stats.mannwhitneyu(method="exact")`.
    #[must_use]
    pub fn of(a: &[f64], b: &[f64], n_permutations: usize, seed: Seed) -> Option<Self> {
        if a.is_empty() || b.is_empty() || a.iter().chain(b).any(|v| v.is_nan()) {
            return None;
        }
        let (n, m) = (a.len(), b.len());
        let pairs = (n * m) as f64;
        let delta = 2.0 * MannWhitney::of(a, b).u / pairs - 1.0;
        let values: Vec<f64> = a.iter().chain(b).copied().collect();
        let ranks = midranks(&values).0;
        let middle = n as f64 * (n + m + 1) as f64 / 2.0;
        let seen = (ranks.iter().take(n).sum::<f64>() - middle).abs() - 1e-9;
        let divisions = (1..=n.min(m)).fold(1.0, |c, k| c * (n + m + 1 - k) as f64 / k as f64);
        let is_exact = divisions <= MOST_EXACT;
        let p = if is_exact {
            exact_p(&ranks, n, middle, seen)
        } else {
            drawn_p(ranks, n, middle, seen, n_permutations, seed)
        };
        Some(Self { delta, p, is_exact })
    }

    /// The size of |δ| in words: below 0.147 negligible, 0.33 small, 0.474 medium, else large.
    ///
    /// Source: Romano et al. 2006.
    #[must_use]
    pub fn size(&self) -> &'static str {
        match self.delta.abs() {
            d if d < 0.147 => "negligible",
            d if d < 0.33 => "small",
            d if d < 0.474 => "medium",
            _ => "large",
        }
    }
}

/// The share of all divisions whose rank sum lies as far from the middle as what was seen.
///
/// Twice a midrank is an integer, so divisions are counted by size and doubled rank sum instead of being listed.
fn exact_p(ranks: &[f64], n: usize, middle: f64, seen: f64) -> f64 {
    let doubled: Vec<usize> = ranks.iter().map(|r| (2.0 * r).round() as usize).collect();
    let most: usize = doubled.iter().sum();
    // counts[size][sum]: ways to choose `size` values whose doubled ranks add up to `sum`.
    let mut counts = vec![vec![0.0_f64; most + 1]; n + 1];
    if let Some(start) = counts.first_mut().and_then(|row| row.first_mut()) {
        *start = 1.0;
    }
    for &rank in &doubled {
        for size in (1..=n).rev() {
            let (below, from) = counts.split_at_mut(size);
            if let (Some(fewer), Some(row)) = (below.last(), from.first_mut()) {
                for (ways, more) in row.iter_mut().skip(rank).zip(fewer) {
                    *ways += more;
                }
            }
        }
    }
    let ways = counts.pop().unwrap_or_default();
    let all: f64 = ways.iter().sum();
    let far = |sum: usize| (sum as f64 / 2.0 - middle).abs() >= seen;
    let reached: f64 = (0..)
        .zip(&ways)
        .filter(|(s, _)| far(*s))
        .map(|(_, w)| w)
        .sum();
    (reached / all).min(1.0)
}

fn drawn_p(mut ranks: Vec<f64>, n: usize, middle: f64, seen: f64, draws: usize, seed: Seed) -> f64 {
    let mut stream = seed.stream("dominance", 0);
    let mut reached = 0_usize;
    let all = ranks.len();
    for _ in 0..draws {
        for i in 0..n {
            ranks.swap(i, i + stream.below(all - i));
        }
        let far = (ranks.iter().take(n).sum::<f64>() - middle).abs() >= seen;
        reached += usize::from(far);
    }
    (1 + reached) as f64 / (1 + draws) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [f64; 5] = [12.1, 11.4, 13.3, 12.8, 11.9];
    const B: [f64; 5] = [10.2, 11.1, 9.8, 10.9, 11.5];

    #[test]
    fn p_is_scipys_exact_one_and_delta_is_counted_by_hand() {
        // SciPy 1.17.1: stats.mannwhitneyu(A, B, method="exact"): U = 24 of 25, p = 0.015873015873015872.
        let found = Dominance::of(&A, &B, 0, Seed(1)).unwrap();
        assert!((found.delta - 0.92).abs() < 1e-12 && found.is_exact);
        assert!((found.p - 0.015873015873015872).abs() < 1e-14);
        assert_eq!(found.size(), "large");
    }

    #[test]
    fn ties_are_permuted_as_they_are() {
        // stats.permutation_test with |U - nm/2| over all 462 divisions: 0.08441558441558442 = 39 / 462.
        let (d, e) = ([1.0, 2.0, 2.0, 3.0, 5.0], [2.0, 4.0, 4.0, 5.0, 6.0, 7.0]);
        let found = Dominance::of(&d, &e, 0, Seed(1)).unwrap();
        assert!((found.p - 0.08441558441558442).abs() < 1e-14);
        assert!((found.delta + 0.6333333333333333).abs() < 1e-12);
    }

    #[test]
    fn the_first_sample_being_larger_is_positive() {
        assert_eq!(
            Dominance::of(&[3.0], &[1.0], 0, Seed(1)).unwrap().delta,
            1.0
        );
        assert_eq!(
            Dominance::of(&[1.0], &[3.0], 0, Seed(1)).unwrap().delta,
            -1.0
        );
        assert!(Dominance::of(&[], &[1.0], 0, Seed(1)).is_none());
        let same = Dominance::of(&[1.0, 1.0], &[1.0], 0, Seed(1)).unwrap();
        assert_eq!((same.delta, same.p), (0.0, 1.0));
    }

    #[test]
    fn drawn_divisions_agree_with_counted_ones() {
        let values: Vec<f64> = A.iter().chain(&B).copied().collect();
        let ranks = midranks(&values).0;
        let seen = (ranks.iter().take(5).sum::<f64>() - 27.5).abs() - 1e-9;
        let drawn = drawn_p(ranks, 5, 27.5, seen, 40_000, Seed(3));
        // Standard error sqrt(0.0159 / 40000) = 0.0006.
        assert!((drawn - 0.0158730).abs() < 0.0026, "{drawn}");
    }
}
