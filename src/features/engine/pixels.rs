//! No network at all: the tensor is the feature vector.

use crate::error::{Error, Result};
use crate::features::{Engine, Extractor, Role};

/// The engine of `Network::Pixels`.
#[derive(Debug)]
pub(super) struct Pixels {
    width: usize,
}

impl Pixels {
    /// # Errors
    /// An engine error unless the extractor declares exactly one features output of the tensor's own length.
    pub(super) fn new(extractor: &Extractor) -> Result<Self> {
        let spec = &extractor.input;
        let width = spec.size.0 * spec.size.1 * spec.channels;
        match &extractor.outputs[..] {
            [output] if output.role == Role::Features && output.width == width => {
                Ok(Self { width })
            }
            outputs => Err(Error::engine(format!(
                "{}: an extractor without a network has one features output of {width} values; found {} outputs",
                extractor.name,
                outputs.len()
            ))),
        }
    }
}

impl Engine for Pixels {
    fn class(&self) -> &'static str {
        "none"
    }

    fn describe(&self) -> String {
        "no network (the pixels themselves)".to_owned()
    }

    fn run(&self, tensors: &[Vec<f32>]) -> Result<Vec<Vec<Vec<f32>>>> {
        tensors
            .iter()
            .map(|tensor| {
                super::check_length(tensor, self.width)?;
                Ok(vec![tensor.clone()])
            })
            .collect()
    }
}
