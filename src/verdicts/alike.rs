//! May two results be compared? What must be the same in both, and what is not.

use super::results::Results;
use serde::{Deserialize, Serialize};

/// One thing that is not the same in two results that should be alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlike {
    /// One of [`KEYS`]: what `allow` calls it.
    pub key: String,
    /// In words.
    pub what: String,
    /// In the first.
    pub first: String,
    /// In the second.
    pub second: String,
    /// How to make them alike.
    pub mend: String,
}

/// What may be unlike, by name. `params` are those of a row.
pub const KEYS: [&str; 7] = [
    "protocol",
    "extractor",
    "engine",
    "reference",
    "train",
    "n",
    "params",
];

impl Unlike {
    /// What is unlike, from its parts.
    pub fn new(key: &str, what: &str, first: String, second: String, mend: &str) -> Self {
        Self {
            key: key.to_owned(),
            what: what.to_owned(),
            first,
            second,
            mend: mend.to_owned(),
        }
    }
}

/// What differs between two results of what their numbers depend on: protocol, extractor, engine, reference, training set
/// and number of generated pictures, in this order.
#[must_use]
pub fn unlike(a: &Results, b: &Results) -> Vec<Unlike> {
    let both = [a, b];
    let absent = || "none".to_owned();
    let content = |side: &str| {
        both.map(|results| {
            let input = results.inputs.get(side);
            input.map_or_else(absent, |input| input.fingerprint.clone())
        })
    };
    let named = |side: &str| {
        both.map(|results| {
            let input = results.inputs.get(side);
            input.map_or_else(absent, |input| {
                format!("{} ({})", input.source, input.fingerprint)
            })
        })
    };
    let protocol = both.map(|r| {
        r.protocol
            .as_ref()
            .map_or_else(absent, |p| p.identity.clone())
    });
    let extractor = both.map(|r| {
        let record = r.extractor.as_ref();
        record.map_or_else(absent, |e| format!("{} (sha256 {})", e.name, e.sha256))
    });
    let engine = both.map(|r| r.engine.as_ref().map_or_else(absent, |e| e.class.clone()));
    let n = both.map(|results| {
        let n = results.inputs.get("generated").and_then(|input| input.n);
        n.map_or_else(absent, |n| n.to_string())
    });
    let differ = |pair: &[String; 2]| pair[0] != pair[1];
    [
        (
            "protocol",
            "protocol",
            differ(&protocol),
            protocol,
            "evaluate both with the same --protocol",
        ),
        (
            "extractor",
            "extractor",
            differ(&extractor),
            extractor,
            "evaluate both with the same --extractor",
        ),
        (
            "engine",
            "engine",
            differ(&engine),
            engine,
            "evaluate both with the same --engine",
        ),
        (
            "reference",
            "reference",
            differ(&content("reference")),
            named("reference"),
            "evaluate both against the same reference",
        ),
        (
            "train",
            "training set",
            differ(&content("train")),
            named("train"),
            "evaluate both with the same --train",
        ),
        (
            "n",
            "number of generated pictures",
            differ(&n),
            n,
            "evaluate both with the same --limit",
        ),
    ]
    .into_iter()
    .filter(|(_, _, differ, _, _)| *differ)
    .map(|(key, what, _, [first, second], mend)| Unlike::new(key, what, first, second, mend))
    .collect()
}
