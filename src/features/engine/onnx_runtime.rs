//! The ONNX Runtime library of this process: loaded once, never unloaded.

use super::Library;
use ort::environment::Environment;
use ort::ep::{self, ExecutionProvider};
use ort::logging::LogLevel;
use ort::session::builder::SessionBuilder;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// The loaded library.
#[derive(Debug, Clone)]
pub(super) struct Runtime {
    pub library: Library,
    pub environment: Environment,
}

/// A process can load one ONNX Runtime only, and has one environment for it.
static RUNTIME: Mutex<Option<Runtime>> = Mutex::new(None);

/// Loads the library at `path`, or answers with the one that is loaded already when it is the same file.
///
/// # Errors
/// Words for the list of places: the loader's message, a version that this build cannot talk to, or another library
/// that this process uses already.
pub(super) fn open(path: &Path, version: Option<String>) -> Result<Runtime, String> {
    // A relative path would be taken relative to the program, not to the working folder.
    let path = fs::canonicalize(path).map_err(|error| error.to_string())?;
    let mut loaded = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(runtime) = loaded.as_ref() {
        return if runtime.library.path == path {
            Ok(runtime.clone())
        } else {
            Err(format!(
                "this process already uses the ONNX Runtime at {}",
                runtime.library.path.display()
            ))
        };
    }
    let environment = ort::init_from(&path)
        .map_err(|error| format!("cannot be loaded: {error}"))?
        .with_name("gavel")
        .with_telemetry(false)
        .build()
        .map_err(|error| format!("does not start: {error}"))?;
    // Everything that matters comes back as an error value; the library itself stays silent.
    environment.set_log_level(LogLevel::Fatal);
    let runtime = Runtime {
        library: Library {
            path,
            version,
            providers: providers(),
        },
        environment,
    };
    *loaded = Some(runtime.clone());
    Ok(runtime)
}

/// The execution providers that the loaded library was built with, fastest first.
fn providers() -> Vec<&'static str> {
    [
        offered::<TensorRt>(),
        offered::<ep::CUDA>(),
        offered::<MiGraphX>(),
        offered::<OpenVino>(),
        offered::<CoreMl>(),
        offered::<DirectMl>(),
        offered::<Dnnl>(),
        offered::<Xnnpack>(),
        offered::<ep::CPU>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn offered<P: ExecutionProvider>() -> Option<&'static str> {
    P::is_available().unwrap_or(false).then_some(P::NAME)
}

/// Providers that gavel can name but not use: enough of a type to ask the library for them.
macro_rules! only_named {
    ($($name:ident = $identifier:literal,)*) => {$(
        struct $name;

        impl ExecutionProvider for $name {
            const NAME: &'static str = $identifier;

            fn register(&self, _builder: &mut SessionBuilder) -> ort::Result<()> {
                Err(ort::Error::new(concat!($identifier, " is not supported")))
            }
        }
    )*};
}

only_named! {
    TensorRt = "TensorrtExecutionProvider",
    MiGraphX = "MIGraphXExecutionProvider",
    OpenVino = "OpenVINOExecutionProvider",
    CoreMl = "CoreMLExecutionProvider",
    DirectMl = "DmlExecutionProvider",
    Dnnl = "DnnlExecutionProvider",
    Xnnpack = "XnnpackExecutionProvider",
}
