//! Pictures, or points, from a generator.

use super::config::Settled;
use super::game::plan;
use super::prior::Prior;
use crate::error::{Error, Result};
use crate::features::generator::{Distribution, latent};
use crate::rng::Seed;
use crate::sources::Pixels;
use crate::sources::memory::MemorySource;
use crate::training::layers::{Network, Parameters, Rows};
use crate::training::models;
use burn::tensor::{Device, TensorData};

/// Pictures of one pass. Always full, so that picture i has the same bits however many are asked for.
const CHUNK: usize = 128;

/// A generator that only makes pictures.
pub struct Sampler {
    generator: Network,
    device: Device,
    latent: usize,
    latents: Distribution,
    size: usize,
    channels: usize,
    name: String,
}

impl Sampler {
    /// The generator of `settled` with these parameters, behind `prior` where there is one.
    ///
    /// # Errors
    /// Settings that make no network.
    pub fn new(settled: &Settled, parameters: &Parameters, prior: Option<&Prior>) -> Result<Self> {
        let mut generator = models::build(settled.model, &plan(settled))?.generator;
        generator.parameters = parameters.clone();
        if let Some(prior) = prior {
            generator.begin_with("prior", &prior.root, &prior.mean);
        }
        let config = &settled.config;
        Ok(Self {
            generator,
            device: config.device.device()?,
            latent: config.latent,
            latents: settled.method.latents(),
            size: config.size,
            channels: config.channels,
            name: format!("{}/{}", config.model, config.loss),
        })
    }

    /// Where it computes.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The network.
    #[must_use]
    pub fn generator(&self) -> &Network {
        &self.generator
    }

    /// The latent of picture `index`.
    #[must_use]
    pub fn latent(&self, seed: Seed, index: usize) -> Vec<f32> {
        latent(self.latents, self.latent, seed, index)
    }

    /// Brings latents back to where samples come from, as far as that has a border.
    pub fn keep_inside(&self, latents: &mut [f32]) {
        if self.latents == Distribution::Uniform {
            for value in latents {
                *value = value.clamp(-1.0, 1.0);
            }
        }
    }

    /// `n` pictures as numbers in [0, 1], row-major `[n, height, width, channels]`.
    ///
    /// # Errors
    /// A generator that makes something else than finite numbers.
    pub fn values(&self, n: usize, seed: Seed) -> Result<Vec<f32>> {
        let device = &self.device;
        let width = self.generator.output().len();
        let mut made = Vec::with_capacity(n * width);
        for first in (0..n).step_by(CHUNK) {
            let latents: Vec<f32> = (first..first + CHUNK)
                .flat_map(|index| self.latent(seed, index))
                .collect();
            let latents = Rows::from_data(TensorData::new(latents, [CHUNK, self.latent]), device);
            let mut some = self.generator.evaluate(latents, device)?;
            some.truncate((n - first).min(CHUNK) * width);
            made.extend(some);
        }
        if made.iter().all(|v| v.is_finite()) {
            return Ok(made);
        }
        Err(
            Error::numerical("the generator's pictures are not finite numbers")
                .mend("lower learning_rate, or set gradient_norm"),
        )
    }

    /// `n` pictures as a set: `round(255 v)`, gray as three equal channels.
    ///
    /// # Errors
    /// As [`Sampler::values`]; a generator of points.
    pub fn pictures(&self, n: usize, seed: Seed) -> Result<MemorySource> {
        if self.channels == 2 {
            return Err(Error::usage(format!(
                "{} makes points in the plane, expected a generator of pictures",
                self.name
            ))
            .mend("take its numbers with `Sampler::values`"));
        }
        let values = self.values(n, seed)?;
        let byte = |v: f32| (v * 255.0).round().clamp(0.0, 255.0) as u8;
        let width = self.size * self.size * self.channels;
        let of = |picture: &[f32]| {
            let rgb = match self.channels {
                1 => picture.iter().flat_map(|&v| [byte(v); 3]).collect(),
                _ => picture.iter().map(|&v| byte(v)).collect(),
            };
            Pixels {
                width: self.size,
                height: self.size,
                rgb,
            }
        };
        let pictures = values.chunks(width.max(1)).map(of).collect();
        let spec = format!("{}?n={n}&seed={}", self.name, seed.0);
        Ok(MemorySource::new(&spec, pictures))
    }
}
