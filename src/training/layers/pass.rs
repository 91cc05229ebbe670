//! One walk through a network: which weights, training or evaluation, and what is remembered on the way.

use super::{Parameters, Role, Rows, values};
use crate::error::Result;
use burn::tensor::{Device, Tensor, TensorData};

/// A network's weights as tensors, for one step.
pub struct Lent {
    tensors: Vec<Rows>,
    /// What is multiplied with instead, where spectral normalisation replaces a weight.
    effective: Vec<Option<Rows>>,
}

impl Lent {
    /// The parameters on `device`; tracked ones get gradients.
    #[must_use]
    pub fn new(parameters: &Parameters, device: &Device, tracked: bool) -> Self {
        let tensor = |p: &super::Parameter| {
            let plain = Rows::from_data(TensorData::new(p.values.clone(), p.shape), device);
            if tracked && p.role == Role::Learned {
                plain.autodiff().require_grad()
            } else {
                plain
            }
        };
        let tensors: Vec<Rows> = parameters.list().iter().map(tensor).collect();
        Self {
            effective: vec![None; tensors.len()],
            tensors,
        }
    }

    /// The same without a copy: the learned values leave `parameters` until [`Lent::give_back`].
    #[must_use]
    pub fn taking(parameters: &mut Parameters, device: &Device, tracked: bool) -> Self {
        let tensor = |p: &mut super::Parameter| {
            let values = match p.role {
                Role::Learned => std::mem::take(&mut p.values),
                Role::Kept => p.values.clone(),
            };
            let plain = Rows::from_data(TensorData::new(values, p.shape), device);
            if tracked && p.role == Role::Learned {
                plain.autodiff().require_grad()
            } else {
                plain
            }
        };
        let tensors: Vec<Rows> = parameters.list_mut().iter_mut().map(tensor).collect();
        Self {
            effective: vec![None; tensors.len()],
            tensors,
        }
    }

    /// Puts learned values back where [`Lent::taking`] took them from. Nothing is copied where no other tensor shares them.
    ///
    /// # Errors
    /// Only a failure of burn's backend.
    pub fn give_back(self, parameters: &mut Parameters) -> Result<()> {
        drop(self.effective);
        for (parameter, tensor) in parameters.list_mut().iter_mut().zip(self.tensors) {
            if parameter.role == Role::Learned {
                parameter.values = values(tensor.inner())?;
            }
        }
        Ok(())
    }

    /// The parameter at `slot`, as it is multiplied with.
    #[must_use]
    pub fn get(&self, slot: usize) -> Rows {
        match &self.effective[slot] {
            Some(effective) => effective.clone(),
            None => self.tensors[slot].clone(),
        }
    }

    /// The parameter itself.
    #[must_use]
    pub fn raw(&self, slot: usize) -> &Rows {
        &self.tensors[slot]
    }

    /// Puts `rows` in the place of the parameter at `slot`.
    pub fn replace(&mut self, slot: usize, rows: Rows) {
        self.effective[slot] = Some(rows);
    }

    /// All parameters themselves, by their places.
    #[must_use]
    pub fn tensors(&self) -> &[Rows] {
        &self.tensors
    }
}

/// How a network is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Batch norm takes the statistics of the batch.
    Training,
    /// Batch norm takes its running averages.
    Evaluation,
}

/// One walk.
pub struct Pass<'a> {
    /// The weights.
    pub lent: &'a Lent,
    /// Training or evaluation.
    pub mode: Mode,
    /// Place and batch value of every running average that this walk moves.
    pub statistics: Vec<(usize, Tensor<2>)>,
    /// Equal parts of the batch that batch norm takes the statistics of, one after the other.
    pub n_parts: usize,
    tape: Option<Vec<Vec<Rows>>>,
}

impl<'a> Pass<'a> {
    /// A walk that remembers nothing.
    #[must_use]
    pub fn new(lent: &'a Lent, mode: Mode) -> Self {
        Self {
            lent,
            mode,
            statistics: Vec::new(),
            n_parts: 1,
            tape: None,
        }
    }

    /// A walk after which input gradients can be asked for.
    #[must_use]
    pub fn recording(lent: &'a Lent, mode: Mode) -> Self {
        Self {
            tape: Some(Vec::new()),
            ..Self::new(lent, mode)
        }
    }

    /// Can input gradients be asked for?
    pub(super) fn is_recording(&self) -> bool {
        self.tape.is_some()
    }

    /// Keeps what `make` gives for the way back, if there is one.
    pub(super) fn remember(&mut self, make: impl FnOnce() -> Vec<Rows>) {
        if let Some(tape) = &mut self.tape {
            tape.push(make());
        }
    }

    /// What the layer before last remembered; nothing without recording.
    pub(super) fn recall(&mut self) -> Vec<Rows> {
        self.tape.as_mut().and_then(Vec::pop).unwrap_or_default()
    }
}
