//! The distance between the mean profiles of two sets: the root of a weighted sum of squared differences.
//!
//! ```text
//! t = √( w Σk (mean ak − mean bk)² )
//! ```
//! A profile is a row of numbers in a meaningful order: the power in the rings of a spectrum, a cumulative histogram.
//! All in float64.

use ndarray::{Array2, ArrayView2};

use super::estimate::ConfidenceInterval;
use super::moments::Moments;
use super::score_interval::score_interval;
use crate::error::Result;

/// A distance between mean profiles, with what its parts are.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileDistance {
    /// t.
    pub value: f64,
    /// Standard error and 95 % interval of t; `None` when a side has one row. See [`profile_distance`].
    pub error: Option<(f64, ConfidenceInterval)>,
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
/// Standard error: z, the difference of the means, is close to normal around μ with the covariance V = Σa/n + Σb/m. With
/// the weight taken into both, t² = z·z has the mean |μ|² + tr V and the variance 4 μᵀVμ + 2 tr V². With
/// λ = zᵀVz / z·z, the spread in the direction of z, t has at a true root mean square x the variance
/// `(4 λ (x² − tr V) + 2 tr V²) / 4x²`; x is at least √tr V, which is what equal sets give. The interval is a
/// [`score_interval`] with that error.
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
    let squared = z.dot(&z);
    let spread: Array2<f64> = a.covariance() / n + b.covariance() / m;
    let along = if squared > 0.0 {
        z.dot(&spread.dot(&z)) / squared
    } else {
        0.0
    };
    let trace = spread.diag().sum();
    let trace_of_square: f64 = spread.iter().map(|v| v * v).sum();
    let value = (weight * squared).sqrt();
    let floor = weight * a.covariance().diag().sum() * (1.0 / n + 1.0 / m);
    let least = (weight * trace).sqrt();
    let error = |x: f64| {
        let (square, w) = (x * x, weight);
        if square > 0.0 {
            let first = 4.0 * w * along * (square - w * trace).max(0.0);
            ((first + 2.0 * w * w * trace_of_square) / (4.0 * square)).sqrt()
        } else {
            0.0
        }
    };
    Ok(ProfileDistance {
        value,
        error: (n > 1.0 && m > 1.0)
            .then(|| (error(value.max(least)), score_interval(value, least, error))),
        floor: (n > 1.0).then(|| floor.sqrt()),
        reference: a.mean().to_vec(),
        generated: b.mean().to_vec(),
    })
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
        // Σa = diag(2, 0), V = diag(1, 0), λ = zᵀVz / z·z = 9/25, tr V = tr V² = 1, weighted 1/25 and 1/625:
        // (4 · 9/625 · (1 − 1/25) + 2/625) / 4 = (36 · 24/25 + 2) / 2500 = 0.014624.
        let (error, interval) = distance.error.unwrap();
        assert!((error - 0.014624_f64.sqrt()).abs() < 1e-15);
        assert!(interval.lower > 0.7 && interval.lower < 1.0 - 1.9 * error);
        assert!(interval.upper > 1.0 + 1.9 * error && interval.upper < 1.3);
        // tr Σa (1/2 + 1/2) / 25 = 2/25.
        assert!((distance.floor.unwrap() - 0.08_f64.sqrt()).abs() < 1e-15);
        assert_eq!(distance.reference, [1.0, 2.0]);
        assert_eq!(distance.generated, [4.0, 6.0]);
    }

    #[test]
    fn equal_sets_and_single_rows_are_defined() {
        let a = arr2(&[[0.0_f32, 2.0], [2.0, 2.0]]);
        let same = profile_distance(a.view(), a.view(), 1.0).unwrap();
        // V = diag(2, 0): at x² = tr V = 2 the variance is 2 · 4 / (4 · 2) = 1.
        let (error, interval) = same.error.unwrap();
        assert_eq!((same.value, interval.lower), (0.0, 0.0));
        assert!((error - 1.0).abs() < 1e-15);
        assert!(interval.upper >= 2.0_f64.sqrt());
        let one = arr2(&[[1.0_f32, 1.0]]);
        let single = profile_distance(a.view(), one.view(), 1.0).unwrap();
        assert_eq!(single.error, None);
        let constant = arr2(&[[1.0_f32, 1.0], [1.0, 1.0]]);
        let still = profile_distance(constant.view(), constant.view(), 1.0).unwrap();
        let (error, interval) = still.error.unwrap();
        assert_eq!((still.value, error), (0.0, 0.0));
        assert_eq!((interval.lower, interval.upper), (0.0, 0.0));
    }
}
