//! What audits found, as the results document has it.

use super::results::Interval;
use crate::audit::{Evidence, Finding};
use crate::statistics::estimate::SetSide;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindingRecord {
    /// Stable name.
    pub id: String,
    /// `clear` (looked for and not found), `note`, `warning` or `serious`.
    pub severity: String,
    /// What was found, in one sentence.
    pub text: String,
    /// What to do about it; empty where nothing is to be done.
    #[serde(default)]
    pub mend: String,
    /// The number behind it.
    pub value: Option<f64>,
    /// Its interval.
    #[serde(default)]
    pub interval: Option<Interval>,
    /// Further numbers.
    #[serde(default)]
    pub details: BTreeMap<String, f64>,
    /// The pictures that prove it, most telling first.
    #[serde(default)]
    pub evidence: Vec<ProofRecord>,
}

/// Pictures that belong together: a copy and its original, the members of a cluster.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ProofRecord {
    /// What they have in common.
    #[serde(default)]
    pub label: String,
    /// Index of the first generated picture among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<usize>,
    /// Index of the first training picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<usize>,
    /// Index of the first reference picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<usize>,
    /// How far apart they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance: Option<f64>,
    /// What was done to the second to get the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transform: Option<String>,
    /// How often an honest image comes as near by chance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_value: Option<f64>,
    /// All of them.
    pub pictures: Vec<PictureRecord>,
}

/// A picture of a set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PictureRecord {
    /// `reference`, `generated`, `train` or `checkpoint 1` and so on.
    pub side: String,
    /// Its index among the pictures of that set that could be read.
    pub index: usize,
    /// Its name in the source.
    pub name: String,
    /// Frames in it: `[left, top, width, height]` in its pixels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frames: Vec<[f64; 4]>,
}

impl FindingRecord {
    /// A finding as the document has it; `name` gives the name of a picture.
    #[must_use]
    pub fn of(finding: &Finding, name: &dyn Fn(SetSide, usize) -> String) -> Self {
        Self {
            id: finding.id.to_string(),
            severity: finding.severity.name().to_string(),
            text: finding.text.clone(),
            mend: finding.mend.clone(),
            value: finding.value,
            interval: finding.interval.map(|i| Interval {
                lower: i.lower,
                upper: i.upper,
                level: i.level,
            }),
            details: finding.details.clone(),
            evidence: finding.evidence.iter().map(|e| proof(e, name)).collect(),
        }
    }
}

fn proof(evidence: &Evidence, name: &dyn Fn(SetSide, usize) -> String) -> ProofRecord {
    let first = |side: SetSide| {
        let mut of_side = evidence.pictures.iter().filter(|(other, _)| *other == side);
        of_side.next().map(|(_, index)| *index)
    };
    ProofRecord {
        label: evidence.label.clone(),
        generated: first(SetSide::Generated),
        train: first(SetSide::Train),
        reference: first(SetSide::Reference),
        distance: evidence.distance,
        transform: evidence.transform.clone(),
        p_value: evidence.p_value,
        pictures: evidence
            .pictures
            .iter()
            .enumerate()
            .map(|(place, &(side, index))| PictureRecord {
                side: side.name().into_owned(),
                index,
                name: name(side, index),
                frames: evidence.frames.get(place).cloned().unwrap_or_default(),
            })
            .collect(),
    }
}
