//! `inception_score_infinity`: the Inception Score extrapolated to infinitely many samples.

use super::{
    Allowed, Card, ClassScores, Inputs, Metric, Need, Outcome, ParamSpec, Params, Warning,
};
use crate::error::{Error, Result};
use crate::statistics::estimate::{ConfidenceInterval, Direction, Estimate};
use crate::statistics::extrapolation::{sizes, subsets};
use crate::statistics::inception_score::Scale;
use crate::statistics::inception_score_infinity::inception_score_infinity;

/// IS∞: the score of one split, without its bias.
///
/// Its standard error follows each sample through all subsets that hold it
/// ([`crate::statistics::inception_score_infinity::Infinity`]).
pub struct InceptionScoreInfinity;

static CARD: Card = Card {
    name: "inception_score_infinity",
    ids: &["inception_score_infinity"],
    aliases: &["is_infinity"],
    direction: Direction::Higher,
    core: false,
    summary: "Inception Score without the bias of a finite set; blind to the reference",
    formula: "intercept of the least-squares line of IS_n (one split) on 1/n over random subsets",
    paper: "Chong and Forsyth 2020, arXiv:1911.07023",
    program: "FID_IS_infinity 2020",
    golden: "is/",
    needs: &[Need::ClassScores],
    params: &[ParamSpec {
        name: "n_points",
        doc: "subsets, of sizes from min(5000, max(n/10, 2)) to n",
        default: "15",
        allowed: Allowed::Between(2, 1000),
    }],
};

impl Metric for InceptionScoreInfinity {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let (values, scale) = match inputs.generated.0.scores() {
            Some(ClassScores::Logits(values)) => (values, Scale::Logits),
            Some(ClassScores::Probabilities(values)) => (values, Scale::Probabilities),
            None => {
                return Err(Error::usage("class scores of the generated set are needed")
                    .mend(Need::ClassScores.mend()));
            }
        };
        let n = values.nrows();
        let sizes = sizes(n, params.integer("n_points")?);
        let drawn = subsets(n, &sizes, inputs.seed, "inception_score_infinity");
        let mut row = inputs.row("inception_score_infinity", CARD.direction, params);
        row.n_reference = None;
        let found = if n < 4 {
            None
        } else {
            inception_score_infinity(values.view(), scale, &drawn)
        };
        let Some(found) = found else {
            let reason = format!("{n} samples give no line of several sizes");
            return Ok(Outcome {
                warnings: vec![Warning::new(
                    "absent",
                    format!("inception_score_infinity has no value: {reason}"),
                    "give more images; an extrapolation needs hundreds to be worth reading",
                )],
                estimates: vec![Estimate {
                    why_absent: Some(reason),
                    ..row
                }],
            });
        };
        row.value = Some(found.value);
        row.std_error = Some(found.std_error);
        row.interval = Some(ConfidenceInterval::normal(found.value, found.std_error));
        row.details.insert("slope".to_owned(), found.slope.into());
        row.details.insert("sizes".to_owned(), sizes.into());
        row.details.insert("points".to_owned(), found.points.into());
        let method = "influence function with each sample's weight in the intercept";
        row.details
            .insert("std_error_method".to_owned(), method.into());
        Ok(Outcome {
            estimates: vec![row],
            warnings: Vec::new(),
        })
    }
}
