//! `mifid`: a Fréchet distance to the training set, raised where generated samples are its copies.

use super::{Allowed, Card, Inputs, Metric, Need, Outcome, ParamSpec, Params, Warning};
use crate::error::Result;
use crate::statistics::estimate::{ConfidenceInterval, Direction, Estimate, Evidence, SetSide};
use crate::statistics::frechet::{Ddof, Frechet, frechet_between, frechet_with_error};
use crate::statistics::memorization::{CosineDistances, cosine_distances};

/// Added to the penalty, so that copies divide by something.
const EPSILON: f64 = 1e-14;

/// A smaller Fréchet distance is rounding: the score is 0, as in torchmetrics.
const NO_DISTANCE: f64 = 1e-8;

/// Pairs shown.
const SHOWN: usize = 8;

/// The memorization-informed Fréchet distance.
///
/// The mean of the smallest cosine distances is taken over *generated* rows, as in the code of the competition;
/// torchmetrics takes it over the other set's rows, and that number is in the details. Rows of length 0 have no
/// direction and are left out of the mean (torchmetrics drops rows of *sum* 0).
///
/// The training set is held fixed. The standard error joins the generated side's part of the Fréchet distance's
/// infinitesimal jackknife with that of the mean distance, as if both were independent; where the penalty may or may
/// not apply within the error of the mean distance, the interval reaches from the one case to the other.
pub struct Mifid;

static CARD: Card = Card {
    name: "mifid",
    ids: &["mifid"],
    aliases: &["memorization_informed_fid"],
    direction: Direction::Lower,
    core: false,
    summary: "Fréchet distance to the training set, divided by the mean angle to the nearest training sample where that is small",
    formula: "F / (m' + 1e-14), m' = m if m < threshold else 1, m = mean over g of min over t of 1 - |cos(g, t)|",
    paper: "Bai et al. 2021, arXiv:2106.03062",
    program: "the competition's code; torchmetrics 1.9.0 with both sets exchanged",
    golden: "mifid/",
    needs: &[Need::GeneratedFeatures, Need::TrainFeatures],
    params: &[ParamSpec {
        name: "threshold",
        doc: "the mean distance below which the penalty applies",
        default: "0.1",
        allowed: Allowed::Positive,
    }],
};

impl Metric for Mifid {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let threshold = params.number("threshold")?;
        let train = inputs.train_features()?;
        let generated = inputs.generated_features()?;
        let mut row = inputs.row("mifid", CARD.direction, params);
        if train.nrows() < 2 || generated.nrows() < 2 {
            let reason = format!(
                "{} training and {} generated samples; a covariance needs 2",
                train.nrows(),
                generated.nrows()
            );
            return Ok(Outcome::absent(vec![row], &reason, "give more images"));
        }
        let found = cosine_distances(generated, train);
        if found.of_first.is_empty() {
            let reason = "all rows of a set are zero, so no angle between the sets is defined";
            return Ok(Outcome::absent(
                vec![row],
                reason,
                "look at the features of both sets",
            ));
        }
        let (sides, ddof) = (
            [inputs.train()?.side()?, inputs.generated.0.side()?],
            Ddof::One,
        );
        let distance = if inputs.with_errors {
            frechet_with_error(&sides[0], &sides[1], ddof)?
        } else {
            frechet_between(&sides[0], &sides[1], ddof)?
        };
        let score = Score::new(&distance, &found, threshold);
        score.fill(&mut row);
        let n_zero = generated.nrows() - found.of_first.len();
        for (name, value) in [
            ("frechet_distance", distance.value.into()),
            ("mean_min_cosine_distance", score.mean.into()),
            (
                "mean_min_cosine_distance_of_train",
                mean(&found.of_second).into(),
            ),
            ("penalised", score.is_penalised.into()),
            ("n_zero_rows", n_zero.into()),
            ("n_train", train.nrows().into()),
        ] {
            row.details.insert(name.to_owned(), value);
        }
        if inputs.with_errors {
            row.evidence = closest(&found);
        }
        Ok(Outcome {
            warnings: score.warning(threshold).into_iter().collect(),
            estimates: vec![row],
        })
    }
}

/// A score and what its error is made of.
struct Score {
    value: f64,
    is_penalised: bool,
    /// Does the other case lie within the error of the mean distance?
    is_near_threshold: bool,
    mean: f64,
    distance: f64,
    distance_error: Option<f64>,
    mean_error: f64,
}

impl Score {
    fn new(distance: &Frechet, found: &CosineDistances, threshold: f64) -> Self {
        let mean = mean(&found.of_first);
        let n = found.of_first.len() as f64;
        let squares: f64 = found.of_first.iter().map(|d| (d - mean) * (d - mean)).sum();
        let mean_error = (squares / (n * (n - 1.0).max(1.0))).sqrt();
        let is_penalised = mean < threshold;
        Self {
            value: score(distance.value, if is_penalised { mean } else { 1.0 }),
            is_penalised,
            is_near_threshold: (mean - threshold).abs() < 2.0 * mean_error,
            mean,
            distance: distance.value,
            distance_error: distance.std_error.and_then(|error| error.generated),
            mean_error,
        }
    }

    fn fill(&self, row: &mut Estimate) {
        row.value = Some(self.value);
        let method = "generated part of the Fréchet distance's infinitesimal jackknife, and variance of the mean distance; training set held";
        row.details
            .insert("std_error_method".to_owned(), method.into());
        let Some((error, interval)) = self
            .error(self.is_penalised)
            .zip(self.interval(self.is_penalised))
        else {
            return;
        };
        row.std_error = Some(error);
        row.interval = Some(interval);
        if self.is_near_threshold
            && let Some(other) = self.interval(!self.is_penalised)
        {
            row.interval = Some(ConfidenceInterval {
                lower: interval.lower.min(other.lower),
                upper: interval.upper.max(other.upper),
                ..interval
            });
        }
    }

    /// Standard error with or without the penalty.
    fn error(&self, is_penalised: bool) -> Option<f64> {
        let distance_error = self.distance_error?;
        let divisor = if is_penalised { self.mean } else { 1.0 } + EPSILON;
        let by_distance = distance_error / divisor;
        let by_mean = if is_penalised {
            self.distance * self.mean_error / (divisor * divisor)
        } else {
            0.0
        };
        let error = by_distance.hypot(by_mean);
        error.is_finite().then_some(error)
    }

    fn interval(&self, is_penalised: bool) -> Option<ConfidenceInterval> {
        let value = score(self.distance, if is_penalised { self.mean } else { 1.0 });
        let error = self.error(is_penalised)?;
        Some(ConfidenceInterval::skewed(value, error).within(0.0, f64::MAX))
    }

    fn warning(&self, threshold: f64) -> Option<Warning> {
        self.is_near_threshold.then(|| {
            Warning::new(
                "mifid_near_threshold",
                format!(
                    "mifid: the mean distance {:.4} ± {:.4} is at the threshold {threshold}, where the score jumps",
                    self.mean, self.mean_error
                ),
                "read mean_min_cosine_distance and frechet_distance in the details by themselves",
            )
        })
    }
}

fn score(distance: f64, penalty: f64) -> f64 {
    if distance <= NO_DISTANCE {
        0.0
    } else {
        distance / (penalty + EPSILON)
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The generated rows nearest to the training set, and the training rows that they are near to.
fn closest(found: &CosineDistances) -> Vec<Evidence> {
    let mut order: Vec<usize> = (0..found.of_first.len()).collect();
    order.sort_by(|&a, &b| {
        found.of_first[a]
            .total_cmp(&found.of_first[b])
            .then(a.cmp(&b))
    });
    order.truncate(SHOWN);
    let rows = |of: &[usize]| order.iter().map(|&i| of[i]).collect();
    vec![
        Evidence {
            label: "generated, nearest to a training sample".to_owned(),
            side: SetSide::Generated,
            rows: rows(&found.rows_of_first),
        },
        Evidence {
            label: "the training samples that they are near to".to_owned(),
            side: SetSide::Train,
            rows: rows(&found.nearest_of_first),
        },
    ]
}
