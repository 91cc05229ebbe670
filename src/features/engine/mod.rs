//! What runs a network: ONNX Runtime where it is found, tract (compiled in) where it is not.
//!
//! [`discover`] looks for the library and decides; it never fails, so that `gavel doctor` can print what was found
//! even where nothing works. [`load`] turns an extractor into a running [`Engine`].
//!
//! Every engine gives the same bits for the same tensor whatever its neighbours, the batch size or the number of
//! threads. Between engines features differ in the last bits, so the engine's class is part of the store's key.

mod header;
mod library;
mod onnx_runtime;
mod pixels;
mod search;
mod sessions;
mod tract;

pub use search::{Origin, Surroundings};

use crate::error::{Error, Result};
use crate::features::{Engine, Extractor, Network};
use std::path::PathBuf;

const HOW_TO_GET_ONNX_RUNTIME: &str = "`pip install onnxruntime` in the active Python environment, or --onnxruntime PATH with a downloaded library";

/// Which engine the user wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// ONNX Runtime where it is found, else tract.
    #[default]
    Auto,
    /// ONNX Runtime or an error.
    OnnxRuntime,
    /// tract.
    Tract,
}

impl std::str::FromStr for Choice {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "auto" => Ok(Self::Auto),
            "onnxruntime" => Ok(Self::OnnxRuntime),
            "tract" => Ok(Self::Tract),
            _ => Err(Error::usage(format!(
                "--engine {text}: expected auto, onnxruntime or tract"
            ))),
        }
    }
}

/// Where ONNX Runtime computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Provider {
    /// The processor.
    #[default]
    Cpu,
    /// An NVIDIA GPU: TF32 off, the one deterministic convolution algorithm, every run the same number of rows.
    Cuda,
}

impl Provider {
    /// `cpu`, `cuda`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
        }
    }
}

impl std::str::FromStr for Provider {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "cpu" => Ok(Self::Cpu),
            "cuda" => Ok(Self::Cuda),
            _ => Err(Error::usage(format!(
                "--provider {text}: expected cpu or cuda"
            ))),
        }
    }
}

/// What the user asked for.
#[derive(Debug, Clone, Default)]
pub struct EngineRequest {
    /// `--onnxruntime PATH`: the library or a folder that has it.
    pub onnxruntime: Option<PathBuf>,
    /// `--engine`.
    pub engine: Choice,
    /// `--provider`.
    pub provider: Provider,
}

/// The ONNX Runtime library in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// Its file, with links resolved.
    pub path: PathBuf,
    /// `1.31.1`, where the file tells.
    pub version: Option<String>,
    /// The providers it was built with, by ONNX Runtime's names (`CPUExecutionProvider`, …).
    pub providers: Vec<&'static str>,
}

/// One place that was looked at, and what was found there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Who named the place.
    pub origin: Origin,
    /// A file, folders or a program.
    pub place: String,
    /// `used: ONNX Runtime 1.31.1`, `nothing here`, or why a library there was passed over.
    pub found: String,
}

/// The outcome of the search.
#[derive(Debug, Clone)]
pub struct Discovery {
    /// What was asked for.
    pub request: EngineRequest,
    /// The places looked at, in order; the search ends with the first library that works.
    pub places: Vec<Place>,
    /// Things to tell the user: above all that tract stands in.
    pub notes: Vec<String>,
    runtime: Option<onnx_runtime::Runtime>,
    problem: Option<Error>,
}

impl Discovery {
    /// The library that was found and loaded.
    #[must_use]
    pub fn library(&self) -> Option<&Library> {
        self.runtime.as_ref().map(|runtime| &runtime.library)
    }

    /// Why no engine can serve the request, where none can.
    #[must_use]
    pub fn problem(&self) -> Option<&Error> {
        self.problem.as_ref()
    }
}

/// Looks for ONNX Runtime on this machine: `--onnxruntime`, `ORT_DYLIB_PATH`, the active Python environment, the
/// Python on `PATH` (asked where the package is, not made to import it), the system's library folders.
///
/// A library that the user named (the first two) and that does not work is a [`Discovery::problem`]; one found
/// elsewhere is passed over and listed. `--engine tract` looks at nothing.
#[must_use]
pub fn discover(request: &EngineRequest) -> Discovery {
    discover_in(request, &Surroundings::of_this_process())
}

/// [`discover`] in the given surroundings.
#[must_use]
pub fn discover_in(request: &EngineRequest, around: &Surroundings) -> Discovery {
    let mut discovery = Discovery {
        request: request.clone(),
        places: Vec::new(),
        notes: Vec::new(),
        runtime: None,
        problem: None,
    };
    if request.engine == Choice::Tract {
        if request.provider != Provider::Cpu {
            discovery.problem = Some(
                Error::usage(format!(
                    "--engine tract runs on the processor only, found --provider {}",
                    request.provider.name()
                ))
                .mend("leave out --provider, or use --engine onnxruntime"),
            );
        }
        return discovery;
    }
    for lead in search::leads(request.onnxruntime.as_deref(), around) {
        let (found, runtime) = try_files(&lead.files, request.provider);
        discovery.places.push(Place {
            origin: lead.origin,
            place: lead.place.clone(),
            found: found.clone(),
        });
        if runtime.is_some() {
            discovery.runtime = runtime;
            break;
        }
        if lead.origin.is_explicit() {
            discovery.problem = Some(
                Error::engine(format!(
                    "{} {}: {found}; expected an ONNX Runtime library, 1.{} or newer{}",
                    lead.origin.label(),
                    lead.place,
                    library::OLDEST_MINOR,
                    if request.provider == Provider::Cuda { ", with CUDA" } else { "" },
                ))
                .mend(match lead.origin {
                    Origin::Variable => "correct or unset ORT_DYLIB_PATH; `gavel doctor` shows what is found without it",
                    _ => "leave out --onnxruntime; `gavel doctor` shows what is found without it",
                }),
            );
            return discovery;
        }
    }
    if discovery.runtime.is_none() {
        settle_without_library(&mut discovery);
    }
    discovery
}

/// Tries a place's libraries in order; answers with what to write in the list of places.
fn try_files(files: &[PathBuf], provider: Provider) -> (String, Option<onnx_runtime::Runtime>) {
    let mut reasons = Vec::new();
    for file in files {
        let opened = library::inspect(file).and_then(|library| {
            if provider == Provider::Cuda && !library.cuda_beside {
                return Err(format!(
                    "ONNX Runtime {} without the CUDA provider",
                    library.version.as_deref().unwrap_or("of unknown version")
                ));
            }
            onnx_runtime::open(file, library.version)
        });
        match opened {
            Ok(runtime) => {
                let version = runtime
                    .library
                    .version
                    .as_deref()
                    .unwrap_or("of unknown version");
                return (
                    format!(
                        "used: ONNX Runtime {version} at {}",
                        runtime.library.path.display()
                    ),
                    Some(runtime),
                );
            }
            Err(reason) => reasons.push(format!("{}: {reason}", file.display())),
        }
    }
    if reasons.is_empty() {
        reasons.push("nothing here".to_owned());
    }
    (reasons.join("; "), None)
}

fn settle_without_library(discovery: &mut Discovery) {
    let passed_over: Vec<String> = discovery
        .places
        .iter()
        .filter(|place| place.found != "nothing here" && place.origin != Origin::Python)
        .map(|place| place.found.clone())
        .collect();
    let found = if passed_over.is_empty() {
        "ONNX Runtime was not found".to_owned()
    } else {
        format!(
            "no usable ONNX Runtime was found ({})",
            passed_over.join("; ")
        )
    };
    let wants_cuda = discovery.request.provider == Provider::Cuda;
    if wants_cuda {
        discovery.problem = Some(
            Error::engine(format!(
                "--provider cuda: {found}; expected one with the CUDA provider"
            ))
            .mend(
                "`pip install onnxruntime-gpu` in the active Python environment, or --provider cpu",
            ),
        );
    } else if discovery.request.engine == Choice::OnnxRuntime {
        discovery.problem = Some(
            Error::engine(format!("--engine onnxruntime: {found}")).mend(format!(
                "{HOW_TO_GET_ONNX_RUNTIME}; `gavel doctor` lists the places looked at"
            )),
        );
    } else {
        discovery.notes.push(format!(
            "{found}; tract runs the networks, several times slower. To get it: {HOW_TO_GET_ONNX_RUNTIME}"
        ));
    }
}

/// Makes `extractor` ready to run as `discovery` decided, for at most `threads` callers at a time.
///
/// # Errors
/// [`Discovery::problem`]; an engine error where the file is damaged, does not fit what the extractor declares, or
/// cannot be run by the engine.
pub fn load(
    extractor: &Extractor,
    discovery: &Discovery,
    threads: usize,
) -> Result<Box<dyn Engine>> {
    let network = match &extractor.network {
        Network::Pixels => return Ok(Box::new(pixels::Pixels::new(extractor)?)),
        Network::Onnx(network) => network,
    };
    if let Some(problem) = &discovery.problem {
        return Err(problem.clone());
    }
    let header = header::check(network, extractor)?;
    match &discovery.runtime {
        Some(runtime) => Ok(Box::new(sessions::OnnxRuntime::new(
            runtime.clone(),
            discovery.request.provider,
            network.clone(),
            header,
            extractor,
            threads,
        )?)),
        None => Ok(Box::new(tract::Tract::new(network, header, extractor)?)),
    }
}

/// Holds a tensor's length against the network's input.
fn check_length(tensor: &[f32], expected: usize) -> Result<()> {
    if tensor.len() == expected {
        return Ok(());
    }
    Err(Error::engine(format!(
        "a tensor of {} values, expected {expected}: the protocol does not fit the network's input",
        tensor.len()
    )))
}

/// Cuts one output of a run into rows of `width` values.
fn rows<'a>(
    name: &str,
    values: &'a [f32],
    batch: usize,
    width: usize,
) -> Result<std::slice::ChunksExact<'a, f32>> {
    if width == 0 || values.len() != batch * width {
        return Err(Error::engine(format!(
            "the output `{name}` has {} values a picture, but the extractor declares {width}",
            values.len() as f64 / batch as f64
        ))
        .mend("correct the width in the sidecar file beside the ONNX file, or leave it out"));
    }
    Ok(values.chunks_exact(width))
}
