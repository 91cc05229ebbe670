//! `vendi`: how many different pictures the generated set is worth.

use ndarray::{ArrayView2, Axis};

use super::{Allowed, Card, Inputs, Metric, Need, Outcome, ParamSpec, Params, Warning};
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::statistics::estimate::{ConfidenceInterval, Direction, Estimate};
use crate::statistics::vendi::vendi;

/// The Vendi score under the cosine kernel.
///
/// It depends on n and on the features, so it is read against the reference's own at equal n: `relative` in the details.
/// Its standard error follows from the first two derivatives of the score by the second-moment matrix
/// (`statistics/vendi/influence.rs`).
pub struct VendiScore;

static CARD: Card = Card {
    name: "vendi",
    ids: &["vendi"],
    aliases: &["vendi_score"],
    direction: Direction::Higher,
    core: false,
    summary: "effective number of different pictures; compare with the reference's own at equal n",
    formula: "(sum lambda^q)^(1/(1-q)) over the eigenvalues of the cosine similarities / n; q = 1: exp(-sum lambda ln lambda)",
    paper: "Friedman and Dieng 2023, arXiv:2210.02410",
    program: "vendi-score 0.0.3",
    golden: "vendi/",
    needs: &[Need::GeneratedFeatures],
    params: &[ParamSpec {
        name: "order",
        doc: "order q: below 1 rare modes count more, above 1 common ones; inf: the largest mode alone",
        default: "1",
        allowed: Allowed::PositiveOrInfinite,
    }],
};

impl Metric for VendiScore {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let generated = inputs.generated.0.features().ok_or_else(|| {
            Error::usage("features of the generated set are needed").mend(Need::Features.mend())
        })?;
        let order = params.number("order")?;
        let mut row = inputs.row("vendi", CARD.direction, params);
        row.n_reference = None;
        let errors = inputs.with_errors.then_some(inputs.seed);
        let Some(found) = vendi(generated, order, errors)? else {
            return Ok(absent(row));
        };
        row.value = Some(found.value);
        row.std_error = found.std_error;
        let most = generated.nrows().min(generated.ncols()) as f64;
        // Rounding may bring the value of equal samples a little below 1.
        row.interval = found.std_error.map(|error| {
            ConfidenceInterval::normal(found.value, error)
                .within(found.value.min(1.0), most.max(found.value))
        });
        let method = match found.std_error {
            Some(_) => "infinitesimal jackknife less its second-order excess",
            None => "none: it needs 4 samples",
        };
        row.details
            .insert("std_error_method".to_owned(), method.into());
        if let Some(reference) = inputs
            .reference
            .and_then(|side| side.0.features())
            .filter(|_| inputs.with_errors)
        {
            compare(
                &mut row,
                found.value,
                generated,
                reference,
                order,
                inputs.seed,
            )?;
        }
        Ok(Outcome {
            estimates: vec![row],
            warnings: Vec::new(),
        })
    }
}

/// The reference's own score and the ratio to it, both at the smaller of the two sizes.
fn compare(
    row: &mut Estimate,
    value: f64,
    generated: ArrayView2<'_, f32>,
    reference: ArrayView2<'_, f32>,
    order: f64,
    seed: Seed,
) -> Result<()> {
    let n = generated.nrows().min(reference.nrows());
    let own = part(reference, n, order, seed, "vendi.reference")?;
    let other = if n == generated.nrows() {
        Some(value)
    } else {
        part(generated, n, order, seed, "vendi.generated")?
    };
    if let (Some(own), Some(other)) = (own, other) {
        row.details.insert("reference".to_owned(), own.into());
        row.details
            .insert("relative".to_owned(), (other / own).into());
        row.details.insert("relative_n".to_owned(), n.into());
    }
    Ok(())
}

/// The score of `n` rows, drawn by a stream of the seed.
fn part(
    samples: ArrayView2<'_, f32>,
    n: usize,
    order: f64,
    seed: Seed,
    name: &str,
) -> Result<Option<f64>> {
    if n == samples.nrows() {
        return Ok(vendi(samples, order, None)?.map(|found| found.value));
    }
    let mut rows = seed.stream(name, 0).permutation(samples.nrows());
    rows.truncate(n);
    rows.sort_unstable();
    Ok(vendi(samples.select(Axis(0), &rows).view(), order, None)?.map(|found| found.value))
}

fn absent(row: Estimate) -> Outcome {
    let reason = "a row of the generated features is all zero and has no direction".to_owned();
    Outcome {
        warnings: vec![Warning::new(
            "absent",
            format!("vendi has no value: {reason}"),
            "leave this sample out, or take features of another layer",
        )],
        estimates: vec![Estimate {
            why_absent: Some(reason),
            ..row
        }],
    }
}
