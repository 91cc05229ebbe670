//! A number that never travels alone.

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

/// Which set an index counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetSide {
    /// The reference set.
    Reference,
    /// The generated set.
    Generated,
    /// The training set.
    Train,
}

impl SetSide {
    /// `reference`, `generated` or `train`, as the results document writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Generated => "generated",
            Self::Train => "train",
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
    /// Why there is no value.
    pub why_absent: Option<String>,
}
