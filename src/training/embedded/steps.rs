//! The optimisation itself: Adam on the cross entropy over all classes of all domains.

use super::batches::{self, Batch};
use super::evaluation;
use super::log::Epoch;
use super::network::Network;
use super::pictures::Sets;
use super::recipe::Recipe;
use crate::error::{Error, Result};
use crate::progress::Observer;
use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Int, Tensor, TensorData, activation};

/// Trains a new network as the recipe says; `heard` is told of every epoch as it ends.
///
/// # Errors
/// A loss that is no longer finite, a stop that was asked for, a failure of burn's backend.
pub fn train(
    recipe: &Recipe,
    sets: &Sets,
    observer: &dyn Observer,
    heard: &mut dyn FnMut(&Epoch) -> Result<()>,
) -> Result<Network> {
    let plain = Device::flex();
    let device = plain.clone().autodiff();
    let mut network = Network::new(recipe, sets.classes.len(), &device);
    let mut optimizer = AdamConfig::new().with_epsilon(1e-8).init();
    let started = std::time::Instant::now();
    let mut step = 0;
    for epoch in 0..recipe.schedule.epochs {
        let order = batches::order(recipe, &sets.train, epoch);
        // The last, partial batch is left out: its gradient would count its pictures more than the others.
        let n_batches = order.len() / recipe.schedule.batch_size;
        let n_steps = n_batches * recipe.schedule.epochs;
        observer.begin(&format!("epoch {}", epoch + 1), n_batches);
        let mut total = 0.0;
        for indices in order.chunks_exact(recipe.schedule.batch_size) {
            if observer.stop_requested() {
                return Err(Error::interrupted());
            }
            let batch = batches::augmented(recipe, &sets.train, indices, step);
            let rate = recipe.schedule.rate(step, n_steps);
            let loss;
            (network, loss) = one_step(network, &mut optimizer, rate, batch, recipe.size, &device)?;
            if !loss.is_finite() {
                return Err(
                    Error::numerical(format!("the loss of step {step} is {loss}"))
                        .mend("lower schedule.learning_rate in the recipe"),
                );
            }
            total += f64::from(loss);
            step += 1;
            observer.advance(1);
        }
        observer.end();
        let still = network.valid();
        heard(&Epoch {
            number: epoch + 1,
            n_steps: step,
            loss: total / n_batches.max(1) as f64,
            accuracies: evaluation::accuracies(&still, &sets.test, recipe.domains.len(), &plain)?,
            seconds: started.elapsed().as_secs_f64(),
        })?;
    }
    Ok(network.valid())
}

/// One Adam update; gives the batch's mean cross entropy before it.
fn one_step(
    network: Network,
    optimizer: &mut ModuleOptimizer,
    rate: f64,
    batch: Batch,
    size: usize,
    device: &Device,
) -> Result<(Network, f32)> {
    let n = batch.labels.len();
    let pixels: Tensor<4> =
        Tensor::from_data(TensorData::new(batch.pixels, [n, 3, size, size]), device);
    let labels: Tensor<2, Int> = Tensor::from_data(TensorData::new(batch.labels, [n, 1]), device);
    let logits = network.logits(network.features(pixels));
    let loss = activation::log_softmax(logits, 1)
        .gather(1, labels)
        .mean()
        .neg();
    let gradients = GradientsParams::from_grads(loss.backward(), &network);
    let value = evaluation::values(loss)?;
    let network = optimizer.step(rate, network, gradients);
    Ok((network, value.first().copied().unwrap_or(f32::NAN)))
}
