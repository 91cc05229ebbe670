//! The Vendi score: the effective number of distinct rows (Friedman and Dieng 2023, arXiv:2210.02410; orders: Pasarkar and
//! Dieng 2024, arXiv:2310.12952).
//!
//! ```text
//! K = X̂ X̂ᵀ / n with rows x̂ = x / |x|,   λ = eigenvalues of K above 0, which sum to 1
//! VS_1 = exp(−Σ λ ln λ),   VS_q = (Σ λ^q)^(1 / (1 − q)),   VS_∞ = 1 / max λ
//! ```
//! Where n > d the same λ come from `C = X̂ᵀ X̂ / n` `[d, d]`, without the rounding noise that the larger matrix has in place
//! of zeros and that orders below 1 would count. Eigenvalues below 2⁻⁵² max(n, d) of the largest count as 0.

mod influence;

use faer::Mat;
use ndarray::{ArrayView2, Axis};

use super::linalg;
use crate::error::Result;
use crate::rng::Seed;

/// Rows of one block of a product.
const BLOCK: usize = 1024;

/// Rows whose influence is computed, as they cost d² each. The variance of 2048 influences is known to about 3 %.
const ROWS: usize = 2048;

/// A Vendi score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Vendi {
    /// Between 1 and min(n, d).
    pub value: f64,
    /// Standard error, where it was asked for and there are at least 4 rows; see [`Spectrum::std_error`].
    pub std_error: Option<f64>,
}

/// The Vendi score of order `order` (above 0; 1 and infinity are the limits) of the rows of `samples` `[n, d]`; with
/// `errors` its standard error too, whose pairs of rows that seed draws. `None` where a row is all zero.
///
/// # Errors
/// Numerical: no convergence.
pub fn vendi(
    samples: ArrayView2<'_, f32>,
    order: f64,
    errors: Option<Seed>,
) -> Result<Option<Vendi>> {
    let Some(spectrum) = Spectrum::of(samples, errors.is_some())? else {
        return Ok(None);
    };
    Ok(Some(Vendi {
        value: score(&spectrum.values, order),
        std_error: errors.and_then(|seed| spectrum.std_error(order, seed)),
    }))
}

/// The score of eigenvalues above 0 that sum to 1.
#[must_use]
pub fn score(values: &[f64], order: f64) -> f64 {
    let top = values.iter().copied().fold(0.0, f64::max);
    if order.is_infinite() {
        return 1.0 / top;
    }
    if order == 1.0 {
        return (-values.iter().map(|v| v * v.ln()).sum::<f64>()).exp();
    }
    // Powers of λ / max λ, which do not underflow together.
    let sum: f64 = values.iter().map(|v| (v / top).powf(order)).sum();
    ((order * top.ln() + sum.ln()) / (1.0 - order)).exp()
}

/// The eigenvalues of a set of unit rows and, where asked for, some of its rows in the basis of the eigenvectors.
#[derive(Debug)]
pub struct Spectrum {
    /// Eigenvalues above 0, rising.
    values: Vec<f64>,
    /// Coordinates `[values, rows]` of every k-th row.
    coordinates: Mat<f64>,
    n: usize,
}

impl Spectrum {
    fn of(samples: ArrayView2<'_, f32>, with_rows: bool) -> Result<Option<Self>> {
        let (n, d) = samples.dim();
        let zero = |row: ndarray::ArrayView1<'_, f32>| row.iter().all(|v| *v == 0.0);
        if samples.rows().into_iter().any(zero) {
            return Ok(None);
        }
        let matrix = if n > d {
            second_moments(samples)
        } else {
            let unit = unit_columns(samples);
            linalg::gram_lower(unit.transpose()) * faer::Scale(1.0 / n as f64)
        };
        let (values, vectors) = if with_rows {
            linalg::eigen(matrix.as_ref())?
        } else {
            (linalg::eigenvalues(matrix.as_ref())?, Mat::new())
        };
        let noise = values.last().copied().unwrap_or(0.0) * f64::EPSILON * n.max(d) as f64;
        let first = values.iter().take_while(|value| **value <= noise).count();
        let kept = values[first..].to_vec();
        let step = n.div_ceil(ROWS).max(1);
        let coordinates = if !with_rows {
            Mat::new()
        } else if n > d {
            let step = isize::try_from(step).unwrap_or(isize::MAX);
            let rows =
                unit_columns(samples.slice_axis(Axis(0), ndarray::Slice::new(0, None, step)));
            let basis = vectors.subcols(first, kept.len());
            linalg::product(basis.transpose(), rows.as_ref())
        } else {
            // Row i lies at √(n λk) Uik along eigenvector k.
            Mat::from_fn(kept.len(), n.div_ceil(step), |k, i| {
                (n as f64 * kept[k]).sqrt() * vectors[(i * step, first + k)]
            })
        };
        Ok(Some(Self {
            values: kept,
            coordinates,
            n,
        }))
    }
}

/// Rows divided by their lengths, as columns.
fn unit_columns(rows: ArrayView2<'_, f32>) -> Mat<f64> {
    let mut columns = linalg::columns(rows);
    for i in 0..columns.ncols() {
        let column = columns.col_as_slice_mut(i);
        let length = column.iter().map(|v| v * v).sum::<f64>().sqrt();
        for value in column {
            *value /= length;
        }
    }
    columns
}

/// `X̂ᵀ X̂ / n`, lower triangle.
fn second_moments(samples: ArrayView2<'_, f32>) -> Mat<f64> {
    let (n, d) = samples.dim();
    let mut sum = Mat::<f64>::zeros(d, d);
    for start in (0..n).step_by(BLOCK) {
        let end = (start + BLOCK).min(n);
        let unit = unit_columns(samples.slice_axis(Axis(0), (start..end).into()));
        sum += linalg::gram_lower(unit.as_ref());
    }
    sum * faer::Scale(1.0 / n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn orthogonal_rows_count_one_each_and_equal_rows_count_once() {
        let identity = Array2::<f32>::eye(5) * 3.0;
        let equal = Array2::<f32>::ones((7, 3));
        for order in [0.5, 1.0, 2.0, f64::INFINITY] {
            let of = |x: &Array2<f32>| vendi(x.view(), order, None).unwrap().unwrap().value;
            assert!((of(&identity) - 5.0).abs() < 1e-9, "{order}");
            assert!((of(&equal) - 1.0).abs() < 1e-9, "{order}");
        }
    }

    #[test]
    fn both_matrices_give_the_same_score() {
        // Angles of 0° and 60°: K / 2 has the eigenvalues (1 ± 1/2) / 2; a third row makes n > d.
        let few = array![[1.0_f32, 0.0, 0.0], [0.5, 0.75_f32.sqrt(), 0.0]];
        let entropy = -(0.75_f64 * 0.75_f64.ln() + 0.25 * 0.25_f64.ln());
        let value = vendi(few.view(), 1.0, None).unwrap().unwrap().value;
        assert!((value - entropy.exp()).abs() < 1e-7, "{value}");
        let twice = array![
            [1.0_f32, 0.0, 0.0],
            [0.5, 0.75_f32.sqrt(), 0.0],
            [2.0, 0.0, 0.0],
            [1.0, 3.0_f32.sqrt(), 0.0]
        ];
        let value = vendi(twice.view(), 1.0, None).unwrap().unwrap().value;
        assert!((value - entropy.exp()).abs() < 1e-7, "{value}");
    }

    #[test]
    fn a_row_of_zeros_has_no_score() {
        let mut rows = Array2::<f32>::ones((4, 2));
        rows.row_mut(1).fill(0.0);
        assert_eq!(vendi(rows.view(), 1.0, None).unwrap(), None);
    }

    #[test]
    fn a_large_order_does_not_underflow() {
        let values = vec![1e-3; 1000];
        assert!((score(&values, 500.0) - 1000.0).abs() < 1e-6);
    }
}
