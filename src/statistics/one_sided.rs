//! One-sided normal tests: is a number beyond a bound, by more than chance?

/// P(Z ≥ z) of a standard normal Z.
#[must_use]
pub fn upper_tail(z: f64) -> f64 {
    libm::erfc(z / std::f64::consts::SQRT_2) / 2.0
}

/// The z that a standard normal exceeds with probability `rate`, for rates in (0, 0.5]; infinite at 0.
///
/// By bisection of [`upper_tail`], to the last bit that it tells apart.
#[must_use]
pub fn critical(rate: f64) -> f64 {
    if rate <= 0.0 {
        return f64::INFINITY;
    }
    // Beyond 38 the tail is below the smallest normal number.
    let (mut low, mut high) = (0.0_f64, 38.0_f64);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if upper_tail(middle) > rate {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// How many times as many samples would let a one-sided test at `rate` tell that a number lies `distance` beyond a bound,
/// in 80 of 100 cases:
///
/// ```text
/// ((z(rate) + z(0.2)) SE / distance)²
/// ```
/// if the distance seen is the true one and errors fall as 1/√n. Infinite for a distance of 0.
#[must_use]
pub fn times_needed(distance: f64, std_error: f64, rate: f64) -> f64 {
    const BETA: f64 = 0.2;
    ((critical(rate) + critical(BETA)) * std_error / distance).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_and_critical_values_are_those_of_the_tables() {
        // Tables of the normal distribution: 1.644854 has 5 % above it, 1.959964 has 2.5 %, 0.841621 has 20 %.
        for (z, rate) in [
            (1.644_853_626_951_47, 0.05),
            (1.959_963_984_540_05, 0.025),
            (0.841_621_233_572_91, 0.2),
            (0.0, 0.5),
        ] {
            assert!((upper_tail(z) - rate).abs() < 1e-14, "{z}");
            assert!((critical(rate) - z).abs() < 1e-12, "{rate}");
        }
        // The other tail: a z-test turned round would give the small probability here.
        assert!((upper_tail(-1.644_853_626_951_47) - 0.95).abs() < 1e-14);
        assert_eq!(critical(0.0), f64::INFINITY);
    }

    #[test]
    fn needed_samples_follow_the_square_of_error_over_distance() {
        // (1.644854 + 0.841621)² = 6.182557; times (2 / 4)² = 1.545639.
        assert!((times_needed(1.0, 1.0, 0.05) - 6.182_557).abs() < 1e-5);
        assert!((times_needed(-4.0, 2.0, 0.05) - 1.545_639).abs() < 1e-5);
        assert_eq!(times_needed(0.0, 1.0, 0.05), f64::INFINITY);
    }
}
