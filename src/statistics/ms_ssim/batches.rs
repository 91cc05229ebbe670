//! The mean of a symmetric function over the pairs of batches, and its standard error.

use rayon::prelude::*;

/// A mean over pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct PairMean {
    /// Mean of the batches' means.
    pub value: f64,
    /// Standard error; `None` for batches of two. See [`pair_mean`].
    pub std_error: Option<f64>,
    /// The mean of each batch.
    pub batches: Vec<f64>,
    /// Items in a batch.
    pub batch_size: usize,
}

/// The mean of `similarity(i, j)` over all pairs i < j within batches: items `0..batch_size` are the first batch, and so
/// on; the items behind the last whole batch are left out. Fewer items than `batch_size` are one batch. `None` below two
/// items.
///
/// Standard error: each batch's mean is a U-statistic of order two; its variance is that of the delete-one jackknife,
/// `4 (n − 1) / (n (n − 2)²) Σi (hi − U)²` with hi the mean similarity of item i to the others (Arvesen 1969,
/// doi:10.1214/aoms/1177697287). Batches share no item, so their variances add.
///
/// `similarity` gets scratch memory of its thread.
pub fn pair_mean<S: Default>(
    n_items: usize,
    batch_size: usize,
    similarity: impl Fn(usize, usize, &mut S) -> f64 + Sync,
) -> Option<PairMean> {
    let batch_size = batch_size.min(n_items);
    if batch_size < 2 {
        return None;
    }
    let n_batches = n_items / batch_size;
    let pairs: Vec<(usize, usize)> = (0..batch_size)
        .flat_map(|i| (i + 1..batch_size).map(move |j| (i, j)))
        .collect();
    let parts: Vec<(f64, Option<f64>)> = (0..n_batches)
        .map(|batch| {
            let first = batch * batch_size;
            let values: Vec<f64> = pairs
                .par_iter()
                .map_init(S::default, |scratch, &(i, j)| {
                    similarity(first + i, first + j, scratch)
                })
                .collect();
            of_batch(batch_size, &pairs, &values)
        })
        .collect();
    let count = n_batches as f64;
    let variance: Option<f64> = parts.iter().map(|part| part.1).sum();
    Some(PairMean {
        value: parts.iter().map(|part| part.0).sum::<f64>() / count,
        std_error: variance.map(|sum| sum.sqrt() / count),
        batches: parts.iter().map(|part| part.0).collect(),
        batch_size,
    })
}

/// Mean over the pairs of one batch, and its variance.
fn of_batch(n: usize, pairs: &[(usize, usize)], values: &[f64]) -> (f64, Option<f64>) {
    let mut sums = vec![0.0; n];
    for (&(i, j), value) in pairs.iter().zip(values) {
        sums[i] += value;
        sums[j] += value;
    }
    let n = n as f64;
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = sums
        .iter()
        .map(|sum| (sum / (n - 1.0) - mean).powi(2))
        .sum();
    let variance = (n > 2.0).then(|| 4.0 * (n - 1.0) / (n * (n - 2.0).powi(2)) * squares);
    (mean, variance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    #[test]
    fn every_pair_counts_once_and_the_tail_is_left_out() {
        // Items 0..5 in batches of two: pairs (0, 1) and (2, 3); item 4 is left out. Sums 1 and 5, mean 3.
        let sum = |i: usize, j: usize, (): &mut ()| (i + j) as f64;
        let mean = pair_mean(5, 2, sum).unwrap();
        assert_eq!(mean.batches, [1.0, 5.0]);
        assert_eq!((mean.value, mean.std_error), (3.0, None));
        // Three items are one batch of at most 64: pairs 1, 2, 3.
        assert_eq!(pair_mean(3, 64, sum).unwrap().value, 2.0);
        assert_eq!(pair_mean(1, 64, sum), None);
    }

    #[test]
    fn the_error_is_that_of_a_mean_for_a_sum() {
        // similarity = xi + xj: U is twice the mean of x, so its error is 2 sd / √n; hi − U = (xi − mean)(n − 2)/(n − 1).
        let mut stream = Seed(1).stream("pair mean", 0);
        let x: Vec<f64> = (0..40).map(|_| stream.normal()).collect();
        let mean = x.iter().sum::<f64>() / 40.0;
        let sd = (x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 39.0).sqrt();
        let got = pair_mean(40, 64, |i, j, (): &mut ()| x[i] + x[j]).unwrap();
        assert!((got.std_error.unwrap() - 2.0 * sd / 40.0_f64.sqrt()).abs() < 1e-12);
    }
}
