//! `precision`, `recall`, `density` and `coverage` as prdc counts them.

use super::{Allowed, Card, Inputs, Metric, Need, Outcome, ParamSpec, Params, ball_rows};
use crate::error::Result;
use crate::statistics::estimate::Direction;
use crate::statistics::neighbors::Request;

/// Precision, recall, density and coverage.
pub struct Prdc;

static CARD: Card = Card {
    name: "prdc",
    ids: &["precision", "recall", "density", "coverage"],
    aliases: &["density_coverage"],
    direction: Direction::Higher,
    core: true,
    summary: "fidelity (precision, density) and variety (recall, coverage) by nearest neighbours; density may exceed 1",
    formula: "density = sum_g #{r: d(g, r) < radius_k(r)} / (k m); coverage = mean_r [exists g: d(r, g) < radius_k(r)]",
    paper: "Naeem et al. 2020, arXiv:2002.09797",
    program: "prdc 0.2",
    golden: "prdc/A/k5/lt",
    needs: &[Need::Features],
    params: &[
        ParamSpec {
            name: "nearest_k",
            doc: "a ball reaches to the k-th nearest other sample of its set",
            default: "5",
            allowed: Allowed::AtLeast(1),
        },
        ParamSpec {
            name: "boundary",
            doc: "strict: the surface of a ball is outside (d < r); inclusive: it is inside (d <= r)",
            default: "strict",
            allowed: Allowed::Words(&["strict", "inclusive"]),
        },
    ],
};

impl Metric for Prdc {
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
