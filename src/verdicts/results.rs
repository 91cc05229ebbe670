//! The results document, schema `gavel.results/1`.

use super::findings::FindingRecord;
use crate::error::{Error, Result};
use crate::statistics::estimate::Estimate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// The schema that this version writes.
pub const SCHEMA: &str = "gavel.results/1";

/// Everything that a run found, and everything it depends on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// `gavel.results/1`.
    pub schema: String,
    /// Version of the program.
    pub gavel: String,
    /// The command line as typed.
    pub command: Vec<String>,
    /// `reference`, `generated` and later `train`.
    pub inputs: BTreeMap<String, Input>,
    /// The network; `null` where none ran (feature files, statistics).
    pub extractor: Option<ExtractorRecord>,
    /// The way from pixels to tensor; `null` where none was used.
    pub protocol: Option<ProtocolRecord>,
    /// What ran the network; `null` where none ran.
    pub engine: Option<EngineRecord>,
    /// The one seed.
    pub seed: u64,
    /// One row per metric, part and parameter set.
    pub metrics: Vec<Row>,
    /// What audits found.
    #[serde(default)]
    pub findings: Vec<FindingRecord>,
    /// What makes a number doubtful, and how to mend it.
    pub warnings: Vec<Warning>,
    /// Small pictures of what findings and rows name as evidence, `generated/12` by side and index, as `data:` addresses,
    /// so that a report needs no image.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub thumbnails: BTreeMap<String, String>,
}

/// One set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// As the user wrote it.
    pub source: String,
    /// Samples that count; `null` for a statistics file without a count.
    pub n: Option<u64>,
    /// Content fingerprint (BLAKE3, hex).
    pub fingerprint: String,
    /// Pictures that could not be read.
    pub failed: Vec<Failure>,
    /// Rows of features that came out of the store.
    #[serde(default)]
    pub n_cached: usize,
}

/// A picture that could not be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// Its name in the source.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// The network of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExtractorRecord {
    /// `embedded-v1`, `inception-2015-12-05`, or a file's stem and the head of its hash.
    pub name: String,
    /// sha256 of the ONNX file.
    pub sha256: String,
    /// Are these published weights, known by their checksum?
    pub verified: bool,
    /// Dimension of the features.
    pub dimension: usize,
}

/// The way from pixels to tensor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProtocolRecord {
    /// `clean`, `pytorch_fid`, …
    pub name: String,
    /// Everything that the tensor depends on, in one line.
    pub identity: String,
}

/// What ran the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EngineRecord {
    /// `onnxruntime-cpu`, `tract`, …
    pub class: String,
    /// With its version.
    pub description: String,
}

/// A two-sided interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
    /// Nominal level.
    pub level: f64,
}

/// One number with its uncertainty and conditions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Metric id.
    pub id: String,
    /// The full name of the number: `fid[clean · inception-2015-12-05 · n=10000/50000]`.
    #[serde(default)]
    pub name: String,
    /// The value, or `null` with a warning that says why.
    pub value: Option<f64>,
    /// Standard error.
    pub std_error: Option<f64>,
    /// Confidence interval.
    pub interval: Option<Interval>,
    /// `lower` or `higher` is better, or `neither` (read against the detail `neutral`).
    pub direction: String,
    /// Reference samples.
    pub n_reference: Option<u64>,
    /// Generated samples.
    pub n_generated: u64,
    /// Parameters.
    pub params: BTreeMap<String, Value>,
    /// Further numbers of this row (floor, rank, spread over subsets, …).
    #[serde(default)]
    pub details: BTreeMap<String, Value>,
    /// Pictures that show what the value means.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceRecord>,
    /// Figures that show what the value is made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curves: Vec<CurveRecord>,
}

/// Numbers for a figure: a curve, or the shares of a histogram, of at most 200 points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurveRecord {
    /// Which figure, and which line in it: `nearest_distances/generated`.
    pub id: String,
    /// What `x` counts.
    #[serde(default)]
    pub x_label: String,
    /// What `y` counts.
    #[serde(default)]
    pub y_label: String,
    /// From left to right; of a histogram the middles of its bins.
    pub x: Vec<f64>,
    /// At each of `x`.
    pub y: Vec<f64>,
}

/// Pictures that show what a number means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRecord {
    /// What they have in common.
    pub label: String,
    /// `reference`, `generated` or `train`.
    pub side: String,
    /// Their rows in that set's features, most telling first.
    pub rows: Vec<usize>,
}

/// Something that makes a number doubtful.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Stable code for machines.
    pub code: String,
    /// What was seen.
    pub text: String,
    /// What to do about it.
    pub mend: String,
}

impl Warning {
    /// A warning from its three parts.
    pub fn new(code: &str, text: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            code: code.to_string(),
            text: text.into(),
            mend: mend.into(),
        }
    }
}

impl Row {
    /// A row out of an estimate; `context` is what stands in the brackets of its name (protocol and extractor).
    #[must_use]
    pub fn of(estimate: &Estimate, context: &[&str]) -> Self {
        let n_reference = estimate.n_reference.map(|n| n as u64);
        let n_generated = estimate.n_generated as u64;
        let n_text = match n_reference {
            Some(n) => format!("n={n_generated}/{n}"),
            None => format!("n={n_generated}/?"),
        };
        let mut parts: Vec<&str> = context.to_vec();
        parts.push(&n_text);
        Self {
            name: format!("{}[{}]", estimate.id, parts.join(" · ")),
            id: estimate.id.clone(),
            value: estimate.value,
            std_error: estimate.std_error,
            interval: estimate.interval.map(|i| Interval {
                lower: i.lower,
                upper: i.upper,
                level: i.level,
            }),
            direction: estimate.direction.name().to_string(),
            n_reference,
            n_generated,
            params: estimate.params.clone(),
            details: estimate.details.clone(),
            evidence: estimate
                .evidence
                .iter()
                .map(|e| EvidenceRecord {
                    label: e.label.clone(),
                    side: e.side.name().to_string(),
                    rows: e.rows.clone(),
                })
                .collect(),
            curves: estimate
                .curves
                .iter()
                .map(|c| CurveRecord {
                    id: c.id.clone(),
                    x_label: c.x_label.to_string(),
                    y_label: c.y_label.to_string(),
                    x: c.x.clone(),
                    y: c.y.clone(),
                })
                .collect(),
        }
    }

    /// What the number would be if nothing were wrong, where the row says so: the real floor, a neutral value, the
    /// reference's own number.
    #[must_use]
    pub fn expected(&self) -> Option<f64> {
        ["floor_scaled", "neutral", "expected_if_equal", "reference"]
            .iter()
            .find_map(|name| self.detail(name))
    }

    /// A number out of `details`.
    #[must_use]
    pub fn detail(&self, name: &str) -> Option<f64> {
        self.details.get(name).and_then(Value::as_f64)
    }

    /// The parameters as `a=1 b=x`.
    #[must_use]
    pub fn params_text(&self) -> String {
        params_text(&self.params)
    }
}

/// Parameters as `a=1 b=x`.
#[must_use]
pub fn params_text(params: &BTreeMap<String, Value>) -> String {
    let texts: Vec<String> = params
        .iter()
        .map(|(key, value)| match value {
            Value::String(text) => format!("{key}={text}"),
            other => format!("{key}={other}"),
        })
        .collect();
    texts.join(" ")
}

impl Results {
    /// Reads a saved document; a newer schema is refused politely.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, &e))?;
        Self::parse(&text).map_err(|e| e.at(path.display()))
    }

    /// Reads a document from its text.
    pub fn parse(text: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(text).map_err(|e| {
            Error::input(format!("not a results document: {e}"))
                .mend("give a file written with --json")
        })?;
        match value.get("schema").and_then(Value::as_str) {
            Some(SCHEMA) => {}
            Some(other) => return Err(foreign(other, SCHEMA)),
            None => {
                return Err(Error::input(format!(
                    "no \"schema\" in the document; expected {SCHEMA:?}"
                ))
                .mend("give a file written with --json"));
            }
        }
        serde_json::from_value(value)
            .map_err(|e| Error::input(format!("the results document is damaged: {e}")))
    }

    /// The first row with this id.
    #[must_use]
    pub fn row(&self, id: &str) -> Option<&Row> {
        self.metrics.iter().find(|row| row.id == id)
    }
}

/// The error for a document of another schema than the one that is read: a newer one, or another kind of document.
#[must_use]
pub fn foreign(found: &str, read: &str) -> Error {
    let number = |schema: &str| {
        let (kind, number) = schema.rsplit_once('/')?;
        Some((kind.to_owned(), number.parse::<u64>().ok()?))
    };
    if let (Some((kind, found_number)), Some((ours, our_number))) = (number(found), number(read))
        && kind == ours
        && found_number > our_number
    {
        return Error::input(format!(
            "the document has schema {found:?}, which is newer than this version of gavel; it reads {read:?}"
        ))
        .mend("use the version of gavel that wrote it (the document's \"gavel\" names it), or write it again with this one");
    }
    Error::input(format!(
        "the document has schema {found:?}; this version reads {read:?}"
    ))
    .mend("use the version of gavel that wrote it, or write it again with this one")
}
