//! The distance that two halves of the reference have from each other: what a perfect generator would get.

use ndarray::{Array2, ArrayView2, Axis};

use super::{Ddof, Side, frechet_between};
use crate::error::Result;
use crate::rng::Seed;
use crate::statistics::moments::Moments;

/// Splits where a distance is cheap.
const CHEAP_SPLITS: usize = 3;

/// The real-versus-real floor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Floor {
    /// Mean distance between two disjoint random parts of the reference, `n` samples each.
    pub value: f64,
    /// Samples in each part: min(n_reference / 2, n_generated).
    pub n: usize,
    /// Random splits behind the mean.
    pub n_splits: usize,
    /// `value` brought from (n, n) to the sample counts of the evaluation. The bias between equal distributions falls
    /// as N^(−α) with N the harmonic mean of both counts: `value · (n / N)^α`. α = 1 where n ≥ 4 d (the law of large
    /// samples); below that the law is not reached, and α is read off a second distance at n / 2, at most 1.
    pub scaled: f64,
    /// α.
    pub exponent: f64,
}

/// The floor for a generated set of `n_generated` samples, or `None` where the reference has fewer than 4 samples or
/// the generated set fewer than 2.
///
/// The parts are drawn without replacement by the streams `frechet.floor` of `seed`; three splits are averaged where
/// d ≤ 256 or n ≤ 256, one is taken otherwise.
///
/// # Errors
/// Those of [`super::frechet`].
pub fn floor(
    reference: ArrayView2<'_, f32>,
    n_generated: usize,
    ddof: Ddof,
    seed: Seed,
) -> Result<Option<Floor>> {
    let n_reference = reference.nrows();
    let n = (n_reference / 2).min(n_generated);
    if n < 2 {
        return Ok(None);
    }
    let cheap = reference.ncols() <= 256 || n <= 256;
    let n_splits = if cheap { CHEAP_SPLITS } else { 1 };
    let settled = n >= 4 * reference.ncols() || n < 4;
    let (mut sum, mut sum_at_half) = (0.0, 0.0);
    for split in 0..n_splits {
        let order = seed
            .stream("frechet.floor", split as u64)
            .permutation(n_reference);
        let between = |n: usize| {
            distance(
                &take(reference, &order[..n]),
                &take(reference, &order[n..2 * n]),
                ddof,
            )
        };
        sum += between(n)?;
        if !settled {
            sum_at_half += between(n / 2)?;
        }
    }
    let value = sum / n_splits as f64;
    let half = n / 2;
    let exponent = if settled || sum <= 0.0 {
        1.0
    } else {
        ((sum_at_half / sum).ln() / (n as f64 / half as f64).ln()).clamp(0.0, 1.0)
    };
    let harmonic = 2.0 / (1.0 / n_reference as f64 + 1.0 / n_generated as f64);
    Ok(Some(Floor {
        value,
        n,
        n_splits,
        scaled: value * (n as f64 / harmonic).powf(exponent),
        exponent,
    }))
}

fn take(samples: ArrayView2<'_, f32>, indices: &[usize]) -> Array2<f32> {
    // In rising order, so that rows are read from front to back.
    let mut indices = indices.to_vec();
    indices.sort_unstable();
    samples.select(Axis(0), &indices)
}

fn distance(first: &Array2<f32>, second: &Array2<f32>, ddof: Ddof) -> Result<f64> {
    let (first, second) = (first.view(), second.view());
    if first.nrows() <= first.ncols() {
        return Ok(frechet_between(&Side::Few(first), &Side::Few(second), ddof)?.value);
    }
    let (a, b) = (Moments::of(first)?, Moments::of(second)?);
    Ok(super::frechet(&a, &b, ddof)?.value)
}
