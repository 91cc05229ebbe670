//! The compiled-in network, ready to look at pictures in memory.

use gavel::error::{Error, Result};
use gavel::features::{Engine, Extractor, engine, registry};
use gavel::preprocess::Protocol;
use gavel::sources::Pixels;
use ndarray::Array2;
use rayon::prelude::*;
use std::path::Path;

/// The network under its protocol.
pub struct Eyes {
    extractor: Extractor,
    protocol: Protocol,
    engine: Box<dyn Engine>,
}

impl Eyes {
    /// `embedded-v1` under the protocol `clean`.
    pub fn open() -> Result<Self> {
        let extractor = registry::resolve(Some("embedded"), Path::new(""))?;
        let protocol = Protocol::preset("clean")?.for_input(&extractor.input);
        let discovery = engine::discover(&engine::EngineRequest::default());
        let engine = engine::load(&extractor, &discovery, rayon::current_num_threads())?;
        Ok(Self {
            extractor,
            protocol,
            engine,
        })
    }

    /// `FD (embedded-v1)`.
    pub fn distance(&self) -> String {
        format!("FD ({})", self.extractor.name)
    }

    /// Name and version of what runs the network.
    pub fn engine(&self) -> String {
        self.engine.describe()
    }

    /// Features `[n, d]`.
    pub fn features(&self, pictures: &[Pixels]) -> Result<Array2<f32>> {
        let one = |picture: &Pixels| -> Result<Vec<f32>> {
            let outputs = self.engine.run(&[self.protocol.tensor(picture)?])?;
            let first = outputs.into_iter().next();
            first
                .and_then(|outputs| outputs.into_iter().next())
                .ok_or_else(|| Error::engine("the network gave no features"))
        };
        let rows: Vec<Vec<f32>> = pictures.par_iter().map(one).collect::<Result<_>>()?;
        let width = rows.first().map_or(0, Vec::len);
        Array2::from_shape_vec((rows.len(), width), rows.concat()).map_err(|error| {
            Error::engine(format!("the network's outputs differ in length: {error}"))
        })
    }
}
