//! `fid` and `fd`: the Fréchet distance between two feature sets.

use super::{Allowed, Card, Inputs, Metric, Needs, Outcome, ParamSpec, Params, Space};
use crate::error::{Error, Result};
use crate::statistics::estimate::Direction;

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
    needs: Needs::Moments,
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

    fn id(&self, inputs: &Inputs<'_>) -> &'static str {
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

    fn evaluate(&self, _: &Inputs<'_>, _: &Params) -> Result<Outcome> {
        Err(Error::numerical("under construction"))
    }
}
