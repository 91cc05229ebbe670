//! A network made ready, and Fréchet distances between the sets that it is shown.

use gavel::error::{Error, Result};
use gavel::features::{Engine, Extractor, engine, registry};
use gavel::preprocess::{Protocol, Range};
use gavel::sources::Pixels;
use gavel::statistics::frechet::{Ddof, frechet};
use gavel::statistics::moments::Moments;
use ndarray::Array2;
use rayon::prelude::*;
use std::path::Path;

/// A network with the protocol fitted to it.
pub struct Judge {
    /// The network.
    pub extractor: Extractor,
    protocol: Protocol,
    engine: Box<dyn Engine>,
}

impl Judge {
    /// The network of an ONNX file that takes bytes, under the protocol `clean`.
    pub fn load(path: &Path) -> Result<Self> {
        let mut extractor = registry::resolve(Some(&path.to_string_lossy()), Path::new(""))?;
        extractor.input.range = Some(Range::Bytes);
        let protocol = Protocol::preset("clean")?.for_input(&extractor.input);
        let discovery = engine::discover(&engine::EngineRequest::default());
        let engine = engine::load(&extractor, &discovery, rayon::current_num_threads())?;
        Ok(Self {
            extractor,
            protocol,
            engine,
        })
    }

    /// Name and version of what runs the network.
    pub fn engine(&self) -> String {
        self.engine.describe()
    }

    /// Features `[n, d]` of `n` pictures; `make` gives each by its number.
    pub fn features(
        &self,
        n: usize,
        make: impl Fn(usize) -> Result<Pixels> + Sync,
    ) -> Result<Array2<f32>> {
        let one = |i: usize| -> Result<Vec<f32>> {
            let tensor = self.protocol.tensor(&make(i)?)?;
            let outputs = self.engine.run(&[tensor])?;
            let features = outputs
                .into_iter()
                .next()
                .and_then(|outputs| outputs.into_iter().next());
            features.ok_or_else(|| Error::engine("the network gave no features"))
        };
        let rows: Result<Vec<Vec<f32>>> = (0..n).into_par_iter().map(one).collect();
        let rows = rows?;
        let width = rows.first().map_or(0, Vec::len);
        Array2::from_shape_vec((n, width), rows.concat()).map_err(|error| {
            Error::engine(format!("the network's outputs differ in length: {error}"))
        })
    }

    /// Moments of the features of `n` pictures.
    pub fn moments(
        &self,
        n: usize,
        make: impl Fn(usize) -> Result<Pixels> + Sync,
    ) -> Result<Moments> {
        Moments::of(self.features(n, make)?.view())
    }
}

/// The Fréchet distance with ddof = 1 covariances.
pub fn distance(reference: &Moments, generated: &Moments) -> Result<f64> {
    Ok(frechet(reference, generated, Ddof::One)?.value)
}
