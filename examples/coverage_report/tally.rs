//! What the replicates of one row say of its interval and its standard error.

use gavel::metrics::Outcome;
use std::collections::BTreeMap;

/// A row of the report.
#[derive(Debug, Clone)]
pub struct Tally {
    pub id: String,
    /// Replicates with a value, and with an interval.
    pub values: usize,
    pub intervals: usize,
    /// Mean and standard deviation of the values.
    pub mean: f64,
    pub deviation: f64,
    /// Third standardised moment of the values.
    pub skewness: f64,
    /// Root mean square of the standard errors.
    pub std_error: f64,
    /// Share of the intervals that contain the mean.
    pub coverage: f64,
    /// Why there is no value, where there is none.
    pub why: Option<String>,
}

/// How a row is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Pass,
    /// Outside 90–98 %, by less than two binomial standard errors.
    Near,
    Fail,
    /// The value is the same in every replicate.
    Constant,
    /// No interval, or no value.
    None,
}

impl Tally {
    /// All rows of all metrics; `unsampled` is [`crate::scenario::Scenario::unsampled`].
    pub fn all(
        outcomes: &[(&'static str, Vec<Result<Outcome, String>>)],
        unsampled: f64,
    ) -> Vec<Self> {
        outcomes
            .iter()
            .flat_map(|(name, runs)| Self::of_metric(name, runs, unsampled))
            .collect()
    }

    fn of_metric(name: &str, runs: &[Result<Outcome, String>], unsampled: f64) -> Vec<Self> {
        let mut order = Vec::new();
        let mut cells: BTreeMap<String, Vec<Cell>> = BTreeMap::new();
        let mut why: BTreeMap<String, String> = BTreeMap::new();
        for run in runs {
            let rows = match run {
                Err(message) => {
                    why.insert(name.to_owned(), message.clone());
                    continue;
                }
                Ok(outcome) => &outcome.estimates,
            };
            for row in rows {
                if !order.contains(&row.id) {
                    order.push(row.id.clone());
                }
                if let Some(reason) = &row.why_absent {
                    why.insert(row.id.clone(), reason.clone());
                }
                cells
                    .entry(row.id.clone())
                    .or_default()
                    .extend(row.value.map(|value| Cell {
                        value,
                        std_error: row.std_error,
                        interval: row.interval.map(|i| [i.lower, i.upper]),
                    }));
            }
        }
        if why.contains_key(name) && !order.iter().any(|id| id == name) {
            order.push(name.to_owned());
        }
        order
            .into_iter()
            .map(|id| {
                let cells = cells.remove(&id).unwrap_or_default();
                let why = why.remove(&id);
                // Two metrics may have rows of one id.
                let label = if id == name {
                    id
                } else {
                    format!("{id} ({name})")
                };
                Self::new(label, &cells, why, unsampled)
            })
            .collect()
    }

    fn new(id: String, cells: &[Cell], why: Option<String>, unsampled: f64) -> Self {
        let n = cells.len() as f64;
        let mean = cells.iter().map(|c| c.value).sum::<f64>() / n;
        let moment = |power: i32| {
            cells
                .iter()
                .map(|c| (c.value - mean).powi(power))
                .sum::<f64>()
        };
        let deviation = (moment(2) / (n - 1.0)).sqrt();
        let errors: Vec<f64> = cells.iter().filter_map(|c| c.std_error).collect();
        let squares: f64 = errors.iter().map(|e| e * e * unsampled).sum();
        let narrowed = unsampled.sqrt();
        let inside: Vec<bool> = cells
            .iter()
            .filter_map(|c| {
                let [lower, upper] = c.interval?.map(|end| c.value + (end - c.value) * narrowed);
                // A last-digit difference is no miss where nothing varies.
                let slack = 1e-9 * mean.abs();
                Some(lower - slack <= mean && mean <= upper + slack)
            })
            .collect();
        Self {
            id,
            values: cells.len(),
            intervals: inside.len(),
            mean,
            deviation,
            skewness: moment(3) / n / deviation.powi(3),
            std_error: (squares / errors.len() as f64).sqrt(),
            coverage: inside.iter().filter(|i| **i).count() as f64 / inside.len() as f64,
            why,
        }
    }

    /// Standard error over real spread.
    pub fn ratio(&self) -> f64 {
        self.std_error / self.deviation
    }

    /// Binomial standard error of the coverage (of 95 %, so that it is not 0 at 100 %).
    pub fn uncertainty(&self) -> f64 {
        (0.95 * 0.05 / self.intervals as f64).sqrt()
    }

    pub fn mark(&self) -> Mark {
        let outside = (0.90 - self.coverage).max(self.coverage - 0.98);
        if self.values < 2 || self.intervals == 0 {
            Mark::None
        } else if self.deviation <= 1e-12 * self.mean.abs() {
            Mark::Constant
        } else if outside <= 0.0 {
            Mark::Pass
        } else if outside <= 2.0 * self.uncertainty() {
            Mark::Near
        } else {
            Mark::Fail
        }
    }

    /// What the numbers say about a row that is not within bounds.
    pub fn reason(&self) -> String {
        if self.values == 0 {
            return self.why.clone().unwrap_or_else(|| "no value".to_owned());
        }
        if self.intervals == 0 {
            return "no interval".to_owned();
        }
        let mut reasons = Vec::new();
        if self.mark() == Mark::Constant {
            reasons.push("the value is the same in every replicate".to_owned());
        } else if self.mark() != Mark::Pass {
            if self.ratio() > 1.1 {
                reasons.push(format!(
                    "standard errors are {:.1} times the spread: cautious",
                    self.ratio()
                ));
            } else if self.ratio() < 0.9 {
                reasons.push(format!(
                    "standard errors are only {:.2} of the spread",
                    self.ratio()
                ));
            }
            if self.skewness.abs() > 0.5 {
                reasons.push(format!("estimates are skewed ({:+.1})", self.skewness));
            }
            if reasons.is_empty() {
                reasons.push("the standard error itself varies, or follows the value".to_owned());
            }
        }
        if self.intervals < self.values {
            reasons.push(format!(
                "{} of {} without interval",
                self.values - self.intervals,
                self.values
            ));
        }
        reasons.join("; ")
    }
}

/// One replicate of a row.
struct Cell {
    value: f64,
    std_error: Option<f64>,
    interval: Option<[f64; 2]>,
}
