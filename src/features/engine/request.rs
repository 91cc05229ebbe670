//! What the user asks of the engines.

use crate::error::{Error, Result};
use std::path::PathBuf;

/// Which engine the user wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// ONNX Runtime where it is found, else tract.
    #[default]
    Auto,
    /// ONNX Runtime or an error.
    OnnxRuntime,
    /// tract.
    Tract,
}

impl std::str::FromStr for Choice {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "auto" => Ok(Self::Auto),
            "onnxruntime" => Ok(Self::OnnxRuntime),
            "tract" => Ok(Self::Tract),
            _ => Err(Error::usage(format!(
                "--engine {text}: expected auto, onnxruntime or tract"
            ))),
        }
    }
}

/// Where ONNX Runtime computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Provider {
    /// The processor.
    #[default]
    Cpu,
    /// An NVIDIA GPU: TF32 off, the one deterministic convolution algorithm, every run the same number of rows.
    Cuda,
}

impl Provider {
    /// `cpu`, `cuda`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
        }
    }
}

impl std::str::FromStr for Provider {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "cpu" => Ok(Self::Cpu),
            "cuda" => Ok(Self::Cuda),
            _ => Err(Error::usage(format!(
                "--provider {text}: expected cpu or cuda"
            ))),
        }
    }
}

/// What the user asked for.
#[derive(Debug, Clone, Default)]
pub struct EngineRequest {
    /// `--onnxruntime PATH`: the library or a folder that has it.
    pub onnxruntime: Option<PathBuf>,
    /// `--engine`.
    pub engine: Choice,
    /// `--provider`.
    pub provider: Provider,
}
