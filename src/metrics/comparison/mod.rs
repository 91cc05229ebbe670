//! Differences between generators that are judged against one reference.
//!
//! The numbers of two generators depend on the same reference, so the error of their difference is not that of two
//! independent numbers. How it is found is the metric's [`Pairing`]:
//!
//! | pairing | error of the difference | metrics |
//! |---|---|---|
//! | `Influence` | influence functions, the reference's part from the difference of influences | `fid` |
//! | `RelativeMmd` | joint variance of two MMD²; the difference is a row of its own, `relative_mmd` | `kid` |
//! | `Independent` | root of the sum of squares: no reference that is drawn is involved | scores of the generated set alone |
//! | `Halves` | delete-half jackknife of the difference, both on the same rows of the reference | all others |

mod frechet;
mod halves;

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Generated, Metric, Need, Reference, Settings, Train};
use crate::error::Result;
use crate::rng::Seed;
use crate::statistics::estimate::{Direction, Estimate};
use crate::statistics::mmd::{Arm, arm, relative};

/// How the error of a difference between two generators is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairing {
    /// By the influence functions of the Fréchet distance.
    Influence,
    /// By the joint variance of two squared kernel distances; the difference of the full U-statistics is tested.
    RelativeMmd,
    /// As of independent numbers.
    Independent,
    /// By the delete-half jackknife.
    Halves,
}

impl Pairing {
    /// `Halves` for a metric that looks at a reference set, `Independent` for others (a training set is fixed).
    #[must_use]
    pub fn of(needs: &[Need]) -> Self {
        let drawn = |need: &Need| match need {
            Need::Moments | Need::Features | Need::Spatial | Need::Descriptors => true,
            Need::GeneratedFeatures | Need::TrainFeatures | Need::ClassScores | Need::Pictures => {
                false
            }
        };
        if needs.iter().any(drawn) {
            Self::Halves
        } else {
            Self::Independent
        }
    }
}

/// Generators before the same reference.
#[derive(Debug)]
pub struct Contest<'a> {
    /// The real set.
    pub reference: Reference<'a>,
    /// The generated sets.
    pub generators: Vec<Generated<'a>>,
    /// The set that the generators were trained on, where it was given.
    pub train: Option<Train<'a>>,
    /// Seed of the jackknife and of the metrics.
    pub seed: Seed,
}

/// What is compared of one row of one generator's results.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Metric id.
    pub id: String,
    /// Parameters of the row.
    pub params: BTreeMap<String, Value>,
    /// Which way is better.
    pub direction: Direction,
    /// The value that is neither good nor bad, where neither direction is better.
    pub neutral: Option<f64>,
    /// The number.
    pub value: Option<f64>,
    /// Its standard error.
    pub std_error: Option<f64>,
}

impl From<&Estimate> for Score {
    fn from(row: &Estimate) -> Self {
        Self {
            id: row.id.clone(),
            params: row.params.clone(),
            direction: row.direction,
            neutral: row.details.get("neutral").and_then(Value::as_f64),
            value: row.value,
            std_error: row.std_error,
        }
    }
}

/// One number of one generator less that of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Metric id; `relative_mmd` for the kernel distance.
    pub id: String,
    /// Parameters of the row.
    pub params: BTreeMap<String, Value>,
    /// Which way is better.
    pub direction: Direction,
    /// The value that is neither good nor bad, where neither direction is better.
    pub neutral: Option<f64>,
    /// Indices of both generators: the difference is the second less the first.
    pub pair: (usize, usize),
    /// Both numbers, where the difference is one of two numbers.
    pub values: Option<[f64; 2]>,
    /// The difference.
    pub value: Option<f64>,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// How the standard error was found.
    pub method: String,
    /// Does the error speak of this very reference, whose own chance is not in it?
    pub reference_is_fixed: bool,
    /// Why there is no value or no error.
    pub why_absent: Option<String>,
}

/// Called after each step of the work; its error stops it.
pub type Tick<'a> = &'a (dyn Fn() -> Result<()> + Sync);

impl Contest<'_> {
    /// Steps of [`Self::differences`], for progress.
    #[must_use]
    pub fn n_steps(&self, metric: &dyn Metric) -> usize {
        match metric.pairing() {
            Pairing::Influence => 2 * self.generators.len(),
            Pairing::RelativeMmd => self.generators.len(),
            Pairing::Halves => self.generators.len() * crate::statistics::resample::N_HALVES,
            Pairing::Independent => 0,
        }
    }

    /// The differences of every row of a metric, for every pair of generators `(a, b)`: b less a. `scores` are the rows
    /// of each generator, in order, as [`super::evaluate`] gives them on the whole sets with the same settings.
    ///
    /// # Errors
    /// Those of the metric, and that of `tick`.
    pub fn differences(
        &self,
        metric: &dyn Metric,
        settings: &Settings,
        scores: &[Vec<Score>],
        pairs: &[(usize, usize)],
        tick: Tick<'_>,
    ) -> Result<Vec<Difference>> {
        match metric.pairing() {
            Pairing::RelativeMmd => self.relative_mmd(metric, pairs, tick),
            Pairing::Influence => {
                let all = frechet::influences_of_all(self, tick)?;
                Ok(of_scores(scores, pairs, |_, (a, b)| {
                    frechet::error(&all[a], &all[b])
                }))
            }
            Pairing::Independent => Ok(of_scores(scores, pairs, |row, pair| {
                independent(scores, row, pair, "the reference has no part in it")
            })),
            Pairing::Halves => match halves::replicates(self, metric, settings, tick)? {
                Ok(replicates) => Ok(of_scores(scores, pairs, |row, pair| {
                    replicates.error(row, pair)
                })),
                Err(why) => Ok(of_scores(scores, pairs, |row, pair| {
                    independent(scores, row, pair, &why)
                })),
            },
        }
    }

    fn relative_mmd(
        &self,
        metric: &dyn Metric,
        pairs: &[(usize, usize)],
        tick: Tick<'_>,
    ) -> Result<Vec<Difference>> {
        let arms = self
            .generators
            .iter()
            .map(|generated| {
                let sums = match (self.reference.0.features(), generated.0.features()) {
                    (Some(r), Some(g)) if r.nrows() >= 2 && g.nrows() >= 2 => Some(arm(r, g)?),
                    _ => None,
                };
                tick()?;
                Ok(sums)
            })
            .collect::<Result<Vec<Option<Arm>>>>()?;
        Ok(pairs
            .iter()
            .map(|&(a, b)| {
                let found = arms[a].as_ref().zip(arms[b].as_ref());
                let found = found.map(|(a, b)| relative(a, b));
                let std_error = found.and_then(|found| found.std_error);
                let why = match (found, std_error) {
                    (None, _) => Some("features of at least 2 samples of every set are needed"),
                    (_, None) => Some("at least 4 samples of every set are needed for its error"),
                    _ => None,
                };
                Difference {
                    id: "relative_mmd".to_owned(),
                    params: BTreeMap::new(),
                    direction: metric.card().direction,
                    neutral: None,
                    pair: (a, b),
                    values: None,
                    value: found.map(|found| found.difference),
                    std_error,
                    method: "joint variance of both U-statistics (Bounliphone et al. 2016), with the second order"
                        .to_owned(),
                    reference_is_fixed: false,
                    why_absent: why.map(str::to_owned),
                }
            })
            .collect())
    }
}

/// A standard error and how it was found, or why there is none.
struct Found {
    std_error: std::result::Result<f64, String>,
    method: String,
    reference_is_fixed: bool,
}

/// One difference for each pair and each row that both generators have.
fn of_scores(
    scores: &[Vec<Score>],
    pairs: &[(usize, usize)],
    error: impl Fn(usize, (usize, usize)) -> Found,
) -> Vec<Difference> {
    let mut all = Vec::new();
    for &(a, b) in pairs {
        for (row, (first, second)) in scores[a].iter().zip(&scores[b]).enumerate() {
            let values = first.value.zip(second.value).map(|(x, y)| [x, y]);
            let found = error(row, (a, b));
            let (std_error, no_error) = match found.std_error {
                Ok(std_error) => (Some(std_error), None),
                Err(why) => (None, Some(why)),
            };
            let no_value = || format!("{} has no value for each of both", first.id);
            all.push(Difference {
                id: first.id.clone(),
                params: first.params.clone(),
                direction: first.direction,
                neutral: first.neutral,
                pair: (a, b),
                values,
                value: values.map(|[x, y]| y - x),
                std_error: values.and(std_error),
                method: found.method,
                reference_is_fixed: found.reference_is_fixed,
                why_absent: values.map_or_else(|| Some(no_value()), |_| no_error),
            });
        }
    }
    all
}

fn independent(scores: &[Vec<Score>], row: usize, (a, b): (usize, usize), because: &str) -> Found {
    let error = |g: usize| scores[g].get(row).and_then(|score| score.std_error);
    Found {
        std_error: error(a)
            .zip(error(b))
            .map(|(a, b)| a.hypot(b))
            .ok_or_else(|| "one of both numbers has no standard error".to_owned()),
        method: format!("root of the sum of both squared standard errors: {because}"),
        reference_is_fixed: false,
    }
}
