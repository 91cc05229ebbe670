//! `authenticity`: are generated images farther from the training images than these are from one another?

use super::{Card, Inputs, Metric, Need, Outcome, Params, Warning};
use crate::error::{Error, Result};
use crate::statistics::estimate::{
    ConfidenceInterval, Curve, Direction, Estimate, Evidence, SetSide,
};
use crate::statistics::histogram::shares;
use crate::statistics::neighbors::authenticity::{Authenticity as Judged, authenticity};

/// Bins of the histograms of distances.
const N_BINS: usize = 50;

/// Images shown.
const SHOWN: usize = 12;

/// `AuthPct`.
pub struct Authenticity;

static CARD: Card = Card {
    name: "authenticity",
    ids: &["authenticity"],
    aliases: &["authpct", "auth_pct"],
    // Far above the neutral value the images are merely far from all training images, which noise is too.
    direction: Direction::Neither,
    core: false,
    summary: "percentage of generated images that are no near copy of a training image; read it against the neutral value of held-out real images",
    formula: "100 mean_g [min_{t' != t} d(t, t') < d(g, t)], t the training sample nearest to g",
    paper: "Alaa et al. 2022, arXiv:2102.08921",
    program: "dgm-eval (2023), AuthPct",
    golden: "authpct/",
    needs: &[Need::GeneratedFeatures, Need::TrainFeatures],
    params: &[],
};

impl Metric for Authenticity {
    fn card(&self) -> &'static Card {
        &CARD
    }

    /// The training set is fixed, and so the generated images are independent: the standard error is binomial, and the
    /// interval Wilson's.
    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let (Some(generated), Some(train)) =
            (inputs.generated.0.features(), inputs.train()?.features())
        else {
            return Err(
                Error::usage("features of the generated and the training set are needed")
                    .mend("--train SOURCE"),
            );
        };
        let row = inputs.row("authenticity", CARD.direction, params);
        if train.nrows() < 2 {
            return Ok(absent(row));
        }
        let held_out = inputs
            .reference
            .filter(|_| inputs.with_errors)
            .and_then(|side| side.0.features());
        let (judged, held_out) = if let Some(reference) = held_out {
            let ([judged, calibration], _) = authenticity(train, [generated, reference])?;
            (judged, Some(calibration))
        } else {
            let ([judged], _) = authenticity(train, [generated])?;
            (judged, None)
        };
        let neutral = held_out.as_ref().map(|real| 100.0 * real.share());
        let mut outcome = filled(row, &judged, neutral, train.nrows());
        if inputs.with_errors {
            let curves = distances(&judged, held_out.as_ref());
            for row in &mut outcome.estimates {
                row.curves.clone_from(&curves);
            }
        }
        Ok(outcome)
    }
}

/// Histograms of the distances to the nearest training image: of the generated images, and of held-out real ones, which
/// show what is near by chance.
fn distances(judged: &Judged, held_out: Option<&Judged>) -> Vec<Curve> {
    let sides = [
        ("generated", Some(&judged.distances)),
        ("held-out real", held_out.map(|real| &real.distances)),
    ];
    let all = sides.iter().filter_map(|(_, values)| *values).flatten();
    let largest = all.copied().fold(0.0, f64::max);
    sides
        .iter()
        .filter_map(|(name, values)| {
            let (x, y) = shares(values.as_ref()?, (0.0, largest), N_BINS);
            Some(Curve {
                id: format!("nearest_distances/{name}"),
                x_label: "distance to the nearest training image",
                y_label: "share of images",
                x,
                y,
            })
        })
        .collect()
}

fn absent(row: Estimate) -> Outcome {
    let reason = "a single training sample has no nearest other".to_owned();
    Outcome {
        warnings: vec![Warning::new(
            "absent",
            format!("authenticity has no value: {reason}"),
            "give the whole training set",
        )],
        estimates: vec![Estimate {
            why_absent: Some(reason),
            ..row
        }],
    }
}

fn filled(mut row: Estimate, judged: &Judged, neutral: Option<f64>, n_train: usize) -> Outcome {
    let (share, n) = (judged.share(), judged.authentic.len());
    let std_error = (share * (1.0 - share) / n as f64).sqrt();
    let interval = ConfidenceInterval::proportion(share, std_error, n);
    row.value = Some(100.0 * share);
    row.std_error = Some(100.0 * std_error);
    row.interval = Some(ConfidenceInterval {
        lower: 100.0 * interval.lower,
        upper: 100.0 * interval.upper,
        level: interval.level,
    });
    let method = "binomial, the training set fixed; interval of Wilson";
    for (name, value) in [
        ("std_error_method", method.into()),
        ("n_train", n_train.into()),
        ("n_copies", judged.n_copies().into()),
    ] {
        row.details.insert(name.to_owned(), value);
    }
    let mut warnings = Vec::new();
    match neutral {
        Some(neutral) => {
            row.details.insert("neutral".to_owned(), neutral.into());
        }
        None => warnings.push(Warning::new(
            "authenticity_not_calibrated",
            "authenticity: its neutral value depends on the data and on the size of the training set, and is not known here",
            "give held-out real images as the reference",
        )),
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| {
        judged.distances[a]
            .total_cmp(&judged.distances[b])
            .then(a.cmp(&b))
    });
    order.truncate(SHOWN);
    row.evidence = vec![
        Evidence {
            label: "nearest to training images".to_owned(),
            side: SetSide::Generated,
            rows: order.clone(),
        },
        Evidence {
            label: "the training images nearest to these".to_owned(),
            side: SetSide::Train,
            rows: order.iter().map(|&row| judged.nearest[row]).collect(),
        },
    ];
    Outcome {
        estimates: vec![row],
        warnings,
    }
}
