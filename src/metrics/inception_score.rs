//! `inception_score` and `classifier_score`: how sure a classifier is of each picture, and how varied over all.

use super::{Allowed, Card, Inputs, Metric, Needs, Outcome, ParamSpec, Params, Space};
use crate::error::{Error, Result};
use crate::statistics::estimate::Direction;

/// The Inception Score; `classifier_score` when the classes are not those of an Inception.
pub struct InceptionScore;

static CARD: Card = Card {
    name: "inception_score",
    ids: &["inception_score", "classifier_score"],
    aliases: &["is", "isc"],
    direction: Direction::Higher,
    core: true,
    summary: "confidence and variety of predicted classes; blind to the reference",
    formula: "exp(mean_i KL(p(y|x_i) || p(y))), mean over splits, natural log",
    paper: "Salimans et al. 2016, arXiv:1606.03498",
    program: "torch-fidelity 0.4.0",
    golden: "is/",
    needs: Needs::ClassScores,
    params: &[
        ParamSpec {
            name: "n_splits",
            doc: "number of splits that are scored one by one and averaged",
            default: "10",
            allowed: Allowed::AtLeast(1),
        },
        ParamSpec {
            name: "shuffle",
            doc: "numpy2020: torch-fidelity's RandomState(2020).permutation before splitting; none: order of the set",
            default: "numpy2020",
            allowed: Allowed::Words(&["numpy2020", "none"]),
        },
    ],
};

impl Metric for InceptionScore {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn id(&self, inputs: &Inputs<'_>) -> &'static str {
        match inputs.generated.0.space() {
            Space::Network => "classifier_score",
            Space::Inception | Space::InceptionLayout | Space::Arrays => "inception_score",
        }
    }

    fn evaluate(&self, _: &Inputs<'_>, _: &Params) -> Result<Outcome> {
        Err(Error::numerical("under construction"))
    }
}
