//! `diversity_entropy`: how evenly the predicted classes appear over the set.

use super::class_entropies::{interval, of_generated, of_reference, one_domain_of};
use super::{Card, Inputs, Metric, Need, Outcome, Params};
use crate::error::Result;
use crate::statistics::estimate::Direction;

/// The entropy of the mean class distribution.
///
/// Range 0 (one class) to ln(n_classes), in nats. It looks at the set as a whole: a generator of noise that is of
/// every class a little has the best value, and `quality_entropy` the worst.
/// Standard error: influence function with the second order taken out
/// ([`crate::statistics::entropy::Entropies::diversity`]). The value is too small by about `-bias` of the details.
pub struct DiversityEntropy;

static CARD: Card = Card {
    name: "diversity_entropy",
    ids: &["diversity_entropy"],
    aliases: &[],
    direction: Direction::Higher,
    core: true,
    summary: "how evenly predicted classes appear over the set; looks at the set, never at one picture",
    formula: "H(mean_i p(y|x_i)), in nats",
    paper: "Salimans et al. 2016, arXiv:1606.03498 (the second half of the score)",
    program: "torch-fidelity 0.4.0 (diversity_entropy - quality_entropy is the logarithm of its score in one split)",
    golden: "is/",
    needs: &[Need::ClassScores],
    params: &[],
};

impl Metric for DiversityEntropy {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let (generated, n_classes) = of_generated(inputs)?;
        let diversity = generated.diversity();
        let mut row = inputs.row("diversity_entropy", CARD.direction, params);
        row.n_reference = None;
        row.value = Some(diversity.value);
        row.std_error = diversity.std_error;
        row.interval = diversity
            .std_error
            .map(|error| interval(diversity.value, error, n_classes));
        let method = "influence function of the entropy of the mean, second order taken out";
        for (name, value) in [
            ("effective_classes", diversity.value.exp().into()),
            ("largest_possible", (n_classes as f64).ln().into()),
            ("largest_share", generated.largest_share().into()),
            ("bias", generated.diversity_bias().into()),
            ("n_classes", n_classes.into()),
            ("std_error_method", method.into()),
        ] {
            row.details.insert(name.to_owned(), value);
        }
        let mut warnings = Vec::new();
        if inputs.with_errors
            && let Some(reference) = of_reference(inputs)
        {
            let own = reference.0.diversity();
            for (name, value) in [
                ("reference", own.value.into()),
                ("reference_std_error", own.std_error.into()),
                ("reference_effective_classes", own.value.exp().into()),
                (
                    "reference_largest_share",
                    reference.0.largest_share().into(),
                ),
            ] {
                row.details.insert(name.to_owned(), value);
            }
            warnings.extend(one_domain_of(&reference));
        }
        Ok(Outcome {
            estimates: vec![row],
            warnings,
        })
    }
}
