//! The embedded extractor: one small trunk for digits, clothes, objects and faces, from a recipe to an ONNX file.
//!
//! `recipes/embedded-v1.toml` is the run behind `src/features/embedded-v1.onnx`; `reports/embedded/` has what else it
//! left.
//! Everything random comes from the recipe's seed. On one machine the run repeats to the bit, with one thread as with
//! two (tested); another instruction set may round differently, and so end in other weights.

mod batches;
mod evaluation;
mod export;
mod log;
mod network;
mod pictures;
mod reading;
mod recipe;
mod steps;

pub use log::Epoch;
pub use pictures::{Pictures, Sets};
pub use recipe::{Domain, Layer, Recipe, Schedule};

use crate::atomic_file;
use crate::error::{Error, Result};
use crate::features::digest::sha256;
use crate::progress::Observer;
use crate::rng::Seed;
use burn::tensor::Device;
use std::path::Path;

/// Pictures over which the features' standard deviations are taken.
const STANDARDISED_OVER: usize = 20_000;

/// What [`train`] made.
#[derive(Debug, Clone)]
pub struct Trained {
    /// sha256 of the ONNX file, hex.
    pub sha256: String,
    /// Its size.
    pub n_bytes: usize,
    /// Every epoch.
    pub epochs: Vec<Epoch>,
}

/// Trains the extractor of `recipe` and writes it to `output`, an ONNX file; beside it `training-log.csv` and
/// `README.md`.
///
/// The log grows with every epoch; the other two are written once, at the end. No file is ever seen half written.
///
/// # Errors
/// A recipe or source that cannot be used, a folder that cannot be written, a loss that is no longer finite, a stop.
pub fn train(recipe: &Path, output: &Path, observer: &dyn Observer) -> Result<Trained> {
    let plan = Recipe::read(recipe)?;
    let text = std::fs::read(recipe).map_err(|error| Error::io(recipe, &error))?;
    let recipe_hash = blake3::hash(&text).to_hex().to_string();
    let folder = output.parent().unwrap_or(Path::new(""));
    std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, &error))?;
    let sets = pictures::load(&plan, observer)?;
    let mut epochs = Vec::new();
    let mut lines = log::header(&plan);
    let network = steps::train(&plan, &sets, observer, &mut |epoch| {
        lines += &log::line(epoch);
        epochs.push(epoch.clone());
        replace(&folder.join("training-log.csv"), lines.as_bytes())
    })?;
    let Some(last) = epochs.last() else {
        return Err(Error::input("the recipe has no epoch"));
    };
    let device = Device::flex();
    let some = sample(&plan, &sets.train);
    let features = evaluation::run(&network, &sets.train, &some, &device)?.features;
    let (deviations, n_dead) = evaluation::deviations(&features, plan.n_features());
    let onnx = export::onnx(&network, &plan, &sets.classes, &deviations, &recipe_hash)?;
    let digest = sha256(&onnx);
    replace(output, &onnx)?;
    let facts = log::Facts {
        recipe_hash: &recipe_hash,
        pictures_hash: &sets.fingerprint(),
        onnx_sha256: &digest,
        onnx_bytes: onnx.len(),
        n_dead,
        last,
    };
    replace(
        &folder.join("README.md"),
        log::page(&plan, &sets, &facts).as_bytes(),
    )?;
    Ok(Trained {
        sha256: digest,
        n_bytes: onnx.len(),
        epochs,
    })
}

/// A random sample of the training pictures, each at most once.
fn sample(plan: &Recipe, train: &Pictures) -> Vec<usize> {
    let mut indices = Seed(plan.seed)
        .stream("embedded/deviations", 0)
        .permutation(train.len());
    indices.truncate(STANDARDISED_OVER);
    indices
}

fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    atomic_file::write(path, bytes).map_err(|error| Error::io(path, &error))
}

#[cfg(test)]
mod tests;
