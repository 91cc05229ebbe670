//! The ratio of two shares.

use crate::statistics::estimate::ConfidenceInterval;

/// So many of n.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    pub n: usize,
    pub hits: usize,
}

impl Share {
    /// Hits by n, if there is anything.
    pub fn value(self) -> Option<f64> {
        (self.n > 0).then(|| self.hits as f64 / self.n as f64)
    }
}

/// The ratio of two shares, its standard error and its 95 % interval; `None` where the second share is 0.
///
/// The logarithm is about normal with the variance 1/(x1 + ½) − 1/(n1 + ½) + 1/(x2 + ½) − 1/(n2 + ½) around the
/// logarithm of the ratio of (x + ½)/(n + ½) (Walter 1975, doi:10.1093/biomet/62.2.371; Katz's interval with Walter's
/// halves, so that 0 hits have one too). The standard error is the ratio's by the delta method.
pub(super) fn ratio(first: Share, second: Share) -> Option<(f64, f64, ConfidenceInterval)> {
    let value = first.value()? / second.value().filter(|&share| share > 0.0)?;
    let halves = |share: Share| (share.hits as f64 + 0.5, share.n as f64 + 0.5);
    let ((x1, n1), (x2, n2)) = (halves(first), halves(second));
    let middle = (x1 / n1) / (x2 / n2);
    let of_log = (1.0 / x1 - 1.0 / n1 + 1.0 / x2 - 1.0 / n2).max(0.0).sqrt();
    let interval = ConfidenceInterval::log_normal(middle, middle * of_log);
    let interval = ConfidenceInterval {
        lower: interval.lower.min(value),
        upper: interval.upper.max(value),
        ..interval
    };
    Some((value, value * of_log, interval))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_has_the_interval_of_its_logarithm() {
        // 40 of 100 by 80 of 100: 0.5. With halves 40.5/100.5 / (80.5/100.5) = 0.503106; the variance of the logarithm is
        // 1/40.5 - 1/100.5 + 1/80.5 - 1/100.5 = 0.0246914 + 0.0124224 - 0.0199005 = 0.0172133, its root 0.131200;
        // 0.503106 exp(-+ 1.959964 * 0.131200) = 0.389018 and 0.650649.
        let (value, error, interval) =
            ratio(Share { n: 100, hits: 40 }, Share { n: 100, hits: 80 }).unwrap();
        assert_eq!(value, 0.5);
        assert!((error - 0.0656).abs() < 1e-4, "{error}");
        assert!(
            (interval.lower - 0.389018).abs() < 2e-5 && (interval.upper - 0.650649).abs() < 2e-5,
            "{interval:?}"
        );
    }

    #[test]
    fn no_hits_have_an_interval_and_nothing_to_divide_by_has_none() {
        let (value, _, interval) =
            ratio(Share { n: 50, hits: 0 }, Share { n: 50, hits: 25 }).unwrap();
        assert!(
            value == 0.0 && interval.lower == 0.0 && interval.upper > 0.1 && interval.upper < 0.5,
            "{interval:?}"
        );
        assert_eq!(
            ratio(Share { n: 50, hits: 5 }, Share { n: 50, hits: 0 }),
            None
        );
        assert_eq!(
            ratio(Share { n: 0, hits: 0 }, Share { n: 50, hits: 5 }),
            None
        );
    }
}
