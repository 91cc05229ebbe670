//! The standard error of a Fréchet distance by the infinitesimal jackknife.

use ndarray::{ArrayView2, Axis, Slice};

use super::root::{Derivative, Root};
use super::side::{Prepared, Side, centred};
use crate::statistics::linalg;

/// Rows whose influence is computed where quadratic forms cost d² each. The variance of 2048 influences is known to
/// about 3 %, so the standard error to half of that.
const ROWS: usize = 2048;

/// Standard error of a Fréchet distance, by side.
///
/// A sample x of the generated set moves the distance by φ(x) / m, with
///
/// ```text
/// φ(x) = 2 (μg − μr)·y + |y|² − yᵀ T y,   y = x − μg,   T = Sr^½ (Sr^½ Sg Sr^½)^(−½) Sr^½
/// ```
/// and likewise for the reference, so `SE² = var φr / n + var φg / m` (Jaeckel 1972; Efron 1982). This is the limit of
/// the jackknife as the left-out part goes to 0, and costs one pass over the decomposition that the distance itself
/// needs, where a block jackknife costs one decomposition per block.
///
/// Of a variance V1 + V2 with V2 from the second order, it estimates V1 + 2 V2 (every jackknife errs that way: Efron and
/// Stein 1981); where the sets do not differ V1 is 0. So V2 is taken off again, as it is for two normal sets with a common
/// covariance S, whose eigenvalues λ are those of the root (Sr Sg)^½:
///
/// ```text
/// V2 = (1/n + 1/m)² K,   K = 2 Σ λi² + Σij (λi λj / (λi + λj))² + Σ λi² / 4
/// ```
/// The first term is the mean's, the others are the second derivative of the Bures distance against Wishart noise. Never
/// more than half of the jackknife's variance is taken off, which is all of V2. Heavy tails make V2 larger than K says:
/// then too little is taken off, and the error stays cautious.
///
/// It speaks of spread, not of the bias of about C / n that a Fréchet distance has: that is what the floor is for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StdError {
    /// Part of the reference; `None` where only its moments are at hand.
    pub reference: Option<f64>,
    /// Part of the generated set; `None` where only its moments are at hand.
    pub generated: Option<f64>,
    /// K.
    pub curvature: f64,
    /// (1/n + 1/m)², 0 where a count is not known.
    pub inverse_counts_squared: f64,
}

impl StdError {
    /// Root of the sum of squares of the parts that are known, less V2 where both are.
    #[must_use]
    pub fn total(&self) -> f64 {
        let square = |part: Option<f64>| part.map_or(0.0, |se| se * se);
        let jackknife = square(self.reference) + square(self.generated);
        let second_order = if self.is_complete() {
            self.curvature * self.inverse_counts_squared
        } else {
            0.0
        };
        (jackknife - second_order.min(0.5 * jackknife)).sqrt()
    }

    /// Are both parts known?
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.reference.is_some() && self.generated.is_some()
    }
}

/// φ of [`StdError`] for the samples of one side.
#[derive(Debug, Clone, PartialEq)]
pub struct Influence {
    /// φ of the samples 0, `step`, 2 `step`, …
    pub values: Vec<f64>,
    /// 1, or more where quadratic forms of all samples would cost too much.
    pub step: usize,
    /// Samples of the side, all of them.
    pub n: usize,
}

impl Influence {
    /// Variance of the mean of φ over the side's samples: what the side adds to the variance of the distance.
    pub(super) fn variance_of_mean(&self) -> f64 {
        variance(&self.values) / self.n as f64
    }
}

/// How the samples of both sides move a Fréchet distance; `None` for a side of which only moments are at hand.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Influences {
    /// Of the reference's samples.
    pub reference: Option<Influence>,
    /// Of the generated samples.
    pub generated: Option<Influence>,
    /// K of [`StdError`].
    pub curvature: f64,
    /// (1/n + 1/m)², 0 where a count is not known.
    pub inverse_counts_squared: f64,
}

impl Influences {
    /// Standard errors of both sides; `None` where neither has samples.
    #[must_use]
    pub fn std_error(&self) -> Option<StdError> {
        let part = |side: &Option<Influence>| side.as_ref().map(|i| i.variance_of_mean().sqrt());
        let (reference, generated) = (part(&self.reference), part(&self.generated));
        (reference.is_some() || generated.is_some()).then_some(StdError {
            reference,
            generated,
            curvature: self.curvature,
            inverse_counts_squared: self.inverse_counts_squared,
        })
    }
}

/// Influences of both sides' samples.
pub(super) fn influences(
    (reference, r): (&Side<'_>, &Prepared),
    (generated, g): (&Side<'_>, &Prepared),
    root: &Root,
    derivative: &Derivative,
) -> Influences {
    let inverse_counts_squared = match (reference.n(), generated.n()) {
        (Some(n), Some(m)) => (1.0 / n as f64 + 1.0 / m as f64).powi(2),
        _ => 0.0,
    };
    let (reference, generated) = rayon::join(
        || one_side(reference.samples()?, &r.mean, &g.mean, 0, derivative),
        || one_side(generated.samples()?, &g.mean, &r.mean, 1, derivative),
    );
    Influences {
        reference,
        generated,
        curvature: curvature(&root.values),
        inverse_counts_squared,
    }
}

/// K of the eigenvalues of (Sr Sg)^½.
fn curvature(values: &[f64]) -> f64 {
    values
        .iter()
        .map(|&a| {
            let across: f64 = values
                .iter()
                .filter(|&&b| a + b > 0.0)
                .map(|&b| (a * b / (a + b)).powi(2))
                .sum();
            across + 2.25 * a * a
        })
        .sum()
}

fn one_side(
    samples: ArrayView2<'_, f32>,
    mean: &[f64],
    other: &[f64],
    own: usize,
    derivative: &Derivative,
) -> Option<Influence> {
    let mut taken = 1;
    let (rows, forms) = match derivative {
        Derivative::Forms(forms) => (centred(samples, mean), forms[own].clone()),
        Derivative::Factors(factors) => {
            // Every k-th row rather than the first ones: sets are often sorted by class.
            taken = samples.nrows().div_ceil(ROWS).max(1);
            let step = isize::try_from(taken).ok()?;
            let rows = centred(samples.slice_axis(Axis(0), Slice::new(0, None, step)), mean);
            let images = linalg::product(factors[own].transpose(), rows.as_ref());
            let forms = (0..images.ncols())
                .map(|i| images.col_as_slice(i).iter().map(|v| v * v).sum())
                .collect();
            (rows, forms)
        }
    };
    let values = forms
        .iter()
        .enumerate()
        .map(|(i, form)| {
            let linear_and_square: f64 = rows
                .col_as_slice(i)
                .iter()
                .zip(mean.iter().zip(other))
                .map(|(y, (own, other))| y * (2.0 * (own - other) + y))
                .sum();
            linear_and_square - form
        })
        .collect();
    Some(Influence {
        values,
        step: taken,
        n: samples.nrows(),
    })
}

pub(super) fn variance(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0).max(1.0)
}
