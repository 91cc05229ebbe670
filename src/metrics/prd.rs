//! `prd_f8` and `prd_f1_8`: precision and recall of distributions.

use ndarray::{ArrayView2, Axis, concatenate};
use serde_json::Value;

use super::{Allowed, Card, Inputs, Metric, Need, Outcome, ParamSpec, Params, Warning};
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::statistics::estimate::{ConfidenceInterval, Direction, Estimate};
use crate::statistics::kmeans::cluster;
use crate::statistics::prd::{Curve, Labels, slopes};
use crate::statistics::resample;

/// The program takes no more angles.
const MOST_ANGLES: usize = 1_000_000;

/// Points of the curve that the row keeps.
const KEPT_POINTS: usize = 101;

/// Precision and recall of distributions over clusters.
///
/// The standard error is the delete-half jackknife over both sets with the clusters held: a half has its own histograms
/// and so its own curve and F values, and the curves of all clusterings are averaged as those of the whole sets are.
/// Near 1, where F is flat, what it counts too often is taken off.
/// The clusters are those of the pooled sets; what their choice adds is small after averaging over the clusterings.
pub struct Prd;

static CARD: Card = Card {
    name: "prd",
    ids: &["prd_f8", "prd_f1_8"],
    aliases: &["precision_recall_distributions"],
    direction: Direction::Higher,
    core: false,
    summary: "overlap of both sets' histograms over common clusters: F8 weighs recall, F1/8 precision",
    formula: "max over slopes of F_b(precision, recall), precision = sum min(slope * r, g), recall = precision / slope",
    paper: "Sajjadi et al. 2018, arXiv:1806.00035",
    program: "prd_score.py (precision-recall-distributions, 2018), with Lloyd's k-means instead of mini-batches",
    golden: "prd/",
    needs: &[Need::Features],
    params: &[
        ParamSpec {
            name: "n_clusters",
            doc: "clusters of the pooled sets",
            default: "20",
            allowed: Allowed::AtLeast(1),
        },
        ParamSpec {
            name: "n_angles",
            doc: "slopes of the curve, 3 to 1000000",
            default: "1001",
            allowed: Allowed::AtLeast(3),
        },
        ParamSpec {
            name: "n_runs",
            doc: "clusterings whose curves are averaged",
            default: "10",
            allowed: Allowed::AtLeast(1),
        },
    ],
};

impl Metric for Prd {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let n_clusters = params.integer("n_clusters")?;
        let n_angles = params.integer("n_angles")?;
        if n_angles > MOST_ANGLES {
            return Err(Error::usage(format!(
                "{n_angles} angles; at most {MOST_ANGLES} are taken"
            ))
            .mend("--set prd.n_angles=1001"));
        }
        let [reference, generated] = inputs.features()?;
        let rows = || {
            CARD.ids
                .iter()
                .map(|id| inputs.row(id, CARD.direction, params))
        };
        let n = reference.nrows().min(generated.nrows());
        if n < n_clusters {
            let reason =
                format!("{n_clusters} clusters of {n} samples a side would hold one sample each");
            let mend = format!(
                "--set prd.n_clusters={}, or give more images",
                (n / 2).max(1)
            );
            return Ok(Outcome::absent(rows().collect(), &reason, mend));
        }
        let labels = labelled(
            balanced(reference, n, inputs.seed, "prd.reference"),
            balanced(generated, n, inputs.seed, "prd.generated"),
            n_clusters,
            params.integer("n_runs")?,
            inputs.seed,
        )?;
        let slopes = slopes(n_angles);
        let curves: Vec<Curve> = labels
            .iter()
            .map(|run| run.curve(n_clusters, &slopes))
            .collect();
        let whole = Curve::mean(&curves);
        let halves = if inputs.with_errors && n >= 4 {
            halves(&labels, n, n_clusters, &slopes, inputs.seed)
        } else {
            Vec::new()
        };
        let estimates = rows()
            .zip([8.0, 0.125])
            .map(|(row, beta)| describe(row, &whole, &halves, beta, n))
            .collect();
        Ok(Outcome {
            estimates,
            warnings: balance_warning(reference.nrows(), generated.nrows()),
        })
    }
}

/// `n` rows of a set: all of them, or a random subset in their order.
fn balanced(
    samples: ArrayView2<'_, f32>,
    n: usize,
    seed: Seed,
    name: &str,
) -> ndarray::Array2<f32> {
    let mut rows = seed.stream(name, 0).permutation(samples.nrows());
    rows.truncate(n);
    rows.sort_unstable();
    samples.select(Axis(0), &rows)
}

/// Clusters the pooled sets `n_runs` times, each from other centres.
fn labelled(
    reference: ndarray::Array2<f32>,
    generated: ndarray::Array2<f32>,
    n_clusters: usize,
    n_runs: usize,
    seed: Seed,
) -> Result<Vec<Labels>> {
    let n_generated = generated.nrows();
    let pooled = concatenate(Axis(0), &[generated.view(), reference.view()]).map_err(|_| {
        Error::input("the sets have different dimensions")
            .mend("extract both with the same network")
    })?;
    drop((reference, generated));
    Ok((0..n_runs)
        .map(|run| {
            let mut stream = seed.stream("prd.clusters", run as u64);
            let mut evaluated = cluster(pooled.view(), n_clusters, &mut stream).labels;
            let reference = evaluated.split_off(n_generated);
            Labels {
                evaluated,
                reference,
            }
        })
        .collect())
}

/// The mean curve of every half of the samples.
fn halves(
    labels: &[Labels],
    n: usize,
    n_clusters: usize,
    slopes: &[f64],
    seed: Seed,
) -> Vec<Curve> {
    let reference = resample::members(n, seed, "prd.reference.halves");
    let generated = resample::members(n, seed, "prd.generated.halves");
    let by_run: Vec<Vec<Curve>> = labels
        .iter()
        .map(|run| run.curves_of_halves(&generated, &reference, n_clusters, slopes))
        .collect();
    (0..resample::N_HALVES)
        .map(|half| {
            let curves: Vec<Curve> = by_run.iter().map(|run| run[half].clone()).collect();
            Curve::mean(&curves)
        })
        .collect()
}

fn describe(mut row: Estimate, whole: &Curve, halves: &[Curve], beta: f64, n: usize) -> Estimate {
    let value = whole.max_f(beta);
    row.value = Some(value);
    let replicates: Vec<f64> = halves.iter().map(|half| half.max_f(beta)).collect();
    row.std_error =
        resample::std_error(&replicates).map(|error| error * below_the_bound(value, &replicates));
    row.interval = row
        .std_error
        .map(|error| ConfidenceInterval::normal(value, error).within(0.0, 1.0));
    let every = whole.precision.len().div_ceil(KEPT_POINTS).max(1);
    let thinned = |values: &[f64]| -> Value { values.iter().step_by(every).copied().collect() };
    for (name, value) in [
        ("beta", beta.into()),
        ("n_used", n.into()),
        ("curve_precision", thinned(&whole.precision)),
        ("curve_recall", thinned(&whole.recall)),
        (
            "std_error_method",
            "delete-half jackknife of both sets with the clusters held, less what it counts too often near 1".into(),
        ),
    ] {
        row.details.insert(name.to_owned(), value);
    }
    row
}

/// What the spread of the halves is multiplied by near 1, where F is flat.
///
/// A statistic that is the sum of parts of first, second, third order in the noise of the histograms, with variances V1,
/// V2, V3, has the variance V1 + 3 V2 + 7 V3 over halves. Far from 1 the first part is all there is. Where both sets have
/// one distribution it is missing, and in simulations the true variance is a quarter of the halves'. Where a set stands
/// is told by r = (1 − F) / (F − mean F of the halves): a half adds as much noise again, which lowers F by about what the
/// noise of the whole sets has lowered it. r is about 1.3 under equality; the share of the variance that counts goes from
/// a quarter at r = 1.25 in a straight line to all of it at r = 3.5.
fn below_the_bound(value: f64, halves: &[f64]) -> f64 {
    let lowered = value - halves.iter().sum::<f64>() / halves.len() as f64;
    if lowered <= 0.0 {
        return 1.0;
    }
    let r = (1.0 - value) / lowered;
    ((r - 0.5) / 3.0).clamp(0.25, 1.0).sqrt()
}

fn balance_warning(n_reference: usize, n_generated: usize) -> Vec<Warning> {
    if n_reference == n_generated {
        return Vec::new();
    }
    let n = n_reference.min(n_generated);
    vec![Warning::new(
        "prd_balanced",
        format!(
            "prd: {n} samples of each side were used, out of {n_reference} reference and {n_generated} generated ones"
        ),
        "give both sets the same number of images to use them all",
    )]
}
