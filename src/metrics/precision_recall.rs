//! `precision` and `recall` as Kynkäänniemi et al. count them.

use super::{Allowed, Card, Inputs, Metric, Need, Outcome, ParamSpec, Params, ball_rows};
use crate::error::Result;
use crate::statistics::estimate::Direction;
use crate::statistics::neighbors::Request;

/// Improved precision and recall.
pub struct PrecisionRecall;

static CARD: Card = Card {
    name: "precision_recall",
    ids: &["precision", "recall"],
    aliases: &["prc", "improved_precision_recall"],
    direction: Direction::Higher,
    core: true,
    summary: "share of generated images inside the real manifold, and of real images inside the generated one",
    formula: "precision = mean_g [exists r: d(g, r) <= radius_k(r)]; recall = mean_r [exists g: d(r, g) <= radius_k(g)]",
    paper: "Kynkäänniemi et al. 2019, arXiv:1904.06991",
    program: "torch-fidelity 0.4.0 (float64 distances)",
    golden: "prdc/A/k3/le",
    needs: &[Need::Features],
    params: &[
        ParamSpec {
            name: "nearest_k",
            doc: "a ball reaches to the k-th nearest other sample of its set",
            default: "3",
            allowed: Allowed::AtLeast(1),
        },
        ParamSpec {
            name: "boundary",
            doc: "inclusive: the surface of a ball is inside (d <= r); strict: it is not (d < r)",
            default: "inclusive",
            allowed: Allowed::Words(&["inclusive", "strict"]),
        },
    ],
};

impl Metric for PrecisionRecall {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn neighbors(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Option<Request>> {
        ball_rows::request(inputs, ball_rows::ball(params)?)
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        ball_rows::rows(&CARD, inputs, params)
    }
}
