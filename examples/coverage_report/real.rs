//! Features of real pictures: MNIST against a course submission, through the embedded extractor.

use gavel::error::{Error, Result};
use gavel::features::engine::{self, EngineRequest};
use gavel::features::extract::{ExtractOptions, extract};
use gavel::features::{Engine, Extractor, registry};
use gavel::metrics::{ClassScores, Measured, Space};
use gavel::preprocess::Protocol;
use gavel::progress::Silent;
use gavel::rng::Seed;
use gavel::sources::{self, OpenOptions, Opened};
use std::path::Path;

use crate::scenario::Scenario;

/// Below `../shared/data`.
const REFERENCE: &str = "mnist/t10k-images-idx3-ubyte.gz";
const TRAIN: &str = "mnist/train-images-idx3-ubyte.gz#first=2000";
const GENERATED: &str = "generated/mnist/disorganized-baseline-gan-10000.tar.gz";

/// The scenario, or why there is none.
pub fn scenario() -> Result<std::result::Result<Scenario, String>> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if !data.join(REFERENCE).exists() {
        return Ok(Err(
            "../shared/data is not here, so nothing is said of real features".to_owned(),
        ));
    }
    let scratch =
        tempfile::tempdir().map_err(|e| Error::input(format!("no temporary folder: {e}")))?;
    let extractor = registry::resolve(Some("embedded"), scratch.path())?;
    let discovery = engine::discover(&EngineRequest::default());
    let engine = engine::load(&extractor, &discovery, 2)?;
    let measure = |path: &str| measured(&data, path, &extractor, engine.as_ref());
    let (reference, generated) = (measure(REFERENCE)?, measure(GENERATED)?);
    let pool = reference.n().unwrap_or(0).min(generated.n().unwrap_or(0));
    let what = format!(
        "Rows drawn without replacement from {pool} on each side: MNIST test images against a submission's, features of the embedded network in {} dimensions, first 2000 training images as training set. Drawing n of {pool} makes every spread smaller by √(1 − n/{pool}); intervals are narrowed by as much before they are counted.",
        reference.n_features().unwrap_or(0)
    );
    Ok(Ok(Scenario::new(
        "real features",
        what,
        measure(TRAIN)?,
        Some(pool),
        Box::new(move |replicate, n| {
            let draw = |side: &Measured, name: &str| {
                let mut rows = Seed(replicate).stream(name, 1).permutation(pool);
                rows.truncate(n);
                side.select(&rows)
            };
            Ok([draw(&reference, "reference"), draw(&generated, "generated")])
        }),
    )))
}

fn measured(
    data: &Path,
    path: &str,
    extractor: &Extractor,
    engine: &dyn Engine,
) -> Result<Measured> {
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
    let set = Measured::from_features(path, Space::of(extractor), made.features)?;
    match made.logits {
        Some(logits) => set.with_scores(ClassScores::Logits(logits)),
        None => Ok(set),
    }
}
