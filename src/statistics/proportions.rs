//! Two proportions: are they different, and how sure is one of them?

use super::estimate::ConfidenceInterval;

/// The 97.5 % point of the standard normal distribution.
const REACH: f64 = 1.959_963_984_540_054;

/// z = (p1 − p2) / √(p (1 − p) (1/n1 + 1/n2)) with the pooled share p; 0 where p is 0 or 1.
#[must_use]
pub fn two_proportion_z(p1: f64, p2: f64, n1: f64, n2: f64) -> f64 {
    let pooled = (p1 * n1 + p2 * n2) / (n1 + n2);
    let variance = pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2);
    if variance > 0.0 {
        (p1 - p2) / variance.sqrt()
    } else {
        0.0
    }
}

/// P(|N(0, 1)| ≥ |z|), exact in the far tail too.
#[must_use]
pub fn two_sided_p(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// P(N(`mean`, 1) is beyond ±`threshold`).
#[must_use]
pub fn power(mean: f64, threshold: f64) -> f64 {
    let upper = |x: f64| 0.5 * libm::erfc(x / std::f64::consts::SQRT_2);
    upper(threshold - mean) + upper(threshold + mean)
}

/// Wilson's 95 % interval of a share seen in `n` trials (not necessarily an integer).
#[must_use]
pub fn wilson(share: f64, n: f64) -> ConfidenceInterval {
    let z2 = REACH * REACH / n;
    let centre = (share + 0.5 * z2) / (1.0 + z2);
    let reach = REACH * (share * (1.0 - share) / n + 0.25 * z2 / n).sqrt() / (1.0 + z2);
    ConfidenceInterval {
        lower: (centre - reach).clamp(0.0, share),
        upper: (centre + reach).clamp(share, 1.0),
        level: 0.95,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_keeps_an_open_interval() {
        // Wilson at 0 of 10: upper end z² / (n + z²) = 3.8415 / 13.8415 = 0.27753.
        let none = wilson(0.0, 10.0);
        assert!(none.lower == 0.0 && (none.upper - 0.277_53).abs() < 1e-5);
        let all = wilson(1.0, 10.0);
        assert!(all.upper == 1.0 && (all.lower - (1.0 - 0.277_53)).abs() < 1e-5);
    }

    #[test]
    fn power_at_the_null_is_the_level() {
        assert!((power(0.0, REACH) - 0.05).abs() < 1e-12);
        assert!((two_sided_p(REACH) - 0.05).abs() < 1e-12);
        assert!(power(9.0, REACH) > 0.999_999);
        assert_eq!(two_proportion_z(0.0, 0.0, 5.0, 7.0), 0.0);
        assert_eq!(two_proportion_z(1.0, 1.0, 5.0, 7.0), 0.0);
    }
}
