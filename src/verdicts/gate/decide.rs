//! One number against one bound: pass, fail, or cannot tell.

use super::Decision;
use crate::statistics::one_sided::{critical, times_needed, upper_tail};

/// How far a number lies beyond its bound, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excess {
    /// Above 0 outside of the bound, below 0 inside; 0 is inside.
    pub value: f64,
    /// Standard error towards the outside: what "pass" must overcome.
    pub outward: f64,
    /// Standard error towards the inside: what "fail" must overcome.
    pub inward: f64,
}

impl Excess {
    /// With the same error on both sides.
    #[must_use]
    pub fn symmetric(value: f64, std_error: f64) -> Self {
        Self {
            value,
            outward: std_error,
            inward: std_error,
        }
    }

    /// Chance of seeing a number so far inside or farther, if the truth were on the bound.
    #[must_use]
    pub fn p_pass(self) -> f64 {
        tail(-self.value, self.outward, true)
    }

    /// Chance of seeing a number so far outside or farther, if the truth were on the bound.
    #[must_use]
    pub fn p_fail(self) -> f64 {
        tail(self.value, self.inward, false)
    }

    /// Pass where `p_pass ≤ rate`, fail where the adjusted `p_fail ≤ rate`, else cannot tell.
    #[must_use]
    pub fn decide(self, p_fail_adjusted: f64, rate: f64) -> Decision {
        if self.p_pass() <= rate {
            Decision::Pass
        } else if p_fail_adjusted <= rate {
            Decision::Fail
        } else {
            Decision::CannotTell
        }
    }

    /// How many times as many samples would decide in 80 of 100 cases, if the number seen is the true one
    /// ([`times_needed`]); `n_tests` is what the rate of a "fail" is divided by. `None` where the number is on its bound:
    /// no n decides that.
    #[must_use]
    pub fn times_needed(self, rate: f64, n_tests: usize) -> Option<f64> {
        let times = if self.value > 0.0 {
            times_needed(self.value, self.inward, rate / n_tests.max(1) as f64)
        } else {
            times_needed(self.value, self.outward, rate)
        };
        times.is_finite().then(|| times.max(1.0))
    }
}

/// P(Z ≥ distance / std_error); a number without spread is certain, and on its bound it is inside.
fn tail(distance: f64, std_error: f64, bound_counts: bool) -> f64 {
    if std_error > 0.0 {
        upper_tail(distance / std_error)
    } else if distance > 0.0 || (distance == 0.0 && bound_counts) {
        0.0
    } else {
        1.0
    }
}

/// Both confidence bounds of a number, each exceeded with probability `rate`, out of its errors to both sides.
#[must_use]
pub fn bounds(value: f64, below: f64, above: f64, rate: f64) -> [f64; 2] {
    let z = critical(rate);
    [value - z * below, value + z * above]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_decided_beyond_1_645_errors_and_open_between() {
        // One-sided at 5 %: z = 1.645.
        let decide = |value: f64| {
            let excess = Excess::symmetric(value, 1.0);
            excess.decide(excess.p_fail(), 0.05)
        };
        assert_eq!(decide(-1.65), Decision::Pass);
        assert_eq!(decide(-1.64), Decision::CannotTell);
        assert_eq!(decide(0.0), Decision::CannotTell);
        assert_eq!(decide(1.64), Decision::CannotTell);
        assert_eq!(decide(1.65), Decision::Fail);
    }

    #[test]
    fn each_side_has_its_own_error() {
        let skewed = Excess {
            value: -2.0,
            outward: 2.0,
            inward: 0.5,
        };
        // z = 1 towards the outside: 15.87 %, not 4 errors.
        assert!((skewed.p_pass() - 0.158_655).abs() < 1e-6);
        let outside = Excess {
            value: 2.0,
            ..skewed
        };
        assert!((outside.p_fail() - 3.167_12e-5).abs() < 1e-9);
        assert_eq!(outside.decide(outside.p_fail(), 0.05), Decision::Fail);
    }

    #[test]
    fn a_number_without_spread_is_inside_on_its_bound() {
        let on = Excess::symmetric(0.0, 0.0);
        assert_eq!(on.decide(on.p_fail(), 0.05), Decision::Pass);
        let beyond = Excess::symmetric(1e-9, 0.0);
        assert_eq!(beyond.decide(beyond.p_fail(), 0.05), Decision::Fail);
    }

    #[test]
    fn needed_samples_grow_with_the_correction_on_the_failing_side_only() {
        // (1.644854 + 0.841621)² = 6.182557 at a distance of one error.
        let near = |value: f64| Excess::symmetric(value, 1.0);
        assert!((near(-1.0).times_needed(0.05, 10).unwrap() - 6.182_557).abs() < 1e-5);
        // 0.5 %: z = 2.575829, (2.575829 + 0.841621)² = 11.678967.
        assert!((near(1.0).times_needed(0.05, 10).unwrap() - 11.678_967).abs() < 1e-5);
        assert_eq!(near(0.0).times_needed(0.05, 1), None);
    }

    #[test]
    fn bounds_reach_as_far_as_each_side_s_error() {
        let [lower, upper] = bounds(10.0, 1.0, 2.0, 0.05);
        assert!((lower - 8.355_146).abs() < 1e-6 && (upper - 13.289_707).abs() < 1e-6);
    }
}
