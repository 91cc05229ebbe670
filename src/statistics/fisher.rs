//! Fisher's exact test: do two samples have the same share?

/// Terms that are smaller than the observed one but for rounding count as equal to it (R and SciPy do so too).
const SLACK: f64 = 1e-7;

/// The two-sided p-value of `a` of `n` against `b` of `m`.
///
/// With k = a + b fixed, the number in the first sample is hypergeometric; p is the sum of all probabilities that are not
/// above that of what was seen. Exact at any count, also at 0 of many.
///
/// Source: Fisher 1934, Statistical Methods for Research Workers; R's `fisher.test`.
#[must_use]
pub fn two_sided_p(a: usize, n: usize, b: usize, m: usize) -> f64 {
    let (a, b) = (a.min(n), b.min(m));
    let k = a + b;
    let (low, high) = (k.saturating_sub(m), k.min(n));
    let logarithm = |x: usize| choose(n, x) + choose(m, k - x) - choose(n + m, k);
    let seen = logarithm(a);
    let total: f64 = (low..=high)
        .map(logarithm)
        .filter(|term| *term <= seen + SLACK)
        .map(f64::exp)
        .sum();
    total.min(1.0)
}

/// ln (n over k).
fn choose(n: usize, k: usize) -> f64 {
    let factorial = |n: usize| libm::lgamma(n as f64 + 1.0);
    factorial(n) - factorial(k) - factorial(n - k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_tables_have_their_p_values() {
        // The lady tasting tea, 3 of 4 against 1 of 4: (16 + 1 + 16 + 1) / 70 = 0.4857.
        assert!((two_sided_p(3, 4, 1, 4) - 34.0 / 70.0).abs() < 1e-12);
        // SciPy's example for fisher_exact, [[6, 2], [1, 4]]: 0.1026 (rows 6 of 8 and 1 of 5).
        assert!((two_sided_p(6, 8, 1, 5) - 0.102_564_102_564).abs() < 1e-9);
    }

    #[test]
    fn equal_shares_have_the_p_value_1_and_the_samples_can_be_swapped() {
        assert!((two_sided_p(5, 50, 10, 100) - 1.0).abs() < 1e-9);
        assert_eq!(two_sided_p(0, 10, 0, 20), 1.0);
        assert!((two_sided_p(2, 30, 9, 40) - two_sided_p(9, 40, 2, 30)).abs() < 1e-12);
        // 0 of 5000 against 100 of 5000: the chance of all 100 in one half, twice, is about 2 · 2^-100 · e^-1.
        assert!(two_sided_p(0, 5000, 100, 5000) < 1e-29);
    }
}
