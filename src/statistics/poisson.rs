//! How many events there really are, from a count of them.

use super::estimate::ConfidenceInterval;

/// What an end of a two-sided 95 % interval leaves out.
const TAIL: f64 = 0.025;

/// Halvings of a bracket: enough for every bit of a double.
const STEPS: usize = 100;

/// Terms below this part of the sum so far end it.
const NEGLIGIBLE: f64 = 1e-17;

/// The exact 95 % interval of the mean of a Poisson count `k`:
///
/// ```text
/// P(X ≥ k; lower) = 2.5 %   (lower = 0 for k = 0),   P(X ≤ k; upper) = 2.5 %
/// ```
/// Source: Garwood 1936, doi:10.1093/biomet/28.3-4.437. The tails are summed term by term, about 10 √k of them.
#[must_use]
pub fn interval(k: u64) -> ConfidenceInterval {
    let count = k as f64;
    let far = count + 10.0 * (count + 1.0).sqrt() + 10.0;
    ConfidenceInterval {
        lower: if k == 0 {
            0.0
        } else {
            border(0.0, count, |mean| at_least(k, mean) < TAIL)
        },
        upper: border(count, far, |mean| at_most(k, mean) > TAIL),
        level: 0.95,
    }
}

/// P(X ≤ k).
fn at_most(k: u64, mean: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    let mut i = k as f64;
    while i > 0.0 && term > NEGLIGIBLE * sum {
        term *= i / mean;
        sum += term;
        i -= 1.0;
    }
    sum * mass(k, mean)
}

/// P(X ≥ k) for a mean of at most k.
fn at_least(k: u64, mean: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    let mut i = k as f64;
    while term > NEGLIGIBLE * sum {
        i += 1.0;
        term *= mean / i;
        sum += term;
    }
    sum * mass(k, mean)
}

/// P(X = k).
fn mass(k: u64, mean: f64) -> f64 {
    let count = k as f64;
    if mean <= 0.0 {
        return f64::from(u8::from(k == 0));
    }
    (count * mean.ln() - mean - libm::lgamma(count + 1.0)).exp()
}

/// Between `low`, where `is_before` may hold, and `high`, where it does not: the place where it ends.
fn border(mut low: f64, mut high: f64, is_before: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..STEPS {
        let middle = low + (high - low) / 2.0;
        if is_before(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_the_published_one() {
        // Garwood's table: 0 (0, 3.689), 1 (0.0253, 5.572), 5 (1.623, 11.668), 10 (4.795, 18.390), 50 (37.11, 65.92).
        let table = [
            (0, 0.0, 3.689),
            (1, 0.0253, 5.572),
            (5, 1.623, 11.668),
            (10, 4.795, 18.390),
            (50, 37.11, 65.92),
        ];
        for (k, lower, upper) in table {
            let got = interval(k);
            assert!((got.lower - lower).abs() < 5e-3, "{k}: {got:?}");
            assert!((got.upper - upper).abs() < 5e-3, "{k}: {got:?}");
        }
    }

    #[test]
    fn a_large_count_has_about_the_normal_interval() {
        // k ± 1.96 √k = 1e6 ± 1960; skewness moves both ends by about z²/6 + 2/3 and less.
        let got = interval(1_000_000);
        assert!((got.lower - 998_040.0).abs() < 3.0 && (got.upper - 1_001_960.0).abs() < 4.0);
        assert!(interval(49_995_000).upper.is_finite());
    }
}
