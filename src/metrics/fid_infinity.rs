//! `fid_infinity`: the Fréchet distance extrapolated to infinitely many generated samples.

use super::{Allowed, Card, Inputs, Metric, Need, Outcome, ParamSpec, Params, Warning};
use crate::error::{Error, Result};
use crate::statistics::estimate::{ConfidenceInterval, Direction, Estimate};
use crate::statistics::extrapolation::{sizes, subsets};
use crate::statistics::frechet::{Ddof, frechet_infinity};

/// FID∞, on any features.
///
/// Its standard error is that of the influence functions of the distance, each sample with the weight that it has in the
/// intercept ([`crate::statistics::frechet::Infinity`]): the points of the regression share samples, so the errors of
/// least squares would be far too small. The reference is whole at every point, so its part of the bias stays.
pub struct FidInfinity;

static CARD: Card = Card {
    name: "fid_infinity",
    ids: &["fid_infinity"],
    aliases: &["fd_infinity"],
    direction: Direction::Lower,
    core: false,
    summary: "Fréchet distance without the bias of a finite generated set; may be slightly negative",
    formula: "intercept of the least-squares line of FID_n on 1/n over random subsets of the generated set",
    paper: "Chong and Forsyth 2020, arXiv:1911.07023",
    program: "dgm-eval 0.1 (fd-infinity)",
    golden: "fid-infinity/",
    needs: &[Need::Moments, Need::GeneratedFeatures],
    params: &[ParamSpec {
        name: "n_points",
        doc: "subsets, of sizes from min(5000, max(n/10, 2)) to n",
        default: "15",
        allowed: Allowed::Between(2, 1000),
    }],
};

impl Metric for FidInfinity {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let (reference, generated) = (inputs.reference()?, inputs.generated.0);
        let samples = generated.features().ok_or_else(|| {
            Error::usage("features of the generated set are needed").mend(Need::Features.mend())
        })?;
        let mut row = inputs.row("fid_infinity", CARD.direction, params);
        let n = samples.nrows();
        if let Some(side @ 0..2) = reference.n() {
            return Ok(absent(
                row,
                format!("{side} reference sample has no covariance"),
            ));
        }
        let sizes = sizes(n, params.integer("n_points")?);
        let drawn = subsets(n, &sizes, inputs.seed, "fid_infinity");
        let found = if n < 4 {
            None
        } else {
            let side = reference.side()?;
            frechet_infinity(&side, samples, &drawn, Ddof::One, inputs.with_errors)?
        };
        let Some(found) = found else {
            return Ok(absent(
                row,
                format!("{n} generated samples give no line of several sizes"),
            ));
        };
        row.value = Some(found.value);
        row.std_error = found.std_error;
        row.interval = found
            .std_error
            .map(|error| ConfidenceInterval::skewed(found.value, error));
        row.details.insert("slope".to_owned(), found.slope.into());
        row.details.insert("sizes".to_owned(), sizes.into());
        row.details.insert("points".to_owned(), found.points.into());
        let method = match found.std_error {
            Some(_) => "infinitesimal jackknife with each sample's weight in the intercept",
            None => "none: it needs features of both sides",
        };
        row.details
            .insert("std_error_method".to_owned(), method.into());
        Ok(Outcome {
            estimates: vec![row],
            warnings: Vec::new(),
        })
    }
}

fn absent(row: Estimate, reason: String) -> Outcome {
    Outcome {
        warnings: vec![Warning::new(
            "absent",
            format!("fid_infinity has no value: {reason}"),
            "give more images; an extrapolation needs hundreds to be worth reading",
        )],
        estimates: vec![Estimate {
            why_absent: Some(reason),
            ..row
        }],
    }
}
