//! The numbers of a network, by name, on the host.

use crate::rng::Stream;

/// What a parameter is to the optimizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Learned by gradients.
    Learned,
    /// Kept beside them: running statistics, the vectors of spectral normalisation.
    Kept,
}

/// One matrix of a network (a vector is a matrix of one row).
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Unique within the network.
    pub name: String,
    /// Rows and columns.
    pub shape: [usize; 2],
    /// Row-major.
    pub values: Vec<f32>,
    /// Learned or kept.
    pub role: Role,
}

/// All parameters of a network; a layer knows its own by their place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters {
    list: Vec<Parameter>,
}

impl Parameters {
    /// Appends a parameter and gives its place.
    pub fn add(&mut self, name: String, shape: [usize; 2], role: Role, values: Vec<f32>) -> usize {
        self.list.push(Parameter {
            name,
            shape,
            values,
            role,
        });
        self.list.len() - 1
    }

    /// In order of their places.
    #[must_use]
    pub fn list(&self) -> &[Parameter] {
        &self.list
    }

    /// In order of their places, to be changed.
    pub fn list_mut(&mut self) -> &mut [Parameter] {
        &mut self.list
    }

    /// Values of the parameter at `slot`; none for a place that does not exist.
    #[must_use]
    pub fn values(&self, slot: usize) -> &[f32] {
        self.list.get(slot).map_or(&[], |p| p.values.as_slice())
    }

    /// How many numbers are learned.
    #[must_use]
    pub fn n_learned(&self) -> usize {
        let learned = self.list.iter().filter(|p| p.role == Role::Learned);
        learned.map(|p| p.values.len()).sum()
    }

    /// Moves a running average at `slot` towards `batch`: `decay * old + (1 - decay) * batch`.
    pub fn average(&mut self, slot: usize, batch: &[f32], decay: f32) {
        if let Some(kept) = self.list.get_mut(slot) {
            for (old, new) in kept.values.iter_mut().zip(batch) {
                *old = decay * *old + (1.0 - decay) * new;
            }
        }
    }

    /// Replaces the values at `slot`.
    pub fn replace(&mut self, slot: usize, values: Vec<f32>) {
        if let Some(kept) = self.list.get_mut(slot)
            && kept.values.len() == values.len()
        {
            kept.values = values;
        }
    }
}

/// `count` normal values of standard deviation `deviation`.
pub(super) fn normal(stream: &mut Stream, count: usize, deviation: f64) -> Vec<f32> {
    (0..count)
        .map(|_| (stream.normal() * deviation) as f32)
        .collect()
}

/// Normal values that are drawn again beyond two standard deviations (TensorFlow's `truncated_normal`).
pub(super) fn truncated_normal(stream: &mut Stream, count: usize, deviation: f64) -> Vec<f32> {
    let mut draw = || {
        loop {
            let value = stream.normal();
            if value.abs() <= 2.0 {
                return (value * deviation) as f32;
            }
        }
    };
    (0..count).map(|_| draw()).collect()
}
