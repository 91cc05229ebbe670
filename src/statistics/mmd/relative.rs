//! The relative MMD test: which of two generated sets is nearer to the reference?

use ndarray::ArrayView2;

use super::gram::{Between, Within, between, within};
use super::products::Float64;
use super::spread::{residual_between, residual_within, variance};
use super::{check, pairs};
use crate::error::Result;

/// Kernel sums of one generated set, alone and with the reference: all that a relative test needs of it.
#[derive(Debug)]
pub struct Arm {
    own: Within,
    with_reference: Between,
}

/// MMD²u(R, B) − MMD²u(R, A) for two generated sets A and B and one reference R.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Relative {
    /// Below 0 where B is nearer to the reference.
    pub difference: f64,
    /// Its standard error; `None` for fewer than 4 samples in a set.
    pub std_error: Option<f64>,
}

/// The sums of a generated set `[m, d]` for a reference `[n, d]`.
///
/// # Errors
/// Those of [`super::full`].
pub fn arm(reference: ArrayView2<'_, f32>, generated: ArrayView2<'_, f32>) -> Result<Arm> {
    check(reference, generated)?;
    Ok(Arm {
        own: within(&Float64(generated), None),
        with_reference: between(&Float64(reference), &Float64(generated), None),
    })
}

/// The difference between two arms of the same reference, with its standard error.
///
/// The reference's own kernel sum stands in both distances and cancels, so the difference is the U-statistic
///
/// ```text
/// Δ = B̄B − ĀA − 2 (R̄B − R̄A)
/// ```
/// of the mean kernels between different samples. By Hoeffding's decomposition, with μG(x) = E k(x, G), doubly centred
/// kernels k̃ and n, a, b samples of R, A, B,
///
/// ```text
/// var Δ = 4 var(μB(r) − μA(r)) / n + 4 var(μA(x) − μR(x)) / a + 4 var(μB(y) − μR(y)) / b
///       + 2 E k̃aa² / (a(a−1)) + 2 E k̃bb² / (b(b−1)) + 4 E k̃ra² / (na) + 4 E k̃rb² / (nb)
/// ```
/// exactly: the first line is the joint variance of both distances that the test of Bounliphone et al. (2016,
/// arXiv:1511.04581) uses, with the shared reference's part as the variance of a *difference*; the second is what is
/// left where the first vanishes. Every component is estimated without bias as in [`super::full`].
#[must_use]
pub fn relative(a: &Arm, b: &Arm) -> Relative {
    Relative {
        difference: b.distance() - a.distance(),
        std_error: variance_of_difference(a, b).map(f64::sqrt),
    }
}

impl Arm {
    /// MMD²u less the part of the reference alone.
    fn distance(&self) -> f64 {
        let (n, m) = self.sizes();
        self.own.row_sums.iter().sum::<f64>() / pairs(m as usize)
            - 2.0 * self.with_reference.row_sums.iter().sum::<f64>() / (n * m)
    }

    /// Samples of the reference and of the generated set.
    fn sizes(&self) -> (f64, f64) {
        (
            self.with_reference.row_sums.len() as f64,
            self.own.row_sums.len() as f64,
        )
    }

    /// Residual mean squares of k̃gg and k̃rg.
    fn residuals(&self) -> (f64, f64) {
        (
            residual_within(&self.own),
            residual_between(&self.with_reference),
        )
    }

    /// First-order part of the generated set's own samples, and the second-order parts.
    fn own_variance(&self) -> (f64, f64) {
        let (n, m) = self.sizes();
        let (within, between) = self.residuals();
        let effects: Vec<f64> = self
            .own
            .row_sums
            .iter()
            .zip(&self.with_reference.column_sums)
            .map(|(own, across)| own / (m - 1.0) - across / n)
            .collect();
        let first = variance(&effects) - within / (m - 1.0) - between / n;
        (
            4.0 * first / m,
            2.0 * within / (m * (m - 1.0)) + 4.0 * between / (n * m),
        )
    }
}

fn variance_of_difference(a: &Arm, b: &Arm) -> Option<f64> {
    let ((n, m_a), (_, m_b)) = (a.sizes(), b.sizes());
    if n < 4.0 || m_a < 4.0 || m_b < 4.0 {
        return None;
    }
    let shared: Vec<f64> = a
        .with_reference
        .row_sums
        .iter()
        .zip(&b.with_reference.row_sums)
        .map(|(a, b)| b / m_b - a / m_a)
        .collect();
    let noise = a.residuals().1 / m_a + b.residuals().1 / m_b;
    let of_reference = 4.0 * (variance(&shared) - noise) / n;
    let ((first_a, second_a), (first_b, second_b)) = (a.own_variance(), b.own_variance());
    // A part that chance made negative counts as 0, as in the distance's own error.
    let first_order = (of_reference + first_a + first_b).max(0.0);
    Some(first_order + (second_a + second_b).max(0.0))
}
