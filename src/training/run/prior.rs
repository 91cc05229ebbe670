//! The normal distribution of codes, as the first layer of a generator whose latents are standard normal.

use crate::error::Result;
use crate::statistics::linalg::{eigen, to_faer};
use crate::statistics::moments::Moments;
use ndarray::ArrayView2;

/// `z = mean + noise · root`, `root` the symmetric square root of the codes' covariance (divisor n - 1).
#[derive(Debug, Clone, PartialEq)]
pub struct Prior {
    /// Of the codes.
    pub mean: Vec<f32>,
    /// Row-major `[latent, latent]`.
    pub root: Vec<f32>,
}

impl Prior {
    /// Fitted to codes `[n, latent]`.
    ///
    /// # Errors
    /// Fewer than two codes, codes that are not finite.
    pub fn of(codes: ArrayView2<'_, f32>) -> Result<Self> {
        let moments = Moments::of(codes)?;
        let (values, vectors) = eigen(to_faer(moments.covariance().view()).as_ref())?;
        let d = values.len();
        // Rounding may leave an eigenvalue of a flat direction below zero.
        let roots: Vec<f64> = values.iter().map(|v| v.max(0.0).sqrt()).collect();
        let entry = |i: usize, j: usize| -> f64 {
            (0..d)
                .map(|k| vectors[(i, k)] * roots[k] * vectors[(j, k)])
                .sum()
        };
        let root = (0..d).flat_map(|i| (0..d).map(move |j| (i, j)));
        Ok(Self {
            mean: moments.mean().iter().map(|&m| m as f32).collect(),
            root: root.map(|(i, j)| entry(i, j) as f32).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_root_squared_is_the_covariance() {
        // (0, 0), (2, 0), (0, 4), (2, 4): mean (1, 2), covariance diag(4/3, 16/3), root diag(1.1547, 2.3094).
        let codes = array![[0.0_f32, 0.0], [2.0, 0.0], [0.0, 4.0], [2.0, 4.0]];
        let prior = Prior::of(codes.view()).unwrap();
        assert_eq!(prior.mean, [1.0, 2.0]);
        for (found, expected) in prior.root.iter().zip([1.154_700_5, 0.0, 0.0, 2.309_401]) {
            assert!((found - expected).abs() < 1e-6, "{:?}", prior.root);
        }
        // (0, 0), (1, 1), (2, 2) lie on a line: covariance [[1, 1], [1, 1]], its own root divided by sqrt 2.
        let line = array![[0.0_f32, 0.0], [1.0, 1.0], [2.0, 2.0]];
        let prior = Prior::of(line.view()).unwrap();
        let expected = std::f32::consts::FRAC_1_SQRT_2;
        assert!(prior.root.iter().all(|v| (v - expected).abs() < 1e-6));
    }
}
