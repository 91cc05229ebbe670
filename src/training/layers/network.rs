//! A network: a chain of layers and its parameters.

use super::dense::Dense;
use super::residual::{along, back};
use super::spectral::Spectral;
use super::{Drawing, Extent, Layer, Lent, Mode, Parameters, Pass, Role, Rows, rows_of};
use crate::error::{Error, Result};
use crate::features::onnx_file::Value;
use burn::tensor::{Device, Tensor};

/// A chain of layers with its parameters on the host.
pub struct Network {
    pub(super) layers: Vec<Box<dyn Layer>>,
    pub(super) spectral: Vec<Spectral>,
    pub(super) input: Extent,
    pub(super) output: Extent,
    /// How slowly running averages follow; the study's is 0.999.
    pub(super) decay: f32,
    /// Weights, running averages, and the vectors of spectral normalisation.
    pub parameters: Parameters,
}

impl Network {
    /// What goes in.
    #[must_use]
    pub fn input(&self) -> Extent {
        self.input
    }

    /// What comes out.
    #[must_use]
    pub fn output(&self) -> Extent {
        self.output
    }

    /// Puts a dense layer before all others: `x W + b` with `weights` `[n, n]` and `bias` `[n]`, for `n` inputs.
    pub fn begin_with(&mut self, name: &str, weights: &[f32], bias: &[f32]) {
        let n = bias.len();
        let mut add = |what: &str, rows: usize, values: &[f32]| {
            let name = format!("{name}.{what}");
            self.parameters
                .add(name, [rows, n], Role::Learned, values.to_vec())
        };
        let (weight, bias) = (add("weight", n, weights), add("bias", 1, bias));
        let first = Dense {
            name: name.to_owned(),
            input: self.input,
            outputs: n,
            weight,
            bias,
        };
        self.layers.insert(0, Box::new(first));
    }

    /// The weights as tensors. Where spectral normalisation is on, `advance` keeps the power iteration's new vectors.
    ///
    /// # Errors
    /// Only a failure of burn's backend.
    pub fn lend(&mut self, device: &Device, tracked: bool, advance: bool) -> Result<Lent> {
        let lent = Lent::new(&self.parameters, device, tracked);
        self.normalised(lent, advance)
    }

    /// As [`Network::lend`], without a copy: the network has no weights until [`Network::take_back`].
    ///
    /// # Errors
    /// Only a failure of burn's backend.
    pub fn give(&mut self, device: &Device, tracked: bool, advance: bool) -> Result<Lent> {
        let lent = Lent::taking(&mut self.parameters, device, tracked);
        self.normalised(lent, advance)
    }

    /// Takes back what [`Network::give`] gave.
    ///
    /// # Errors
    /// Only a failure of burn's backend.
    pub fn take_back(&mut self, lent: Lent) -> Result<()> {
        lent.give_back(&mut self.parameters)
    }

    fn normalised(&mut self, mut lent: Lent, advance: bool) -> Result<Lent> {
        for spectral in &self.spectral {
            let vector = spectral.apply(&mut lent);
            if advance {
                self.parameters.replace(spectral.vector, values(vector)?);
            }
        }
        Ok(lent)
    }

    /// `[n, input values]` to `[n, output values]`.
    #[must_use]
    pub fn forward(&self, x: Rows, pass: &mut Pass<'_>) -> Rows {
        let y = along(&self.layers, rows_of(x, self.input), pass);
        rows_of(y, Extent::flat(self.output.len()))
    }

    /// The input's gradient `[n, input values]` for the output's gradient `[n, output values]`, after a recording
    /// [`Network::forward`].
    #[must_use]
    pub fn input_gradient(&self, gradient: Rows, pass: &mut Pass<'_>) -> Rows {
        let gradient = back(&self.layers, rows_of(gradient, self.output), pass);
        rows_of(gradient, Extent::flat(self.input.len()))
    }

    /// Moves the running averages by what a training pass found.
    ///
    /// # Errors
    /// Only a failure of burn's backend.
    pub fn follow(&mut self, statistics: &[(usize, Tensor<2>)]) -> Result<()> {
        for (slot, found) in statistics {
            let found = values(found.clone())?;
            self.parameters.average(*slot, &found, self.decay);
        }
        Ok(())
    }

    /// Evaluation of `[n, input values]` with plain tensors.
    ///
    /// # Errors
    /// Only a failure of burn's backend.
    pub fn evaluate(&self, x: Rows, device: &Device) -> Result<Vec<f32>> {
        let mut lent = Lent::new(&self.parameters, device, false);
        for spectral in &self.spectral {
            spectral.apply(&mut lent);
        }
        values(self.forward(x, &mut Pass::new(&lent, Mode::Evaluation)))
    }

    /// Appends the network's ONNX nodes.
    ///
    /// # Errors
    /// A layer that generators do not have.
    pub fn draw(&self, x: Value, drawing: &mut Drawing<'_>) -> Result<Value> {
        let mut value = x;
        for layer in &self.layers {
            value = layer.draw(&value, drawing)?;
        }
        Ok(value)
    }
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
