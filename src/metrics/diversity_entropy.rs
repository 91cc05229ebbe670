//! `diversity_entropy`: how evenly the predicted classes appear over the set.

use super::class_entropies::{of_generated, of_reference, one_domain_of};
use super::{Card, Inputs, Metric, Need, Outcome, Params};
use crate::error::Result;
use crate::statistics::entropy::Entropies;
use crate::statistics::estimate::{Curve, Direction};

/// Classes of which a figure shows the shares.
const MOST_CLASSES: usize = 200;

/// The entropy of the mean class distribution.
///
/// Range 0 (one class) to ln(n_classes), in nats. It looks at the set as a whole: a generator of noise that is of
/// every class a little has the best value, and `quality_entropy` the worst.
/// Standard error: influence function and second order, which decides near the largest value; the interval is a score
/// interval ([`crate::statistics::entropy::Entropies::diversity`]). The value is too small by about `-bias` of the details.
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
        row.std_error = diversity.error.map(|(error, _)| error);
        row.interval = diversity.error.map(|(_, interval)| interval);
        let method =
            "influence function and second order of the entropy of the mean; score interval";
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
        if inputs.with_errors {
            row.curves.extend(class_shares("generated", &generated));
        }
        if inputs.with_errors
            && let Some(reference) = of_reference(inputs)
        {
            row.curves.extend(class_shares("reference", &reference.0));
            let own = reference.0.diversity();
            for (name, value) in [
                ("reference", own.value.into()),
                (
                    "reference_std_error",
                    own.error.map(|(error, _)| error).into(),
                ),
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

/// The mean share of each class, where they are few enough for a figure.
fn class_shares(side: &str, of: &Entropies) -> Option<Curve> {
    (of.marginal.len() <= MOST_CLASSES).then(|| Curve {
        id: format!("class_shares/{side}"),
        x_label: "class",
        y_label: "mean probability",
        x: (0..of.marginal.len()).map(|class| class as f64).collect(),
        y: of.marginal.clone(),
    })
}
