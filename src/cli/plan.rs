//! From the command line as typed to a plan that has been checked: nothing below asks again.

use super::arguments::{EngineChoice, Network, OnErrorChoice, ProviderChoice};
use crate::error::{Error, Result};
use crate::features::engine::{Choice, EngineRequest, Provider};
use crate::features::extract::{ExtractOptions, OnError};
use crate::features::registry;
use crate::features::store::{self, Store};
use crate::preprocess::Protocol;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// How pictures become features in this run.
#[derive(Debug, Clone)]
pub struct NetworkPlan {
    /// A name or an ONNX file; `None` takes the best that is installed.
    pub extractor: Option<String>,
    /// The protocol, before it is fitted to the network's input.
    pub protocol: Protocol,
    /// The engine asked for.
    pub request: EngineRequest,
    /// Threads, pictures in flight, failures.
    pub extract: ExtractOptions,
    /// The feature store; `None` without one.
    pub store: Option<Store>,
    /// Folder of installed models.
    pub models: PathBuf,
    /// Only the first pictures of each set.
    pub limit: Option<usize>,
    /// Pictures drawn from a generator whose spec does not say how many.
    pub drawn: usize,
}

impl NetworkPlan {
    /// Checks the options.
    pub fn check(typed: &Network) -> Result<Self> {
        for (option, value) in [
            ("--batch-size", typed.batch_size),
            ("--threads", typed.threads),
            ("--limit", typed.limit),
            ("--n", typed.n),
        ] {
            if value == Some(0) {
                return Err(Error::usage(format!("{option} 0: expected at least 1")));
            }
        }
        let on_error = match (typed.on_error, typed.max_bad) {
            (OnErrorChoice::Fail, None) => OnError::Fail,
            (OnErrorChoice::Fail, Some(n)) => {
                return Err(
                    Error::usage(format!("--max-bad {n} without --on-error skip"))
                        .mend(format!("--on-error skip --max-bad {n}")),
                );
            }
            (OnErrorChoice::Skip, max_bad) => OnError::Skip { max_bad },
        };
        let threads = typed
            .threads
            .or_else(|| {
                std::thread::available_parallelism()
                    .ok()
                    .map(NonZeroUsize::get)
            })
            .unwrap_or(1);
        Ok(Self {
            extractor: typed.extractor.clone(),
            protocol: Protocol::preset(&typed.protocol)?,
            request: engine_request(typed.engine, typed.provider, typed.onnxruntime.clone()),
            extract: ExtractOptions {
                threads,
                batch_size: typed.batch_size.unwrap_or(0),
                on_error,
            },
            store: store(typed.store.as_deref())?,
            models: models_folder(typed.models.as_deref())?,
            limit: typed.limit,
            drawn: typed.n.unwrap_or(10_000),
        })
    }
}

/// The engine options as the engine stage names them.
#[must_use]
pub fn engine_request(
    engine: EngineChoice,
    provider: ProviderChoice,
    onnxruntime: Option<PathBuf>,
) -> EngineRequest {
    EngineRequest {
        onnxruntime,
        engine: match engine {
            EngineChoice::Auto => Choice::Auto,
            EngineChoice::Onnxruntime => Choice::OnnxRuntime,
            EngineChoice::Tract => Choice::Tract,
        },
        provider: match provider {
            ProviderChoice::Cpu => Provider::Cpu,
            ProviderChoice::Cuda => Provider::Cuda,
        },
    }
}

/// `--store DIR|none`; without it the user's cache folder, and no store where there is no such folder.
pub fn store(typed: Option<&str>) -> Result<Option<Store>> {
    match typed {
        Some("") => {
            Err(Error::usage("--store with an empty folder name")
                .mend("--store DIR, or --store none"))
        }
        Some("none") => Ok(None),
        Some(folder) => Ok(Some(Store::at(folder))),
        None => Ok(store::default_folder().map(Store::at)),
    }
}

/// `--models DIR`; without it the user's data folder.
pub fn models_folder(typed: Option<&Path>) -> Result<PathBuf> {
    match typed {
        Some(folder) => Ok(folder.to_path_buf()),
        None => registry::models_dir(),
    }
}
