//! A sweep file as it is written.

use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// Settings of a run, each with its place.
pub(super) type Settings = BTreeMap<Spanned<String>, toml::Value>;
/// `[architecture.NAME]`, `[loss.NAME]`: settings by name.
pub(super) type Tables = BTreeMap<Spanned<String>, Settings>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSweep {
    pub schema: Option<Spanned<String>>,
    pub name: Option<String>,
    #[serde(default = "default_seed")]
    pub seed: u64,
    pub losses: Vec<Spanned<String>>,
    #[serde(alias = "models")]
    pub architectures: Vec<Spanned<String>>,
    pub data: Vec<RawData>,
    pub seeds: Spanned<RawSeeds>,
    #[serde(default = "one")]
    pub samples: Spanned<u64>,
    pub steps: Spanned<u64>,
    pub ranges: Option<Spanned<String>>,
    #[serde(default)]
    pub range: BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<RawRange>>>,
    #[serde(default)]
    pub settings: Settings,
    #[serde(default)]
    pub architecture: Tables,
    #[serde(default)]
    pub loss: Tables,
    pub evaluate: Option<RawEvaluate>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum RawSeeds {
    Count(u64),
    List(Vec<u64>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawData {
    pub name: Spanned<String>,
    pub train: String,
    pub test: String,
    pub size: Option<Spanned<u64>>,
    pub channels: Option<Spanned<u64>>,
    pub steps: Option<Spanned<u64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRange {
    // A pair would take an array of three without a word.
    pub uniform: Option<Vec<f64>>,
    pub log_uniform: Option<Vec<f64>>,
    pub choice: Option<Vec<toml::Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEvaluate {
    pub n: Option<Spanned<u64>>,
    pub reference: Option<u64>,
    pub train: Option<Spanned<u64>>,
    pub metrics: Option<String>,
    pub extractor: Option<String>,
}

fn default_seed() -> u64 {
    2020
}

fn one() -> Spanned<u64> {
    Spanned::new(0..0, 1)
}
