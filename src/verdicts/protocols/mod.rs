//! The protocols document, schema `gavel.protocols/1`: how much of a number is preprocessing?
//!
//! ```text
//! {"schema": "gavel.protocols/1", "gavel": version, "command": […], "inputs": {"reference": {…}},
//!  "generators": [{"label": "A", "input": {…}}], "extractor", "engine", "seed": as in gavel.results/1,
//!  "protocols": [{"name", "identity", "same_as": null|name}],
//!  "rows": [{"protocol", "generator", "row": a row as in gavel.results/1}],
//!  "spreads": [{"generator", "id", "params", "lowest", "lowest_protocol", "highest", "highest_protocol", "spread",
//!               "std_error", "in_std_errors"}],
//!  "rank_changes": [{"id", "params", "a", "b", "a_better", "b_better", "beyond_chance"}],
//!  "warnings": [{"code", "text", "mend"}]}
//! ```
//! Every protocol saw the same pictures, so a spread is no sampling error: it is the choice of a program.

mod csv;
mod judge;
mod markdown;
mod terminal;

pub use csv::render as csv;
pub use judge::judge;
pub use markdown::render as markdown;
pub use terminal::render as terminal;
pub(super) use terminal::{notes, value_rows};

use crate::verdicts::results::{EngineRecord, ExtractorRecord, Input, Row, Warning};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The schema that this version writes.
pub const SCHEMA: &str = "gavel.protocols/1";

/// The same sets under every protocol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Protocols {
    /// `gavel.protocols/1`.
    pub schema: String,
    /// Version of the program.
    pub gavel: String,
    /// The command line as typed.
    pub command: Vec<String>,
    /// `reference`.
    pub inputs: BTreeMap<String, Input>,
    /// The generators in the order given.
    pub generators: Vec<Labelled>,
    /// The network.
    pub extractor: Option<ExtractorRecord>,
    /// What ran the network.
    pub engine: Option<EngineRecord>,
    /// The one seed.
    pub seed: u64,
    /// The protocols in the order of their rows.
    pub protocols: Vec<ProtocolEntry>,
    /// One row per protocol, generator, metric, part and parameter set.
    pub rows: Vec<ProtocolRow>,
    /// One per generator, metric, part and parameter set.
    pub spreads: Vec<Spread>,
    /// Pairs of generators whose order depends on the protocol.
    pub rank_changes: Vec<RankChange>,
    /// What makes a number doubtful, and how to mend it.
    pub warnings: Vec<Warning>,
}

/// A generator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Labelled {
    /// `A`, `B`, …
    pub label: String,
    /// Its set.
    pub input: Input,
}

/// A protocol, fitted to the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProtocolEntry {
    /// `clean`, `pytorch_fid`, …
    pub name: String,
    /// Everything that the tensor depends on, in one line.
    pub identity: String,
    /// An earlier protocol whose tensors are the same for this network, which insists on a filter or range of its own.
    pub same_as: Option<String>,
}

/// A number under a protocol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProtocolRow {
    /// The protocol's name.
    pub protocol: String,
    /// The generator's label.
    pub generator: String,
    /// The number.
    pub row: Row,
}

/// What the choice of the protocol does to one number of one generator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The generator's label.
    pub generator: String,
    /// Metric id.
    pub id: String,
    /// Parameters.
    pub params: BTreeMap<String, Value>,
    /// The smallest value.
    pub lowest: f64,
    /// Its protocol.
    pub lowest_protocol: String,
    /// The largest value.
    pub highest: f64,
    /// Its protocol.
    pub highest_protocol: String,
    /// `highest − lowest`.
    pub spread: f64,
    /// Mean standard error over the protocols.
    pub std_error: Option<f64>,
    /// `spread / std_error`.
    pub in_std_errors: Option<f64>,
}

/// Two generators whose order depends on the protocol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RankChange {
    /// Metric id.
    pub id: String,
    /// Parameters.
    pub params: BTreeMap<String, Value>,
    /// Label of the first generator.
    pub a: String,
    /// Label of the second.
    pub b: String,
    /// Protocols under which the first is better.
    pub a_better: Vec<String>,
    /// Protocols under which the second is better.
    pub b_better: Vec<String>,
    /// Is each better under some protocol by more than 1.96 standard errors (of independent numbers)? Else one of both
    /// orders may be chance.
    pub beyond_chance: bool,
}
