//! Precision and recall of distributions over clusters (Sajjadi et al. 2018).
//!
//! ```text
//! for slopes λ = tan φ, φ from ε to π/2 − ε:   precision(λ) = Σc min(λ · referencec, evaluatedc)
//!                                              recall(λ) = precision(λ) / λ
//! Fβ = (1 + β²) precision · recall / (β² precision + recall + 1e-10)
//! ```
//! The largest F8 weighs recall, the largest F1/8 precision. The *evaluated* distribution is the generated one; programs
//! that call it the other way round report the two numbers exchanged.

use super::resample::N_HALVES;

/// ε: the slopes start at tan ε.
const EPSILON: f64 = 1e-10;

/// Added to the divisor of Fβ by the program of the paper.
const F_EPSILON: f64 = 1e-10;

/// Precision and recall for each slope.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// At each slope, in rising order of the slopes.
    pub precision: Vec<f64>,
    /// At each slope.
    pub recall: Vec<f64>,
}

/// The slopes of a curve of `n_angles` points.
#[must_use]
pub fn slopes(n_angles: usize) -> Vec<f64> {
    let last = std::f64::consts::FRAC_PI_2 - EPSILON;
    let step = (last - EPSILON) / (n_angles.max(2) - 1) as f64;
    (0..n_angles)
        .map(|i| {
            if i + 1 == n_angles {
                last.tan()
            } else {
                (EPSILON + step * i as f64).tan()
            }
        })
        .collect()
}

/// The curve of two distributions over the same clusters, each summing to 1.
#[must_use]
pub fn curve(evaluated: &[f64], reference: &[f64], slopes: &[f64]) -> Curve {
    let precision_at = |slope: f64| -> f64 {
        reference
            .iter()
            .zip(evaluated)
            .map(|(r, e)| (r * slope).min(*e))
            .sum()
    };
    let (precision, recall) = slopes
        .iter()
        .map(|&slope| {
            let precision = precision_at(slope);
            // Rounding may pass 1 by a little.
            (
                precision.clamp(0.0, 1.0),
                (precision / slope).clamp(0.0, 1.0),
            )
        })
        .unzip();
    Curve { precision, recall }
}

/// The clusters of the samples of both sets in one clustering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// Of the evaluated samples.
    pub evaluated: Vec<usize>,
    /// Of the reference samples.
    pub reference: Vec<usize>,
}

impl Labels {
    /// The curve of the shares of `n_clusters` clusters.
    #[must_use]
    pub fn curve(&self, n_clusters: usize, slopes: &[f64]) -> Curve {
        let shares = |labels: &[usize]| {
            let mut shares = vec![0.0; n_clusters];
            for &label in labels {
                shares[label] += 1.0;
            }
            normalised(shares)
        };
        curve(&shares(&self.evaluated), &shares(&self.reference), slopes)
    }

    /// The curve of every half of the samples, for the membership words of [`members`](super::resample::members).
    #[must_use]
    pub fn curves_of_halves(
        &self,
        evaluated: &[u64],
        reference: &[u64],
        n_clusters: usize,
        slopes: &[f64],
    ) -> Vec<Curve> {
        let shares = |labels: &[usize], words: &[u64]| -> Vec<Vec<f64>> {
            let mut shares = vec![vec![0.0; n_clusters]; N_HALVES];
            for (&label, &word) in labels.iter().zip(words) {
                for (half, shares) in shares.iter_mut().enumerate() {
                    shares[label] += (word >> half & 1) as f64;
                }
            }
            shares.into_iter().map(normalised).collect()
        };
        shares(&self.evaluated, evaluated)
            .iter()
            .zip(&shares(&self.reference, reference))
            .map(|(evaluated, reference)| curve(evaluated, reference, slopes))
            .collect()
    }
}

/// Divided by their sum.
fn normalised(mut counts: Vec<f64>) -> Vec<f64> {
    let sum = counts.iter().sum::<f64>().max(1.0);
    for count in &mut counts {
        *count /= sum;
    }
    counts
}

impl Curve {
    /// The mean of curves over the same slopes, point by point; an empty curve of none.
    #[must_use]
    pub fn mean(curves: &[Self]) -> Self {
        let mean = |part: fn(&Self) -> &[f64]| -> Vec<f64> {
            let n_points = curves.first().map_or(0, |curve| part(curve).len());
            (0..n_points)
                .map(|i| {
                    curves.iter().map(|curve| part(curve)[i]).sum::<f64>() / curves.len() as f64
                })
                .collect()
        };
        Self {
            precision: mean(|curve| &curve.precision),
            recall: mean(|curve| &curve.recall),
        }
    }

    /// The largest Fβ over the curve.
    #[must_use]
    pub fn max_f(&self, beta: f64) -> f64 {
        self.precision
            .iter()
            .zip(&self.recall)
            .map(|(p, r)| f_beta(*p, *r, beta))
            .fold(0.0, f64::max)
    }
}

/// (1 + β²) p r / (β² p + r + 1e-10).
#[must_use]
pub fn f_beta(precision: f64, recall: f64, beta: f64) -> f64 {
    let square = beta * beta;
    (1.0 + square) * precision * recall / (square * precision + recall + F_EPSILON)
}

#[cfg(test)]
mod tests {
    use super::*;

    // The vectors of the program's own tests (prd_score_test.py).

    #[test]
    fn distributions_without_overlap_have_neither_precision_nor_recall() {
        let found = curve(&[0.0, 1.0], &[1.0, 0.0], &slopes(11));
        assert!(
            found
                .precision
                .iter()
                .chain(&found.recall)
                .all(|v| v.abs() < 1e-9)
        );
    }

    #[test]
    fn half_of_the_modes_gives_half() {
        let found = curve(&[0.5, 0.5], &[1.0, 0.0], &slopes(11));
        assert!((found.precision[5] - 0.5).abs() < 1e-9 && (found.recall[5] - 0.5).abs() < 1e-9);
        assert!((found.precision[10] - 0.5).abs() < 1e-9);
        // At the first angle after ε, recall has reached 1.
        assert!((found.recall[1] - 1.0).abs() < 1e-9);
    }

    #[test]
    fn f_beta_weighs_recall_by_beta_squared() {
        for (precision, recall, beta, want) in [
            (1.0, 0.5, 1.0, 2.0 / 3.0),
            (0.5, 1.0, 1.0, 2.0 / 3.0),
            (0.5, 0.5, 1.0, 0.5),
            (0.0, 0.0, 1.0, 0.0),
            (1.0, 0.5, 2.0, 5.0 / 9.0),
            (0.5, 1.0, 2.0, 5.0 / 6.0),
            (1.0, 0.5, 0.5, 5.0 / 6.0),
            (0.5, 1.0, 0.5, 5.0 / 9.0),
        ] {
            let got = f_beta(precision, recall, beta);
            assert!(
                (got - want).abs() < 1e-9,
                "{precision} {recall} {beta}: {got}"
            );
        }
    }

    #[test]
    fn slopes_rise_from_nearly_flat_to_nearly_upright() {
        let all = slopes(3);
        assert!((all[0] - 1e-10).abs() < 1e-16 && (all[1] - 1.0).abs() < 1e-9 && all[2] > 9e9);
    }
}
