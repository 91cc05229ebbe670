//! A look at a run in flight: a sheet of samples, and the Fréchet distance in the embedded extractor; or, of points, a
//! picture of the plane and the distance of the points themselves.

use super::config::Settled;
use super::data::Data;
use super::sampling::Sampler;
use crate::error::{Error, Result};
use crate::features::engine::{self, EngineRequest};
use crate::features::extract::{ExtractOptions, extract};
use crate::features::{Engine, Extractor, registry};
use crate::plots::plane::{self, Ring};
use crate::plots::sheet::{Row, draw};
use crate::preprocess::Protocol;
use crate::progress::Silent;
use crate::rng::Seed;
use crate::sources::memory::MemorySource;
use crate::sources::mixtures::Mixture;
use crate::sources::{ImageSource, Pixels};
use crate::statistics::frechet::{Ddof, frechet};
use crate::statistics::moments::Moments;
use crate::training::mixtures;
use image::RgbImage;
use std::path::Path;

/// Pictures of a sheet: 8 rows of 8, as in the study.
const SIDE: usize = 8;
/// Points of a picture of the plane.
const N_POINTS: usize = 2000;
/// The seed of every look, so that sheets show the same latents and distances differ by the generator alone.
const SEED: Seed = Seed(42);

/// Measures the distance of a generator's samples to the training set.
pub enum Looker {
    /// Of pictures, as many of them as samples are asked for.
    Pictures(Box<Pictures>),
    /// Of points: to the moments of all of them.
    Points {
        /// The training set's.
        reference: Moments,
        /// Samples.
        n: usize,
    },
}

/// Compares pictures by what the embedded extractor sees.
pub struct Pictures {
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
        let n = config.look_samples;
        if settled.makes_points() {
            let all: Vec<usize> = (0..data.len()).collect();
            let reference = mixtures::moments(&data.batch(&all))?;
            return Ok(Some(Self::Points { reference, n }));
        }
        Ok(Some(Self::Pictures(Box::new(Pictures::new(
            settled, data,
        )?))))
    }

    /// The distance of `sampler`'s pictures or points.
    ///
    /// # Errors
    /// Samples that are not finite, a failure of the engine.
    pub fn distance(&self, sampler: &Sampler) -> Result<f64> {
        match self {
            Self::Pictures(pictures) => pictures.distance(sampler),
            Self::Points { reference, n } => {
                mixtures::distance(reference, &mixtures::moments(&sampler.values(*n, SEED)?)?)
            }
        }
    }
}

impl Pictures {
    fn new(settled: &Settled, data: &Data) -> Result<Self> {
        let config = &settled.config;
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
        Ok(looker)
    }

    fn distance(&self, sampler: &Sampler) -> Result<f64> {
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

/// A sheet of 64 samples as PNG; or 2,000 points with a circle of three deviations around each mode.
///
/// # Errors
/// Samples that are not finite.
pub fn sheet(sampler: &Sampler, settled: &Settled) -> Result<Vec<u8>> {
    if settled.makes_points() {
        return points(sampler, settled);
    }
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

fn points(sampler: &Sampler, settled: &Settled) -> Result<Vec<u8>> {
    let made = sampler.values(N_POINTS, SEED)?;
    let points: Vec<[f64; 2]> = made
        .as_chunks::<2>()
        .0
        .iter()
        .map(|point| point.map(f64::from))
        .collect();
    let around = |mixture: &Mixture| -> Vec<Ring> {
        let radius = mixtures::REACH * mixture.std;
        let modes = mixture.centers().into_iter();
        modes.map(|center| Ring { center, radius }).collect()
    };
    let rings = settled.mixture.as_ref().map(around).unwrap_or_default();
    plane::png(&points, &rings)
        .map_err(|error| Error::numerical(format!("the picture of the plane: {error}")))
}
