//! `sfid`: the Fréchet distance between spatial features.

use super::{Card, Inputs, Metric, Need, Outcome, Params, Warning};
use crate::error::{Error, Result};
use crate::statistics::estimate::{ConfidenceInterval, Direction, Estimate};
use crate::statistics::frechet::{Ddof, Side, frechet_between, frechet_with_error};
use crate::statistics::moments::Moments;

/// sFID: as FID, of the first 7 channels of Mixed_6d's 1x1 branch at 17 x 17 places, which see where things are.
///
/// Its standard error is that of FID ([`crate::statistics::frechet::StdError`]).
pub struct Sfid;

static CARD: Card = Card {
    name: "sfid",
    ids: &["sfid"],
    aliases: &["spatial_fid"],
    direction: Direction::Lower,
    core: false,
    summary: "FID of features that keep their place: sees wrong arrangement of right parts",
    formula: "Fréchet distance of Mixed_6d.branch1x1 after ReLU, channels 0-6, 17 x 17 x 7 = 2023 dimensions",
    paper: "Nash et al. 2021, arXiv:2103.03841",
    program: "guided-diffusion evaluator 2021",
    golden: "fid/",
    needs: &[Need::Spatial],
    params: &[],
};

impl Metric for Sfid {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let (Some(reference), Some(generated)) =
            (inputs.reference()?.spatial(), inputs.generated.0.spatial())
        else {
            return Err(Error::usage("spatial features of both sides are needed")
                .mend(Need::Spatial.mend()));
        };
        let mut row = inputs.row("sfid", CARD.direction, params);
        let (n, m) = (reference.nrows(), generated.nrows());
        if n < 2 || m < 2 {
            let reason = format!("{n} reference and {m} generated samples; a covariance needs 2");
            return Ok(Outcome {
                warnings: vec![Warning::new(
                    "absent",
                    format!("sfid has no value: {reason}"),
                    "give more images",
                )],
                estimates: vec![Estimate {
                    why_absent: Some(reason),
                    ..row
                }],
            });
        }
        let few = |samples: ndarray::ArrayView2<'_, f32>| samples.nrows() <= samples.ncols();
        let moments = |samples| -> Result<Option<Moments>> {
            (!few(samples)).then(|| Moments::of(samples)).transpose()
        };
        let (of_reference, of_generated) = (moments(reference)?, moments(generated)?);
        let r = side(reference, of_reference.as_ref());
        let g = side(generated, of_generated.as_ref());
        let distance = if inputs.with_errors {
            frechet_with_error(&r, &g, Ddof::One)?
        } else {
            frechet_between(&r, &g, Ddof::One)?
        };
        row.value = Some(distance.value);
        if let Some(error) = distance.std_error {
            row.std_error = Some(error.total());
            let interval = ConfidenceInterval::skewed(distance.value, error.total());
            row.interval = Some(ConfidenceInterval {
                lower: interval.lower.max(0.0),
                ..interval
            });
        }
        row.details
            .insert("mean_term".to_owned(), distance.mean_term.into());
        let method = "infinitesimal jackknife over both sides";
        row.details
            .insert("std_error_method".to_owned(), method.into());
        Ok(Outcome {
            estimates: vec![row],
            warnings: Vec::new(),
        })
    }
}

fn side<'a>(samples: ndarray::ArrayView2<'a, f32>, moments: Option<&'a Moments>) -> Side<'a> {
    match moments {
        None => Side::Few(samples),
        Some(moments) => Side::Many {
            moments,
            samples: Some(samples),
        },
    }
}
