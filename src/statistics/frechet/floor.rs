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
    /// `value` brought from (n, n) to the sample counts of the evaluation: the bias of a Fréchet distance between equal
    /// distributions is C (1/n + 1/m) to first order, so `value · (1/n_reference + 1/n_generated) / (2/n)`.
    pub scaled: f64,
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
    let mut sum = 0.0;
    for split in 0..n_splits {
        let order = seed
            .stream("frechet.floor", split as u64)
            .permutation(n_reference);
        let first = take(reference, &order[..n]);
        let second = take(reference, &order[n..2 * n]);
        sum += distance(&first, &second, ddof)?;
    }
    let value = sum / n_splits as f64;
    let half = n as f64;
    Ok(Some(Floor {
        value,
        n,
        n_splits,
        scaled: value * (1.0 / n_reference as f64 + 1.0 / n_generated as f64) * half / 2.0,
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
