//! Any generator that is an ONNX file, as a set of pictures.
//!
//! Spec: `generator.onnx?n=10000&seed=7`. Beside it `generator.toml` may declare
//!
//! ```toml
//! [generator]
//! input = "latent"           # default: the only input of the file
//! latent = [64]              # shape of one latent; default: the input's, without the batch
//! distribution = "normal"    # or "uniform" in [-1, 1); default: normal
//! output = "images"          # default: the only output
//! range = "minus1_1"         # of the pictures' values, or "unit" for [0, 1]; default: minus1_1
//! size = 32                  # and
//! channels = 3               # of a picture [channels, size, size]; default: the output's
//! ```
//! Latent i is drawn from the stream `("generator/latent", i)` of the seed, so that picture i is the same however many are asked
//! for, on every number of threads. A value v becomes the byte round(255 v), clamped, after v = (x + 1) / 2 for `minus1_1`; gray
//! becomes three equal channels.

use super::engine::{self, Discovery};
use super::onnx_header::{Header, Port};
use super::{Engine, Extractor, Network, Origin, Output, Role, digest};
use crate::error::{Error, Result};
use crate::preprocess::InputSpec;
use crate::progress::Observer;
use crate::rng::Seed;
use crate::sources::Pixels;
use crate::sources::memory::MemorySource;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;

/// The output `[N, 2]` of a generator that makes points in the plane, which are no pictures.
pub const POINTS: &str = "points";

/// Most bytes of pictures that are made, all of which are held in memory.
const MOST_BYTES: usize = 2 << 30;

/// Pictures between two looks at the observer.
const CHUNK: usize = 256;

/// `generator.toml` beside `generator.onnx`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sidecar {
    /// The `[generator]` table.
    pub generator: Declaration,
}

/// A generator of points in the plane makes no pictures.
fn refuse_points(path: &Path, output: &Port) -> Result<()> {
    if output.name != POINTS || output.width() != Some(2) {
        return Ok(());
    }
    Err(Error::input(format!(
        "{}: makes points in the plane (`{POINTS}` {}), expected a generator of pictures",
        path.display(),
        output.shape_text()
    ))
    .mend("see `measures` in the run.json beside it, which compares them with the mixture"))
}

/// What a generator takes and makes, as far as it is declared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// The ONNX input's name.
    pub input: Option<String>,
    /// Shape of one latent.
    pub latent: Option<Vec<usize>>,
    /// How latents are drawn.
    pub distribution: Option<Distribution>,
    /// The ONNX output's name, `[N, channels, size, size]`.
    pub output: Option<String>,
    /// The range of its values.
    pub range: Option<Values>,
    /// Height and width of a picture.
    pub size: Option<usize>,
    /// 1 or 3.
    pub channels: Option<usize>,
}

/// How latents are drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// Standard normal.
    #[default]
    Normal,
    /// Uniform in [-1, 1).
    Uniform,
}

/// The range of a generator's values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// [-1, 1], as tanh gives.
    #[default]
    Minus1_1,
    /// [0, 1], as a sigmoid gives.
    Unit,
}

/// Which pictures of which generator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec<'a> {
    /// The ONNX file.
    pub path: &'a Path,
    /// Pictures; `None` where the spec does not say.
    pub n: Option<usize>,
    /// The seed of the latents; `None` where the spec does not say.
    pub seed: Option<u64>,
}

impl<'a> Spec<'a> {
    /// The parts of a spec; `None` where it names no ONNX file.
    ///
    /// # Errors
    /// Usage: a selector, or what follows `?` is not understood.
    pub fn parse(spec: &'a str) -> Result<Option<Self>> {
        let (base, selectors) = spec.split_once('#').unwrap_or((spec, ""));
        let (path, query) = base.split_once('?').unwrap_or((base, ""));
        let path = Path::new(path);
        if !path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("onnx"))
        {
            return Ok(None);
        }
        let wrong = |what: &str| {
            Error::usage(format!("{spec}: `{what}` of a generator is not understood"))
                .mend("for example generator.onnx?n=10000&seed=7")
        };
        if !selectors.is_empty() {
            return Err(wrong(&format!("#{selectors}")));
        }
        let mut parsed = Self {
            path,
            n: None,
            seed: None,
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("n", value)) => {
                    let n = value.parse().ok().filter(|n| *n > 0);
                    parsed.n = Some(n.ok_or_else(|| wrong(pair))?);
                }
                Some(("seed", value)) => {
                    parsed.seed = Some(value.parse().map_err(|_| wrong(pair))?);
                }
                _ => return Err(wrong(pair)),
            }
        }
        Ok(Some(parsed))
    }
}

/// A generator ready to run.
pub struct Generator {
    name: String,
    engine: Box<dyn Engine>,
    latent: usize,
    distribution: Distribution,
    range: Values,
    /// Channels, height, width.
    shape: [usize; 3],
    /// What was assumed for want of a declaration.
    pub notes: Vec<String>,
}

impl Generator {
    /// Reads the file and what is declared beside it.
    ///
    /// # Errors
    /// Input: no such file, a generator of points. Engine: no network of one latent and one picture, a wrong declaration,
    /// no engine.
    pub fn load(path: &Path, discovery: &Discovery, threads: usize) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|e| Error::io(path, &e))?;
        let header = Header::read(&bytes).map_err(|error| error.at(path.display()))?;
        let declared = declaration(path)?;
        let refused = |what: String| {
            Error::engine(format!("{}: {what}", path.display())).mend(format!(
                "declare it in {} (see `gavel evaluate --help`)",
                path.with_extension("toml").display()
            ))
        };
        let port = |ports: &[Port], wanted: Option<&String>, what: &str| -> Result<Port> {
            let names: Vec<&str> = ports.iter().map(|port| port.name.as_str()).collect();
            let found = match wanted {
                Some(name) => ports.iter().find(|port| port.name == *name),
                None if ports.len() == 1 => ports.first(),
                None => None,
            };
            found.cloned().ok_or_else(|| {
                refused(format!(
                    "which {what} is the generator's? The file has [{}]",
                    names.join(", ")
                ))
            })
        };
        let input = port(&header.inputs, declared.input.as_ref(), "input")?;
        let output = port(&header.outputs, declared.output.as_ref(), "output")?;
        refuse_points(path, &output)?;
        let mut notes = Vec::new();
        let latent = match &declared.latent {
            Some(shape) => shape.clone(),
            None => fixed(&input).ok_or_else(|| {
                refused(format!(
                    "the latent's shape is unknown: {}",
                    input.shape_text()
                ))
            })?,
        };
        let found = fixed(&output).unwrap_or_default();
        let axis = |declared: Option<usize>, axis: usize| declared.or(found.get(axis).copied());
        let (Some(channels), Some(height), Some(width)) = (
            axis(declared.channels, 0),
            axis(declared.size, 1),
            axis(declared.size, 2),
        ) else {
            return Err(refused(format!(
                "the pictures' shape is unknown: `{}` has {}, expected [N, channels, height, width]",
                output.name,
                output.shape_text()
            )));
        };
        let len = [channels, height, width]
            .into_iter()
            .try_fold(1_usize, usize::checked_mul)
            .filter(|len| (1..=MOST_BYTES).contains(len) && matches!(channels, 1 | 3));
        let Some(len) = len else {
            return Err(refused(format!(
                "pictures of {channels} channels and {height} x {width} pixels; expected 1 or 3 channels"
            )));
        };
        if declared.distribution.is_none() {
            notes.push("latents are taken to be standard normal".to_owned());
        }
        if declared.range.is_none() {
            notes.push("pictures are taken to be in [-1, 1]".to_owned());
        }
        let extractor = Extractor {
            name: path.display().to_string(),
            sha256: digest::sha256(&bytes),
            origin: Origin::File(path.to_owned()),
            network: Network::Onnx(Arc::new(bytes)),
            input_name: input.name,
            input: InputSpec {
                size: (1, 1),
                channels: latent.iter().product(),
                channels_last: false,
                range: None,
                filter: None,
            },
            outputs: vec![Output {
                name: output.name,
                role: Role::Features,
                width: len,
            }],
            inception_layout: false,
            notes: Vec::new(),
        };
        Ok(Self {
            name: extractor.name.clone(),
            engine: engine::load_for(&extractor, &latent, discovery, threads)?,
            latent: latent.iter().product(),
            distribution: declared.distribution.unwrap_or_default(),
            range: declared.range.unwrap_or_default(),
            shape: [channels, height, width],
            notes,
        })
    }

    /// The latent of picture `index`.
    #[must_use]
    pub fn latent(&self, seed: Seed, index: usize) -> Vec<f32> {
        latent(self.distribution, self.latent, seed, index)
    }

    /// Makes `n` pictures; `spec` is what they are called.
    ///
    /// # Errors
    /// Usage: more than fit into memory. Engine: the network stops. Numerical: values that are not finite. Interrupted.
    pub fn pictures(
        &self,
        spec: &str,
        n: usize,
        seed: Seed,
        observer: &dyn Observer,
    ) -> Result<MemorySource> {
        let [_, height, width] = self.shape;
        let bytes = n.saturating_mul(3 * height * width);
        if bytes > MOST_BYTES {
            return Err(Error::usage(format!(
                "{}: {n} pictures of {height} x {width} pixels are {} MB, more than the {} MB that are held in memory",
                self.name,
                bytes >> 20,
                MOST_BYTES >> 20
            ))
            .mend(format!("?n={}", MOST_BYTES / (3 * height * width))));
        }
        observer.begin("sampling", n);
        let mut made = Vec::with_capacity(n);
        for first in (0..n).step_by(CHUNK) {
            let rows = first..n.min(first + CHUNK);
            let some: Vec<Pixels> = rows
                .into_par_iter()
                .map(|index| self.picture(seed, index))
                .collect::<Result<_>>()?;
            observer.advance(some.len());
            made.extend(some);
            if observer.stop_requested() {
                return Err(Error::interrupted());
            }
        }
        observer.end();
        Ok(MemorySource::new(spec, made))
    }

    fn picture(&self, seed: Seed, index: usize) -> Result<Pixels> {
        let outputs = self.engine.run(&[self.latent(seed, index)])?;
        let values = outputs.into_iter().flatten().next().unwrap_or_default();
        let [channels, height, width] = self.shape;
        if values.iter().any(|v| !v.is_finite()) {
            return Err(Error::numerical(format!(
                "{}: picture {index} of seed {} has values that are not finite",
                self.name, seed.0
            ))
            .mend("take an earlier checkpoint of this generator"));
        }
        let byte = |v: &f32| {
            let unit = match self.range {
                Values::Unit => *v,
                Values::Minus1_1 => f32::midpoint(*v, 1.0),
            };
            (unit * 255.0).round().clamp(0.0, 255.0) as u8
        };
        let area = height * width;
        let rgb = (0..area)
            .flat_map(|at| [0, 1, 2].map(|channel| at + area * channel.min(channels - 1)))
            .filter_map(|at| values.get(at).map(byte))
            .collect();
        Ok(Pixels { width, height, rgb })
    }
}

/// Latent `index` of a seed.
#[must_use]
pub fn latent(distribution: Distribution, len: usize, seed: Seed, index: usize) -> Vec<f32> {
    let mut stream = seed.stream("generator/latent", index as u64);
    let mut draw = || match distribution {
        Distribution::Uniform => 2.0 * stream.uniform() - 1.0,
        Distribution::Normal => stream.normal(),
    };
    (0..len).map(|_| draw() as f32).collect()
}

/// A port's shape without the batch, where all of it is known.
fn fixed(port: &Port) -> Option<Vec<usize>> {
    let rank = port.shape.as_ref()?.len();
    (1..rank).map(|axis| port.size(axis)).collect()
}

fn declaration(path: &Path) -> Result<Declaration> {
    let beside = path.with_extension("toml");
    let text = match std::fs::read_to_string(&beside) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Declaration::default()),
        Err(e) => return Err(Error::io(&beside, &e)),
    };
    let sidecar: Sidecar = toml::from_str(&text).map_err(|e| {
        Error::engine(format!("{}: {e}", beside.display())).mend(
            "a table [generator] with input, latent, distribution, output, range, size, channels",
        )
    })?;
    Ok(sidecar.generator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_names_the_file_the_number_and_the_seed() {
        let spec = Spec::parse("runs/g.onnx?n=500&seed=7").unwrap().unwrap();
        assert_eq!(
            (spec.path, spec.n, spec.seed),
            (Path::new("runs/g.onnx"), Some(500), Some(7))
        );
        assert_eq!(Spec::parse("g.ONNX").unwrap().unwrap().n, None);
        assert!(Spec::parse("pictures.zip").unwrap().is_none());
        for wrong in ["g.onnx?n=0", "g.onnx?n=x", "g.onnx?m=3", "g.onnx#first=3"] {
            assert!(Spec::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn latents_belong_to_their_index_and_stay_in_their_range() {
        let draw = |seed, index| latent(Distribution::Uniform, 64, Seed(seed), index);
        assert_eq!(draw(1, 5), draw(1, 5));
        assert_ne!(draw(1, 5), draw(1, 6));
        assert_ne!(draw(1, 5), draw(2, 5));
        assert!(draw(1, 5).iter().all(|v| (-1.0..1.0).contains(v)));
        let normal: Vec<f32> = (0..200)
            .flat_map(|i| latent(Distribution::Normal, 50, Seed(3), i))
            .collect();
        // 10,000 draws: the mean square is 1 within 5 standard errors of sqrt(2 / 10000).
        let square = normal.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / 1e4;
        assert!((square - 1.0).abs() < 0.07, "{square}");
    }
}
