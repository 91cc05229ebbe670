//! The distance between the mean profiles of two sets: the root of a weighted sum of squared differences.
//!
//! ```text
//! t = √( w Σk (mean ak − mean bk)² )
//! ```
//! A profile is a row of numbers in a meaningful order: the power in the rings of a spectrum, a cumulative histogram.
//! All in float64.

use ndarray::{Array2, ArrayView2};

use super::moments::Moments;
use crate::error::Result;

/// A distance between mean profiles, with what its parts are.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileDistance {
    /// t.
    pub value: f64,
    /// Standard error of t; `None` when a side has one row. See [`profile_distance`].
    pub std_error: Option<f64>,
    /// What t is expected to be (root mean square) between two sets of these sizes that are both like the reference;
    /// `None` for one reference row.
    pub floor: Option<f64>,
    /// Mean profile of the reference set.
    pub reference: Vec<f64>,
    /// Mean profile of the generated set.
    pub generated: Vec<f64>,
}

/// The distance between the mean rows of `[n, k]` and `[m, k]`, with weight `w`.
///
/// Standard error: z, the difference of the means, is close to normal with covariance V = Σa/n + Σb/m. The quadratic
/// form z·z has the variance `4 μᵀVμ + 2 tr V²`; as zᵀVz overstates μᵀVμ by tr V², the estimate is
/// `4 zᵀVz − 2 tr V²`, and never below the `2 tr V²` of equal sets. Its root s becomes an error of t as the smaller of
/// s / 2t (first order) and √s (which no error of a root can exceed).
///
/// # Errors
/// Input: as [`Moments::of`].
pub fn profile_distance(
    reference: ArrayView2<'_, f32>,
    generated: ArrayView2<'_, f32>,
    weight: f64,
) -> Result<ProfileDistance> {
    let (a, b) = (Moments::of(reference)?, Moments::of(generated)?);
    let (n, m) = (reference.nrows() as f64, generated.nrows() as f64);
    let z = a.mean() - b.mean();
    let squared = weight * z.dot(&z);
    let spread: Array2<f64> = a.covariance() / n + b.covariance() / m;
    let trace_of_square: f64 = spread.iter().map(|v| v * v).sum();
    let variance =
        (4.0 * z.dot(&spread.dot(&z)) - 2.0 * trace_of_square).max(2.0 * trace_of_square);
    let value = squared.sqrt();
    let floor = weight * a.covariance().diag().sum() * (1.0 / n + 1.0 / m);
    Ok(ProfileDistance {
        value,
        std_error: (n > 1.0 && m > 1.0).then(|| error_of_root(value, weight * variance.sqrt())),
        floor: (n > 1.0).then(|| floor.sqrt()),
        reference: a.mean().to_vec(),
        generated: b.mean().to_vec(),
    })
}

fn error_of_root(root: f64, error: f64) -> f64 {
    let largest = error.sqrt();
    if root > 0.0 {
        (error / (2.0 * root)).min(largest)
    } else {
        largest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::arr2;

    #[test]
    fn by_hand() {
        // Means (1, 2) and (4, 6): differences 3 and 4, squares 25; weight 1/25 gives 1.
        let a = arr2(&[[0.0_f32, 2.0], [2.0, 2.0]]);
        let b = arr2(&[[4.0_f32, 6.0], [4.0, 6.0]]);
        let distance = profile_distance(a.view(), b.view(), 1.0 / 25.0).unwrap();
        assert!((distance.value - 1.0).abs() < 1e-15);
        // Σa = diag(2, 0), V = diag(1, 0), zᵀVz = 9, tr V² = 1: variance 36 − 2 = 34; error √34 / 25 / 2.
        let by_hand = 34.0_f64.sqrt() / 25.0 / 2.0;
        assert!((distance.std_error.unwrap() - by_hand).abs() < 1e-15);
        // tr Σa (1/2 + 1/2) / 25 = 2/25.
        assert!((distance.floor.unwrap() - 0.08_f64.sqrt()).abs() < 1e-15);
        assert_eq!(distance.reference, [1.0, 2.0]);
        assert_eq!(distance.generated, [4.0, 6.0]);
    }

    #[test]
    fn equal_sets_and_single_rows_are_defined() {
        let a = arr2(&[[0.0_f32, 2.0], [2.0, 2.0]]);
        let same = profile_distance(a.view(), a.view(), 1.0).unwrap();
        // V = diag(2, 0) and t = 0: the error is the fourth root of 2 · 4.
        assert_eq!(same.value, 0.0);
        assert!((same.std_error.unwrap() - 8.0_f64.powf(0.25)).abs() < 1e-12);
        let one = arr2(&[[1.0_f32, 1.0]]);
        assert_eq!(
            profile_distance(a.view(), one.view(), 1.0)
                .unwrap()
                .std_error,
            None
        );
        let constant = arr2(&[[1.0_f32, 1.0], [1.0, 1.0]]);
        let still = profile_distance(constant.view(), constant.view(), 1.0).unwrap();
        assert_eq!((still.value, still.std_error), (0.0, Some(0.0)));
    }
}
