//! What the two entropies and the Inception Score share: class distributions out of scores, and what the reference's own
//! distribution says about the score.

use super::{ClassScores, Inputs, Measured, Warning};
use crate::error::{Error, Result};
use crate::statistics::entropy::Entropies;
use crate::statistics::estimate::ConfidenceInterval;
use crate::statistics::inception_score::Scale;

/// A reference whose pictures fill fewer than this share of the classes is one domain to the classifier.
///
/// `exp(H(q))` of the reference, its effective number of classes, is the largest score that a set with the reference's
/// classes can have. Of ImageNet's classes a mixed set fills a few hundred and a single domain a few dozen.
const DOMAIN_SHARE: f64 = 0.1;

/// However few classes there are: below two effective classes nothing is left to tell apart.
const DOMAIN_CLASSES: f64 = 2.0;

/// The entropies of a set and the number of its classes, where it has class scores.
pub(super) fn entropies(side: &Measured) -> Option<(Entropies, usize)> {
    let (values, scale) = match side.scores()? {
        ClassScores::Logits(values) => (values, Scale::Logits),
        ClassScores::Probabilities(values) => (values, Scale::Probabilities),
    };
    Some((Entropies::of(values.view(), scale), values.ncols()))
}

/// The entropies of the generated set.
///
/// # Errors
/// Usage: it has no class scores.
pub(super) fn of_generated(inputs: &Inputs<'_>) -> Result<(Entropies, usize)> {
    entropies(inputs.generated.0).ok_or_else(|| {
        Error::usage("class scores of the generated set are needed")
            .mend("take an extractor with logits, or give --logits FILE.npy")
    })
}

/// The entropies of the reference, where it is there and has class scores.
pub(super) fn of_reference(inputs: &Inputs<'_>) -> Option<(Entropies, usize)> {
    inputs.reference.and_then(|side| entropies(side.0))
}

/// 95 % of a normal distribution around an entropy, held in what an entropy can be.
pub(super) fn interval(value: f64, std_error: f64, n_classes: usize) -> ConfidenceInterval {
    let normal = ConfidenceInterval::normal(value, std_error);
    ConfidenceInterval {
        lower: normal.lower.max(0.0),
        upper: normal.upper.min((n_classes as f64).ln()),
        ..normal
    }
}

/// The warning that the classifier cannot see the diversity of this domain, where the reference's own scores show it.
pub(super) fn one_domain(inputs: &Inputs<'_>) -> Option<Warning> {
    one_domain_of(&of_reference(inputs)?)
}

/// As [`one_domain`], for entropies of the reference that are at hand.
pub(super) fn one_domain_of((reference, n_classes): &(Entropies, usize)) -> Option<Warning> {
    let effective = reference.diversity().value.exp();
    if effective >= DOMAIN_CLASSES.max(DOMAIN_SHARE * *n_classes as f64) {
        return None;
    }
    Some(Warning::new(
        "one_domain",
        format!(
            "the reference's own pictures fill {effective:.1} of {n_classes} classes (exp of the entropy of their mean distribution; the largest share is {:.0} %): to this classifier they are one domain, and no score made of its classes sees how varied they are",
            100.0 * reference.largest_share()
        ),
        "judge diversity by recall, coverage or vendi, or give the scores of a classifier of this domain (--extractor FILE.onnx)",
    ))
}
