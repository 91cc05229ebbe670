//! The search for ONNX Runtime and the decision that follows from it.

use super::search::{Origin, Surroundings, leads};
use super::{Choice, EngineRequest, HOW_TO_GET_ONNX_RUNTIME, Provider, library, onnx_runtime};
use crate::error::Error;
use std::path::PathBuf;

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
    pub(super) runtime: Option<onnx_runtime::Runtime>,
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
    for lead in leads(request.onnxruntime.as_deref(), around) {
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
