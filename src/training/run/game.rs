//! One step of the game: what both networks are told, exactly as the study tells them.

use super::codes::Codes;
use super::config::Settled;
use super::data::Data;
use super::optimizer::{Optimizer, clip, shorten};
use super::prior::Prior;
use super::replay::Replay;
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::training::layers::{Lent, Mode, Parameters, Pass, Rows, values};
use crate::training::losses::{Baseline, Head, Judged, Loss, Memory, Method, penalty};
use crate::training::models::{self, Pair, Plan};
use burn::tensor::{Device, Gradients, Tensor, TensorData};
use ndarray::ArrayView2;

/// Training pictures whose codes a normal distribution is fitted to, at most.
const MOST_CODES: usize = 10_000;
/// Pictures of one pass of an encoder.
const ENCODED_AT_ONCE: usize = 256;

/// Both networks with everything that changes from step to step.
pub struct Game {
    settled: Settled,
    device: Device,
    seed: Seed,
    /// Generator and discriminator.
    pub pair: Pair,
    /// Of the generator and of the discriminator.
    pub optimizers: [Optimizer; 2],
    /// The loss's own state.
    pub k: f64,
    /// The averaged generator.
    pub average: Option<Parameters>,
    /// Earlier generators' samples.
    pub replay: Option<Replay>,
    /// The codes of the training pictures, where they have their own.
    pub codes: Option<Codes>,
}

/// The losses of one step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Losses {
    /// The discriminator's, penalty included.
    pub discriminator: f64,
    /// The generator's, where it was updated.
    pub generator: Option<f64>,
}

impl Game {
    /// New networks, for `n_train` training pictures.
    ///
    /// # Errors
    /// A size that the model does not support.
    pub fn new(settled: &Settled, n_train: usize) -> Result<Self> {
        let config = &settled.config;
        let seed = Seed(config.seed);
        let pair = models::build(settled.model, &plan(settled))?;
        let optimizer = |parameters| {
            let betas = (settled.beta1, config.beta2);
            Optimizer::new(config.optimizer, settled.learning_rate, betas, parameters)
        };
        let optimizers = [
            optimizer(&pair.generator.parameters),
            optimizer(&pair.discriminator.parameters),
        ];
        Ok(Self {
            device: config.device.device()?,
            seed,
            optimizers,
            k: 0.0,
            average: config.ema.map(|_| pair.generator.parameters.clone()),
            replay: config
                .replay
                .map(|share| Replay::new(share, config.replay_capacity)),
            codes: (settled.method.head() == Head::Nothing)
                .then(|| Codes::new(n_train, config.latent, seed)),
            pair,
            settled: settled.clone(),
        })
    }

    /// Is the generator updated at the discriminator's step `step`? The study's rule: at 0, 1, 1 + n, 1 + 2n, …
    #[must_use]
    pub fn updates_generator(n_critic: usize, step: usize) -> bool {
        step == 0 || (step - 1).is_multiple_of(n_critic.max(1))
    }

    /// One discriminator update on the pictures `real`, row-major `[n, values]` in [0, 1], and, where it is due, one of
    /// the generator. `indices` are the places of the pictures in the training set.
    ///
    /// # Errors
    /// A loss that is not finite; a failure of burn's backend.
    pub fn step(&mut self, step: usize, real: &[f32], indices: &[usize]) -> Result<Losses> {
        let loss = match self.settled.method {
            Method::Game(loss) => loss,
            Method::Baseline(baseline) => return self.reconstruct(baseline, step, (real, indices)),
        };
        let due = Self::updates_generator(self.settled.n_critic, step);
        let n = self.settled.config.batch_size;
        let latents = self.latents("training/latent", step, n);
        // One generator pass serves both updates where they share their latents: its weights do not change between.
        let shared = due && !loss.redraws();
        let lent = self.pair.generator.give(&self.device, shared, false)?;
        let fake = self.generate(&lent, &latents, 1 + usize::from(shared))?;
        let still = fake.clone().inner();
        let kept = if shared {
            Some((lent, fake))
        } else {
            self.pair.generator.take_back(lent)?;
            None
        };
        let seen = match &mut self.replay {
            Some(replay) => {
                let fresh = values(still.clone())?;
                let mixed = replay.mix(&fresh, n, step, self.seed);
                self.rows(&mixed)
            }
            None => still,
        };
        let judged = self.update_discriminator(loss, step, real, seen);
        let generator = match (&judged, kept) {
            (Ok(_), Some((lent, fake))) => Some(self.update_generator(loss, lent, fake)?),
            (Ok(_), None) if due => {
                let latents = self.latents("training/latent_of_generator", step, n);
                let lent = self.pair.generator.give(&self.device, true, false)?;
                let fake = self.generate(&lent, &latents, 1)?;
                Some(self.update_generator(loss, lent, fake)?)
            }
            (Err(_), Some((lent, fake))) => {
                drop(fake);
                self.pair.generator.take_back(lent)?;
                None
            }
            _ => None,
        };
        let (discriminator, errors) = judged?;
        self.remember(loss, real, &latents, errors)?;
        Ok(Losses {
            discriminator,
            generator,
        })
    }

    /// `n` latents, uniform in [-1, 1).
    fn latents(&self, purpose: &str, step: usize, n: usize) -> Vec<f32> {
        let mut stream = self.seed.stream(purpose, step as u64);
        (0..n * self.settled.config.latent)
            .map(|_| (2.0 * stream.uniform() - 1.0) as f32)
            .collect()
    }

    fn rows(&self, values: &[f32]) -> Rows {
        let n = self.settled.config.batch_size;
        let shape = [n, values.len() / n];
        Rows::from_data(TensorData::new(values.to_vec(), shape), &self.device)
    }

    /// The generator in training mode; its running averages follow `n_times`, as often as the study runs it.
    fn generate(&mut self, lent: &Lent, latents: &[f32], n_times: usize) -> Result<Rows> {
        let mut pass = Pass::new(lent, Mode::Training);
        let fake = self.pair.generator.forward(self.rows(latents), &mut pass);
        let found = std::mem::take(&mut pass.statistics);
        for _ in 0..n_times {
            self.pair.generator.follow(&found)?;
        }
        Ok(fake)
    }

    /// What the discriminator says. Its running averages are never read by anybody, so they do not follow.
    fn judge(&self, lent: &Lent, pictures: Rows) -> Judged {
        let mut pass = Pass::new(lent, Mode::Training);
        let output = self.pair.discriminator.forward(pictures.clone(), &mut pass);
        Judged { pictures, output }
    }

    /// What the discriminator says of real and of generated pictures, as if they were judged one after the other: in one
    /// walk, because large weights are then read once, with batch norm on each part alone.
    fn judge_both(&self, lent: &Lent, real: Rows, fake: Rows) -> [Judged; 2] {
        let n = real.dims()[0];
        let mut pass = Pass::new(lent, Mode::Training);
        pass.n_parts = 2;
        let both = Rows::cat(vec![real.clone(), fake.clone()], 0);
        let output = self.pair.discriminator.forward(both, &mut pass);
        [(real, 0), (fake, n)].map(|(pictures, first)| Judged {
            pictures,
            output: output.clone().narrow(0, first, n),
        })
    }

    /// The discriminator's loss; and the errors on real and generated pictures for a loss that remembers them.
    fn update_discriminator(
        &mut self,
        loss: &dyn Loss,
        step: usize,
        real: &[f32],
        fake: Rows,
    ) -> Result<(f64, Option<(f64, f64)>)> {
        let lent = self.pair.discriminator.give(&self.device, true, true)?;
        let [judged_real, judged_fake] = self.judge_both(&lent, self.rows(real), fake.clone());
        let mut total = loss.discriminator(&judged_real, &judged_fake, self.k);
        let mut stream = self.seed.stream("training/penalty", step as u64);
        let n = self.settled.config.batch_size;
        if loss.probes() {
            let fake = values(fake)?;
            if let Some(probe) = loss.probe(real, &fake, n, &mut stream) {
                let held = penalty(&self.pair.discriminator, &lent, probe, &self.device);
                total = total + held.mul_scalar(self.settled.constants.lambda);
            }
        }
        let errors = match loss.memory() {
            Memory::OfTheStep => Some((
                scalar(loss.generator(&judged_real).inner())?,
                scalar(loss.generator(&judged_fake).inner())?,
            )),
            Memory::None | Memory::SeenAgain => None,
        };
        drop((judged_real, judged_fake));
        let mut gradients = total.backward();
        let value = scalar(total.inner())?;
        let gradients = self.gradients(&lent, &mut gradients)?;
        self.pair.discriminator.take_back(lent)?;
        let value = finite("discriminator", step, value)?;
        let parameters = &mut self.pair.discriminator.parameters;
        self.optimizers[1].update(parameters, &gradients);
        if loss.clips() {
            clip(parameters, self.settled.constants.clip as f32);
        }
        Ok((value, errors))
    }

    /// The generator's loss. `lent` are the weights that `fake` was made with.
    fn update_generator(&mut self, loss: &dyn Loss, lent: Lent, fake: Rows) -> Result<f64> {
        let still = self.pair.discriminator.give(&self.device, false, false)?;
        let total = loss.generator(&self.judge(&still, fake));
        let mut gradients = total.backward();
        let value = scalar(total.inner())?;
        let gradients = self.gradients(&lent, &mut gradients)?;
        self.pair.discriminator.take_back(still)?;
        self.pair.generator.take_back(lent)?;
        let n_updates = self.optimizers[0].n_updates as usize;
        let value = finite("generator", n_updates, value)?;
        self.move_generator(&gradients);
        Ok(value)
    }

    fn move_generator(&mut self, gradients: &[Option<Vec<f32>>]) {
        self.optimizers[0].update(&mut self.pair.generator.parameters, gradients);
        if let (Some(average), Some(keep)) = (&mut self.average, self.settled.config.ema) {
            let now = self.pair.generator.parameters.list();
            for (slot, parameter) in now.iter().enumerate() {
                average.average(slot, &parameter.values, keep as f32);
            }
        }
    }

    /// One update of the generator, together with the encoder or with the codes of the pictures.
    fn reconstruct(
        &mut self,
        baseline: &dyn Baseline,
        step: usize,
        (real, indices): (&[f32], &[usize]),
    ) -> Result<Losses> {
        let config = &self.settled.config;
        let (n, latent, channels) = (config.batch_size, config.latent, config.channels);
        let pictures = self.rows(real);
        let encoder = self.pair.discriminator.give(&self.device, true, true)?;
        let given = if let Some(codes) = &self.codes {
            self.rows(&codes.of(indices)).autodiff().require_grad()
        } else {
            let mut pass = Pass::new(&encoder, Mode::Training);
            let given = self.pair.discriminator.forward(pictures.clone(), &mut pass);
            // A fit of the codes evaluates the encoder, so its running averages follow.
            let found = std::mem::take(&mut pass.statistics);
            self.pair.discriminator.follow(&found)?;
            given
        };
        let mut stream = self.seed.stream("training/latent", step as u64);
        let noise: Vec<f32> = (0..n * latent).map(|_| stream.normal() as f32).collect();
        let codes = baseline.codes(given.clone(), self.rows(&noise));
        let decoder = self.pair.generator.give(&self.device, true, false)?;
        let mut pass = Pass::new(&decoder, Mode::Training);
        let made = self.pair.generator.forward(codes, &mut pass);
        let found = std::mem::take(&mut pass.statistics);
        self.pair.generator.follow(&found)?;
        let total = baseline.objective(&pictures, made, given.clone(), channels);
        let mut gradients = total.backward();
        let value = scalar(total.inner())?;
        let of_encoder = self.gradients(&encoder, &mut gradients)?;
        let of_decoder = self.gradients(&decoder, &mut gradients)?;
        self.pair.discriminator.take_back(encoder)?;
        self.pair.generator.take_back(decoder)?;
        let value = finite("auto-encoder", step, value)?;
        if let Some(codes) = &mut self.codes
            && let Some(moved) = given.grad_remove(&mut gradients)
        {
            codes.update(indices, &values(moved)?);
        }
        self.optimizers[1].update(&mut self.pair.discriminator.parameters, &of_encoder);
        self.move_generator(&of_decoder);
        Ok(Losses {
            discriminator: value,
            generator: Some(value),
        })
    }

    /// The normal distribution of the training pictures' codes, where samples are made from it.
    ///
    /// # Errors
    /// Codes that are not finite.
    pub fn prior(&self, data: &Data) -> Result<Option<Prior>> {
        match self.settled.method {
            Method::Baseline(baseline) if baseline.fits_codes() => {}
            _ => return Ok(None),
        }
        let latent = self.settled.config.latent;
        let codes = match &self.codes {
            Some(codes) => codes.values.clone(),
            None => self.encoded(data)?,
        };
        let shape = (codes.len() / latent, latent);
        let codes = ArrayView2::from_shape(shape, &codes)
            .map_err(|error| Error::numerical(format!("codes of the training set: {error}")))?;
        Prior::of(codes).map(Some)
    }

    /// What the encoder makes of the first training pictures, row-major.
    fn encoded(&self, data: &Data) -> Result<Vec<f32>> {
        let mut all = Vec::new();
        let indices: Vec<usize> = (0..data.len().min(MOST_CODES)).collect();
        for some in indices.chunks(ENCODED_AT_ONCE) {
            let pictures = data.batch(some);
            let shape = [some.len(), pictures.len() / some.len()];
            let rows = Rows::from_data(TensorData::new(pictures, shape), &self.device);
            all.extend(self.pair.discriminator.evaluate(rows, &self.device)?);
        }
        Ok(all)
    }

    fn gradients(&self, lent: &Lent, found: &mut Gradients) -> Result<Vec<Option<Vec<f32>>>> {
        let of = |tensor: &Rows| tensor.grad_remove(found).map(values).transpose();
        let mut gradients = lent.tensors().iter().map(of).collect::<Result<Vec<_>>>()?;
        if let Some(most) = self.settled.config.gradient_norm {
            shorten(&mut gradients, most);
        }
        Ok(gradients)
    }

    /// Moves the loss's own state.
    fn remember(
        &mut self,
        loss: &dyn Loss,
        real: &[f32],
        latents: &[f32],
        errors: Option<(f64, f64)>,
    ) -> Result<()> {
        let (real, fake) = match (loss.memory(), errors) {
            (Memory::SeenAgain, _) => {
                let lent = self.pair.generator.give(&self.device, false, false)?;
                let fake = self.generate(&lent, latents, 1)?;
                self.pair.generator.take_back(lent)?;
                let lent = self.pair.discriminator.give(&self.device, false, false)?;
                let real = loss.generator(&self.judge(&lent, self.rows(real)));
                let fake = loss.generator(&self.judge(&lent, fake));
                self.pair.discriminator.take_back(lent)?;
                (scalar(real)?, scalar(fake)?)
            }
            (_, Some(errors)) => errors,
            (_, None) => return Ok(()),
        };
        self.k = loss.remembered(self.k, real, fake, &self.settled.constants);
        Ok(())
    }
}

/// The plan of the networks.
pub(super) fn plan(settled: &Settled) -> Plan {
    let config = &settled.config;
    Plan {
        size: config.size,
        channels: config.channels,
        latent: config.latent,
        width: settled.width,
        head: settled.method.head(),
        batch_norm: settled.batch_norm,
        spectral_norm: config.spectral_norm,
        decay: config.batch_norm_decay as f32,
        seed: Seed(config.seed),
    }
}

fn scalar(tensor: Tensor<1>) -> Result<f64> {
    let all = values(tensor)?;
    Ok(all.first().map_or(f64::NAN, |&v| f64::from(v)))
}

fn finite(whose: &str, step: usize, loss: f64) -> Result<f64> {
    if loss.is_finite() {
        return Ok(loss);
    }
    Err(Error::numerical(format!(
        "the {whose}'s loss is {loss} at its update {}",
        step + 1
    ))
    .mend("lower learning_rate, or set gradient_norm"))
}
