//! Judges the embedded extractor as an evaluator: `cargo run --release --example embedded_report`.
//!
//! Does its Fréchet distance rise with every kind of damage, and does it rank real submissions as a network trained on
//! ImageNet does? Writes `judgement.md` and `judgement.csv`.
//!
//! Arguments, all optional: the network (`src/features/embedded-v1.onnx`), the folder of the data (`../shared/data`)
//! and the output folder (`reports/embedded`). The engine is found as `gavel doctor` says.

mod damage;
mod judge;
mod ladders;
mod page;
mod pictures;
mod ranks;
mod submissions;

use gavel::error::{Error, Result};
use judge::Judge;
use std::path::{Path, PathBuf};

/// The same few pictures, seeds and levels in every run.
const SEED: gavel::rng::Seed = gavel::rng::Seed::DEFAULT;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next =
        |default: &str| PathBuf::from(arguments.next().unwrap_or_else(|| default.into()));
    let network = next("src/features/embedded-v1.onnx");
    let data = next("../shared/data");
    let output = next("reports/embedded");
    let judge = Judge::load(&network)?;
    let ladders = ladders::all(&judge, &data)?;
    let (ours, peer) = submissions::both(&judge, &data)?;
    std::fs::create_dir_all(&output).map_err(|error| Error::io(&output, &error))?;
    write(
        &output.join("judgement.csv"),
        &page::table(&ladders, &ours, &peer),
    )?;
    write(
        &output.join("judgement.md"),
        &page::page(&judge, &ladders, &ours, &peer),
    )
}

fn write(path: &Path, text: &str) -> Result<()> {
    gavel::atomic_file::write(path, text.as_bytes()).map_err(|error| Error::io(path, &error))
}
