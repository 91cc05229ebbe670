//! A sweep: which runs there are. Read from `sweep.toml` or a preset, checked at the door, unrolled into a list that
//! depends on nothing but the file and its seed.

mod manifest;
mod plan;
mod ranges;
mod read;
mod result;

pub use manifest::{MANIFEST, Manifest};
pub use plan::{Run, plan};
pub use ranges::{Range, Value};
pub use result::{curve, is_measured, row};

use super::known;
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// The schema that this version reads.
pub const SCHEMA: &str = "gavel.sweep/1";

/// A sweep that was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// Its name.
    pub name: String,
    /// The one seed that configurations are drawn from.
    pub seed: u64,
    /// Losses and baselines, by the names of [`super::known`].
    pub losses: Vec<String>,
    /// Architectures, by the same.
    pub architectures: Vec<String>,
    /// Data sets.
    pub data: Vec<Data>,
    /// Seeds of each configuration.
    pub seeds: Vec<u64>,
    /// Configurations of each loss; the first is the default one.
    pub n_samples: u64,
    /// Discriminator updates of a run, as the study counts its budget.
    pub steps: u64,
    /// Settings of every run, as the trainer calls them.
    pub settings: BTreeMap<String, toml::Value>,
    /// Settings of one architecture.
    pub of_architecture: BTreeMap<String, BTreeMap<String, toml::Value>>,
    /// Settings of one loss. They go before those of an architecture, and these before those of every run.
    pub of_loss: BTreeMap<String, BTreeMap<String, toml::Value>>,
    /// For each loss, what its hyper-parameters are drawn from.
    pub ranges: BTreeMap<String, BTreeMap<String, Range>>,
    /// How a generator is measured.
    pub evaluate: Evaluate,
}

impl Sweep {
    /// Looks whether `gavel train` can do every run: can every architecture make pictures of every data set's size? Another
    /// trainer may have others.
    ///
    /// # Errors
    /// Input: one that it has not; the sizes that all architectures can make are named.
    pub fn check_trainable(&self) -> Result<()> {
        for data in &self.data {
            let fits = |name: &String| known::sizes(name).contains(&data.size);
            let Some(architecture) = self.architectures.iter().find(|name| !fits(name)) else {
                continue;
            };
            let sizes = known::sizes(architecture);
            let every = |size: &u64| {
                let mut all = self.architectures.iter();
                all.all(|name| known::sizes(name).contains(size))
            };
            let common: Vec<u64> = sizes.iter().copied().filter(every).collect();
            return Err(Error::input(format!(
                "the data set {:?} has size = {}, but {architecture} makes pictures of {sizes:?} pixels",
                data.name, data.size
            ))
            .mend(format!(
                "size = one of {common:?}: every architecture of this sweep makes these, and pictures are resized to it"
            )));
        }
        Ok(())
    }
}

/// A data set of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Data {
    /// What tables call it.
    pub name: String,
    /// What generators are trained on.
    pub train: String,
    /// What they are held against.
    pub test: String,
    /// Height and width; 1 of points.
    pub size: u64,
    /// 1 or 3; 2 of points.
    pub channels: u64,
    /// Its own number of steps, where it has one.
    pub steps: Option<u64>,
}

/// How a generator is measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluate {
    /// Generated samples.
    pub n: u64,
    /// Reference samples, at most; 0 for all.
    pub n_reference: u64,
    /// Training samples for [`super::scores::Measure::Memorization`], at most; 0 for none, and then it is not measured.
    pub n_train: u64,
    /// As `gavel evaluate --metrics`.
    pub metrics: String,
    /// As `gavel evaluate --extractor`.
    pub extractor: String,
}

/// Presets by name, with their text.
pub const PRESETS: [(&str, &str); 3] = [
    ("smoke", include_str!("presets/smoke.toml")),
    ("mini", include_str!("presets/mini.toml")),
    ("paper", include_str!("presets/paper.toml")),
];

/// The text of a preset.
#[must_use]
pub fn preset(name: &str) -> Option<&'static str> {
    let found = PRESETS.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text)
}
