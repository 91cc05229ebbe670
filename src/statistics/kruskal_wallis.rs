//! Do several samples come from one distribution? The Kruskal-Wallis test, by its limit and by permutation.

use super::chi_squared;
use crate::rng::Seed;

/// The test's outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct KruskalWallis {
    /// The statistic, corrected for ties.
    pub h: f64,
    /// Groups less one.
    pub degrees: usize,
    /// p by the chi-squared limit.
    pub p: f64,
    /// Effect size ε² = H / (n − 1): the share of the ranks' variance that lies between the groups, 0 to 1.
    pub epsilon_squared: f64,
}

/// All values in one row with the midranks of the whole, and where each group ends.
struct Ranked {
    ranks: Vec<f64>,
    sizes: Vec<usize>,
    /// 1 − Σ (t³ − t) / (n³ − n) over ties of t values.
    tie_factor: f64,
}

impl Ranked {
    fn of(groups: &[&[f64]]) -> Option<Self> {
        let values: Vec<f64> = groups.iter().flat_map(|g| g.iter().copied()).collect();
        let sizes: Vec<usize> = groups.iter().map(|g| g.len()).collect();
        if groups.len() < 2 || sizes.contains(&0) || values.iter().any(|v| v.is_nan()) {
            return None;
        }
        let n = values.len() as f64;
        let (ranks, ties) = midranks(&values);
        let tie_factor = 1.0 - ties / (n * n * n - n);
        (tie_factor > 0.0).then_some(Self {
            ranks,
            sizes,
            tie_factor,
        })
    }

    /// 12 / (n (n + 1)) Σ R² / size − 3 (n + 1), over the tie factor.
    fn h(&self, ranks: &[f64]) -> f64 {
        let n = ranks.len() as f64;
        let mut rest = ranks;
        let mut sum = 0.0;
        for &size in &self.sizes {
            let (group, after) = rest.split_at(size.min(rest.len()));
            rest = after;
            sum += group.iter().sum::<f64>().powi(2) / size as f64;
        }
        (12.0 / (n * (n + 1.0)) * sum - 3.0 * (n + 1.0)) / self.tie_factor
    }
}

/// Ranks from 1, ties sharing their mean, and Σ (t³ − t) over the ties. Values must not be NaN.
#[must_use]
pub fn midranks(values: &[f64]) -> (Vec<f64>, f64) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let (mut at, mut ties) = (0, 0.0);
    for run in order.chunk_by(|&i, &j| values[i] == values[j]) {
        let t = run.len() as f64;
        for &i in run {
            ranks[i] = at as f64 + t.midpoint(1.0);
        }
        ties += t * t * t - t;
        at += run.len();
    }
    (ranks, ties)
}

impl KruskalWallis {
    /// Of two groups or more, none of them empty. `None` otherwise, with NaN, or where all values are equal.
    ///
    /// Source: Kruskal and Wallis 1952 (J. Am. Stat. Assoc. 47); `scipy.stats.kruskal`. ε²: Tomczak and Tomczak 2014.
    #[must_use]
    pub fn of(groups: &[&[f64]]) -> Option<Self> {
        let ranked = Ranked::of(groups)?;
        let h = ranked.h(&ranked.ranks);
        let degrees = groups.len() - 1;
        let n = ranked.ranks.len() as f64;
        Some(Self {
            h,
            degrees,
            p: chi_squared::upper_tail(h, degrees),
            epsilon_squared: (h / (n - 1.0)).clamp(0.0, 1.0),
        })
    }
}

/// p of the same statistic by `n_permutations` random exchanges of values between the groups: (1 + number not below the
/// observed H) / (1 + `n_permutations`). Holds at any group size, unlike the limit; `None` where the test has none.
///
/// Source: Phipson and Smyth 2010, "Permutation p-values should never be zero"; `scipy.stats.permutation_test`.
#[must_use]
pub fn permutation_p(groups: &[&[f64]], n_permutations: usize, seed: Seed) -> Option<f64> {
    let ranked = Ranked::of(groups)?;
    // Sums of the same ranks in another order differ by rounding; what is equal must count as equal.
    let seen = ranked.h(&ranked.ranks) - 1e-9;
    let mut stream = seed.stream("kruskal-wallis", groups.len() as u64);
    let mut ranks = ranked.ranks.clone();
    let mut reached = 0_usize;
    for _ in 0..n_permutations {
        for i in (1..ranks.len()).rev() {
            ranks.swap(i, stream.below(i + 1));
        }
        reached += usize::from(ranked.h(&ranks) >= seen);
    }
    Some((1 + reached) as f64 / (1 + n_permutations) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [f64; 5] = [12.1, 11.4, 13.3, 12.8, 11.9];
    const B: [f64; 5] = [10.2, 11.1, 9.8, 10.9, 11.5];
    const C: [f64; 5] = [14.0, 13.3, 15.2, 12.7, 14.4];

    #[test]
    fn statistic_and_p_are_those_of_scipy() {
        // SciPy 1.17.1: stats.kruskal(A, B, C) with one tie.
        let found = KruskalWallis::of(&[&A, &B, &C]).unwrap();
        assert!((found.h - 10.864400715563512).abs() < 1e-12);
        assert!((found.p - 0.004373462026475284).abs() < 1e-14);
        assert_eq!(found.degrees, 2);
        // H / (15 - 1).
        assert!((found.epsilon_squared - 0.776_028_622_540_251).abs() < 1e-12);
        // stats.kruskal([1, 2, 2, 3, 5], [2, 4, 4, 5, 6, 7]) with many ties.
        let (d, e) = ([1.0, 2.0, 2.0, 3.0, 5.0], [2.0, 4.0, 4.0, 5.0, 6.0, 7.0]);
        let found = KruskalWallis::of(&[&d, &e]).unwrap();
        assert!((found.h - 3.092679127725863).abs() < 1e-12);
        assert!((found.p - 0.07864522326072303).abs() < 1e-14);
    }

    #[test]
    fn permutations_agree_with_scipy_within_their_own_noise() {
        // stats.permutation_test((A, B, C), kruskal, n_resamples=200000, random_state=0): 1.15e-4.
        let p = permutation_p(&[&A, &B, &C], 100_000, Seed(1)).unwrap();
        assert!((0.4e-4..2.3e-4).contains(&p), "{p}");
        // Two groups of two: 1 2 | 3 4 and 3 4 | 1 2 reach the largest H, 2 of 6 divisions: 1/3.
        let p = permutation_p(&[&[1.0, 2.0], &[3.0, 4.0]], 30_000, Seed(1)).unwrap();
        // Standard error sqrt(2/9/30000) = 0.0027.
        assert!((p - 1.0 / 3.0).abs() < 0.011, "{p}");
    }

    #[test]
    fn what_has_no_test_has_no_value() {
        assert!(KruskalWallis::of(&[&A]).is_none());
        assert!(KruskalWallis::of(&[&A, &[]]).is_none());
        assert!(KruskalWallis::of(&[&[1.0, 1.0], &[1.0]]).is_none());
        assert!(KruskalWallis::of(&[&[f64::NAN], &[1.0]]).is_none());
        assert!(permutation_p(&[&[2.0], &[2.0]], 10, Seed(1)).is_none());
    }

    #[test]
    fn ties_share_their_mean_rank() {
        assert_eq!(midranks(&[5.0, 1.0, 5.0, 0.0]).0, [3.5, 2.0, 3.5, 1.0]);
        // One tie of two: 8 - 2.
        assert_eq!(midranks(&[5.0, 1.0, 5.0, 0.0]).1, 6.0);
    }
}
