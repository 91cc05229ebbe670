//! A network that looks for faces: pictures in, the values of its outputs out.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::declaration::{Declaration, Family, Order};
use super::enlarge::resize;
use super::face::Face;
use super::{ultraface, yunet};
use crate::error::{Error, Result};
use crate::features::engine::{self, Discovery, EngineRequest};
use crate::features::onnx_header::Header;
use crate::features::onnx_input::with_input_size;
use crate::features::{Engine, Extractor, Network as Graph, Origin, Output, Role, digest};
use crate::preprocess::InputSpec;
use crate::sources::Pixels;

/// Engines that are kept for sizes that may come again.
const MOST_ENGINES: usize = 8;

/// A detector that is an ONNX file.
pub(super) struct Network {
    name: String,
    sha256: String,
    bytes: Arc<Vec<u8>>,
    input_name: String,
    declared: Declaration,
    discovery: Discovery,
    threads: usize,
    /// One engine for each size of input, the latest last.
    engines: Mutex<Vec<SizedEngine>>,
}

/// An engine and the height and width that it takes.
type SizedEngine = ((usize, usize), Arc<dyn Engine>);

impl Network {
    /// Reads what the file says of itself and what is declared beside it. The engine is looked for as `request` says.
    ///
    /// # Errors
    /// Engine: no ONNX file, no known family, a wrong declaration, no engine.
    pub fn new(
        path: &Path,
        bytes: Vec<u8>,
        request: &EngineRequest,
        threads: usize,
    ) -> Result<Self> {
        let header = Header::read(&bytes).map_err(|error| error.at(path.display()))?;
        let declared = Declaration::of(path, &header).map_err(|error| error.at(path.display()))?;
        let input_name = header
            .inputs
            .first()
            .map(|input| input.name.clone())
            .unwrap_or_default();
        let discovery = engine::discover(request);
        if let Some(problem) = discovery.problem() {
            return Err(problem.clone());
        }
        let network = Self {
            name: path.display().to_string(),
            sha256: digest::sha256(&bytes),
            bytes: Arc::new(bytes),
            input_name,
            declared,
            discovery,
            threads,
            engines: Mutex::new(Vec::new()),
        };
        // A network that cannot run fails now and not at the first picture.
        let (height, width) = network.declared.size.unwrap_or((yunet::STEP, yunet::STEP));
        network.engine(height, width)?;
        Ok(network)
    }

    /// The faces of one picture, best first.
    ///
    /// # Errors
    /// Engine: the network does not run at this size, or its outputs are not what its family's are.
    pub fn detect(&self, pixels: &Pixels) -> Result<Vec<Face>> {
        let (height, width) = self.declared.size.unwrap_or((pixels.height, pixels.width));
        let fitted = resize(pixels, width, height);
        match self.declared.family {
            Family::UltraFace => {
                let outputs = self.run(&fitted, height, width)?;
                Ok(ultraface::faces(&outputs, &self.declared, pixels))
            }
            Family::YuNet => {
                let (padded_height, padded_width) = (
                    height.next_multiple_of(yunet::STEP),
                    width.next_multiple_of(yunet::STEP),
                );
                let outputs = self.run(&fitted, padded_height, padded_width)?;
                let faces = yunet::faces(&outputs, &self.declared, padded_height, padded_width);
                let (x, y) = (
                    pixels.width as f64 / width as f64,
                    pixels.height as f64 / height as f64,
                );
                Ok(faces
                    .into_iter()
                    .map(|face| stretched(face, x, y))
                    .collect())
            }
        }
    }

    /// The outputs for a picture that is put into the upper left corner of `height` x `width` black pixels.
    fn run(&self, pixels: &Pixels, height: usize, width: usize) -> Result<Vec<Vec<f32>>> {
        let tensor = tensor(pixels, &self.declared, height, width);
        let outputs = self
            .engine(height, width)?
            .run(&[tensor])
            .map_err(|error| error.at(&self.name))?;
        outputs
            .into_iter()
            .next()
            .ok_or_else(|| Error::engine(format!("{}: the engine gave no outputs", self.name)))
    }

    fn engine(&self, height: usize, width: usize) -> Result<Arc<dyn Engine>> {
        let mut engines = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, engine)) = engines.iter().find(|(size, _)| *size == (height, width)) {
            return Ok(Arc::clone(engine));
        }
        let engine: Arc<dyn Engine> = self.load(height, width)?.into();
        if engines.len() == MOST_ENGINES {
            engines.remove(0);
        }
        engines.push(((height, width), Arc::clone(&engine)));
        Ok(engine)
    }

    fn load(&self, height: usize, width: usize) -> Result<Box<dyn Engine>> {
        let (bytes, outputs) = match self.declared.family {
            Family::UltraFace => (
                Arc::clone(&self.bytes),
                ultraface::outputs(&Header::read(&self.bytes)?)?,
            ),
            Family::YuNet => {
                let resized = with_input_size(&self.bytes, height, width)
                    .map_err(|error| error.at(&self.name))?;
                (Arc::new(resized), yunet::outputs(height, width))
            }
        };
        let output = |(name, width): (String, usize)| Output {
            name,
            role: Role::Features,
            width,
        };
        let extractor = Extractor {
            name: self.name.clone(),
            sha256: self.sha256.clone(),
            origin: Origin::File(self.name.clone().into()),
            network: Graph::Onnx(bytes),
            input_name: self.input_name.clone(),
            input: InputSpec {
                size: (height, width),
                channels: 3,
                channels_last: false,
                range: None,
                filter: None,
            },
            outputs: outputs.into_iter().map(output).collect(),
            inception_layout: false,
            notes: Vec::new(),
        };
        engine::load(&extractor, &self.discovery, self.threads)
    }
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network")
            .field("name", &self.name)
            .field("declared", &self.declared)
            .finish_non_exhaustive()
    }
}

/// `[3, height, width]`, `(x - mean) / scale`; what lies outside the picture is a black pixel.
fn tensor(pixels: &Pixels, declared: &Declaration, height: usize, width: usize) -> Vec<f32> {
    let level = |value: u8| ((f64::from(value) - declared.mean) / declared.scale) as f32;
    let mut tensor = vec![level(0); 3 * height * width];
    for (plane, values) in tensor.chunks_exact_mut(height * width).enumerate() {
        let channel = match declared.order {
            Order::Rgb => plane,
            Order::Bgr => 2 - plane.min(2),
        };
        let rows = pixels.rgb.chunks_exact(pixels.width * 3);
        for (line, row) in values.chunks_exact_mut(width).zip(rows) {
            for (value, &pixel) in line.iter_mut().zip(row.iter().skip(channel).step_by(3)) {
                *value = level(pixel);
            }
        }
    }
    tensor
}

fn stretched(face: Face, x: f64, y: f64) -> Face {
    Face {
        x: face.x * x,
        y: face.y * y,
        width: face.width * x,
        height: face.height * y,
        score: face.score,
    }
}
