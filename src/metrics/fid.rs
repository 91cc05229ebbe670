//! `fid` and `fd`: the Fréchet distance between two feature sets.

mod diagnostics;

use super::comparison::Pairing;
use super::{
    Allowed, Card, Inputs, Measured, Metric, Need, Outcome, ParamSpec, Params, Space, Warning,
};
use crate::error::{Error, Result};
use crate::statistics::estimate::{ConfidenceInterval, Direction};
use crate::statistics::frechet::{Ddof, frechet_between, frechet_with_error};
use diagnostics::{Diagnostics, describe_parts};

/// The Fréchet distance; `fid` on the published Inception, `fd` on anything else.
pub struct Fid;

static CARD: Card = Card {
    name: "fid",
    ids: &["fid", "fd"],
    aliases: &["fd", "frechet", "frechet_distance"],
    direction: Direction::Lower,
    core: true,
    summary: "distance between the Gaussians fitted to the features of both sets",
    formula: "|mu_r - mu_g|^2 + tr S_r + tr S_g - 2 tr (S_r S_g)^(1/2)",
    paper: "Heusel et al. 2017, arXiv:1706.08500",
    program: "pytorch-fid 0.3.0",
    golden: "fid/",
    needs: &[Need::Moments],
    params: &[ParamSpec {
        name: "ddof",
        doc: "covariances are divided by n - ddof: 1 as everywhere, 0 as StyleGAN2-ada",
        default: "1",
        allowed: Allowed::Integers(&[0, 1]),
    }],
};

impl Metric for Fid {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn row_ids(&self, inputs: &Inputs<'_>) -> Vec<&'static str> {
        vec![id(inputs)]
    }

    fn pairing(&self) -> Pairing {
        Pairing::Influence
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let (reference, generated) = (inputs.reference()?, inputs.generated.0);
        let ddof = if params.integer("ddof")? == 0 {
            Ddof::Zero
        } else {
            Ddof::One
        };
        for side in [reference, generated] {
            if side.n().is_some_and(|n| n < 2) {
                return Err(Error::cannot_tell(format!(
                    "{}: 1 sample has no covariance; at least 2 are needed",
                    side.name()
                ))
                .mend("give more images; a Fréchet distance needs thousands to be worth reading"));
            }
        }
        let (r, g) = (reference.side()?, generated.side()?);
        let mut row = inputs.row(id(inputs), CARD.direction, params);
        if !inputs.with_errors {
            row.value = Some(frechet_between(&r, &g, ddof)?.value);
            return Ok(Outcome {
                estimates: vec![row],
                warnings: Vec::new(),
            });
        }
        let (distance, diagnostics) = rayon::join(
            || frechet_with_error(&r, &g, ddof),
            || Diagnostics::of(inputs, (&r, &g), ddof),
        );
        let distance = distance?;
        row.value = Some(distance.value);
        describe_parts(&mut row.details, &distance);
        diagnostics?.describe(&mut row.details, [reference, generated]);
        if let Some(error) = distance.std_error {
            row.std_error = Some(error.total());
            if error.is_complete() {
                let interval = ConfidenceInterval::skewed(distance.value, error.total());
                row.interval = Some(ConfidenceInterval {
                    lower: interval.lower.max(0.0),
                    ..interval
                });
            }
        }
        Ok(Outcome {
            warnings: warnings(row.id.as_str(), reference, generated),
            estimates: vec![row],
        })
    }
}

/// The published Inception alone makes a `fid`.
fn id(inputs: &Inputs<'_>) -> &'static str {
    let published = |space| space == Space::Inception;
    let reference = inputs
        .reference
        .is_none_or(|side| published(side.0.space()));
    if reference && published(inputs.generated.0.space()) {
        "fid"
    } else {
        "fd"
    }
}

fn warnings(id: &str, reference: &Measured, generated: &Measured) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (side, measured) in [("reference", reference), ("generated", generated)] {
        match (measured.n(), measured.n_features()) {
            (Some(n), Some(d)) if n <= d => warnings.push(Warning::new(
                "fewer_samples_than_features",
                format!("{id}: {n} {side} samples in {d} dimensions; the covariance is singular and {id} is biased upwards"),
                format!("compare with the floor (floor_scaled) and only at the same n; more than {d} samples would end this"),
            )),
            (None, _) => warnings.push(Warning::new(
                "statistics_without_n",
                format!("{id}: the {side} statistics {} do not say how many samples they hold", measured.name()),
                "save them with gavel stats save, which stores n, or give the images",
            )),
            _ => {}
        }
    }
    if let (Some(n), Some(m)) = (reference.n(), generated.n())
        && n != m
    {
        warnings.push(Warning::new(
            "different_sizes",
            format!(
                "{id}: {n} reference and {m} generated samples; the bias falls with both counts"
            ),
            "compare only with results at the same two counts",
        ));
    }
    warnings
}
