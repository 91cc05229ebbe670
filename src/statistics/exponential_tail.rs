//! How rare is a value beyond nearly everything that was seen?

/// A null distribution: the values seen below a threshold, an exponential tail above it.
///
/// ```text
/// P(X ≥ x) = (1 + #{null ≥ x}) / (n + 1)          x ≤ u
/// P(X ≥ x) = (1 − a) exp(−(x − u) / b)            x > u
/// u = the null's quantile of order a = 0.8,   b = (q(0.9) − u) / ln 2
/// ```
/// The exponential is the limit law of excesses for every distribution whose tail falls like that of the normal, gamma or
/// logistic distribution (Pickands 1975, doi:10.1214/aos/1176343003, with shape 0), and above those of lighter tails, so
/// that p-values err on the safe side. The scale comes from quantiles, not from a mean: up to about 5 % of the null may
/// themselves be what is looked for (leaked pictures) and move it little.
#[derive(Debug, Clone, PartialEq)]
pub struct ExponentialTail {
    /// In rising order.
    null: Vec<f64>,
    threshold: f64,
    scale: f64,
}

impl ExponentialTail {
    /// Fewest values that a tail can be fitted to.
    pub const FEWEST: usize = 100;

    /// Share of the null below the threshold.
    const BODY: f64 = 0.8;

    /// Fits to finite values; `None` for fewer than [`Self::FEWEST`].
    #[must_use]
    pub fn fit(values: &[f64]) -> Option<Self> {
        let mut null: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        if null.len() < Self::FEWEST {
            return None;
        }
        null.sort_by(f64::total_cmp);
        let threshold = quantile(&null, Self::BODY);
        // Above u lie 20 %, above q(0.9) 10 %: a fall by 2.
        let scale = (quantile(&null, 0.9) - threshold) / 2.0_f64.ln();
        let scale = scale.max(f64::MIN_POSITIVE);
        Some(Self {
            null,
            threshold,
            scale,
        })
    }

    /// P(X ≥ x), above 0 unless it underflows.
    #[must_use]
    pub fn p_value(&self, x: f64) -> f64 {
        if x <= self.threshold {
            let reached = self.null.len() - self.null.partition_point(|v| *v < x);
            return (1 + reached) as f64 / (self.null.len() + 1) as f64;
        }
        (1.0 - Self::BODY) * (-(x - self.threshold) / self.scale).exp()
    }

    /// The scale b.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.scale
    }
}

/// The quantile of sorted values by linear interpolation (R's type 7).
fn quantile(sorted: &[f64], order: f64) -> f64 {
    let place = order * (sorted.len() - 1) as f64;
    let (low, part) = (place.floor() as usize, place.fract());
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + part * (sorted[high] - sorted[low])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    #[test]
    fn an_exponential_null_has_its_own_tail() {
        // The quantiles of the standard exponential distribution: P(X ≥ x) = exp(−x).
        let n = 10_001;
        let values: Vec<f64> = (0..n)
            .map(|i| -(1.0 - (i as f64 + 0.5) / n as f64).ln())
            .collect();
        let tail = ExponentialTail::fit(&values).unwrap();
        assert!((tail.scale() - 1.0).abs() < 0.01);
        for x in [0.5_f64, 2.0, 5.0, 20.0] {
            let ratio = tail.p_value(x) / (-x).exp();
            assert!((0.8..1.25).contains(&ratio), "{x}: {ratio}");
        }
    }

    #[test]
    fn p_values_of_a_normal_null_err_on_the_safe_side() {
        let mut stream = Seed(3).stream("tail", 0);
        let values: Vec<f64> = (0..20_000).map(|_| stream.normal()).collect();
        let tail = ExponentialTail::fit(&values).unwrap();
        for x in [2.5, 3.5, 4.5] {
            let truth = 0.5 * libm::erfc(x / std::f64::consts::SQRT_2);
            assert!(tail.p_value(x) > truth, "{x}");
        }
    }

    #[test]
    fn a_few_leaked_pictures_in_the_null_move_the_tail_little() {
        let mut stream = Seed(3).stream("leak", 0);
        let clean: Vec<f64> = (0..10_000).map(|_| stream.normal()).collect();
        let mut leaked = clean.clone();
        leaked[..300].fill(30.0);
        let [clean, leaked] = [clean, leaked].map(|v| ExponentialTail::fit(&v).unwrap());
        assert!(
            leaked.scale() < 1.6 * clean.scale(),
            "{} {}",
            leaked.scale(),
            clean.scale()
        );
        assert!(leaked.p_value(15.0) < 1e-6);
    }

    #[test]
    fn larger_values_are_rarer_and_few_values_have_no_tail() {
        let values: Vec<f64> = (0..200).map(f64::from).collect();
        let tail = ExponentialTail::fit(&values).unwrap();
        assert!(tail.p_value(10.0) > tail.p_value(100.0));
        assert!(tail.p_value(150.0) > tail.p_value(199.0));
        assert!(ExponentialTail::fit(&values[..99]).is_none());
        let constant = ExponentialTail::fit(&[1.0; 100]).unwrap();
        assert!(constant.p_value(1.0) == 1.0 && constant.p_value(1.1) == 0.0);
    }
}
