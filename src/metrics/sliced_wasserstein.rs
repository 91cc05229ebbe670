//! `sliced_wasserstein`: optimal transport along random directions.

use super::{Allowed, Card, Inputs, Metric, Need, Outcome, ParamSpec, Params};
use crate::error::{Error, Result};
use crate::statistics::estimate::{ConfidenceInterval, Direction};
use crate::statistics::sliced::{approximation, directions, sliced};

/// The sliced 2-Wasserstein distance; W1 and the closed-form approximation are in the details.
///
/// Standard error: halves of both sides and their complements on shared projections give that of the squared distance
/// ([`crate::statistics::resample::std_error_of_pairs`]); the root takes it to the distance by the delta method. It is for
/// the directions that were drawn. The distance is skewed to the right, so its interval is that of its logarithm.
pub struct SlicedWasserstein;

static CARD: Card = Card {
    name: "sliced_wasserstein",
    ids: &["sliced_wasserstein"],
    aliases: &["swd"],
    direction: Direction::Lower,
    core: false,
    summary: "root mean square transport distance along random directions; sees shapes that FID cannot",
    formula: "(mean over unit u of W2(<u, x>, <u, y>)^2)^(1/2)",
    paper: "Bonneel et al. 2015, doi:10.1007/s10851-014-0506-3",
    program: "scipy 1.17.1 (wasserstein_distance)",
    golden: "sliced-wasserstein/",
    needs: &[Need::Features],
    params: &[ParamSpec {
        name: "n_directions",
        doc: "random unit directions",
        default: "1000",
        allowed: Allowed::Between(1, 100_000),
    }],
};

impl Metric for SlicedWasserstein {
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
        let mut row = inputs.row("sliced_wasserstein", CARD.direction, params);
        let along = directions(
            params.integer("n_directions")?,
            reference.ncols(),
            inputs.seed,
            "sliced_wasserstein",
        );
        let halves = inputs.with_errors.then_some(inputs.seed);
        let found = sliced(reference, generated, along.view(), halves);
        let value = found.w2_squared.sqrt();
        row.value = Some(value);
        if let Some(error) = found.w2_squared_error {
            // Equal sets have the error 0 of the distance 0.
            let error = if value > 0.0 {
                error / (2.0 * value)
            } else {
                0.0
            };
            row.std_error = Some(error);
            row.interval = Some(ConfidenceInterval::log_normal(value, error));
        }
        row.details
            .insert("w2_squared".to_owned(), found.w2_squared.into());
        row.details.insert("sw1".to_owned(), found.w1.into());
        row.details.insert(
            "sw_approx".to_owned(),
            approximation(reference, generated).into(),
        );
        let method = match found.w2_squared_error {
            Some(_) => "pairs of complementary halves on shared projections, delta method",
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
