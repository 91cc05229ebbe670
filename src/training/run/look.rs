//! A look at a run in flight: a sheet of samples, and the Fréchet distance in the embedded extractor.

use super::config::Settled;
use super::data::Data;
use super::sampling::Sampler;
use crate::error::{Error, Result};
use crate::features::engine::{self, EngineRequest};
use crate::features::extract::{ExtractOptions, extract};
use crate::features::{Engine, Extractor, registry};
use crate::plots::sheet::{Row, draw};
use crate::preprocess::Protocol;
use crate::progress::Silent;
use crate::rng::Seed;
use crate::sources::memory::MemorySource;
use crate::sources::{ImageSource, Pixels};
use crate::statistics::frechet::{Ddof, frechet};
use crate::statistics::moments::Moments;
use image::RgbImage;
use std::path::Path;

/// Pictures of a sheet: 8 rows of 8, as in the study.
const SIDE: usize = 8;
/// The seed of every look, so that sheets show the same latents and distances differ by the generator alone.
const SEED: Seed = Seed(42);

/// Measures the distance of a generator's samples to the training set.
pub struct Looker {
    extractor: Extractor,
    engine: Box<dyn Engine>,
    protocol: Protocol,
    options: ExtractOptions,
    reference: Moments,
    n: usize,
}

impl Looker {
    /// Ready to compare with as many training pictures as samples are asked for; `None` where no distance is wanted.
    ///
    /// # Errors
    /// No engine that runs the embedded extractor, fewer than two samples.
    pub fn new(settled: &Settled, data: &Data) -> Result<Option<Self>> {
        let config = &settled.config;
        if config.look_samples == 0 || config.look_every == 0 {
            return Ok(None);
        }
        if config.look_samples < 2 {
            return Err(Error::usage(
                "look_samples is 1, a distance needs at least 2",
            ));
        }
        let extractor = registry::resolve(Some("embedded"), Path::new(""))?;
        let options = ExtractOptions {
            threads: config.threads.unwrap_or(0),
            ..ExtractOptions::default()
        };
        let discovery = engine::discover(&EngineRequest::default());
        let engine = engine::load(&extractor, &discovery, options.threads.max(1))?;
        let protocol = Protocol::preset("clean")?.for_input(&extractor.input);
        let mut looker = Self {
            extractor,
            engine,
            protocol,
            options,
            reference: Moments::from_parts(
                ndarray::Array1::zeros(1),
                ndarray::Array2::zeros((1, 1)),
                None,
            )?,
            n: config.look_samples,
        };
        let real = pictures(data, config.size, config.channels, config.look_samples);
        looker.reference = looker.moments(&real)?;
        Ok(Some(looker))
    }

    /// The distance of `sampler`'s pictures.
    ///
    /// # Errors
    /// Pictures that are not finite, a failure of the engine.
    pub fn distance(&mut self, sampler: &Sampler) -> Result<f64> {
        let moments = self.moments(&sampler.pictures(self.n, SEED)?)?;
        Ok(frechet(&self.reference, &moments, Ddof::One)?.value)
    }

    fn moments(&self, pictures: &dyn ImageSource) -> Result<Moments> {
        let found = extract(
            pictures,
            &self.protocol,
            &self.extractor,
            self.engine.as_ref(),
            None,
            &self.options,
            &Silent,
        )?;
        Moments::of(found.features.view())
    }
}

/// The first `n` training pictures as a set.
fn pictures(data: &Data, size: usize, channels: usize, n: usize) -> MemorySource {
    let of = |index: usize| {
        let bytes = data.picture(index);
        Pixels {
            width: size,
            height: size,
            rgb: match channels {
                1 => bytes.iter().flat_map(|&b| [b; 3]).collect(),
                _ => bytes.to_vec(),
            },
        }
    };
    let pictures = (0..n.min(data.len())).map(of).collect();
    MemorySource::new("train", pictures)
}

/// A sheet of 64 samples as PNG.
///
/// # Errors
/// Pictures that are not finite.
pub fn sheet(sampler: &Sampler) -> Result<Vec<u8>> {
    let set = sampler.pictures(SIDE * SIDE, SEED)?;
    let image = |p: &Pixels| RgbImage::from_raw(p.width as u32, p.height as u32, p.rgb.clone());
    let rows: Vec<Row> = set
        .pictures()
        .chunks(SIDE)
        .map(|some| Row {
            label: String::new(),
            pictures: some.iter().filter_map(image).collect(),
        })
        .collect();
    let cell = set
        .pictures()
        .first()
        .map_or(32, |p| p.width.max(32) as u32);
    draw(&rows, cell).map_err(|error| Error::numerical(format!("the sheet of samples: {error}")))
}
