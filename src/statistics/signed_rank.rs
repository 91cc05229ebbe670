//! Are the differences of pairs on one side of 0? Wilcoxon's signed-rank test, exact.

use super::kruskal_wallis::midranks;

/// Most differences whose signs are counted out: doubled ranks of 200 have 40,000 sums.
const MOST: usize = 200;

/// Differences held against 0.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedRank {
    /// Rank-biserial correlation, (W₊ − W₋) / (W₊ + W₋) with the rank sums of the positive and the negative differences,
    /// −1 to 1: positive where differences are.
    pub effect: f64,
    /// Two-sided p under exchange of the two members of each pair.
    pub p: f64,
    /// Differences that are not 0.
    pub n: usize,
}

impl SignedRank {
    /// Of differences, those that are 0 left out; infinite ones have the last ranks. `None` with NaN, without any difference,
    /// or above 200 of them.
    ///
    /// p is the share of all 2ⁿ signs whose W₊ lies as far from its middle as what was seen; ties share their rank.
    ///
    /// Source: Wilcoxon 1945; `scipy.stats.wilcoxon(method="exact")`, with ties `scipy.stats.permutation_test(permutation_type=
    /// "samples")` of the same statistic; effect: Kerby 2014.
    #[must_use]
    pub fn of(differences: &[f64]) -> Option<Self> {
        if differences.iter().any(|d| d.is_nan()) {
            return None;
        }
        let there: Vec<f64> = differences.iter().copied().filter(|d| *d != 0.0).collect();
        if there.is_empty() || there.len() > MOST {
            return None;
        }
        let sizes: Vec<f64> = there.iter().map(|d| d.abs()).collect();
        // Twice a midrank is an integer.
        let doubled = midranks(&sizes).0.into_iter().map(|r| (2.0 * r).round());
        let doubled: Vec<usize> = doubled.map(|r| r as usize).collect();
        let all: usize = doubled.iter().sum();
        let positive = there.iter().zip(&doubled).filter(|(d, _)| **d > 0.0);
        let positive: usize = positive.map(|(_, rank)| rank).sum();
        let off = |sum: usize| (2 * sum).abs_diff(all);
        let ways = ways(&doubled, all);
        let reached: f64 = (0..)
            .zip(&ways)
            .filter(|(sum, _)| off(*sum) >= off(positive))
            .map(|(_, share)| share)
            .sum();
        Some(Self {
            effect: 2.0 * positive as f64 / all as f64 - 1.0,
            p: reached.min(1.0),
            n: there.len(),
        })
    }
}

/// The share of all signs whose positive ranks add up to each sum.
fn ways(ranks: &[usize], all: usize) -> Vec<f64> {
    let mut shares = vec![0.0; all + 1];
    if let Some(start) = shares.first_mut() {
        *start = 1.0;
    }
    for &rank in ranks {
        for sum in (0..=all).rev() {
            let with = sum.checked_sub(rank).and_then(|rest| shares.get(rest));
            let with = with.copied().unwrap_or(0.0);
            if let Some(share) = shares.get_mut(sum) {
                *share = f64::midpoint(*share, with);
            }
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_is_scipys_exact_one() {
        // SciPy 1.17.1: stats.wilcoxon([...], method="exact"): W = 2, p = 0.046875 = 6 / 128. By hand: only −0.3 is
        // negative, third from below: ranks 0.1, 0.3, 0.4 …, so W₋ = 2 of 28 and the effect (26 − 2) / 28.
        let found = SignedRank::of(&[1.2, 0.4, -0.3, 2.0, 0.9, 1.5, 0.1]).unwrap();
        assert!((found.p - 0.046875).abs() < 1e-15, "{found:?}");
        assert!((found.effect - 24.0 / 28.0).abs() < 1e-15 && found.n == 7);
        // W = 8, p = 0.375.
        let found = SignedRank::of(&[1.2, 0.4, -1.3, 2.0, -0.9, 1.5, 0.1]).unwrap();
        assert!((found.p - 0.375).abs() < 1e-15, "{found:?}");
        // Ties: stats.permutation_test over all signs of the ranks 2 2 2 4 5: 8 / 32.
        let found = SignedRank::of(&[1.0, 1.0, -1.0, 2.0, 3.0]).unwrap();
        assert!((found.p - 0.25).abs() < 1e-15, "{found:?}");
    }

    #[test]
    fn a_positive_effect_is_of_positive_differences_and_seven_of_a_sign_are_rare() {
        let found = SignedRank::of(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, f64::INFINITY]).unwrap();
        // 2 of 2^7.
        assert_eq!((found.effect, found.p), (1.0, 2.0 / 128.0));
        let found = SignedRank::of(&[-1.0]).unwrap();
        assert_eq!((found.effect, found.p), (-1.0, 1.0));
    }

    #[test]
    fn zeros_are_left_out_and_nothing_has_no_test() {
        assert_eq!(
            SignedRank::of(&[0.0, 1.0, 2.0]),
            SignedRank::of(&[1.0, 2.0])
        );
        assert_eq!(SignedRank::of(&[0.0]), None);
        assert_eq!(SignedRank::of(&[]), None);
        assert_eq!(SignedRank::of(&[1.0, f64::NAN]), None);
    }
}
