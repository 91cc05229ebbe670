//! `kid`: the squared maximum mean discrepancy under a cubic kernel.

use super::{Allowed, Card, Inputs, Metric, Needs, Outcome, ParamSpec, Params};
use crate::error::{Error, Result};
use crate::statistics::estimate::Direction;

/// The Kernel Inception Distance.
pub struct Kid;

static CARD: Card = Card {
    name: "kid",
    ids: &["kid"],
    aliases: &["kernel_inception_distance"],
    direction: Direction::Lower,
    core: true,
    summary: "unbiased squared kernel distance between both sets; may be slightly negative",
    formula: "MMD^2 with k(x, y) = (<x, y> / d + 1)^3",
    paper: "Binkowski et al. 2018, arXiv:1801.01401",
    program: "torch-fidelity 0.4.0",
    golden: "kid/",
    needs: Needs::Features,
    params: &[
        ParamSpec {
            name: "estimator",
            doc: "subsets: mean over random subsets (unbiased); full: U-statistic of all samples; biased: V-statistic",
            default: "subsets",
            allowed: Allowed::Words(&["subsets", "full", "biased"]),
        },
        ParamSpec {
            name: "n_subsets",
            doc: "number of random subsets",
            default: "100",
            allowed: Allowed::AtLeast(1),
        },
        ParamSpec {
            name: "subset_size",
            doc: "samples of each side in a subset; auto: the smallest of 1000 and both sizes",
            default: "auto",
            allowed: Allowed::AtLeastOrAuto(2),
        },
        ParamSpec {
            name: "rng",
            doc: "numpy2020: torch-fidelity's draws, RandomState(2020); seeded: our own streams from --seed",
            default: "numpy2020",
            allowed: Allowed::Words(&["numpy2020", "seeded"]),
        },
    ],
};

impl Metric for Kid {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn id(&self, _: &Inputs<'_>) -> &'static str {
        "kid"
    }

    fn evaluate(&self, _: &Inputs<'_>, _: &Params) -> Result<Outcome> {
        Err(Error::numerical("under construction"))
    }
}
