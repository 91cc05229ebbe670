//! Pixels through a network: engines, extractors, the store, and the features that come out.

pub mod descriptors;
pub mod digest;
pub mod engine;
pub mod extract;
pub mod fetch;
pub mod generator;
pub mod inception;
mod model_error;
pub mod onnx_file;
pub mod onnx_header;
pub mod onnx_input;
pub mod registry;
pub mod sidecar;
pub mod store;
pub mod torch_file;

use crate::error::Result;
use ndarray::Array2;

/// What one run of a network gave for a set: every output that the extractor declares, one row a picture.
#[derive(Debug, Clone)]
pub struct Extraction {
    /// `[n, d]` features (pool3 for Inception).
    pub features: Array2<f32>,
    /// `[n, classes]` logits without bias for Inception, logits or log-probabilities for others.
    pub logits: Option<Array2<f32>>,
    /// `[n, 2023]` spatial features for sFID.
    pub spatial: Option<Array2<f32>>,
    /// Source index of each row (rows of failed pictures are absent).
    pub indices: Vec<usize>,
    /// Pictures that could not be read: name and reason.
    pub failed: Vec<(String, String)>,
    /// How many pictures showed each thing worth a warning (alpha dropped, 16 bit clipped, …).
    pub notes: Vec<(String, usize)>,
    /// Rows that came out of the store.
    pub n_cached: usize,
}

/// What an output of a network means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `[n, d]`: distances are taken here.
    Features,
    /// `[n, classes]` before softmax.
    Logits,
    /// `[n, classes]` after softmax.
    Probabilities,
    /// `[n, 2023]`: sFID.
    Spatial,
}

/// One output of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The ONNX output's name.
    pub name: String,
    /// What it means.
    pub role: Role,
    /// Values per picture.
    pub width: usize,
}

/// Where an extractor's weights come from; decides what its numbers may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The network that this project trained and compiled in.
    Embedded,
    /// The published 2015-12-05 Inception weights, known by their sha256: the only origin whose numbers are `fid`.
    InceptionVerified,
    /// Any other ONNX file, named by its own hash.
    File(std::path::PathBuf),
    /// No network: the pixels themselves.
    Pixels,
}

/// The network of an extractor.
#[derive(Debug, Clone)]
pub enum Network {
    /// The bytes of an ONNX file.
    Onnx(std::sync::Arc<Vec<u8>>),
    /// The flattened tensor is the feature vector.
    Pixels,
    /// Spectrum and colours of the tensor ([`descriptors`]).
    Descriptors,
}

/// A network, its input and what its outputs mean.
#[derive(Debug, Clone)]
pub struct Extractor {
    /// The name that every result carries: `embedded-v1`, `inception-2015-12-05`, `pixels`, or `STEM-xxxxxxxx` with
    /// the first 8 hex digits of the file's own sha256.
    pub name: String,
    /// sha256 of the ONNX bytes, hex (for `pixels`: of its one-line definition).
    pub sha256: String,
    /// Where the weights come from.
    pub origin: Origin,
    /// The network.
    pub network: Network,
    /// The ONNX input's name.
    pub input_name: String,
    /// What the input takes.
    pub input: crate::preprocess::InputSpec,
    /// The outputs in use, features first.
    pub outputs: Vec<Output>,
    /// Has it the outputs of the converted Inception (1008 `logits_unbiased`)? Then its score is an Inception Score.
    pub inception_layout: bool,
    /// Assumptions made for want of a sidecar, to be printed.
    pub notes: Vec<String>,
}

/// A network ready to run on this machine.
pub trait Engine: Send + Sync {
    /// `onnxruntime-cpu`, `onnxruntime-cuda`, `tract`, `none`: part of the store's key.
    fn class(&self) -> &str;

    /// Name and version, for provenance: `onnxruntime 1.31.1 (cpu)`.
    fn describe(&self) -> String;

    /// How many pictures one run of the network takes: 1 on a processor, more on a GPU. Handing over multiples of it
    /// wastes nothing; handing over fewer changes no bit.
    fn pictures_per_run(&self) -> usize {
        1
    }

    /// Runs pictures' tensors (each flat, as [`crate::preprocess::Protocol::tensor`] gives it). For every tensor: one
    /// flat vector per output of the extractor, in its order. The same tensor gives the same bits whatever stands
    /// before, beside or after it, whatever the number of threads.
    fn run(&self, tensors: &[Vec<f32>]) -> Result<Vec<Vec<Vec<f32>>>>;
}
