//! The standard error of the difference between two Fréchet distances to the same reference.

use super::influence::{Influence, Influences, StdError, variance};

/// Standard error of F(R, B) − F(R, A), from the influences of both distances; `None` where a generated set has no
/// samples at hand.
///
/// A reference sample moves both distances, so its part is the variance of the *difference* of its two influences: what
/// it does to both alike cancels, and that is what judging both against the same reference wins. The generated samples
/// are independent and their parts add up:
///
/// ```text
/// SE² = var(φB(r) − φA(r)) / n + var φA(x) / a + var φB(y) / b
/// ```
/// Without the reference's samples that part is `None`: the error is then for this very reference. The biases of about
/// C / n of both distances cancel as far as the generated sets have the same size and spread.
#[must_use]
pub fn difference_error(a: &Influences, b: &Influences) -> Option<StdError> {
    let generated =
        a.generated.as_ref()?.variance_of_mean() + b.generated.as_ref()?.variance_of_mean();
    let reference = a.reference.as_ref().zip(b.reference.as_ref());
    Some(StdError {
        reference: reference.and_then(|(a, b)| shared_part(a, b)),
        generated: Some(generated.sqrt()),
        curvature: 0.0,
        inverse_counts_squared: 0.0,
    })
}

/// Root of var(φB − φA) / n over the samples that both have; `None` for influences of different references.
fn shared_part(a: &Influence, b: &Influence) -> Option<f64> {
    if a.n != b.n {
        return None;
    }
    // Each took every sample, or every k-th with the same k.
    let step = a.step.max(b.step);
    let (of_a, of_b) = (
        a.values.iter().step_by(step / a.step),
        b.values.iter().step_by(step / b.step),
    );
    let differences: Vec<f64> = of_a.zip(of_b).map(|(a, b)| b - a).collect();
    Some((variance(&differences) / a.n as f64).sqrt())
}
