//! The best of k draws from a finished search: what a budget of k runs would have given.

/// The best of `budget` runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpectedMinimum {
    /// Runs drawn.
    pub budget: usize,
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation over draws.
    pub std: f64,
    /// The chance that at least one of the runs gave a number at all.
    pub success: f64,
}

/// For each budget k in `budgets`, mean and standard deviation of the smallest of k values drawn with replacement from
/// `values`, exactly and without simulation. With the values in rising order f(1) ≤ … ≤ f(n),
///
/// `P(min = f(i)) = ((n − i + 1) / n)^k − ((n − i) / n)^k`.
///
/// `n_failed` further runs use up budget and give no number: n counts them, they come after all values, and mean and
/// deviation are those given that at least one run succeeded. Nothing is returned without values or for k = 0.
///
/// Source: Lucic et al. 2018 (arXiv:1711.10337) simulate the same draws 5000 times; the study writes a failed run as
/// FID 31337 and lets it into the mean, which this does not.
#[must_use]
pub fn expected_minimum(
    values: &[f64],
    n_failed: usize,
    budgets: &[usize],
) -> Vec<ExpectedMinimum> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    if sorted.is_empty() {
        return Vec::new();
    }
    let n = (values.len() + n_failed) as f64;
    let of = |budget: usize| {
        let above = |i: usize| ((n - i as f64) / n).powf(budget as f64);
        let weights: Vec<f64> = (0..sorted.len()).map(|i| above(i) - above(i + 1)).collect();
        let success = 1.0 - above(sorted.len());
        let mean = sum_of(&weights, sorted.iter().copied()) / success;
        let squares = sum_of(&weights, sorted.iter().map(|v| (v - mean).powi(2)));
        ExpectedMinimum {
            budget,
            mean,
            std: (squares / success).max(0.0).sqrt(),
            success,
        }
    };
    budgets.iter().filter(|k| **k > 0).map(|k| of(*k)).collect()
}

fn sum_of(weights: &[f64], values: impl Iterator<Item = f64>) -> f64 {
    weights.iter().zip(values).map(|(w, v)| w * v).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    #[test]
    fn two_values_and_two_draws_by_hand() {
        // Of 1 and 3: both draws are 3 with chance 1/4. Mean 3/4 · 1 + 1/4 · 3 = 1.5, variance 3/4 · 0.25 + 1/4 · 2.25 = 0.75.
        let found = expected_minimum(&[3.0, 1.0], 0, &[1, 2]);
        assert!((found[0].mean - 2.0).abs() < 1e-15 && (found[0].std - 1.0).abs() < 1e-15);
        assert!((found[1].mean - 1.5).abs() < 1e-15);
        assert!((found[1].std - 0.75_f64.sqrt()).abs() < 1e-15);
        assert_eq!(found[1].success, 1.0);
    }

    #[test]
    fn failed_runs_cost_budget_and_never_enter_the_mean() {
        // 1, 3 and one failure, two draws: 1 with 1 - (2/3)² = 5/9, 3 with (2/3)² - (1/3)² = 3/9, nothing with 1/9.
        let found = expected_minimum(&[1.0, 3.0], 1, &[2]);
        assert!((found[0].success - 8.0 / 9.0).abs() < 1e-15);
        assert!((found[0].mean - (5.0 + 9.0) / 8.0).abs() < 1e-12);
        let infinite = expected_minimum(&[1.0, 3.0, f64::INFINITY], 0, &[2]);
        assert_eq!(found, infinite);
        assert!(expected_minimum(&[], 4, &[1]).is_empty());
    }

    #[test]
    fn the_formula_is_what_draws_give() {
        let mut stream = Seed(9).stream("test", 0);
        let values: Vec<f64> = (0..40).map(|_| 20.0 + 15.0 * stream.uniform()).collect();
        for (k, exact) in
            [1_usize, 5, 20]
                .into_iter()
                .zip(expected_minimum(&values, 0, &[1, 5, 20]))
        {
            let draws: Vec<f64> = (0..5000)
                .map(|_| {
                    (0..k)
                        .map(|_| values[stream.below(40)])
                        .fold(f64::INFINITY, f64::min)
                })
                .collect();
            let mean = draws.iter().sum::<f64>() / 5000.0;
            let variance = draws.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / 4999.0;
            // Four standard errors of the simulated mean, and 8 % for the simulated deviation.
            assert!((mean - exact.mean).abs() < 4.0 * exact.std / 5000_f64.sqrt());
            assert!((variance.sqrt() / exact.std - 1.0).abs() < 0.08, "{k}");
        }
    }
}
