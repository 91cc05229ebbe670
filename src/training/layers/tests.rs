//! Layers against hand-computed values and finite differences.

use super::*;
use crate::rng::Seed;
use burn::tensor::{Device, TensorData};

/// Rows of a table.
fn rows(table: &[&[f32]]) -> Rows {
    let flat: Vec<f32> = table.concat();
    let shape = [table.len(), table[0].len()];
    Rows::from_data(TensorData::new(flat, shape), &Device::flex())
}

fn random(n: usize, width: usize, seed: u64) -> Vec<f32> {
    let mut stream = Seed(seed).stream("t", 0);
    (0..n * width).map(|_| stream.normal() as f32).collect()
}

fn matrix(values: &[f32], width: usize) -> Rows {
    let shape = [values.len() / width, width];
    Rows::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
}

/// A network with every layer that a discriminator can have.
fn everything(spectral: bool) -> Network {
    let built = Builder::new("d", Extent::square(6, 2), Seed(5), Init::He)
        .spectral(spectral)
        .conv(3, 4, 2)
        .leaky_relu(0.2)
        .residual(|b| b.batch_norm(true).leaky_relu(0.1).conv(3, 3, 1), |b| b)
        .double()
        .residual(|b| b.conv(4, 3, 1).halve(), |b| b.halve().conv(4, 1, 1))
        .conv(4, 3, 2)
        .batch_norm(true)
        .sigmoid()
        .transposed(3, 3, 4, 2)
        .residual(|b| b.dense(5).leaky_relu(0.3), |b| b.sum().dense(5))
        .batch_norm(true);
    built.dense(1).finish(0.9)
}

/// `sum |d sum(D(x)) / d x|²` and the explicit gradient, in training mode.
fn squared_gradient(network: &mut Network, x: &[f32], tracked: bool) -> (Rows, Lent, Rows) {
    let device = Device::flex();
    let width = network.input().len();
    let lent = network.lend(&device, tracked, false).unwrap();
    let mut pass = Pass::recording(&lent, Mode::Training);
    let y = network.forward(matrix(x, width), &mut pass);
    let gradient = network.input_gradient(y.ones_like(), &mut pass);
    let squared = gradient.clone().square().sum_dim(1).sum_dim(0);
    (squared, lent, gradient)
}

fn output_sum(network: &mut Network, x: &[f32]) -> f64 {
    let width = network.input().len();
    let lent = network.lend(&Device::flex(), false, false).unwrap();
    let y = network.forward(matrix(x, width), &mut Pass::new(&lent, Mode::Training));
    values(y).unwrap().iter().map(|&v| f64::from(v)).sum()
}

#[test]
fn a_convolution_is_the_sum_over_its_window() {
    // Kernel 2, stride 2, one channel: weights 1, 10, 100, 1000 over [[1, 2], [3, 4]] give 4321, plus bias 0.5.
    let mut network = Builder::new("d", Extent::square(2, 1), Seed(1), Init::He)
        .conv(1, 2, 2)
        .finish(0.9);
    network.parameters.list_mut()[0].values = vec![1.0, 10.0, 100.0, 1000.0];
    network.parameters.list_mut()[1].values = vec![0.5];
    let y = network.evaluate(rows(&[&[1.0, 2.0, 3.0, 4.0]]), &Device::flex());
    assert_eq!(y.unwrap(), [4321.5]);
}

#[test]
fn a_transposed_convolution_spreads_each_value_over_its_window() {
    // From 1 x 1 to 2 x 2 with kernel 2, stride 2: 3 * (1, 2, 3, 4) + 1.
    let mut network = Builder::new("g", Extent::square(1, 1), Seed(1), Init::He)
        .transposed(1, 2, 2, 2)
        .finish(0.9);
    network.parameters.list_mut()[0].values = vec![1.0, 2.0, 3.0, 4.0];
    network.parameters.list_mut()[1].values = vec![1.0];
    let y = network.evaluate(rows(&[&[3.0]]), &Device::flex());
    assert_eq!(y.unwrap(), [4.0, 7.0, 10.0, 13.0]);
}

#[test]
fn batch_norm_uses_the_batch_in_training_and_its_averages_in_evaluation() {
    // Column (1, 3): mean 2, variance 1. Training: (1 - 2) / sqrt(1.001) = -0.9995. Averages after one step with decay
    // 0.9: mean 0.2, variance 0.9 + 0.1 = 1; evaluation of 1: (1 - 0.2) / sqrt(1.001) = 0.7996.
    let mut network = Builder::new("d", Extent::flat(1), Seed(1), Init::He)
        .batch_norm(true)
        .finish(0.9);
    let device = Device::flex();
    let lent = network.lend(&device, false, false).unwrap();
    let mut pass = Pass::new(&lent, Mode::Training);
    let y = network.forward(rows(&[&[1.0], &[3.0]]), &mut pass);
    let statistics = std::mem::take(&mut pass.statistics);
    let y = values(y).unwrap();
    assert!(
        (y[0] + 0.9995).abs() < 1e-4 && (y[1] - 0.9995).abs() < 1e-4,
        "{y:?}"
    );
    network.follow(&statistics).unwrap();
    let y = network.evaluate(rows(&[&[1.0]]), &device).unwrap();
    assert!((y[0] - 0.7996).abs() < 1e-4, "{y:?}");
}

#[test]
fn spectral_normalisation_divides_by_the_largest_singular_value() {
    // W = diag(3, 1) in [2, 2]: the largest singular value is 3, so (1, 1) W / 3 = (1, 1/3).
    let mut network = Builder::new("d", Extent::flat(2), Seed(1), Init::He)
        .spectral(true)
        .dense(2)
        .finish(0.9);
    network.parameters.list_mut()[0].values = vec![3.0, 0.0, 0.0, 1.0];
    for _ in 0..30 {
        network.lend(&Device::flex(), false, true).unwrap();
    }
    let y = network
        .evaluate(rows(&[&[1.0, 1.0]]), &Device::flex())
        .unwrap();
    assert!(
        (y[0] - 1.0).abs() < 1e-5 && (y[1] - 1.0 / 3.0).abs() < 1e-5,
        "{y:?}"
    );
}

#[test]
fn the_input_gradient_is_the_finite_difference() {
    for spectral in [false, true] {
        let mut network = everything(spectral);
        let x = random(4, 72, 3);
        let (_, _, gradient) = squared_gradient(&mut network, &x, false);
        let gradient = values(gradient).unwrap();
        for at in [0, 17, 71, 72, 150, 287] {
            let step = 2e-3;
            let shifted = |by: f32| {
                let mut x = x.clone();
                x[at] += by;
                x
            };
            let up = output_sum(&mut network, &shifted(step));
            let down = output_sum(&mut network, &shifted(-step));
            let expected = (up - down) / (2.0 * f64::from(step));
            let found = f64::from(gradient[at]);
            let room = 2e-2 * expected.abs().max(0.05);
            assert!(
                (found - expected).abs() < room,
                "at {at}: {found}, finite difference {expected}"
            );
        }
    }
}

#[test]
fn the_weights_gradient_of_the_input_gradient_is_the_finite_difference() {
    for spectral in [false, true] {
        let mut network = everything(spectral);
        let x = random(4, 72, 4);
        let (squared, lent, _) = squared_gradient(&mut network, &x, true);
        let mut gradients = squared.backward();
        let mut n_checked = 0;
        for slot in 0..lent.tensors().len() {
            let Some(gradient) = lent.raw(slot).grad_remove(&mut gradients) else {
                continue;
            };
            let gradient = values(gradient).unwrap();
            for at in [0, gradient.len() - 1] {
                let mut with = |by: f32| {
                    network.parameters.list_mut()[slot].values[at] += by;
                    let (squared, _, _) = squared_gradient(&mut network, &x, false);
                    network.parameters.list_mut()[slot].values[at] -= by;
                    f64::from(values(squared).unwrap()[0])
                };
                let step = 2e-3;
                let expected = (with(step) - with(-step)) / (2.0 * f64::from(step));
                let found = f64::from(gradient[at]);
                let room = 3e-2 * expected.abs().max(0.3);
                assert!(
                    (found - expected).abs() < room,
                    "{} [{at}]: {found}, finite difference {expected}",
                    network.parameters.list()[slot].name
                );
                n_checked += 1;
            }
        }
        assert!(n_checked > 20, "only {n_checked} gradients exist");
    }
}

#[test]
fn a_wrong_input_gradient_without_the_batch_terms_would_be_seen() {
    // Batch norm couples the pictures of a batch: evaluation's gradient is another one.
    let mut network = everything(false);
    let x = random(4, 72, 3);
    let (_, _, training) = squared_gradient(&mut network, &x, false);
    let lent = network.lend(&Device::flex(), false, false).unwrap();
    let mut pass = Pass::recording(&lent, Mode::Evaluation);
    let y = network.forward(matrix(&x, 72), &mut pass);
    let evaluation = network.input_gradient(y.ones_like(), &mut pass);
    assert_ne!(values(training).unwrap(), values(evaluation).unwrap());
}
