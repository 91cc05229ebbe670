//! FID-Inception (the TensorFlow network of 2015-12-05): from the published PyTorch weights to an ONNX file.
//!
//! The weights are a state dict of 472 float32 tensors (23,885,392 values): for each of the 94 convolutions
//! `conv.weight` and `bn.{weight, bias, running_mean, running_var}`, and `fc.{weight, bias}`. The batch normalisation is
//! folded into the convolution in float64 and stored as float32:
//! `W' = W * gamma / sqrt(var + 0.001)`, `b' = beta - mean * gamma / sqrt(var + 0.001)`.
//!
//! The ONNX file takes `input` `[N, 3, 299, 299]`, already resized and scaled to about [-1, 1] by a protocol, and gives
//!
//! | output | shape | what |
//! |---|---|---|
//! | `pool3` | `[N, 2048]` | mean of the last feature map over 8 x 8: FID, KID, precision and recall |
//! | `logits_unbiased` | `[N, 1008]` | `pool3` times the weights of `fc`, *without* its bias: the Inception Score |
//! | `logits` | `[N, 1008]` | with the bias |
//! | `spatial` | `[N, 2023]` | channels 0 to 6 of `Mixed_6d.branch1x1` after ReLU, as (height, width, channel): sFID |
//!
//! Sources: Szegedy et al. 2016 (arXiv 1512.00567); pytorch-fid `inception.py`; guided-diffusion's `evaluator.py` for
//! `spatial`. The same weights give the same bytes.

mod graph;
mod layers;

use crate::atomic_file;
use crate::error::{Error, Result};
use crate::features::onnx_file::{Dim, GraphBuilder};
use crate::features::torch_file::TorchFile;
use crate::features::{digest, model_error};
use graph::Net;
use layers::LAYERS;
use std::path::{Path, PathBuf};

/// The name that only features of the verified weights may carry.
pub const NAME: &str = "inception-2015-12-05";
/// The published weights' sha256 starts like this (the publishers put it in the file's name).
pub const SHA256_PREFIX: &str = "6726825d";
/// All of it, as many users of the file have noted it; pytorch-fid and torch-fidelity publish the same file.
pub const SHA256: &str = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2";
/// Metadata key of the ONNX file: sha256 of the weights it was made from.
pub const SOURCE_KEY: &str = "gavel.source_sha256";
/// Width of `pool3`.
pub const N_FEATURES: usize = 2048;
/// Width of `logits_unbiased` and `logits`.
pub const N_CLASSES: usize = 1008;
/// Width of `spatial`: 17 x 17 places of 7 channels.
pub const N_SPATIAL: usize = 17 * 17 * 7;

/// What torch's batch normalisation of this network adds to the variance.
const EPSILON: f64 = 0.001;

/// A finished conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// The ONNX file.
    pub path: PathBuf,
    /// sha256 of the weights file.
    pub source_sha256: String,
    /// sha256 of the ONNX file.
    pub onnx_sha256: String,
    /// Are these the published weights? If not, numbers made with the file are not FIDs and carry the file's own hash.
    pub verified: bool,
}

/// Converts a PyTorch weights file to an ONNX file, written whole or not at all.
///
/// # Errors
/// A file that [`TorchFile::open`] refuses; tensors that are missing, have another shape or are not finite; a variance
/// that is negative; an output that cannot be written. All are errors of the model (exit 4).
pub fn convert(weights: &Path, output: &Path) -> Result<Converted> {
    let mut file = TorchFile::open(weights)?;
    let source_sha256 = digest::sha256_file(weights)?;
    let built = check(&file).and_then(|()| build(&mut file, &source_sha256));
    let bytes = built.map_err(|error| at(weights, error))?;
    atomic_file::write(output, &bytes).map_err(|error| model_error::writing(output, &error))?;
    Ok(Converted {
        path: output.to_owned(),
        verified: is_published(&source_sha256),
        onnx_sha256: digest::sha256(&bytes),
        source_sha256,
    })
}

/// Is this the sha256 of the published weights?
#[must_use]
pub fn is_published(sha256: &str) -> bool {
    sha256 == SHA256
}

fn at(path: &Path, error: Error) -> Error {
    // Errors of single tensors have their place already.
    if error.message().starts_with(&path.display().to_string()) {
        error
    } else {
        model_error::of(path, &error)
    }
}

/// Every tensor that the network needs, with its shape.
fn expected() -> Vec<(String, Vec<usize>)> {
    let mut tensors = Vec::with_capacity(5 * LAYERS.len() + 2);
    for layer in LAYERS {
        let (kernel_h, kernel_w) = layer.window.kernel;
        let shape = vec![layer.n_out, layer.n_in, kernel_h, kernel_w];
        tensors.push((format!("{}.conv.weight", layer.name), shape));
        for part in ["weight", "bias", "running_mean", "running_var"] {
            tensors.push((format!("{}.bn.{part}", layer.name), vec![layer.n_out]));
        }
    }
    tensors.push(("fc.weight".into(), vec![N_CLASSES, N_FEATURES]));
    tensors.push(("fc.bias".into(), vec![N_CLASSES]));
    tensors
}

/// Compares names and shapes with what the network needs, and tells of everything that differs at once.
fn check(file: &TorchFile) -> Result<()> {
    let expected = expected();
    let mut faults = Vec::new();
    for (name, shape) in &expected {
        match file.shape(name) {
            None => faults.push(format!("{name} is missing")),
            Some(found) if found != shape.as_slice() => {
                faults.push(format!(
                    "{name} has the shape {found:?}, expected {shape:?}"
                ));
            }
            Some(_) => {}
        }
    }
    // Counters of batches are written by newer programs and do not matter.
    let is_known = |name: &str| {
        name.ends_with(".num_batches_tracked") || expected.iter().any(|(known, _)| known == name)
    };
    faults.extend(
        file.tensors()
            .filter(|(name, _)| !is_known(name))
            .map(|(name, shape)| format!("{name} {shape:?} is unknown")),
    );
    if faults.is_empty() {
        return Ok(());
    }
    let shown = faults
        .iter()
        .take(5)
        .cloned()
        .collect::<Vec<_>>()
        .join("; ");
    let more = faults.len().saturating_sub(5);
    let more = if more > 0 {
        format!("; and {more} more")
    } else {
        String::new()
    };
    Err(Error::engine(format!(
        "not the weights of FID-Inception ({} tensors expected, {} found): {shown}{more}",
        expected.len(),
        file.tensors().count(),
    ))
    .mend(format!(
        "use pt_{NAME}-{SHA256_PREFIX}.pth (`gavel models fetch inception`); torchvision's ImageNet weights are another network"
    )))
}

fn build(file: &mut TorchFile, source_sha256: &str) -> Result<Vec<u8>> {
    let mut graph = GraphBuilder::new(
        "fid-inception",
        "FID-Inception with batch normalisation folded in; input RGB [N,3,299,299] in [-1,1], resized outside",
    );
    graph.metadata(SOURCE_KEY, source_sha256);
    let (fc_weight, fc_bias) = (file.read("fc.weight")?, file.read("fc.bias")?);
    let mut weights = |name: &str| folded(file, name);
    let mut net = Net {
        graph,
        weights: &mut weights,
    };
    let (map, branch) = net.trunk()?;
    let mut graph = net.graph;
    let pooled = graph.global_average_pool("avgpool", &map);
    let pool3 = graph.flatten("pool3", &pooled);
    let weight = graph.constant("fc.weight", &[N_CLASSES, N_FEATURES], &fc_weight);
    let bias = graph.constant("fc.bias", &[N_CLASSES], &fc_bias);
    let unbiased = graph.gemm("logits_unbiased", &pool3, &weight, None);
    let logits = graph.add("logits", &unbiased, &bias);
    let seven = graph.first_channels("spatial.channels", &branch, 7);
    let channels_last = graph.transpose("spatial.hwc", &seven, &[0, 2, 3, 1]);
    let spatial = graph.flatten("spatial", &channels_last);
    graph.output(&pool3, &Dim::batch_of(&[N_FEATURES]));
    graph.output(&unbiased, &Dim::batch_of(&[N_CLASSES]));
    graph.output(&logits, &Dim::batch_of(&[N_CLASSES]));
    graph.output(&spatial, &Dim::batch_of(&[N_SPATIAL]));
    graph.finish()
}

/// Weights and bias of a convolution with its batch normalisation folded in.
fn folded(file: &mut TorchFile, name: &str) -> Result<(Vec<f32>, Vec<f32>)> {
    let mut read = |part: &str| file.read(&format!("{name}.{part}"));
    let weight = read("conv.weight")?;
    let normalisation = Normalisation {
        gamma: read("bn.weight")?,
        beta: read("bn.bias")?,
        mean: read("bn.running_mean")?,
        variance: read("bn.running_var")?,
    };
    if let Some(negative) = normalisation.variance.iter().find(|&&v| v < 0.0) {
        return Err(Error::engine(format!(
            "{name}.bn.running_var holds {negative}, expected a variance"
        ))
        .mend("fetch the file again: it is damaged"));
    }
    Ok(fold(weight, &normalisation))
}

/// `y = gamma * (x - mean) / sqrt(variance + 0.001) + beta`, one value of each a channel.
struct Normalisation {
    gamma: Vec<f32>,
    beta: Vec<f32>,
    mean: Vec<f32>,
    variance: Vec<f32>,
}

/// `weight` is `[out, in, height, width]`; gives the weights and the bias of a convolution that normalises too.
fn fold(mut weight: Vec<f32>, bn: &Normalisation) -> (Vec<f32>, Vec<f32>) {
    let per_channel = (weight.len() / bn.gamma.len().max(1)).max(1);
    let deviations = bn.variance.iter().map(|&v| (f64::from(v) + EPSILON).sqrt());
    let scales: Vec<f64> = bn
        .gamma
        .iter()
        .zip(deviations)
        .map(|(&gamma, deviation)| f64::from(gamma) / deviation)
        .collect();
    for (kernel, scale) in weight.chunks_mut(per_channel).zip(&scales) {
        for w in kernel {
            *w = (f64::from(*w) * scale) as f32;
        }
    }
    let shifts = bn.beta.iter().zip(&bn.mean).zip(&scales);
    let bias =
        shifts.map(|((&beta, &mean), scale)| (f64::from(beta) - f64::from(mean) * scale) as f32);
    (weight, bias.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folded_normalisation_is_the_one_by_hand() {
        // Channel 0: deviation sqrt(0.249 + 0.001) = 0.5, scale 3 / 0.5 = 6, weights 2 * 6 and -1 * 6, bias 1 - 4 * 6.
        // Channel 1: deviation sqrt(3.999 + 0.001) = 2, scale 1 / 2, weights 8 / 2 and 0, bias 0 + 2 / 2.
        let bn = Normalisation {
            gamma: vec![3.0, 1.0],
            beta: vec![1.0, 0.0],
            mean: vec![4.0, -2.0],
            variance: vec![0.249, 3.999],
        };
        let (weight, bias) = fold(vec![2.0, -1.0, 8.0, 0.0], &bn);
        for (got, want) in weight
            .iter()
            .chain(&bias)
            .zip([12.0, -6.0, 4.0, 0.0, -23.0, 1.0])
        {
            // The variances above are rounded to float32: relative errors of 1e-7.
            assert!((got - want).abs() < 1e-5, "got {got}, by hand {want}");
        }
    }

    #[test]
    fn only_the_published_sha256_is_verified() {
        assert!(is_published(SHA256));
        assert!(SHA256.starts_with(SHA256_PREFIX));
        let forged = SHA256.replace("9129b2", "9129b3");
        assert!(!is_published(&forged) && !is_published(SHA256_PREFIX));
    }
}
