//! Every metric through the door that the command line uses.

mod diversity;
mod infinity;
mod kernels;
mod refusals;
mod registry;
mod rows;
mod sliced;

use gavel::metrics::{
    Generated, Inputs, Measured, Outcome, Reference, Settings, Space, evaluate, select,
};
use gavel::rng::Seed;
use ndarray::Array2;

pub fn random(seed: u64, n: usize, d: usize) -> Array2<f32> {
    let mut stream = Seed(seed).stream("metrics test", 0);
    Array2::from_shape_fn((n, d), |_| stream.normal() as f32)
}

pub fn set(name: &str, space: Space, values: Array2<f32>) -> Measured {
    Measured::from_features(name, space, values).unwrap()
}

pub fn run(
    list: &str,
    options: &[&str],
    reference: &Measured,
    generated: &Measured,
) -> gavel::error::Result<Outcome> {
    let inputs = Inputs::new(
        Some(Reference(reference)),
        Generated(generated),
        Seed::DEFAULT,
    )?;
    evaluate(&select(list)?, &inputs, &Settings::parse(options)?)
}

pub fn codes(outcome: &Outcome) -> Vec<&str> {
    outcome
        .warnings
        .iter()
        .map(|warning| warning.code)
        .collect()
}
