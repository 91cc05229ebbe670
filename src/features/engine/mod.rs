//! What runs a network: ONNX Runtime where it is found, tract (compiled in) where it is not.
//!
//! [`discover`] looks for the library and decides; it never fails, so that `gavel doctor` can print what was found
//! even where nothing works. [`load`] turns an extractor into a running [`Engine`].
//!
//! Every engine gives the same bits for the same tensor whatever its neighbours, the batch size or the number of
//! threads. Between engines features differ in the last bits, so the engine's class is part of the store's key.

mod descriptors;
mod discovery;
mod header;
mod library;
mod onnx_runtime;
mod pixels;
mod python;
mod request;
mod search;
mod sessions;
mod tract;

pub use discovery::{Discovery, Library, Place, discover, discover_in};
pub use request::{Choice, EngineRequest, Provider};
pub use search::{Origin, Surroundings};

use crate::error::{Error, Result};
use crate::features::{Engine, Extractor, Network};
use std::sync::Arc;

const HOW_TO_GET_ONNX_RUNTIME: &str = "`pip install onnxruntime` in the active Python environment, or --onnxruntime PATH with a downloaded library";

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
    match &extractor.network {
        Network::Pixels | Network::Descriptors => without_network(extractor),
        Network::Onnx(network) => {
            let checked = || header::check(network, extractor);
            start(extractor, network, &checked, discovery, threads)
        }
    }
}

/// As [`load`], for a network whose input is no picture but has the shape `item`.
///
/// # Errors
/// As [`load`]; engine: not a network.
pub fn load_for(
    extractor: &Extractor,
    item: &[usize],
    discovery: &Discovery,
    threads: usize,
) -> Result<Box<dyn Engine>> {
    let Network::Onnx(network) = &extractor.network else {
        return without_network(extractor);
    };
    let checked = || header::check_for(network, extractor, item);
    start(extractor, network, &checked, discovery, threads)
}

fn start(
    extractor: &Extractor,
    network: &Arc<Vec<u8>>,
    checked: &dyn Fn() -> Result<header::Header>,
    discovery: &Discovery,
    threads: usize,
) -> Result<Box<dyn Engine>> {
    if let Some(problem) = discovery.problem() {
        return Err(problem.clone());
    }
    let header = checked()?;
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

/// Makes an extractor without a network ready, for which nothing has to be discovered.
///
/// # Errors
/// Engine: it has a network, or declares outputs that it cannot have.
pub fn without_network(extractor: &Extractor) -> Result<Box<dyn Engine>> {
    match &extractor.network {
        Network::Pixels => Ok(Box::new(pixels::Pixels::new(extractor)?)),
        Network::Descriptors => Ok(Box::new(descriptors::Descriptors::new(extractor)?)),
        Network::Onnx(_) => Err(Error::engine(format!(
            "{}: is a network, and needs an engine that runs it",
            extractor.name
        ))
        .mend("load it with what `discover` found")),
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
