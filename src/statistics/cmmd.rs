//! The squared maximum mean discrepancy of unit rows under a wide Gaussian kernel, in the form of the CMMD
//! (Jayasumana et al. 2024, arXiv:2401.09603).
//!
//! ```text
//! x̂ = x / |x|,   k(x, y) = exp(−|x̂ − ŷ|² / (2 σ²)),   CMMD = 1000 (mean k(x, x') + mean k(y, y') − 2 mean k(x, y))
//! ```
//! Means over all pairs, a sample with itself included (the biased V-statistic), so it is never negative and its
//! expectation between equal distributions is of order 1 / n.

use ndarray::ArrayView2;

use super::gaussian_kernel::{Rows, between, within};
use super::mmd::spread::Components;

/// What a published value is multiplied by.
const SCALE: f64 = 1000.0;

/// A CMMD.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cmmd {
    /// 1000 times the squared discrepancy.
    pub value: f64,
    /// Standard error: the exact variance of the U-statistic with its components from an analysis of variance of the
    /// Gram matrices, as of the KID; the V-statistic differs by factors (n − 1) / n. `None` below 4 samples on a side.
    pub std_error: Option<f64>,
}

/// A row that is all zero and so has no direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZeroRow {
    /// This row of the reference.
    Reference(usize),
    /// This row of the generated set.
    Generated(usize),
}

/// The CMMD of `reference` `[n, d]` and `generated` `[m, d]` with n and m of at least 1 and the same d.
///
/// # Errors
/// The first row that is all zero.
pub fn cmmd(
    reference: ArrayView2<'_, f32>,
    generated: ArrayView2<'_, f32>,
    sigma: f64,
) -> Result<Cmmd, ZeroRow> {
    let x = Rows::unit(reference).map_err(ZeroRow::Reference)?;
    let y = Rows::unit(generated).map_err(ZeroRow::Generated)?;
    let gamma = 0.5 / (sigma * sigma);
    let (xx, yy, xy) = (within(&x, gamma), within(&y, gamma), between(&x, &y, gamma));
    let (n, m) = (reference.nrows(), generated.nrows());
    let mean = |sums: &[f64], pairs: usize| sums.iter().sum::<f64>() / pairs as f64;
    // Sums of k − 1: the ones cancel in 1 + 1 − 2.
    let squared =
        mean(&xx.row_sums, n * n) + mean(&yy.row_sums, m * m) - 2.0 * mean(&xy.row_sums, n * m);
    let components = Components::estimate(&xx, &yy, &xy);
    Ok(Cmmd {
        value: SCALE * squared.max(0.0),
        std_error: components.map(|parts| SCALE * parts.variance(n, m).sqrt()),
    })
}
