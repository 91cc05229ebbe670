//! Every metric through the door that the command line uses.

mod bins;
mod diversity;
mod entropies;
mod infinity;
mod kernels;
mod neighbors;
mod pictures;
mod refusals;
mod registry;
mod rows;
mod sliced;
mod training_set;

use gavel::metrics::{
    Generated, Inputs, Measured, Outcome, Picture, Reference, Settings, Space, Train, evaluate,
    select,
};
use gavel::rng::Seed;
use ndarray::{Array2, Array3};

pub fn random(seed: u64, n: usize, d: usize) -> Array2<f32> {
    let mut stream = Seed(seed).stream("metrics test", 0);
    Array2::from_shape_fn((n, d), |_| stream.normal() as f32)
}

pub fn set(name: &str, space: Space, values: Array2<f32>) -> Measured {
    Measured::from_features(name, space, values).unwrap()
}

/// What is seen in the pixels of `n` pictures by formula: descriptors of all, and the pictures.
pub fn with_pixels(measured: Measured, n: usize) -> Measured {
    let mut colours = Array2::zeros((n, 192));
    for row in 0..n {
        for channel in 0..3 {
            colours[[row, 64 * channel + (7 * row + channel) % 64]] = 1.0;
        }
    }
    let pictures = (0..n).map(|row| Picture {
        row,
        rgb: Array3::from_shape_fn((24, 24, 3), |(y, x, c)| {
            ((row * (3 * y + 5 * x) + 11 * c) % 251) as u8
        }),
    });
    measured
        .with_descriptors(random(9, n, 32), colours)
        .unwrap()
        .with_pictures(pictures.collect())
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

pub fn run_with_train(
    list: &str,
    options: &[&str],
    train: &Measured,
    reference: &Measured,
    generated: &Measured,
) -> gavel::error::Result<Outcome> {
    let inputs = Inputs::new(
        Some(Reference(reference)),
        Generated(generated),
        Seed::DEFAULT,
    )?
    .with_train(Some(Train(train)))?;
    evaluate(&select(list)?, &inputs, &Settings::parse(options)?)
}

pub fn codes(outcome: &Outcome) -> Vec<&str> {
    outcome
        .warnings
        .iter()
        .map(|warning| warning.code)
        .collect()
}
