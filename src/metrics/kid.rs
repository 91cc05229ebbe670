//! `kid`: the squared maximum mean discrepancy under a cubic kernel.

use super::comparison::Pairing;
use super::{Allowed, Card, Inputs, Metric, Need, Outcome, ParamSpec, Params, Warning};
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::statistics::estimate::{ConfidenceInterval, Direction};
use crate::statistics::mmd::{Arithmetic, Draw, draws_numpy2020, draws_seeded, full, subsets};

/// Subset size of every program that publishes a KID.
const DEFAULT_SIZE: usize = 1000;

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
    needs: &[Need::Features],
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
        ParamSpec {
            name: "arithmetic",
            doc: "auto: float64, or for large sets exact products of features rounded to 16 bits (off by a ten-thousandth of the standard error); float64: always",
            default: "auto",
            allowed: Allowed::Words(&["auto", "float64"]),
        },
    ],
};

impl Metric for Kid {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn pairing(&self) -> Pairing {
        Pairing::RelativeMmd
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let (Some(reference), Some(generated)) = (
            inputs.reference()?.features(),
            inputs.generated.0.features(),
        ) else {
            return Err(Error::usage("features of both sides are needed")
                .mend("give images or feature arrays"));
        };
        let mut row = inputs.row("kid", CARD.direction, params);
        let mut warnings = Vec::new();
        let arithmetic = match params.word("arithmetic")? {
            "float64" => Arithmetic::Float64,
            _ => Arithmetic::Auto,
        };
        let (value, std_error, rounded) = match params.word("estimator")? {
            "subsets" => {
                let plan = Plan::new(params, reference.nrows(), generated.nrows())?;
                row.params
                    .insert("subset_size".to_owned(), plan.subset_size.into());
                if plan.subset_size < DEFAULT_SIZE && plan.is_automatic {
                    warnings.push(plan.warning());
                }
                let subsets = subsets(reference, generated, &plan.draws(inputs.seed), arithmetic)?;
                row.details
                    .insert("subset_std".to_owned(), subsets.spread().into());
                (subsets.mean(), subsets.std_error, subsets.rounded)
            }
            estimator => {
                for name in ["n_subsets", "subset_size", "rng"] {
                    row.params.remove(name);
                }
                let full = full(reference, generated, arithmetic)?;
                let value = if estimator == "biased" {
                    full.biased
                } else {
                    full.unbiased
                };
                (value, full.std_error, full.rounded)
            }
        };
        row.value = Some(value);
        row.std_error = std_error;
        row.interval = std_error.map(|error| ConfidenceInterval::skewed(value, error));
        let products = if rounded { "int16" } else { "float64" };
        row.details.insert("products".to_owned(), products.into());
        let method =
            "variance components of the U-statistic (analysis of variance of the Gram matrices)";
        row.details
            .insert("std_error_method".to_owned(), method.into());
        Ok(Outcome {
            estimates: vec![row],
            warnings,
        })
    }
}

/// Which subsets are drawn.
struct Plan<'a> {
    n_reference: usize,
    n_generated: usize,
    n_subsets: usize,
    subset_size: usize,
    is_automatic: bool,
    rng: &'a str,
}

impl<'a> Plan<'a> {
    fn new(params: &'a Params, n_reference: usize, n_generated: usize) -> Result<Self> {
        let smaller = n_reference.min(n_generated);
        let asked = params.integer_or_auto("subset_size")?;
        if let Some(size) = asked
            && size > smaller
        {
            return Err(Error::usage(format!(
                "a subset of {size} cannot be drawn from {n_reference} reference and {n_generated} generated samples"
            ))
            .mend(format!("--set kid.subset_size={smaller}")));
        }
        Ok(Self {
            n_reference,
            n_generated,
            n_subsets: params.integer("n_subsets")?,
            subset_size: asked.unwrap_or_else(|| smaller.min(DEFAULT_SIZE)),
            is_automatic: asked.is_none(),
            rng: params.word("rng")?,
        })
    }

    fn draws(&self, seed: Seed) -> Vec<Draw> {
        let (n, m) = (self.n_reference, self.n_generated);
        if self.rng == "seeded" {
            draws_seeded(n, m, self.n_subsets, self.subset_size, seed)
        } else {
            draws_numpy2020(n, m, self.n_subsets, self.subset_size)
        }
    }

    fn warning(&self) -> Warning {
        Warning::new(
            "kid_subset_reduced",
            format!(
                "kid: subsets of {} instead of {DEFAULT_SIZE}, as there are {} reference and {} generated samples",
                self.subset_size, self.n_reference, self.n_generated
            ),
            "the mean stays unbiased; the spread over subsets is no longer that of published numbers",
        )
    }
}
