//! Features of real pictures: MNIST test images, and two course submissions as old and worse generator.

use gavel::error::{Error, Result};
use gavel::features::engine::{self, EngineRequest};
use gavel::features::extract::{ExtractOptions, extract};
use gavel::features::{Engine, Extractor, registry};
use gavel::metrics::{Measured, Space};
use gavel::preprocess::Protocol;
use gavel::progress::Silent;
use gavel::rng::Seed;
use gavel::sources::{self, OpenOptions, Opened};
use ndarray::{Array2, Axis, concatenate};
use std::path::Path;

use crate::scenario::{Scenario, Sets};

/// Below `../shared/data`.
const REFERENCE: &str = "mnist/t10k-images-idx3-ubyte.gz";
const OLD: &str = "generated/mnist/disorganized-baseline-gan-10000.tar.gz";
const OTHER: &str = "generated/mnist/jmerigot-vanilla-gan-10000.tar.gz";

/// Share of the worse generator's pictures that come from the other submission.
const REPLACED: f64 = 0.05;

/// The scenario, or why there is none.
pub fn scenario() -> Result<std::result::Result<Scenario, String>> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if let Some(absent) = [REFERENCE, OLD, OTHER]
        .iter()
        .find(|file| !data.join(file).exists())
    {
        return Ok(Err(format!(
            "../shared/data/{absent} is not here, so nothing is said of real features"
        )));
    }
    let scratch =
        tempfile::tempdir().map_err(|e| Error::input(format!("no temporary folder: {e}")))?;
    let extractor = registry::resolve(Some("embedded"), scratch.path())?;
    let discovery = engine::discover(&EngineRequest::default());
    let engine = engine::load(&extractor, &discovery, 2)?;
    let features = |path: &str| features(&data, path, &extractor, engine.as_ref());
    let (reference, old, other) = (features(REFERENCE)?, features(OLD)?, features(OTHER)?);
    let pool = reference.nrows().min(old.nrows()).min(other.nrows());
    let what = format!(
        "Features of the embedded network in {} dimensions: MNIST test images against a course submission; in the worse generator {} % of its pictures come from a weaker submission. Rows are drawn from {pool} without replacement, disjoint for all generated sets (so that the spread of their differences is that of independent draws).",
        reference.ncols(),
        100.0 * REPLACED
    );
    Ok(Ok(Scenario::new(
        "real features",
        what,
        pool / 4,
        Box::new(move |replicate, n| {
            let order = |name: &str| Seed(replicate).stream(name, 1).permutation(pool);
            let (of_reference, of_old, of_other) = (
                order("gate.reference"),
                order("gate.old"),
                order("gate.other"),
            );
            let set = |name: &str, values: Array2<f32>| {
                Measured::from_features(name, Space::Arrays, values)
            };
            let part = |from: usize| old.select(Axis(0), &of_old[from * n..(from + 1) * n]);
            let replaced = (REPLACED * n as f64) as usize;
            let mut worse = part(2);
            let others = other.select(Axis(0), &of_other[..replaced]);
            worse = concatenate(
                Axis(0),
                &[
                    worse.slice_axis(Axis(0), (replaced..n).into()),
                    others.view(),
                ],
            )
            .map_err(|e| Error::numerical(e.to_string()))?;
            Ok(Sets {
                reference: set("reference", reference.select(Axis(0), &of_reference[..n]))?,
                baseline: set("baseline", part(0))?,
                equal: set("equal", part(1))?,
                worse: set("worse", worse)?,
            })
        }),
    )))
}

fn features(
    data: &Path,
    path: &str,
    extractor: &Extractor,
    engine: &dyn Engine,
) -> Result<Array2<f32>> {
    let Opened::Images(source) =
        sources::open(&data.join(path).to_string_lossy(), &OpenOptions::default())?
    else {
        return Err(Error::input(format!("{path}: holds no pictures")));
    };
    let protocol = Protocol::preset("clean")?.for_input(&extractor.input);
    let made = extract(
        source.as_ref(),
        &protocol,
        extractor,
        engine,
        None,
        &ExtractOptions::default(),
        &Silent,
    )?;
    Ok(made.features)
}
