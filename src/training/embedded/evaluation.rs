//! Runs a trained network without gradients: features, accuracies, and the deviations that the export divides by.

use super::batches;
use super::network::Network;
use super::pictures::Pictures;
use crate::error::{Error, Result};
use burn::tensor::{Device, Tensor, TensorData};

/// Pictures per forward pass; changes no result, only memory.
const CHUNK: usize = 250;

/// Smallest standard deviation that is divided by; a dimension below it is dead and stays near zero.
const DEAD: f64 = 1e-3;

/// Features and logits of some pictures, row-major.
pub struct Outputs {
    /// `[n, n_features]`, not standardised.
    pub features: Vec<f32>,
    /// `[n, n_classes]`.
    pub logits: Vec<f32>,
}

/// The network's outputs on the pictures `indices`, without augmentation.
///
/// # Errors
/// Only a failure of burn's backend.
pub fn run(
    network: &Network,
    pictures: &Pictures,
    indices: &[usize],
    device: &Device,
) -> Result<Outputs> {
    let (mut features, mut logits) = (Vec::new(), Vec::new());
    let size = pictures.size;
    for chunk in indices.chunks(CHUNK) {
        let batch = batches::plain(pictures, chunk);
        let data = TensorData::new(batch.pixels, [chunk.len(), 3, size, size]);
        let of_chunk = network.features(Tensor::from_data(data, device));
        logits.extend(values(network.logits(of_chunk.clone()))?);
        features.extend(values(of_chunk)?);
    }
    Ok(Outputs { features, logits })
}

/// A tensor's values, row-major.
///
/// # Errors
/// Only a failure of burn's backend.
pub fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let fault =
        |what: String| Error::engine(format!("burn could not give a tensor's values: {what}"));
    let data = tensor
        .try_into_data()
        .map_err(|error| fault(format!("{error:?}")))?;
    data.try_into_vec::<f32>()
        .map_err(|error| fault(format!("{error:?}")))
}

/// Share of right answers per domain: the largest logit of *all* classes of all domains counts.
///
/// # Errors
/// Only a failure of burn's backend.
pub fn accuracies(
    network: &Network,
    test: &Pictures,
    n_domains: usize,
    device: &Device,
) -> Result<Vec<f64>> {
    let all: Vec<usize> = (0..test.len()).collect();
    let outputs = run(network, test, &all, device)?;
    let n_classes = outputs.logits.len() / test.len().max(1);
    let (mut right, mut total) = (vec![0_usize; n_domains], vec![0_usize; n_domains]);
    for (i, row) in outputs.logits.chunks_exact(n_classes.max(1)).enumerate() {
        let best = (0..row.len()).fold(0, |best, k| if row[k] > row[best] { k } else { best });
        let domain = test.domains[i];
        total[domain] += 1;
        right[domain] += usize::from(best == test.labels[i]);
    }
    let shares = right
        .iter()
        .zip(&total)
        .map(|(&r, &n)| r as f64 / n.max(1) as f64);
    Ok(shares.collect())
}

/// Standard deviation (ddof = 0) of each feature over row-major `[n, n_features]`, at least [`DEAD`]; and how many
/// dimensions are dead.
#[must_use]
pub fn deviations(features: &[f32], n_features: usize) -> (Vec<f32>, usize) {
    let n = (features.len() / n_features.max(1)).max(1) as f64;
    let (mut sum, mut squares) = (vec![0.0_f64; n_features], vec![0.0_f64; n_features]);
    for row in features.chunks_exact(n_features.max(1)) {
        for (k, &value) in row.iter().enumerate() {
            sum[k] += f64::from(value);
            squares[k] += f64::from(value) * f64::from(value);
        }
    }
    let deviation = |k: usize| (squares[k] / n - (sum[k] / n).powi(2)).max(0.0).sqrt();
    let raw: Vec<f64> = (0..n_features).map(deviation).collect();
    let dead = raw.iter().filter(|&&d| d < DEAD).count();
    (raw.iter().map(|&d| d.max(DEAD) as f32).collect(), dead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_are_per_column_with_ddof_zero() {
        // Columns (1, 3) and (5, 5): means 2 and 5, deviations 1 and 0 (dead, raised to 0.001).
        let (deviations, dead) = deviations(&[1.0, 5.0, 3.0, 5.0], 2);
        assert!((deviations[0] - 1.0).abs() < 1e-6);
        assert!((deviations[1] - 1e-3).abs() < 1e-9);
        assert_eq!(dead, 1);
    }
}
