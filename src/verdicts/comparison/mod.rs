//! The comparison document, schema `gavel.comparison/1`: is one generator better than another, by more than chance?
//!
//! ```text
//! {"schema": "gavel.comparison/1", "gavel": version, "command": […], "paired": true|false, "level": 0.05,
//!  "inputs": {"reference"|"train": {source, n, fingerprint, failed, n_cached}},
//!  "generators": [{"label": "A", "input": {…}, "metrics": [rows as in gavel.results/1], "won", "lost", "undecided"}],
//!  "extractor", "protocol", "engine", "seed": as in gavel.results/1,
//!  "differences": [{"id", "params", "direction", "a", "b", "value_a", "value_b", "difference", "std_error", "interval",
//!                   "p_value", "p_holm", "verdict", "n_needed", "times_needed", "method", "why_absent"}],
//!  "rankings": [{"id", "params", "places": [{"generator", "rank", "value", "std_error"}]}],
//!  "warnings": [{"code", "text", "mend"}]}
//! ```
//! `difference` is b − a, and `verdict` speaks of b: `better`, `worse`, `different` (no direction is better),
//! `cannot_tell`, `identical` (the same pictures), `no_value`. A verdict is given where `p_holm`, Holm's correction over
//! all tests of the document, is at most `level`; `interval` is of this difference alone, at 95 %.

mod csv;
mod judge;
mod markdown;
mod saved;
mod terminal;

pub use csv::render as csv;
pub use judge::judge;
pub use markdown::render as markdown;
pub use saved::compare_saved;
pub use terminal::render as terminal;
pub(super) use terminal::{difference_rows, notes, value_rows};

use crate::verdicts::results::{
    EngineRecord, ExtractorRecord, Input, Interval, ProtocolRecord, Row, Warning,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The schema that this version writes.
pub const SCHEMA: &str = "gavel.comparison/1";

/// The level that Holm's p-values are held to.
pub const LEVEL: f64 = 0.05;

/// Generators before one reference, and what can be said of their differences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// `gavel.comparison/1`.
    pub schema: String,
    /// Version of the program.
    pub gavel: String,
    /// The command line as typed.
    pub command: Vec<String>,
    /// Were the errors found with the reference's chance shared (features at hand), or as of independent numbers (saved
    /// results)?
    pub paired: bool,
    /// The level that `p_holm` was held to.
    pub level: f64,
    /// `reference`, and `train` where it was given.
    pub inputs: BTreeMap<String, Input>,
    /// The generators in the order given.
    pub generators: Vec<Contestant>,
    /// The network; `null` where none ran.
    pub extractor: Option<ExtractorRecord>,
    /// The way from pixels to tensor; `null` where none was used.
    pub protocol: Option<ProtocolRecord>,
    /// What ran the network; `null` where none ran.
    pub engine: Option<EngineRecord>,
    /// The one seed.
    pub seed: u64,
    /// One row per pair, metric, part and parameter set.
    pub differences: Vec<DifferenceRow>,
    /// The generators in the order of each metric.
    pub rankings: Vec<Ranking>,
    /// What makes a number doubtful, and how to mend it.
    pub warnings: Vec<Warning>,
}

/// One generator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contestant {
    /// `A`, `B`, …
    pub label: String,
    /// Its set.
    pub input: Input,
    /// Its numbers.
    pub metrics: Vec<Row>,
    /// Tests that found it better.
    pub won: usize,
    /// Tests that found it worse.
    pub lost: usize,
    /// Tests that could not tell.
    pub undecided: usize,
}

/// What a test says of the second generator of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Better than the first.
    Better,
    /// Worse than the first.
    Worse,
    /// Different, where no direction is better.
    Different,
    /// The difference may be chance.
    CannotTell,
    /// The same pictures as the first.
    Identical,
    /// One of both numbers is absent.
    NoValue,
}

impl Verdict {
    /// As the document writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Different => "different",
            Self::CannotTell => "cannot_tell",
            Self::Identical => "identical",
            Self::NoValue => "no_value",
        }
    }
}

/// One difference and what it is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DifferenceRow {
    /// Metric id; `relative_mmd` for kernel distances.
    pub id: String,
    /// Parameters.
    pub params: BTreeMap<String, Value>,
    /// `lower`, `higher` or `neither` is better.
    pub direction: String,
    /// Label of the first generator.
    pub a: String,
    /// Label of the second.
    pub b: String,
    /// The first one's number.
    pub value_a: Option<f64>,
    /// The second one's number.
    pub value_b: Option<f64>,
    /// b − a.
    pub difference: Option<f64>,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// Its 95 % interval.
    pub interval: Option<Interval>,
    /// Two-sided.
    pub p_value: Option<f64>,
    /// Corrected for all tests of the document.
    pub p_holm: Option<f64>,
    /// What it says of b.
    pub verdict: Verdict,
    /// Pictures of each generator that would show a difference of this size with a power of 80 % at 5 % two-sided, as
    /// many more of the reference, if errors fall as 1/√n; only where the test cannot tell, `null` for a difference of 0.
    pub n_needed: Option<u64>,
    /// `n_needed` over the smaller of both counts.
    pub times_needed: Option<f64>,
    /// How the standard error was found.
    pub method: String,
    /// Why there is no value or no test.
    pub why_absent: Option<String>,
}

/// The generators in the order of one metric, best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// Metric id.
    pub id: String,
    /// Parameters.
    pub params: BTreeMap<String, Value>,
    /// Best first; generators without a value are left out.
    pub places: Vec<Place>,
}

/// One place of a ranking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Label.
    pub generator: String,
    /// 1 for the best; equal numbers share a rank.
    pub rank: usize,
    /// The number.
    pub value: f64,
    /// Its standard error.
    pub std_error: Option<f64>,
}

impl Comparison {
    /// Has any pair a verdict or a test, or are all differences without one?
    #[must_use]
    pub fn tells_something(&self) -> bool {
        self.differences
            .iter()
            .any(|row| row.p_value.is_some() || row.verdict == Verdict::Identical)
    }

    fn generator(&self, label: &str) -> Option<&Contestant> {
        self.generators.iter().find(|g| g.label == label)
    }
}

/// The label of generator `index`: `A` to `Z`, then `G27`, `G28`, …
#[must_use]
pub fn label(index: usize) -> String {
    u8::try_from(index).ok().filter(|i| *i < 26).map_or_else(
        || format!("G{}", index + 1),
        |i| char::from(b'A' + i).to_string(),
    )
}

/// A metric's id with those parameters that tell it from other rows of the same id.
pub(super) fn title<'a>(
    id: &str,
    params: &BTreeMap<String, Value>,
    all: impl Iterator<Item = (&'a str, &'a BTreeMap<String, Value>)>,
) -> String {
    let others: Vec<_> = all.filter(|(other, _)| *other == id).collect();
    let parts: Vec<String> = params
        .iter()
        .filter(|(key, value)| {
            others
                .iter()
                .any(|(_, other)| other.get(*key) != Some(value))
        })
        .map(|(key, value)| format!("{key}={}", value.to_string().trim_matches('"')))
        .collect();
    if parts.is_empty() {
        id.to_owned()
    } else {
        format!("{id}[{}]", parts.join(" · "))
    }
}

/// A p-value for people: two significant digits, and no more zeros than mean something.
fn p_text(p: Option<f64>) -> String {
    match p {
        None => String::new(),
        Some(p) if p < 1e-4 => "< 0.0001".to_owned(),
        Some(p) if p < 0.01 => format!("{p:.4}"),
        Some(p) => format!("{p:.3}"),
    }
}
