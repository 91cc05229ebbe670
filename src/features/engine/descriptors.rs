//! No network: the spectrum and the colours of the tensor.

use crate::error::{Error, Result};
use crate::features::descriptors::{self, Describer};
use crate::features::{Engine, Extractor};

/// The engine of `Network::Descriptors`.
#[derive(Debug)]
pub(super) struct Descriptors(Describer);

impl Descriptors {
    /// # Errors
    /// An engine error unless the extractor declares what [`descriptors::extractor`] does.
    pub(super) fn new(extractor: &Extractor) -> Result<Self> {
        let ours = descriptors::extractor();
        if extractor.outputs == ours.outputs && extractor.input == ours.input {
            return Ok(Self(Describer::new()));
        }
        Err(Error::engine(format!(
            "{}: is declared with another input or other outputs than {}",
            extractor.name, ours.name
        )))
    }
}

impl Engine for Descriptors {
    fn class(&self) -> &'static str {
        "none"
    }

    fn describe(&self) -> String {
        "no network (spectrum and colours of the pixels)".to_owned()
    }

    fn run(&self, tensors: &[Vec<f32>]) -> Result<Vec<Vec<Vec<f32>>>> {
        tensors
            .iter()
            .map(|tensor| {
                super::check_length(tensor, Describer::tensor_length())?;
                Ok(vec![self.0.describe(tensor)])
            })
            .collect()
    }
}
