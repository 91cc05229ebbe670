//! The pure-Rust engine: compiled in, one thread a picture, no library to find.

use super::header::Header;
use crate::error::{Error, Result};
use crate::features::{Engine, Extractor};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tract_onnx::prelude::*;

/// A network optimised for one picture at a time. Its weights are shared by all threads.
#[derive(Debug)]
pub(super) struct Tract {
    plan: Arc<TypedRunnableModel>,
    header: Header,
    widths: Vec<(String, usize)>,
}

impl Tract {
    /// Parses and optimises the network.
    ///
    /// # Errors
    /// An engine error with tract's own words where it lacks an operator, and the way to ONNX Runtime.
    pub(super) fn new(bytes: &[u8], header: Header, extractor: &Extractor) -> Result<Self> {
        // tract panics on some inconsistent graphs; a file must never be able to end the process.
        let plan = catch_unwind(AssertUnwindSafe(|| plan(bytes, &header)))
            .unwrap_or_else(|_| Err(TractError::msg("it stopped on an inconsistent graph")))
            .map_err(|error| {
                Error::engine(format!(
                    "{}: tract cannot run this network: {error:#}",
                    extractor.name
                ))
                .mend(format!(
                    "use ONNX Runtime: {}",
                    super::HOW_TO_GET_ONNX_RUNTIME
                ))
            })?;
        let widths = extractor
            .outputs
            .iter()
            .map(|output| (output.name.clone(), output.width))
            .collect();
        Ok(Self {
            plan,
            header,
            widths,
        })
    }

    fn run_one(&self, tensor: &[f32]) -> Result<Vec<Vec<f32>>> {
        super::check_length(tensor, self.header.picture_len())?;
        let batch = self.header.fixed_batch.unwrap_or(1);
        let failed = |error: TractError| {
            Error::engine(format!(
                "tract stopped while running the network: {error:#}"
            ))
        };
        let outputs = catch_unwind(AssertUnwindSafe(|| -> TractResult<_> {
            let input = if batch == 1 {
                Tensor::from_shape(&self.header.shape(1), tensor)?
            } else {
                let mut padded = tensor.to_vec();
                padded.resize(batch * tensor.len(), 0.0);
                Tensor::from_shape(&self.header.shape(batch), &padded)?
            };
            self.plan.run(tvec!(input.into()))
        }))
        .unwrap_or_else(|_| Err(TractError::msg("it panicked")))
        .map_err(failed)?;
        self.widths
            .iter()
            .zip(outputs.iter())
            .map(|((name, width), output)| {
                let values = output
                    .try_as_plain_ram()
                    .and_then(|plain| plain.as_slice::<f32>())
                    .map_err(|error| {
                        Error::engine(format!(
                            "the output `{name}` is no float32 tensor: {error:#}"
                        ))
                    })?;
                let mut rows = super::rows(name, values, batch, *width)?;
                Ok(rows.next().unwrap_or_default().to_vec())
            })
            .collect()
    }
}

fn plan(bytes: &[u8], header: &Header) -> TractResult<Arc<TypedRunnableModel>> {
    let shape = header.shape(header.fixed_batch.unwrap_or(1));
    // Declared output shapes name a free batch dimension, which would fight with the batch of 1.
    let mut model = tract_onnx::onnx()
        .with_ignore_output_shapes(true)
        .model_for_read(&mut std::io::Cursor::new(bytes))?
        .with_input_fact(0, f32::fact(shape).into())?;
    let outlets = model.output_outlets()?.to_vec();
    let used: Vec<OutletId> = header
        .positions
        .iter()
        .filter_map(|&position| outlets.get(position).copied())
        .collect();
    model.select_output_outlets(&used)?;
    model.into_optimized()?.into_runnable()
}

impl Engine for Tract {
    fn class(&self) -> &'static str {
        "tract"
    }

    fn describe(&self) -> String {
        "tract 0.23 (pure Rust, cpu)".to_owned()
    }

    fn run(&self, tensors: &[Vec<f32>]) -> Result<Vec<Vec<Vec<f32>>>> {
        tensors.iter().map(|tensor| self.run_one(tensor)).collect()
    }
}
