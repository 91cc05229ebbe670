//! Intervals for quantities whose error depends on their true value: the ends are where the quantity would have to lie
//! for what was seen to be just 1.96 of *its* standard errors away (the idea of Wilson 1927, doi:10.2307/2276774).
//!
//! A distance or a deficit cannot be expected below what chance alone gives. Near that point its error is smaller than
//! far away, and the usual interval, which takes the error at the estimate, covers too much at the point (99.5 % instead
//! of 95 %) and too little a short way off it (down to 80 %).

use super::estimate::ConfidenceInterval;

/// The 97.5 % point of the standard normal distribution.
const REACH: f64 = 1.959_963_984_540_054;

/// Halvings of a bracket: enough for every bit of a double.
const STEPS: usize = 64;

/// The 95 % interval of a quantity of at least `least` (its expectation by chance alone), seen as `value`, whose standard
/// error at a true value x is `error(x)`, finite for x >= `least`.
///
/// The lower end is 0 where chance alone explains `value`.
pub fn score_interval(value: f64, least: f64, error: impl Fn(f64) -> f64) -> ConfidenceInterval {
    let reach = |x: f64| REACH * error(x);
    let lower = if value - least > reach(least) {
        border(least, value, |x| value - x > reach(x))
    } else {
        0.0
    };
    let start = value.max(least);
    let mut step = reach(start);
    let mut far = start;
    for _ in 0..STEPS {
        if far - value >= reach(far) {
            break;
        }
        far += step;
        step *= 2.0;
    }
    ConfidenceInterval {
        lower,
        upper: border(start, far, |x| x - value < reach(x)),
        level: 0.95,
    }
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
    fn a_constant_error_gives_the_usual_interval() {
        let interval = score_interval(10.0, 1.0, |_| 2.0);
        assert!((interval.lower - (10.0 - 2.0 * REACH)).abs() < 1e-12);
        assert!((interval.upper - (10.0 + 2.0 * REACH)).abs() < 1e-12);
    }

    #[test]
    fn a_poisson_count_has_its_published_score_interval() {
        // Counts have the error sqrt(x): x = v + z²/2 ± z sqrt(v + z²/4); for v = 10 that is 5.4327 and 18.4088.
        let interval = score_interval(10.0, 0.0, f64::sqrt);
        let half = REACH * (10.0 + REACH * REACH / 4.0).sqrt();
        assert!((interval.lower - (10.0 + REACH * REACH / 2.0 - half)).abs() < 1e-9);
        assert!((interval.upper - (10.0 + REACH * REACH / 2.0 + half)).abs() < 1e-9);
    }

    #[test]
    fn what_chance_explains_has_the_lower_end_0() {
        assert_eq!(score_interval(1.5, 1.0, |_| 1.0).lower, 0.0);
        // Less than chance alone gives: the upper end is counted from there at least.
        assert!(score_interval(0.1, 1.0, |_| 0.01).upper >= 1.0);
        let exact = score_interval(3.0, 1.0, |_| 0.0);
        assert_eq!((exact.lower, exact.upper), (3.0, 3.0));
    }
}
