//! `cmmd`: the squared kernel distance between unit rows, in the form of the CMMD.

use super::{Allowed, Card, Inputs, Metric, Need, Outcome, ParamSpec, Params, Warning};
use crate::error::{Error, Result};
use crate::statistics::cmmd::{ZeroRow, cmmd};
use crate::statistics::estimate::{ConfidenceInterval, Direction, Estimate};

/// The CMMD's formula on any features; a published CMMD is that of CLIP ViT-L/14@336 embeddings alone.
///
/// Its standard error is the variance of the U-statistic, whose components come from an analysis of variance of the Gram
/// matrices ([`crate::statistics::cmmd::Cmmd`]). Between equal sets the value is a skewed sum of squares, so the interval is
/// that of its logarithm.
pub struct CmmdForm;

static CARD: Card = Card {
    name: "cmmd",
    ids: &["cmmd"],
    aliases: &[],
    direction: Direction::Lower,
    core: false,
    summary: "squared Gaussian-kernel distance of unit rows, biased, times 1000; the CMMD form on any features",
    formula: "1000 (mean k(x,x') + mean k(y,y') - 2 mean k(x,y)), k = exp(-|x/|x| - y/|y||^2 / (2 sigma^2))",
    paper: "Jayasumana et al. 2024, arXiv:2401.09603",
    program: "cmmd-pytorch 2024",
    golden: "cmmd/",
    needs: &[Need::Features],
    params: &[ParamSpec {
        name: "sigma",
        doc: "bandwidth of the kernel on unit rows",
        default: "10",
        allowed: Allowed::Positive,
    }],
};

impl Metric for CmmdForm {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let (Some(reference), Some(generated)) = (
            inputs.reference()?.features(),
            inputs.generated.0.features(),
        ) else {
            return Err(
                Error::usage("features of both sides are needed").mend(Need::Features.mend())
            );
        };
        let mut row = inputs.row("cmmd", CARD.direction, params);
        let found = match cmmd(reference, generated, params.number("sigma")?) {
            Ok(found) => found,
            Err(zero) => return Ok(absent(row, zero)),
        };
        row.value = Some(found.value);
        row.std_error = found.std_error;
        row.interval = found
            .std_error
            .map(|error| ConfidenceInterval::log_normal(found.value, error));
        let method = match found.std_error {
            Some(_) => {
                "variance components of the U-statistic (analysis of variance of the Gram matrices)"
            }
            None => "none: it needs 4 samples of each side",
        };
        row.details
            .insert("std_error_method".to_owned(), method.into());
        Ok(Outcome {
            estimates: vec![row],
            warnings: Vec::new(),
        })
    }
}

fn absent(row: Estimate, zero: ZeroRow) -> Outcome {
    let (side, index) = match zero {
        ZeroRow::Reference(index) => ("reference", index),
        ZeroRow::Generated(index) => ("generated", index),
    };
    let reason = format!("row {index} of the {side} features is all zero and has no direction");
    Outcome {
        warnings: vec![Warning::new(
            "absent",
            format!("cmmd has no value: {reason}"),
            "leave this sample out, or take features of another layer",
        )],
        estimates: vec![Estimate {
            why_absent: Some(reason),
            ..row
        }],
    }
}
