//! The gate: policies, verdicts, refusals, documents for machines, and the whole loop through the program.

mod decisions;
mod documents;
mod loop_of_a_project;
mod policies;
mod refusals;

use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// A results document by hand, with one row `fd`.
pub fn document(value: f64, error: f64) -> Value {
    let input = |source: &str, fingerprint: &str| json!({"source": source, "n": 1000, "fingerprint": fingerprint, "failed": [], "n_cached": 0});
    json!({
        "schema": "gavel.results/1", "gavel": env!("CARGO_PKG_VERSION"), "command": [],
        "inputs": {"reference": input("real", "r"), "generated": input("made", &format!("g{value}"))},
        "extractor": {"name": "net", "sha256": "11", "verified": true, "dimension": 4},
        "protocol": {"name": "clean", "identity": "clean:1"},
        "engine": {"class": "tract", "description": "tract 1"},
        "seed": 1,
        "metrics": [row("fd", value, error)],
        "findings": [], "warnings": []
    })
}

/// A row with a symmetric 95 % interval.
pub fn row(id: &str, value: f64, error: f64) -> Value {
    json!({
        "id": id, "name": id, "value": value, "std_error": error,
        "interval": {"lower": value - 1.959_963_984_540_054 * error, "upper": value + 1.959_963_984_540_054 * error, "level": 0.95},
        "direction": "lower", "n_reference": 1000, "n_generated": 1000, "params": {"ddof": 1}
    })
}

/// Writes a document or any other text.
pub fn save(home: &Path, name: &str, text: impl ToString) {
    fs::write(home.join(name), text.to_string()).unwrap();
}

/// A policy with one limit on `fd`.
pub fn at_most(limit: f64) -> String {
    format!("[[limit]]\nmetric = \"fd\"\nat_most = {limit:?}\n")
}
