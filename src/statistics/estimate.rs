//! A number that never travels alone.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Smaller is better (FID).
    Lower,
    /// Larger is better (Inception Score).
    Higher,
    /// Neither: it is read against the neutral value in `details` (`neutral`), for example 0.5 of a two-sample test.
    Neither,
}

impl Direction {
    /// `lower`, `higher` or `neither`, as the results document writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Higher => "higher",
            Self::Neither => "neither",
        }
    }
}

/// A two-sided confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConfidenceInterval {
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
    /// Nominal level, for example 0.95.
    pub level: f64,
}

impl ConfidenceInterval {
    /// The 95 % interval of a normal distribution around `value`: ± 1.96 standard errors.
    #[must_use]
    pub fn normal(value: f64, std_error: f64) -> Self {
        // The 97.5 % point of the standard normal distribution.
        let reach = 1.959_963_984_540_054 * std_error;
        Self {
            lower: value - reach,
            upper: value + reach,
            level: 0.95,
        }
    }

    /// The part of it that lies in the range of its quantity.
    #[must_use]
    pub fn within(self, least: f64, largest: f64) -> Self {
        Self {
            lower: self.lower.clamp(least, largest),
            upper: self.upper.clamp(least, largest),
            ..self
        }
    }
}

impl ConfidenceInterval {
    /// The 95 % interval of a share of `n` things whose standard error is known: Wilson's (1927,
    /// doi:10.1080/01621459.1927.10502953), with the number of independent things `value (1 - value) / std_error^2`
    /// that the error speaks of, at most `n`. It stays in [0, 1] and has a width at 0 and 1, where the error is 0.
    #[must_use]
    pub fn proportion(value: f64, std_error: f64, n: usize) -> Self {
        let z = 1.959_963_984_540_054_f64;
        let spread = value * (1.0 - value);
        let independent = if std_error > 0.0 && spread > 0.0 {
            (spread / (std_error * std_error)).min(n as f64)
        } else {
            n as f64
        };
        let share = z * z / independent.max(1.0);
        let centre = (value + share / 2.0) / (1.0 + share);
        let reach = (share * spread + share * share / 4.0).max(0.0).sqrt() / (1.0 + share);
        Self {
            lower: (centre - reach).clamp(0.0, value.clamp(0.0, 1.0)),
            upper: (centre + reach).clamp(value.clamp(0.0, 1.0), 1.0),
            level: 0.95,
        }
    }

    /// The 95 % interval of a positive quantity whose logarithm is about normal: `value` times and over
    /// exp(1.96 relative standard errors). For distances that are skewed to the right; it never reaches below 0.
    #[must_use]
    pub fn log_normal(value: f64, std_error: f64) -> Self {
        if value <= 0.0 {
            return Self {
                lower: 0.0,
                ..Self::normal(0.0, std_error)
            };
        }
        let of_log = Self::normal(0.0, std_error / value);
        Self {
            lower: value * of_log.lower.exp(),
            upper: value * of_log.upper.exp(),
            level: of_log.level,
        }
    }
}

impl ConfidenceInterval {
    /// The 95 % interval of a distance whose standard error σ grows with it, and which may be near 0 or below (KID, FID at
    /// infinite n): normal on the scale of `asinh(value / 3σ)`.
    ///
    /// ```text
    /// 3σ sinh(asinh(v / 3σ) ± 1.96 σ / √(v² + 9σ²))
    /// ```
    /// Far above its error it is that of [`Self::log_normal`]; within an error of 0 about that of [`Self::normal`]. An
    /// estimate that came out low has a low σ too, and a symmetric interval around it ends too early on the upper side.
    #[must_use]
    pub fn skewed(value: f64, std_error: f64) -> Self {
        let unit = 3.0 * std_error;
        if unit <= 0.0 {
            return Self::normal(value, std_error);
        }
        let stable = Self::normal((value / unit).asinh(), std_error / value.hypot(unit));
        Self {
            lower: unit * stable.lower.sinh(),
            upper: unit * stable.upper.sinh(),
            level: stable.level,
        }
    }
}

/// Which set an index counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SetSide {
    /// The reference set.
    Reference,
    /// The generated set.
    Generated,
    /// The training set.
    Train,
    /// An earlier checkpoint of the generator, counted from 0.
    Checkpoint(usize),
}

impl SetSide {
    /// `reference`, `generated`, `train` or `checkpoint 1` (counted from 1), as the results document writes it.
    #[must_use]
    pub fn name(self) -> Cow<'static, str> {
        match self {
            Self::Reference => Cow::Borrowed("reference"),
            Self::Generated => Cow::Borrowed("generated"),
            Self::Train => Cow::Borrowed("train"),
            Self::Checkpoint(index) => Cow::Owned(format!("checkpoint {}", index + 1)),
        }
    }
}

/// Pictures that show what a number means: the best and the worst, the members of a bin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What they have in common, for the label of a contact sheet's row: `sharpest`, `bin 7: 1.2 % real, 4.0 % generated`.
    pub label: String,
    /// The set that they are in.
    pub side: SetSide,
    /// Their rows in that set's features, most telling first.
    pub rows: Vec<usize>,
}

/// Numbers for a figure: a curve, or the shares of a histogram.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Which figure, and which line in it: `nearest_distances/generated`.
    pub id: String,
    /// What `x` counts.
    pub x_label: &'static str,
    /// What `y` counts.
    pub y_label: &'static str,
    /// From left to right; of a histogram the middles of its bins.
    pub x: Vec<f64>,
    /// At each of `x`.
    pub y: Vec<f64>,
}

/// One row of a result: a value (or its absence), its uncertainty and everything it depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Metric id of the results document (`fid`, `kid`, …).
    pub id: String,
    /// The value; `None` with the reason in `why_absent`.
    pub value: Option<f64>,
    /// Standard error, where one is known.
    pub std_error: Option<f64>,
    /// Confidence interval, where one is known.
    pub interval: Option<ConfidenceInterval>,
    /// Which way is better.
    pub direction: Direction,
    /// Reference pictures behind the value (`None`: a statistics file without a count).
    pub n_reference: Option<usize>,
    /// Generated pictures behind the value.
    pub n_generated: usize,
    /// The parameters that the value was computed with, by their `--set` names without the metric's prefix.
    pub params: BTreeMap<String, serde_json::Value>,
    /// Further numbers of this row (floor, rank, condition, spread over subsets, …), by name.
    pub details: BTreeMap<String, serde_json::Value>,
    /// Pictures that show what the value means.
    pub evidence: Vec<Evidence>,
    /// Figures that show what the value is made of, of at most 200 points a line.
    pub curves: Vec<Curve>,
    /// Why there is no value.
    pub why_absent: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skewed_interval_is_log_normal_far_from_0_and_symmetric_at_it() {
        let far = ConfidenceInterval::skewed(1000.0, 10.0);
        let log = ConfidenceInterval::log_normal(1000.0, 10.0);
        assert!((far.lower - log.lower).abs() < 0.01 && (far.upper - log.upper).abs() < 0.01);
        // 3 sinh(1.96 / 3) = 3 * 0.70080 = 2.1024.
        let at_0 = ConfidenceInterval::skewed(0.0, 1.0);
        assert!((at_0.upper - 2.1024).abs() < 1e-3 && at_0.lower == -at_0.upper);
        let below = ConfidenceInterval::skewed(-2.0, 1.0);
        let above = ConfidenceInterval::skewed(2.0, 1.0);
        assert!((below.lower + above.upper).abs() < 1e-12);
        let none = ConfidenceInterval::skewed(2.0, 0.0);
        assert_eq!((none.lower, none.upper), (2.0, 2.0));
    }

    #[test]
    fn a_share_of_independent_things_has_wilsons_interval() {
        // 8 of 10: Wilson's 95 % interval is (0.4902, 0.9433) (Brown, Cai and DasGupta 2001 use the same formula).
        let error = (0.8_f64 * 0.2 / 10.0).sqrt();
        let interval = ConfidenceInterval::proportion(0.8, error, 10);
        assert!((interval.lower - 0.4902).abs() < 1e-4, "{interval:?}");
        assert!((interval.upper - 0.9433).abs() < 1e-4, "{interval:?}");
        // 0 of 10: z^2 / (10 + z^2) = 3.8415 / 13.8415 = 0.2775.
        let none = ConfidenceInterval::proportion(0.0, 0.0, 10);
        assert_eq!(none.lower, 0.0);
        assert!((none.upper - 0.2775).abs() < 1e-4, "{none:?}");
        // All of 10 is its mirror image.
        let all = ConfidenceInterval::proportion(1.0, 0.0, 10);
        assert!(
            (all.lower - 0.7225).abs() < 1e-4 && all.upper == 1.0,
            "{all:?}"
        );
    }

    #[test]
    fn a_larger_error_than_that_of_independent_things_widens_the_interval() {
        let width = |error| {
            let interval = ConfidenceInterval::proportion(0.5, error, 100);
            interval.upper - interval.lower
        };
        assert!(width(0.1) > 1.8 * width(0.05));
        // No more is known than 100 independent things say.
        assert_eq!(width(0.01), width(0.05));
    }
}
